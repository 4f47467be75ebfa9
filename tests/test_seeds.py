"""What ships as content keeps its promises: the briefs, the distractors and the question set."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from qa.evaluation.questions import Question, load_questions
from qa.normalise import canonical_words

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
CORPUS = ROOT / "tests" / "corpus"
QUESTIONS = ROOT / "tests" / "questions.jsonl"
ORIGINALS = ROOT.parent / "shared" / "seeds"

COPIED_WORDS = 12
DECLINED_TYPES = frozenset({"false_premise", "unanswerable_near", "unanswerable_far", "instruction"})
ANSWERED_TYPES = frozenset(
    {"fact", "multi_fact", "comparison", "time_order", "paraphrase", "misspelling", "attributed", "negation", "summary"}
)
# Words that an original or a brief capitalises for their place, and the furniture of a web page.
PLACED_WORDS = frozenset(
    (
        *(
            "after",
            "all",
            "also",
            "according",
            "articles",
            "at",
            "following",
            "how",
            "in",
            "it",
            "news",
            "on",
            "positive",
        ),
        *("related", "representatives", "restoration", "tensions", "the", "those"),
    )
)
BRIEFS = {
    "000_99fdf4255d69b6ba.txt": ("TASS", date(2023, 9, 27)),
    "002_0df842c766e6f7a2.txt": ("unknown", date(2023, 9, 21)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A Markdown file of the project: its front matter and its text."""

    name: str
    front: dict[str, Any]
    text: str

    @property
    def everything(self) -> str:
        return f"{self.front['title']}\n\n{self.text}"


def read_sheet(path: Path) -> Sheet:
    before, front, text = path.read_text(encoding="utf-8").split("---\n", 2)
    assert before == "", f"{path.name} does not begin with front matter"
    return Sheet(name=path.name, front=yaml.safe_load(front), text=text.strip())


def sheets(folder: Path) -> tuple[Sheet, ...]:
    return tuple(read_sheet(path) for path in sorted(folder.glob("*.md")) if path.name != "README.md")


def briefs() -> dict[str, Sheet]:
    return {sheet.front["source_file"]: sheet for sheet in sheets(SEEDS)}


def originals() -> dict[str, str]:
    if not ORIGINALS.is_dir():
        pytest.skip("the originals do not lie beside this checkout, so there is nothing to compare with")
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(ORIGINALS.glob("*.txt"))}


def plain_words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(words: list[str], length: int = COPIED_WORDS) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(length)), strict=False)


def copied_runs(text: str, sources: Iterable[str]) -> tuple[str, ...]:
    """The runs of twelve words, after lower-casing and dropping punctuation, that a text shares with any source."""
    known = {run for source in sources for run in runs(plain_words(source))}
    return tuple(" ".join(run) for run in runs(plain_words(text)) if run in known)


