"""What the browser keeps of a conversation, takes back from there, and writes into a file."""

import json
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.types import Answer, AnswerStatus, Citation, Evidence, Sentence, Verdict
from qa.web.conversation import Filters
from qa.web.keeping import kept, opened, written_out
from qa.web.session import TURNS_KEPT, Session

HOSTILE = '</div><script>alert(1)</script> & "quoted"\n\n# \u2028 “ü” &#10;'
CITATION = Citation(
    number=1,
    article_id="harbour",
    passage_id="harbour:0",
    title=HOSTILE,
    publisher="The Example Courier",
    published=date(2023, 4, 2),
    date_from="metadata",
    kind="article",
    url="https://news.example/a?b=c&d=e",
    path="harbour.md",
    quote="Three convoys were agreed on.",
    start=35,
    end=64,
    age_days=3,
    verdict=Verdict.VERBATIM,
)


def answered(question: str = "How many?", text: str = "Three convoys. [1]", **more: Any) -> Answer:
    return Answer(question=question, text=text, status=AnswerStatus.ANSWERED, citations=(CITATION,), **more)


def session(*answers: Answer) -> Session:
    made = Session()
    for answer in answers:
        made = made.with_answer(answer)
    return made


class Page(HTMLParser):
    """The elements and the text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def carried(html: str) -> dict[str, Any]:
    """What the script of the page reads from the hidden HTML."""
    assert html.startswith('<div class="dl-json">')
    assert len(html.splitlines()) == 1
    assert html.isascii()
    page = Page(html)
    assert page.elements == ["div"]
    value = json.loads(page.text)
    assert isinstance(value, dict)
    return value


def test_what_is_kept_is_opened_again_as_it_was() -> None:
    before = session(answered(HOSTILE, HOSTILE, notices=(HOSTILE,)), answered("When?", as_of=date(2023, 4, 5)))
    assert opened(json.dumps(carried(kept(before)))) == before


def test_an_empty_conversation_is_kept_as_one() -> None:
    assert carried(kept(Session())) == {"first": 0, "answers": []}
    assert opened('{"first": 0, "answers": []}') == Session()


def test_the_turns_of_a_long_conversation_keep_their_numbers() -> None:
    long = session(*(answered(str(turn)) for turn in range(TURNS_KEPT + 2)))
    assert opened(json.dumps(carried(kept(long)))) == long
    assert carried(kept(long))["first"] == 2


def test_the_filters_of_each_question_are_kept_with_its_answer() -> None:
    filters = Filters(as_of="2023-10-01", since="last week", publishers=("A & B", HOSTILE))
    before = session(answered("One?")).with_answer(answered("Two?"), filters).with_answer(answered("Three?"))
    assert opened(json.dumps(carried(kept(before)))) == before


@pytest.mark.parametrize("filters", [None, 3, [], {"publishers": "all"}, {"since": 5}])
def test_a_conversation_with_damaged_filters_is_not_opened(filters: Any) -> None:
    damaged = carried(kept(session(answered())))
    damaged["answers"][0]["filters"] = filters
    assert opened(json.dumps(damaged)) is None


def test_what_only_an_evaluation_needs_is_not_kept() -> None:
    evidence = Evidence(passage_id="p", article_id="a", title="t", text="long", score=1.0, found_by="dense")
    sentence = Sentence(text="Three.", verdict=Verdict.SUPPORTED, citations=(1,))
    full = answered(evidence=(evidence,), sentences=(sentence,), timings={"read": 1.0})
    assert opened(json.dumps(carried(kept(session(full))))) == session(answered())


@given(st.text(max_size=60))
def test_any_text_is_carried_whole_and_adds_no_element(text: str) -> None:
    assert opened(json.dumps(carried(kept(session(answered(text, text)))))) == session(answered(text, text))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "null",
        "[]",
        "3",
        '"text"',
        "{",
        "{}",
        '{"answers": {}}',
        '{"answers": [1]}',
        '{"answers": [{"schema": 1}]}',
        '{"answers": [], "first": -1}',
        '{"answers": [], "first": NaN}',
        "[" * 50_000,
        '{"answers": ' + "[" * 50_000,
        "9" * 5_000,
        "\x00",
        "<script>",
    ],
)
def test_what_cannot_be_read_opens_no_conversation(value: str) -> None:
    assert opened(value) is None


def test_a_conversation_whose_answer_carries_markup_for_a_number_is_not_opened() -> None:
    damaged = carried(kept(session(answered())))
    damaged["answers"][0]["citations"][0]["number"] = '1"><img src=x>'
    assert opened(json.dumps(damaged)) is None


@given(st.text(max_size=200))
def test_no_text_at_all_raises(value: str) -> None:
    assert opened(value) is None or opened(value) == Session()


def test_the_markdown_file_has_every_question_answer_and_source() -> None:
    file = carried(written_out("markdown/1", session(answered("Who *met*?"), answered("When?", "In April. [1]"))))
    assert (file["name"], file["type"]) == ("dateline-conversation.md", "text/markdown")
    assert file["text"].startswith("# Who \\*met\\*?\n\n## Who \\*met\\*?\n\nThree convoys. [1]\n\n**Sources**")
    assert "\n## When?\n\nIn April. [1]\n" in file["text"]
    assert "> Three convoys were agreed on." in file["text"]


def test_the_html_file_is_a_page_whose_words_stay_words() -> None:
    file = carried(written_out("html/1", session(answered(HOSTILE, HOSTILE))))
    page = Page(file["text"])
    assert (file["name"], file["type"]) == ("dateline-conversation.html", "text/html")
    assert set(page.elements) <= set("html meta title style body h1 h2 p strong ul li blockquote a".split())
    assert page.elements.count("h2") == 1
    assert "<script>alert(1)</script>" in page.text


def test_the_json_file_is_the_whole_answers_as_scripts_get_them() -> None:
    full = answered(HOSTILE, timings={"read": 1.5})
    file = carried(written_out("json/1", session(full)))
    assert (file["name"], file["type"]) == ("dateline-conversation.json", "application/json")
    assert [Answer.from_dict(answer) for answer in json.loads(file["text"])] == [full]


@pytest.mark.parametrize("form", ["", "pdf/1", "../../x", "/"])
def test_an_unknown_form_is_written_as_markdown(form: str) -> None:
    assert carried(written_out(form, Session()))["name"] == "dateline-conversation.md"


def test_a_file_of_nothing_or_of_no_question_is_called_after_the_product() -> None:
    assert carried(written_out("markdown/1", Session()))["text"] == "# Dateline\n"
    assert carried(written_out("markdown/1", session(answered(""))))["text"].startswith("# Dateline\n")
    assert "<title>Dateline</title>" in carried(written_out("html/1", Session()))["text"]
