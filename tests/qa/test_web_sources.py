from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from index.articlestore import Coverage
from index.types import Article
from qa.types import Answer, AnswerStatus, Citation, Evidence, Headline, Sentence, Verdict
from qa.web.replies import bubble, so_far
from qa.web.sources import CONTEXT_CHARACTERS, VERDICTS, masthead, panel

TEXT = "Delegates met in the harbour town.\n\nThree convoys were agreed on. Both sides will return in May."
QUOTE = "Three convoys were agreed on."
CITATION = Citation(
    number=1,
    article_id="harbour",
    passage_id="harbour:0",
    title="Harbour talks end",
    publisher="The Example Courier",
    published=date(2023, 4, 2),
    date_from="metadata",
    kind="article",
    url=None,
    path="harbour.md",
    quote=QUOTE,
    start=TEXT.index(QUOTE),
    end=TEXT.index(QUOTE) + len(QUOTE),
    age_days=3,
    verdict=Verdict.VERBATIM,
)
ANSWER = Answer(question="How many convoys?", text=f"{QUOTE} [1]", status=AnswerStatus.ANSWERED, citations=(CITATION,))


def article(_: str) -> Article:
    return Article(id="harbour", title="Harbour talks end", text=TEXT)


def shown(citation: Citation = CITATION, text: str = TEXT, evidence: tuple[Evidence, ...] = ()) -> str:
    held = Article(id="harbour", title="Harbour talks end", text=text)
    answer = replace(ANSWER, citations=(citation,), evidence=evidence)
    return panel(answer, lambda _: held)


def test_a_card_names_publisher_date_age_title_and_verdict() -> None:
    card = shown()
    for part in ("The Example Courier", "2 Apr 2023 · 3 days old", "Harbour talks end", "Quoted word for word", ">1<"):
        assert part in card


def test_the_supporting_sentence_is_marked_within_its_passage() -> None:
    assert f"harbour town.<br><mark>{QUOTE}</mark> Both sides" in shown()


def test_the_passage_that_came_with_the_answer_is_preferred_to_the_whole_article() -> None:
    evidence = Evidence(
        passage_id="harbour:0", article_id="harbour", title="", text=f"Yes. {QUOTE}", score=1, found_by="dense"
    )
    assert f"<blockquote>Yes. <mark>{QUOTE}</mark></blockquote>" in shown(evidence=(evidence,))


def test_a_long_article_is_cut_at_words_around_the_quote() -> None:
    before, after = "alpha " * 200, " omega" * 200
    citation = replace(CITATION, start=len(before), end=len(before) + len(QUOTE))
    card = shown(citation, before + QUOTE + after)
    assert f"alpha <mark>{QUOTE}</mark> omega" in card
    assert "<blockquote>… alpha" in card
    assert "omega …</blockquote>" in card
    assert len(card) < 2 * CONTEXT_CHARACTERS + 800


def test_an_unknown_publisher_and_date_are_said() -> None:
    card = shown(replace(CITATION, publisher=None, published=None, age_days=None))
    assert "publisher unknown" in card
    assert "date unknown" in card


@pytest.mark.parametrize("kind", ["brief", "fictional"])
def test_what_is_no_article_carries_a_badge(kind: str) -> None:
    assert f'<span class="dl-badge">{kind}</span>' in shown(replace(CITATION, kind=kind))


def test_an_article_carries_no_badge() -> None:
    assert "dl-badge" not in shown()


def test_a_year_that_came_from_a_setting_is_said() -> None:
    assert "year from a setting" in shown(replace(CITATION, date_from="text+setting"))


def test_every_verdict_has_words() -> None:
    assert set(VERDICTS) == set(Verdict)


@pytest.mark.parametrize("field", ["title", "publisher", "kind", "url"])
def test_markup_in_an_article_stays_text(field: str) -> None:
    hostile = '"><img src=x onerror=alert(1)><script>'
    given: dict[str, Any] = {field: hostile}
    card = shown(replace(CITATION, **given))
    assert "<img" not in card
    assert "<script" not in card


