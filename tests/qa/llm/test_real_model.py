"""A real language model, small enough to invent: what it writes, and what of that an answer lets through."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

import pytest

from index.corpus import Corpus
from qa import Answer, AnswerStatus, QAEngine
from qa.citations import Line
from qa.generative import MISSING, NONE, Writer
from qa.llm import Limits, open_llm
from qa.markers import marked_sentences
from qa.normalise import canonical_words
from qa.prompting import DRAFTING, load_prompt, load_wording, neutral
from qa.retrieval import HybridRetriever
from qa.settings import Settings
from qa.types import ScoredPassage, Sentence, Verdict
from qa.verification import Verifier
from tests.qa.llm.provider import Body, Provider
from tests.qa.llm.smol import Smol, SmolServer, missing

TODAY = date(2024, 7, 1)  # after the newest article; fixed, because the model writes the day into what it says
HOW_LONG = "How long did the first meeting in Yevlakh last?"
ANSWERED = (
    HOW_LONG,
    "By how much did the central bank of Karsund raise its rate?",
    "How many seats did the Orchard Alliance win?",
)
UNANSWERABLE = ("How many people were killed in Baku?", "How many lorries were stolen at the Tarn pass?")
DRAFTED = (
    "How many people watched the cup final in Quillane?",
    "How high was inflation in Karsund in August?",
    "Who mediated the ceasefire in the Saltmarsh strip?",
    "Who is Halvena Strook?",
    "Who scored the winner for Lindholt Rovers?",
    "Who leads the Orchard Alliance?",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one question: the answer, what its stream gave, and what the server was sent."""

    answer: Answer
    events: tuple[Sentence | Answer, ...]
    bodies: tuple[Body, ...]


@pytest.fixture(scope="module")
def smol() -> Smol:
    if absent := missing():
        pytest.skip(f"The real language model needs {', '.join(absent)}, which is not installed.")
    return Smol()


@pytest.fixture(scope="module")
def server(smol: Smol) -> Iterator[Provider]:
    with SmolServer(smol) as running:
        yield running


@pytest.fixture(scope="module")
def settings(seeds_index: Path, server: Provider) -> Settings:
    return Settings(
        index_dir=seeds_index, llm="openai:smollm2", llm_base_url=server.openai_url, llm_timeout=300, llm_window=2048,
        top_k=3, read_k=3,
    )  # fmt: skip