def project_texts() -> Iterator[tuple[str, str]]:
    """Every text file that is tracked, or would be if it were added; binary files are left out."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("this is not a git checkout, so the files of the project cannot be listed")
    for name in sorted(set(listing.stdout.decode().split("\0")) - {""}):
        path = ROOT / name
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        if b"\0" not in data:
            yield name, data.decode("utf-8", errors="ignore")


def names_and_figures(text: str) -> set[str]:
    """The words that begin with a capital or a digit, lower-cased; they are what a brief may neither lose nor add."""
    return {word.lower() for word in re.findall(r"\b[A-Z0-9]\w*", text)} - PLACED_WORDS


def contains(text: str, wanted: str) -> bool:
    return f" {' '.join(canonical_words(wanted))} " in f" {' '.join(canonical_words(text))} "


def unreachable(question: Question, texts: dict[str, str]) -> Iterator[str]:
    """What keeps a question from being answered with sentences of its sources alone."""
    sources = {source.source_file or "": texts[source.source_file or ""] for source in question.sources}
    for part in question.parts:
        if not any(contains(text, wanted) for text, wanted in product(sources.values(), part)):
            yield f"{question.id}: none of {part} is in {sorted(sources)}"
    for name, text in sources.items():
        if not any(contains(text, wanted) for part in question.parts for wanted in part):
            yield f"{question.id}: {name} holds nothing of the answer"
    for name in question.must_name:
        if not any(contains(text, name) for text in sources.values()):
            yield f"{question.id}: {name} is not named in {sorted(sources)}"


@pytest.fixture(scope="module")
def questions() -> tuple[Question, ...]:
    return load_questions(QUESTIONS)


def test_there_is_one_brief_for_each_original() -> None:
    assert len(sheets(SEEDS)) == 2
    assert briefs().keys() == BRIEFS.keys()


@pytest.mark.parametrize("source_file", BRIEFS)
def test_a_brief_says_whose_article_it_is_after_and_when_that_was_published(source_file: str) -> None:
    publisher, published = BRIEFS[source_file]
    front = briefs()[source_file].front
    assert front.keys() == {"title", "publisher", "published", "kind", "source_file"}
    assert (front["publisher"], front["published"], front["kind"]) == (publisher, published, "brief")
    assert front["title"].strip()


@pytest.mark.parametrize("source_file", BRIEFS)
def test_a_brief_loses_no_name_and_no_figure_and_adds_none(source_file: str) -> None:
    of_original = names_and_figures(originals()[source_file])
    of_brief = names_and_figures(briefs()[source_file].everything)
    assert of_brief ^ of_original == set()


@pytest.mark.parametrize("source_file", BRIEFS)
def test_a_brief_keeps_the_short_terms_that_the_original_quotes(source_file: str) -> None:
    quoted = re.findall(r"[\"“]([^\"“”]+)[\"”]", originals()[source_file])
    terms = [term for term in quoted if 1 < len(plain_words(term)) <= 7 and " said" not in term]
    brief = " ".join(plain_words(briefs()[source_file].text))
    assert terms
    assert [term for term in terms if " ".join(plain_words(term)) not in brief] == []


def test_no_file_of_the_project_repeats_twelve_words_of_an_original() -> None:
    known = {run for source in originals().values() for run in runs(plain_words(source))}
    found = {name: " ".join(run) for name, text in project_texts() for run in runs(plain_words(text)) if run in known}
    assert found == {}


def test_the_files_that_are_compared_with_the_originals_include_the_briefs_and_the_questions() -> None:
    names = {name for name, _ in project_texts()}
    assert {"tests/questions.jsonl", *(f"seeds/{sheet.name}" for sheet in sheets(SEEDS))} <= names


def test_twelve_copied_words_are_found_whatever_their_case_and_punctuation_and_eleven_are_not() -> None:
    source = "one two three four five six seven eight nine ten eleven twelve thirteen"
    assert copied_runs("Two, three: four! FIVE six seven (eight) nine - ten 'eleven' twelve\nthirteen.", [source]) == (
        "two three four five six seven eight nine ten eleven twelve thirteen",
    )
    assert copied_runs("two three four five six seven eight nine ten eleven twelve", [source]) == ()


def test_distractors_are_marked_as_fictional_and_dated() -> None:
    distractors = sheets(CORPUS)
    assert len(distractors) >= 6
    for sheet in distractors:
        assert sheet.front.keys() == {"title", "publisher", "published", "kind"}
        assert sheet.front["kind"] == "fictional"
        assert sheet.front["title"].endswith("(fictional)")
        assert isinstance(sheet.front["published"], date)
        assert 150 <= len(sheet.text.split()) <= 250, sheet.name


def test_no_distractor_holds_a_name_or_a_date_that_is_a_gold_answer(questions: tuple[Question, ...]) -> None:
    golds = {gold for question in questions for part in question.parts for gold in part}
    names = {gold for gold in golds if all(word[0].isupper() or word[0].isdigit() for word in gold.split())} - {"UN"}
    held = {(sheet.name, name) for sheet in sheets(CORPUS) for name in names if contains(sheet.everything, name)}
    assert {"Yevlakh", "Samantha Power", "September 20"} <= names
    assert held == set()


def test_there_are_enough_questions_of_every_type(questions: tuple[Question, ...]) -> None:
    answerable = Counter(question.answerable for question in questions)
    types = Counter(question.type for question in questions)
    assert answerable[True] >= 85
    assert answerable[False] >= 45
    assert types["unanswerable_near"] >= 30
    assert types.keys() == ANSWERED_TYPES | DECLINED_TYPES
    assert min(types.values()) >= 8


def test_only_questions_that_the_articles_answer_have_sources(questions: tuple[Question, ...]) -> None:
    for question in questions:
        assert question.answerable == (question.type in ANSWERED_TYPES), question.id
        assert {source.source_file for source in question.sources} <= BRIEFS.keys(), question.id
        assert bool(question.sources) == question.answerable, question.id


def test_both_halves_have_the_same_mix_of_types(questions: tuple[Question, ...]) -> None:
    tuned = Counter(question.type for question in questions if question.half == "tune")
    reported = Counter(question.type for question in questions if question.half == "report")
    assert tuned == reported
    assert tuned.total() * 2 == len(questions)


def test_no_question_of_one_half_is_a_near_copy_of_one_in_the_other(questions: tuple[Question, ...]) -> None:
    words = {question.id: frozenset(canonical_words(question.question)) for question in questions}
    tuned = [question.id for question in questions if question.half == "tune"]
    reported = [question.id for question in questions if question.half == "report"]
    alike = [
        (one, other)
        for one, other in product(tuned, reported)
        if len(words[one] & words[other]) > 0.5 * len(words[one] | words[other])
    ]
    assert alike == []


def test_every_gold_answer_can_be_given_in_the_words_of_the_briefs(questions: tuple[Question, ...]) -> None:
    texts = {name: sheet.text for name, sheet in briefs().items()}
    assert [problem for question in questions for problem in unreachable(question, texts)] == []


def test_every_gold_answer_can_be_given_in_the_words_of_the_originals(questions: tuple[Question, ...]) -> None:
    texts = originals()
    assert [problem for question in questions for problem in unreachable(question, texts)] == []


def test_a_gold_answer_that_its_source_does_not_hold_is_noticed() -> None:
    question = Question.model_validate_json(
        '{"id": "x", "question": "Where?", "type": "fact", "answerable": true, "gold": ["Lindholt"], '
        '"sources": [{"source_file": "a.txt"}], "must_name": ["Braek"]}'
    )
    assert list(unreachable(question, {"a.txt": "Braek met nobody in Lindholt."})) == []
    assert len(list(unreachable(question, {"a.txt": "The talks were held in Quillane."}))) == 3
