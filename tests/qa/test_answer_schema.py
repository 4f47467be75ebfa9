"""The documented JSON form of an answer: the schema fits it exactly, and it comes back without loss."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from index.types import DateSource
from qa.types import Answer, AnswerStatus, Citation, Disagreement, Evidence, Headline, Sentence, Verdict

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "answer.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)

CITATION = Citation(
    number=1,
    article_id="a1",
    passage_id="a1:0",
    title="Envoys meet",
    publisher="Dateline brief after Brenn Courier",
    published=date(2023, 9, 21),
    date_from=DateSource.TEXT_AND_SETTING,
    kind="brief",
    url="https://news.example/envoys",
    path="seeds/envoys.md",
    quote="The envoys met in Tarvo.",
    start=0,
    end=24,
    age_days=5,
    verdict=Verdict.VERBATIM,
)
FULL = Answer(
    question="Where did the envoys meet?",
    text="Tarvo. The envoys met in Tarvo. [1]",
    status=AnswerStatus.ANSWERED,
    short_answer="Tarvo",
    confidence=0.93,
    citations=(CITATION,),
    sentences=(Sentence(text="The envoys met in Tarvo.", verdict=Verdict.VERBATIM, citations=(1,)),),
    evidence=(
        Evidence(
            passage_id="a1:0",
            article_id="a1",
            title="Envoys meet",
            text="The envoys met in Tarvo.",
            score=1.5,
            found_by="dense+keyword",
        ),
    ),
    as_of=date(2023, 9, 26),
    newest_source=date(2023, 9, 21),
    disagreements=(Disagreement(text="Another report says Brenn.", numbers=(1, 2)),),
    notices=("One article has no date.",),
    model_id="extractive",
    prompt_id="answer-1",
    index_id="0123abcd",
    timings={"retrieve": 12.5, "read": 80},
)
HEADLINE = Headline(article_id="a1", title="Envoys meet", publisher=None, published=None)
BY_STATUS = {
    AnswerStatus.ANSWERED: FULL,
    AnswerStatus.PARTIAL: Answer(
        question="Where and when?",
        text="Tarvo. [1]",
        status=AnswerStatus.PARTIAL,
        citations=(CITATION,),
        reason="When?",
    ),
    AnswerStatus.NOT_IN_ARTICLES: Answer(
        question="Who paid?",
        text="The articles do not tell.",
        status=AnswerStatus.NOT_IN_ARTICLES,
        reason="No passage says it.",
        nearest=(HEADLINE,),
        confidence=0.0,
    ),
    AnswerStatus.INVALID_QUESTION: Answer(question="", text="", status=AnswerStatus.INVALID_QUESTION, reason="Empty."),
    AnswerStatus.BUSY: Answer(question="Where?", text="Try again.", status=AnswerStatus.BUSY),
    AnswerStatus.FAILED: Answer(question="Where?", text="", status=AnswerStatus.FAILED, reason="The reader failed."),
}

DAYS = st.none() | st.dates()
NUMBERS = st.lists(st.integers(1, 99), max_size=3).map(tuple)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def several(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=2).map(tuple)


ANSWERS = st.builds(
    Answer,
    question=st.text(),
    text=st.text(),
    status=st.sampled_from(AnswerStatus),
    short_answer=st.none() | st.text(),
    confidence=st.none() | st.floats(0, 1),
    citations=several(
        st.builds(
            Citation,
            number=st.integers(1, 99),
            published=DAYS,
            date_from=st.sampled_from(DateSource).map(str),
            start=st.integers(0, 10**7),
            end=st.integers(0, 10**7),
        )
    ),
    sentences=several(st.builds(Sentence, citations=NUMBERS)),
    evidence=several(
        st.builds(Evidence, score=FINITE, found_by=st.sampled_from(["dense", "keyword", "dense+keyword", "day"]))
    ),
    as_of=DAYS,
    newest_source=DAYS,
    reason=st.none() | st.text(),
    nearest=several(st.builds(Headline, published=DAYS)),
    disagreements=several(st.builds(Disagreement, numbers=NUMBERS)),
    notices=several(st.text()),
    model_id=st.none() | st.text(),
    prompt_id=st.none() | st.text(),
    index_id=st.none() | st.text(),
    timings=st.dictionaries(st.text(), st.floats(0, 1e9), max_size=3),
)


def test_the_schema_is_a_valid_schema_that_allows_no_other_keys() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    objects = [SCHEMA, *(part for part in SCHEMA["$defs"].values() if part.get("type") == "object")]
    assert len(objects) == 6
    assert all(one["additionalProperties"] is False for one in objects)
    assert all(one["required"] == list(one["properties"]) for one in objects)


def test_the_schema_lists_the_keys_in_the_order_of_the_answer() -> None:
    assert list(SCHEMA["properties"]) == list(FULL.to_dict())
    assert list(SCHEMA["$defs"]["citation"]["properties"]) == list(FULL.to_dict()["citations"][0])


def test_the_schema_knows_every_status_verdict_and_source_of_a_date() -> None:
    assert SCHEMA["properties"]["status"]["enum"] == [status.value for status in AnswerStatus]
    assert SCHEMA["$defs"]["verdict"]["enum"] == [verdict.value for verdict in Verdict]
    assert SCHEMA["$defs"]["citation"]["properties"]["date_from"]["enum"] == [source.value for source in DateSource]


@pytest.mark.parametrize("status", AnswerStatus)
def test_an_answer_of_each_status_fits_the_schema_and_comes_back(status: AnswerStatus) -> None:
    answer = BY_STATUS[status]
    assert answer.status is status
    VALIDATOR.validate(json.loads(json.dumps(answer.to_dict())))
    assert Answer.from_dict(answer.to_dict()) == answer


@given(ANSWERS)
def test_any_answer_fits_the_schema_and_survives_json(answer: Answer) -> None:
    text = json.dumps(answer.to_dict(), allow_nan=False)
    VALIDATOR.validate(json.loads(text))
    assert Answer.from_dict(answer.to_dict()) == answer
    assert Answer.from_dict(json.loads(text)) == answer


def without(*path: str | int) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        del data[path[-1]]

    return change


def with_value(value: Any, *path: str | int) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        without("status"),
        without("nearest"),
        without("citations", 0, "url"),
        with_value(1, "extra"),
        with_value(1, "citations", 0, "extra"),
        with_value(1, "evidence", 0, "extra"),
        with_value(2, "schema"),
        with_value("answered", "status"),
        with_value(1.5, "confidence"),
        with_value("21 September 2023", "as_of"),
        with_value("2023-02-30", "citations", 0, "published"),
        with_value("guess", "citations", 0, "date_from"),
        with_value(0, "citations", 0, "number"),
        with_value(-1, "citations", 0, "start"),
        with_value("likely", "sentences", 0, "verdict"),
        with_value(["1"], "sentences", 0, "citations"),
        with_value(-0.5, "timings", "read"),
        with_value(None, "text"),
    ],
)
def test_anything_else_does_not_fit_the_schema(change: Callable[[Any], None]) -> None:
    data = FULL.to_dict()
    VALIDATOR.validate(data)
    change(data)
    assert not VALIDATOR.is_valid(data)


def test_an_answer_of_another_schema_is_refused() -> None:
    with pytest.raises(ValueError, match="schema 99"):
        Answer.from_dict(FULL.to_dict() | {"schema": 99})