@pytest.fixture(scope="module")
def drafting(settings: Settings) -> Iterator[QAEngine]:
    """An engine that has its drafts written by the model, through LangChain's client for OpenAI."""
    with QAEngine.open(settings=settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def told(drafting: QAEngine, server: Provider) -> Mapping[str, Told]:
    return {question: _ask(drafting, server, question) for question in (*ANSWERED, *UNANSWERABLE)}


def _ask(engine: QAEngine, server: Provider, question: str) -> Told:
    before = server.calls
    answer = engine.answer(question, as_of=TODAY)
    events = tuple(engine.stream(question, as_of=TODAY))
    return Told(answer=answer, events=events, bodies=tuple(server.bodies[before:]))


def numbers(text: str) -> set[str]:
    without_pronouns = re.sub(r"\bone\b", "", text, flags=re.IGNORECASE)
    return {word for word in canonical_words(without_pronouns) if word[0].isdigit()}


def shown(answer: Answer) -> list[str]:
    """The sentences of an answer's text, without markup and numbers of citations."""
    return [re.sub(r"\s*(\[\d+\])+$|\*\*|\\", "", paragraph) for paragraph in answer.text.split("\n\n")]


@pytest.mark.parametrize("question", ANSWERED)
def test_every_sentence_of_the_text_is_held_up_by_words_of_an_article(
    question: str, told: Mapping[str, Told], drafting: QAEngine
) -> None:
    answer = told[question].answer
    quotes = {citation.number: citation.quote for citation in answer.citations}
    cited = [sentence for sentence in answer.sentences if sentence.citations]
    assert answer.status is AnswerStatus.ANSWERED
    assert shown(answer) == [sentence.text for sentence in cited]
    assert all((sentence.verdict is Verdict.UNSUPPORTED) == (sentence not in cited) for sentence in answer.sentences)
    for citation in answer.citations:
        assert drafting.article(citation.article_id).text[citation.start : citation.end] == citation.quote
    for sentence in cited:
        assert numbers(sentence.text) <= numbers(" ".join(quotes[number] for number in sentence.citations))


@pytest.mark.parametrize("question", ANSWERED)
def test_nothing_that_the_model_wrote_is_lost(question: str, told: Mapping[str, Told], smol: Smol) -> None:
    sentences = [sentence.text for sentence in told[question].answer.sentences]
    body = told[question].bodies[0]
    wrote = [
        s.text for s in marked_sentences(smol.reply(body).pieces, _keys(body)) if not s.text.startswith((NONE, MISSING))
    ]
    assert wrote
    assert all(any(text in sentence for sentence in sentences) for text in wrote)


@pytest.mark.parametrize("question", [*ANSWERED, *UNANSWERABLE])
def test_a_stream_gives_the_sentences_of_the_answer_and_then_the_answer(
    question: str, told: Mapping[str, Told]
) -> None:
    answer, (*sentences, last) = told[question].answer, told[question].events
    assert isinstance(last, Answer)
    assert (last.text, last.sentences) == (answer.text, answer.sentences)
    assert sentences == [sentence for sentence in answer.sentences if sentence.citations]


@pytest.mark.parametrize("question", [*ANSWERED, *UNANSWERABLE])
def test_the_server_is_sent_the_rules_the_passages_and_the_question_and_nothing_else(
    question: str, told: Mapping[str, Told]
) -> None:
    prompt = load_prompt(DRAFTING)
    texts = {neutral(evidence.text) for evidence in told[question].answer.evidence}
    for body in told[question].bodies:
        system, user = (message["content"] for message in body["messages"])
        lines = [line for line in user.splitlines() if line.startswith('{"key"')]
        passages = [json.loads(line) for line in lines]
        assert set(body) <= {"model", "messages", "stream", "stream_options", "temperature"}
        assert system == prompt.say("system", missing=MISSING, none=NONE)
        asked = {"passages": "\n".join(lines), "as_of": f"{TODAY:%d %B %Y}", "question": question}
        assert user == prompt.say("user", **asked)
        assert all(set(passage) == {"key", "title", "publisher", "published", "text"} for passage in passages)
        assert {passage["text"] for passage in passages} <= texts


def test_a_meeting_of_three_hours_lasts_three_hours_whatever_the_model_says(told: Mapping[str, Told]) -> None:
    answer = told[HOW_LONG].answer
    assert "3 hour" in " ".join(canonical_words(answer.text))
    assert "12" not in numbers(answer.text)


@pytest.mark.parametrize("question", UNANSWERABLE)
def test_what_the_articles_do_not_say_gets_no_number_of_the_models_own(question: str, told: Mapping[str, Told]) -> None:
    answer = told[question].answer
    quoted = numbers(" ".join(citation.quote for citation in answer.citations))
    assert answer.short_answer is None
    assert answer.text == answer.reason or numbers(" ".join(shown(answer))) <= quoted


# -- the model's drafts and the verifier, without the engine ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """The passage that each question was drafted from, and the lines of each draft with their verdicts."""

    passages: Mapping[str, ScoredPassage]
    lines: Mapping[str, Sequence[Line]]


@pytest.fixture(scope="module")
def retriever(seeds_index: Path) -> Iterator[HybridRetriever]:
    corpus = Corpus.open(Settings(index_dir=seeds_index))
    yield HybridRetriever(corpus, fetch_k=40)
    corpus.close()


@pytest.fixture(scope="module")
def verifier(retriever: HybridRetriever) -> Verifier:
    embedder, rarity = retriever.corpus.embedder, retriever.corpus.rarity
    return Verifier(embedder=embedder, rarity=rarity, ordinary=frozenset(embedder.words))


@pytest.fixture(scope="module")
def drafts(server: Provider, retriever: HybridRetriever, verifier: Verifier) -> Iterator[Drafts]:
    patient = Limits(deadline=300, first_token=300)
    model = open_llm("openai:smollm2", base_url=server.openai_url, limits=patient)
    writer = Writer(model=model, verifier=verifier, prompt=load_prompt(DRAFTING), wording=load_wording())
    passages = {question: retriever.retrieve(question, 1)[0] for question in DRAFTED}
    lines = {
        question: tuple(writer.write(question, [passage], today=TODAY, streaming=True))
        for question, passage in passages.items()
    }
    yield Drafts(passages=passages, lines=lines)
    model.close()


def test_the_model_writes_what_the_passage_does_not_say_and_it_falls(drafts: Drafts) -> None:
    lines = list(chain.from_iterable(drafts.lines.values()))
    assert len(lines) >= len(DRAFTED)
    assert Verdict.UNSUPPORTED in {line.verdict for line in lines}


@pytest.mark.parametrize("question", DRAFTED)
def test_a_line_that_holds_has_its_numbers_from_its_quotes(question: str, drafts: Drafts) -> None:
    for line in drafts.lines[question]:
        assert bool(line.quotes) == (line.verdict is not Verdict.UNSUPPORTED)
        if line.quotes:
            assert numbers(line.plain) <= numbers(" ".join(quote.text for quote in line.quotes))


@pytest.mark.parametrize("question", DRAFTED)
def test_a_draft_falls_before_the_passages_of_other_stories(question: str, drafts: Drafts, verifier: Verifier) -> None:
    article = drafts.passages[question].article.id
    others = [passage for passage in drafts.passages.values() if passage.article.id != article]
    for line in drafts.lines[question]:
        assert not verifier.check(line.plain, others, others).holds


def too_kind(question: str, sentence: str) -> pytest.ParameterSet:
    return pytest.param(question, sentence, marks=pytest.mark.xfail(strict=True, reason="taken for supported"))


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (HOW_LONG, "The first meeting in Yevlakh lasted 22 November 2026."),
        (HOW_LONG, "The first meeting in Yevlakh lasted twelve hours."),
        ("Did the Slate Guard own the weapons?", "The Slate Guard did not own the weapons."),
        (ANSWERED[2], "The Orchard Alliance won 22 seats in the 2023-2024 election."),
        (
            "When did the ceasefire take effect?",
            "The ceasefire in the Saltmarsh strip took effect on November 22, 2026.",
        ),
        ("Who won the cup final?", "The article is about the Cup Final in Quillane, not that in the Coastal League."),
        ("What did the ministry say about the equipment seized?", "Karsund's interior ministry put the"),
        (ANSWERED[1], "The central bank of Karsund raised its main rate by 5.25% (5.25% to 5.25%)."),
        ("How long did the talks in Lindholt last?", "The second round of talks in Lindholt lasted 2024-03-14."),
        ("Who is Halvena Strook?", "The Assembly of Nations, a fictional organization, is Halvena Strook."),
        too_kind(
            ANSWERED[2],
            "The Orchard Alliance has won the election in Ostrania with 71 of 140 seats, two more than the electoral"
            " commission's total of 140 seats.",
        ),
        too_kind(
            "Who mediated the ceasefire in the Saltmarsh strip?",
            'The example courier, who has been retired, is not the one who "mediated" the ceasefire in the Saltmarsh strip.',
        ),
        (
            "How many rifles were seized?",
            '{"key": "", "title": "Border police seize 312 rifles in the Ostel valley (fictional)", "publisher": "Karsund'
            ' Evening Post", "published": "2022-11-08",',
        ),
        too_kind(
            "What did Lodo Farrin say about the ceasefire?",
            "Lodo Farrin said that the marsh brigades had agreed to the ceasefire and that the ceasefire would continue.",
        ),
    ],
)
def test_what_the_model_once_made_up_falls(
    question: str, sentence: str, retriever: HybridRetriever, verifier: Verifier
) -> None:
    evidence = retriever.retrieve(question, 3)
    assert not verifier.check(sentence, evidence, evidence).holds


def _keys(body: Body) -> list[str]:
    return re.findall(r'^\{"key": "(\w+)"', body["messages"][-1]["content"], re.MULTILINE)
