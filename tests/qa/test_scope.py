"""A question asked of some of the articles only: of a period, of some publishers; with the real models."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.settings import IndexSettings
from index.sync import sync_index
from index.types import Article, Scope
from qa import Answer, AnswerStatus, QAEngine, answer
from qa.errors import RequestError

YEVLAKH = "In which city was the first round of talks between Azerbaijan and Nagorno-Karabakh held?"
TALKS = "Where were the talks held?"
COURIER, TASS = "The Example Courier", "Dateline brief after TASS"
UNKNOWN = "Dateline brief after an unknown publisher"


def shown(engine: QAEngine, answer: Answer) -> list[Article]:
    """Every article that an answer shows anything of."""
    ids = [*(c.article_id for c in answer.citations), *(e.article_id for e in answer.evidence)]
    return [engine.article(id_) for id_ in (*ids, *(headline.article_id for headline in answer.nearest))]


def test_a_period_that_holds_the_source_gives_the_answer_and_says_what_was_searched(engine: QAEngine) -> None:
    found = engine.answer(YEVLAKH, since="2023-09-20", until="2023-09-21")
    assert (found.status, found.short_answer) == (AnswerStatus.ANSWERED, "Yevlakh")
    assert found.notices[0] == "Only articles published 20 Sep 2023 to 21 Sep 2023 were searched."
    assert found.as_of is None


@pytest.mark.parametrize(
    ("narrowed", "said"),
    [
        ({"since": "2023-09-22"}, "Searched: 7 articles, published since 22 Sep 2023, from"),
        ({"until": date(2023, 9, 20)}, "Searched: 3 articles, published up to 20 Sep 2023, from"),
        ({"publishers": [TASS]}, f"Searched: 1 article, published 27 Sep 2023, from {TASS}."),
        (
            {"publishers": (TASS, COURIER), "until": "2023-12-31"},
            f"published up to 31 Dec 2023, from {TASS}, {COURIER}",
        ),
    ],
)
def test_a_scope_without_the_source_is_declined_and_named(
    engine: QAEngine, narrowed: dict[str, Any], said: str
) -> None:
    declined = engine.answer(YEVLAKH, **narrowed)
    assert declined.status is AnswerStatus.NOT_IN_ARTICLES
    assert said in str(declined.reason)
    assert declined.nearest


def test_the_same_question_is_answered_by_the_publisher_that_was_asked(engine: QAEngine) -> None:
    courier = engine.answer("How long did the meeting last?", publishers=[COURIER])
    brief = engine.answer("How long did the meeting last?", publishers=[UNKNOWN])
    assert (courier.short_answer, brief.short_answer) == ("five hours and forty minutes", "three hours")
    assert {c.publisher for c in courier.citations} == {COURIER}
    assert {c.publisher for c in brief.citations} == {UNKNOWN}
    assert brief.notices[0] == f"Only articles from {UNKNOWN} were searched."


@pytest.mark.parametrize(
    ("narrowed", "said"),
    [
        ({"since": "2030-01-01"}, "There is no article published since 1 Jan 2030. At hand: 11 articles"),
        ({"publishers": [TASS], "until": "2023-09-01"}, f"published up to 1 Sep 2023 from {TASS}. At hand: 11"),
        ({"since": "2023-09-27", "as_of": "2023-09-21"}, "published since 27 Sep 2023 (as of 21 Sep 2023). At hand:"),
    ],
)
def test_a_scope_in_which_nothing_lies_is_a_reason_that_names_it(
    engine: QAEngine, narrowed: dict[str, Any], said: str
) -> None:
    declined = engine.answer(YEVLAKH, **narrowed)
    assert declined.status is AnswerStatus.NOT_IN_ARTICLES
    assert said in declined.text
    assert shown(engine, declined) == []
    follow_up = engine.answer("Where was that?", history=[[YEVLAKH, declined.text]])
    assert "There is no article" not in " ".join(follow_up.notices)


def test_ages_count_from_the_as_of_day_whatever_the_period(engine: QAEngine) -> None:
    found = engine.answer(YEVLAKH, as_of="2023-09-23", until="2023-09-21")
    assert found.citations[0].age_days == 2
    assert found.as_of == date(2023, 9, 23)


@pytest.mark.parametrize(
    ("narrowed", "said"),
    [
        ({"since": "yesterday"}, "^since is 'yesterday', which is no day"),
        ({"until": "2023-13-01"}, "^until is '2023-13-01', which is no day"),
        ({"since": "2023-09-22", "until": "2023-09-21"}, "^since is 2023-09-22, which is after until"),
        (
            {"publishers": ["The Exampel Courier"]},
            "^publishers has 'The Exampel Courier', .* are 'The Example Courier'",
        ),
        ({"publishers": COURIER}, "^publishers is 'The Example Courier'; it has to be a list"),
    ],
)
def test_a_scope_that_cannot_be_used_raises_one_sentence(engine: QAEngine, narrowed: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        engine.answer(YEVLAKH, **narrowed)
    with pytest.raises(RequestError, match=said):
        next(engine.stream(YEVLAKH, **narrowed))
    with pytest.raises(RequestError, match=said):
        engine.as_runnable().invoke({"question": YEVLAKH, **narrowed})
    with pytest.raises(RequestError, match=said):
        engine.as_retriever(**narrowed)


def test_every_way_of_asking_takes_the_same_scope(engine: QAEngine, seeds_index: Path) -> None:
    narrowed: dict[str, Any] = {"since": "2023-09-22", "until": date(2024, 6, 1), "publishers": (TASS, COURIER)}
    asked = {"question": TALKS, **narrowed}
    *_, last = engine.stream(TALKS, **narrowed)
    answers = [
        engine.answer(TALKS, **narrowed),
        *engine.batch([asked]),
        engine.as_runnable().invoke(asked),
        answer(TALKS, index_dir=seeds_index, **narrowed),
    ]
    assert isinstance(last, Answer)
    assert {one.text for one in answers} == {last.text}
    assert {article.credited for article in shown(engine, last)} <= {TASS, COURIER}


def test_the_coverage_of_a_scope_counts_what_lies_in_it(engine: QAEngine) -> None:
    coverage = engine.coverage(Scope(since=date(2024, 1, 1), publishers=(COURIER,)))
    assert (coverage.articles, coverage.publishers) == (2, (COURIER,))
    assert engine.coverage().articles == 11


def test_an_index_that_breaks_while_publishers_are_looked_up_fails_the_question(seeds_index: Path) -> None:
    opened = QAEngine.open(seeds_index)
    opened.close()
    failed = opened.answer(YEVLAKH, publishers=[TASS])
    assert failed.status is AnswerStatus.FAILED
    assert "Run: dateline index --rebuild" in failed.text


@pytest.fixture(scope="module")
def dateless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAEngine]:
    """Three articles of two publishers on one matter; one of each publisher tells no day."""
    place = tmp_path_factory.mktemp("dateless")
    (place / "news").mkdir()
    for name, publisher, day, town in (
        ("a", "Elm Courier", "2023-05-04", "Selmouth"),
        ("b", "Elm Courier", None, "Ostrel"),
        ("c", "The Weir", None, "Braek"),
    ):
        front = f"title: Quay of {town} opens\npublisher: {publisher}\n" + (f"published: {day}\n" if day else "")
        text = f"The harbour of {town} opened a second quay after the winter storms."
        (place / "news" / f"{name}.md").write_text(f"---\n{front}---\n\n{text}\n", encoding="utf-8")
    sync_index([place / "news"], settings=IndexSettings(index_dir=place / "index"))
    with QAEngine.open(place / "index") as opened:
        yield opened


@pytest.mark.parametrize("bound", ["as_of", "since", "until"])
def test_undated_articles_are_left_out_and_counted_by_any_bound(dateless: QAEngine, bound: str) -> None:
    asked: dict[str, Any] = {bound: "2023-05-04"}
    every = dateless.answer("Which harbour opened a second quay?", **asked)
    one = dateless.answer("Which harbour opened a second quay?", publishers=["Elm Courier"], **asked)
    assert "2 articles were left out because the day of publication is unknown." in every.notices
    assert "1 article was left out because the day of publication is unknown." in one.notices
    assert all(article.published for found in (every, one) for article in shown(dateless, found))


def test_publishers_alone_leave_no_undated_article_out(dateless: QAEngine) -> None:
    found = dateless.answer("Which harbour opened a second quay?", publishers=["The Weir"])
    assert "Braek" in found.text
    assert not any("left out" in notice for notice in found.notices)


def test_a_day_that_lies_outside_the_scope_is_not_answered_from(engine: QAEngine) -> None:
    found = engine.answer("What happened on 27 September?", since="2023-09-28")
    assert found.status is AnswerStatus.NOT_IN_ARTICLES
    assert "There is no article published 27 Sep 2023 and also published since 28 Sep 2023." in str(found.reason)


QUESTIONS = st.sampled_from(
    [YEVLAKH, TALKS, "Summarise the talks on Karabakh.", "What happened on 27 September?", "Who won?", "poem, please"]
)
DAYS = st.none() | st.integers(-10, 700).map(lambda days: date(2022, 11, 8) + timedelta(days=days))
PUBLISHERS = st.lists(st.sampled_from([COURIER, TASS, UNKNOWN, "Karsund Evening Post", "Velmora Wire"]), max_size=3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=QUESTIONS, as_of=DAYS, since=DAYS, until=DAYS, publishers=PUBLISHERS)
def test_nothing_outside_the_scope_is_ever_cited_or_shown(
    engine: QAEngine, question: str, as_of: date | None, since: date | None, until: date | None, publishers: list[str]
) -> None:
    if since and until and since > until:
        since, until = until, since
    found = engine.answer(question, as_of=as_of, since=since, until=until, publishers=publishers)
    assert found.status is not AnswerStatus.FAILED
    for article in shown(engine, found):
        day = article.published or date.max
        assert (since or date.min) <= day <= min(as_of or date.max, until or date.max)
        assert not publishers or article.credited in publishers