def test_markup_in_a_passage_stays_text() -> None:
    quote = "<img src=x> & <b>three</b> convoys."
    card = shown(replace(CITATION, quote=quote, start=0, end=len(quote)), quote)
    assert "<mark>&lt;img src=x&gt; &amp; &lt;b&gt;three&lt;/b&gt; convoys.</mark>" in card


def test_the_panel_is_one_line_so_that_markdown_cannot_end_it() -> None:
    quote = "One.\n\n# Two\r\n\u2028- three"
    card = shown(replace(CITATION, quote=quote, start=0, end=len(quote), title="a\n\nb"), quote)
    assert len(card.splitlines()) == 1


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//example.org", "file:///etc/passwd"])
def test_only_web_addresses_become_links(url: str) -> None:
    assert "<a " not in shown(replace(CITATION, url=url))


def test_a_web_address_is_a_link_that_tells_nobody_where_it_was_clicked() -> None:
    assert '<a href="https://example.org/a?b=c&amp;d=e" target="_blank" rel="noopener noreferrer' in shown(
        replace(CITATION, url="https://example.org/a?b=c&d=e")
    )


def test_an_article_that_the_index_no_longer_holds_leaves_the_quote() -> None:
    def gone(article_id: str) -> Article:
        raise KeyError(article_id)

    assert f"<blockquote><mark>{QUOTE}</mark></blockquote>" in panel(ANSWER, gone)


def test_a_decline_shows_the_nearest_headlines() -> None:
    nearest = Headline(article_id="h", title="Harbour <talks>", publisher=None, published=date(2023, 4, 2))
    declined = Answer(question="Who?", text="No.", status=AnswerStatus.NOT_IN_ARTICLES, nearest=(nearest,))
    text = panel(declined, article)
    assert "No source answers this" in text
    assert "Harbour &lt;talks&gt;" in text
    assert "publisher unknown · 2 Apr 2023" in text


def test_a_question_that_could_not_be_asked_claims_nothing_about_sources() -> None:
    invalid = Answer(question="", text="Ask something.", status=AnswerStatus.INVALID_QUESTION)
    assert "No source answers this" not in panel(invalid, article)


def test_the_masthead_says_what_is_indexed() -> None:
    coverage = Coverage(
        articles=4, publishers=("A <b>", "C"), oldest=date(2023, 4, 2), newest=date(2023, 9, 27), undated=0
    )
    text = masthead(coverage)
    for part in ("4 articles", "A &lt;b&gt;, C", "2 Apr 2023", "27 Sep 2023"):
        assert part in text


def test_the_masthead_says_what_leaves_the_machine_only_where_a_language_model_is_asked() -> None:
    coverage = Coverage(articles=1, publishers=(), oldest=None, newest=None, undated=1)
    assert "sent to" not in masthead(coverage)
    assert "are sent to openai:gpt &lt;b&gt;; nothing else leaves this machine." in masthead(coverage, "openai:gpt <b>")


def test_what_is_written_so_far_shows_text_as_text_and_its_numbers() -> None:
    sentence = Sentence(text="Talks <b>ended</b> [2].", verdict=Verdict.SUPPORTED, citations=(1, 3))
    assert so_far([sentence, sentence]).startswith(r"Talks &lt;b&gt;ended&lt;/b&gt; \[2\]. \[1\]\[3\]")


def test_the_reply_leaves_the_sources_to_the_panel() -> None:
    reply = bubble(ANSWER)
    assert QUOTE in reply
    assert "Sources" not in reply
    assert "The Example Courier" not in reply


def test_the_reply_tells_the_notices() -> None:
    assert "2 undated articles were left out" in bubble(replace(ANSWER, notices=("2 undated articles were left out.",)))
