"""Numbers for quotes, verdicts for lines."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Article, Passage
from qa.citations import Ledger, Line, Quote, cite, verdict_of
from qa.types import ScoredPassage, Verdict

TEXT = 'Ships came back on Monday [1]. The board said: "Pier 4\nis closed." Nobody was hurt.'
ARTICLE = Article(id="a1", title="Port", text=TEXT, publisher="The Example Courier", published=date(2023, 3, 1))
BRIEF = Article(id="a2", title="Port", text=TEXT, publisher="The Example Courier", kind="brief")
TODAY = date(2023, 3, 4)


def quote(start: int, end: int, article: Article = ARTICLE) -> Quote:
    passage = Passage(id="a1-000", article_id=article.id, ordinal=0, start=0, end=len(TEXT), text=TEXT)
    scored = ScoredPassage(passage=passage, article=article, score=1, similarity=1, found_by="dense")
    return Quote(scored=scored, start=start, end=end)


HURT = (TEXT.index("Nobody"), len(TEXT))


def line(text: str, *quotes: Quote, said: str = "") -> Line:
    return Line(parts=((text, False),), quotes=quotes, said=said)


@pytest.mark.parametrize(
    ("text", "said", "verdict"),
    [
        ("Ships came back on Monday", "", Verdict.VERBATIM),
        ('The board said: "Pier 4 is closed."', "", Verdict.VERBATIM),
        ("… came back on Monday …", "", Verdict.VERBATIM),
        ("According to the board: Pier 4", "According to the board:", Verdict.SUPPORTED),
        ("Pier 4 came back", "", Verdict.SUPPORTED),
        ("Pier 5 is closed", "", Verdict.UNSUPPORTED),
        ("The board resigned", "", Verdict.UNSUPPORTED),
        ("", "", Verdict.UNSUPPORTED),
        ("…", "", Verdict.UNSUPPORTED),
    ],
)
def test_a_line_is_held_against_its_quote(text: str, said: str, verdict: Verdict) -> None:
    assert verdict_of(text, [TEXT], said) is verdict


def test_numbers_follow_first_use_and_a_quote_keeps_its_number() -> None:
    first, second = quote(*HURT), quote(0, 30)
    cited = cite([line("Nobody was hurt.", first), line("Ships came back", second), line("Nobody", first)], TODAY)
    assert [sentence.citations for sentence in cited.sentences] == [(1,), (2,), (1,)]
    assert [citation.number for citation in cited.citations] == [1, 2]
    assert cited.text.endswith("Nobody [1]")


def test_an_unsupported_line_never_enters_the_text_and_stays_among_the_sentences() -> None:
    cited = cite([line("The board resigned.", quote(0, 30)), line("Nobody was hurt.", quote(*HURT))], TODAY)
    assert "resigned" not in cited.text
    assert cited.sentences[0].verdict is Verdict.UNSUPPORTED
    assert cited.sentences[0].citations == ()
    assert [citation.quote for citation in cited.citations] == ["Nobody was hurt."]


def test_a_bracket_in_the_article_is_no_marker() -> None:
    cited = cite([line("Ships came back on Monday [1].", quote(0, 30))], TODAY)
    assert cited.text == "Ships came back on Monday \\[1\\]. [1]"


def test_a_quote_is_exactly_its_stretch_of_the_article() -> None:
    citation = cite([line("Pier 4", quote(31, 67))], TODAY).citations[0]
    assert citation.quote == TEXT[citation.start : citation.end]


def test_age_counts_from_the_day_given() -> None:
    assert cite([line("Nobody", quote(*HURT))], TODAY).citations[0].age_days == 3
    assert cite([line("Nobody", quote(*HURT, BRIEF))], TODAY).citations[0].age_days is None


def test_a_brief_is_never_credited_as_its_publishers_own_words() -> None:
    citation = cite([line("Nobody", quote(*HURT, BRIEF))], TODAY).citations[0]
    assert citation.publisher == "Dateline brief after The Example Courier"
    assert citation.kind == "brief"


@given(st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))), max_size=6))
def test_every_number_in_the_text_has_its_citation(bounds: list[tuple[int, int]]) -> None:
    lines = [line(TEXT[a:b] if a < b else "none", quote(min(a, b), max(a, b))) for a, b in bounds]
    cited = cite(lines, TODAY)
    numbers = {n for sentence in cited.sentences for n in sentence.citations}
    assert numbers == {citation.number for citation in cited.citations}
    assert all(f"[{n}]" in cited.text for n in numbers)


def checked(text: str, verdict: Verdict, *quotes: Quote) -> Line:
    """A line that verification has judged."""
    return Line(parts=((text, False),), quotes=quotes, verdict=verdict)


def test_the_verdict_of_verification_stands_whatever_the_words_share() -> None:
    fallen = checked("Nobody was hurt.", Verdict.UNSUPPORTED, quote(*HURT))
    held = checked("No people came to harm.", Verdict.SUPPORTED, quote(*HURT))
    cited = cite([fallen, held], TODAY)
    assert [(s.verdict, s.citations) for s in cited.sentences] == [(Verdict.UNSUPPORTED, ()), (Verdict.SUPPORTED, (1,))]
    assert cited.text == "No people came to harm. [1]"
    assert cited.citations[0].verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://evil.example/a.png)", "[1](https://evil.example)", "<img src=https://evil.example>",
        r"$$\href{https://evil.example}{x}$$", "```mermaid", "[7] and [0]",
    ],
)  # fmt: skip
def test_the_text_of_a_line_is_shown_as_text(text: str) -> None:
    shown = cite([checked(text, Verdict.SUPPORTED, quote(*HURT))], TODAY).text.removesuffix(" [1]")
    assert not re.search(r"(?<!\\)[\[\]`$]|<|(?<!\\)://", shown)


def test_a_line_has_one_number_for_a_quote_that_it_has_twice() -> None:
    cited = cite([checked("Nobody", Verdict.SUPPORTED, quote(*HURT), quote(*HURT), quote(0, 30))], TODAY)
    assert cited.text == "Nobody [1][2]"


def test_a_ledger_tells_the_same_line_by_line_as_at_the_end() -> None:
    lines = [
        line("Nobody was hurt.", quote(*HURT)),
        line("The board resigned.", quote(0, 30)),
        line("Pier 4", quote(31, 67)),
    ]
    ledger = Ledger(TODAY)
    assert tuple(ledger.add(one) for one in lines) == cite(lines, TODAY).sentences
    assert ledger.cited() == cite(lines, TODAY)
