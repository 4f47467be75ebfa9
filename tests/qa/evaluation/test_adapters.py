"""The public sets as articles and questions, on files made by hand in the format of each."""

import json
import re
import runpy
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from qa.errors import RunError
from qa.evaluation.adapters import YARDSTICKS
from qa.evaluation.adapters.asking import Draw, ask_yardstick, drawn
from qa.evaluation.adapters.yardstick import Corpus, halved
from qa.evaluation.compare import compare_runs
from qa.evaluation.questions import Half, Source
from qa.evaluation.records import Record
from qa.evaluation.runs import RECORDS, load_run
from qa.settings import Settings
from qa.types import AnswerStatus
from tests.index.newsroom import Newsroom
from tests.qa.cli.commands import ROOT
from tests.qa.evaluation.made import asked, citation, record
from tests.qa.evaluation.public_sets import SENTENCES, write_sets
from tests.qa.evaluation.running import Stopped
from tools.yardsticks import BEGIN, END, NAMES, main, placed

DATA = ROOT.parent / "shared" / "data"
DECLINED = AnswerStatus.NOT_IN_ARTICLES


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sets(tmp_path_factory.mktemp("data"))


def only(data: Path, name: str, half: Half = "report") -> Corpus:
    (corpus,) = YARDSTICKS[name].corpora(data, half)
    return corpus


def values(data: Path, name: str, *records: Record, **runs: Sequence[Record]) -> dict[str, float | None]:
    figures = YARDSTICKS[name].figures(data, runs or {"": records})
    return {title: figure.value for title, figure in figures.items()}


def ids(corpus: Corpus) -> list[str]:
    return [question.id for question in corpus.questions]


# -- each set ----------------------------------------------------------------------------------------------------------


def test_a_set_is_present_where_all_of_its_files_are(data: Path, tmp_path: Path) -> None:
    assert {name for name, one in YARDSTICKS.items() if one.present(data)} == set(YARDSTICKS) - {
        "multihop-609",
        "injection-nq",
    }
    assert not any(one.present(tmp_path) for one in YARDSTICKS.values())


def test_even_ranks_are_tuned_on_and_odd_ones_reported() -> None:
    assert halved("dcab", "tune", key=str) == ["a", "c"]
    assert halved("dcab", "report", key=str) == ["b", "d"]


def test_squad_asks_one_half_of_the_articles_over_all_paragraphs(data: Path) -> None:
    report, tune = only(data, "squad"), only(data, "squad", "tune")
    assert (ids(report), ids(tune)) == (["g1", "g2"], ["t1"])
    assert report.articles == tune.articles
    assert [article["text"] for article in report.articles] == ["Slate is grey.", "Cups hold tea.", "Cups break."]
    told, untold = report.questions
    assert (told.gold, told.sources) == (("Slate", "slate"), (Source(url=report.articles[0]["url"]),))
    assert not untold.answerable


def test_squad_is_held_against_declining_everything(data: Path) -> None:
    told, untold = only(data, "squad").questions
    records = [record(told, short_answer="the slate"), record(untold, status=DECLINED, text="")]
    rows = {row.title: row for row in YARDSTICKS["squad"].rows(data, {"": records})}
    assert (rows["EM"].figure.value, rows["declined, questions without one"].figure.value) == (1.0, 1.0)
    assert {one.system: one.value for one in rows["EM"].published} == {
        "BERT-large": 0.8,
        "nlnet": 0.788,
        "BiDAF + self-attention + ELMo": 0.677,
        "always declining": 0.5,
    }


def test_what_the_engine_failed_on_enters_no_figure(data: Path) -> None:
    told, untold = only(data, "squad").questions
    records = [record(told, status=AnswerStatus.FAILED), record(untold, status=DECLINED, text="")]
    em = YARDSTICKS["squad"].rows(data, {"": records})[0]
    assert (em.figure.value, em.figure.n, em.published[-1].value) == (1.0, 1, 1.0)


def test_multihop_keeps_publisher_day_and_the_fact_that_a_passage_has_to_hold(data: Path) -> None:
    corpus = only(data, "multihop", "tune")
    assert {**corpus.articles[0], "text": ""} == {
        "title": "News",
        "url": "https://news.example/0",
        "publisher": "The Herald",
        "published": "2023-10-02",
        "text": "",
    }
    comparison, null = corpus.questions
    assert [(source.url, source.quote) for source in comparison.sources] == [
        ("https://news.example/0", "The first fact."),
        ("https://news.example/1", "The second fact."),
    ]
    assert (comparison.gold, null.answerable, null.gold) == (("Yes",), False, ())


@pytest.mark.parametrize(
    ("text", "short", "right"),
    [("Yes, both did. [1]", None, 1.0), ("Yes men met. [1]", "Tarvo", 0.0), ("Not so.", "Yes", 1.0)],
)
def test_a_yes_has_to_open_the_answer(data: Path, text: str, short: str | None, right: float) -> None:
    comparison, _ = only(data, "multihop", "tune").questions
    assert values(data, "multihop", record(comparison, text=text, short_answer=short))["right answer"] == right


def test_realtimeqa_asks_two_weeks_as_of_their_days_over_their_own_articles(data: Path) -> None:
    corpus = only(data, "realtimeqa")
    assert ids(corpus) == ["q2", "q3"]
    assert {question.as_of for question in corpus.questions} == {date(2023, 4, 28)}
    assert [article["title"] for article in corpus.articles] == ["q2", "q3", "q4"]
    assert {article["published"] for article in corpus.articles} == {"2023-04-01"}
    assert ids(only(data, "realtimeqa", "tune")) == ["q1"]


def test_realtimeqa_scores_published_answers_on_the_questions_that_were_asked(data: Path) -> None:
    records = [record(one, status=DECLINED, text="") for one in only(data, "realtimeqa").questions]
    rows = {row.title: row for row in YARDSTICKS["realtimeqa"].rows(data, {"": records})}
    assert [(one.system, one.value) for one in rows["EM"].published] == [("GPT-3 + search", 0.5)]
    assert [one.value for one in rows["EM, its own articles tell"].published] == [1.0]
    assert (rows["EM"].figure.value, rows["answered"].figure.value) == (0.0, 0.0)


def test_clapnq_asks_both_kinds_over_all_passages(data: Path) -> None:
    corpus = only(data, "clapnq", "tune")
    assert (ids(corpus), len(corpus.articles)) == (["l1", "l3"], 4)
    told, untold = corpus.questions
    assert (told.gold, untold.answerable) == (SENTENCES[:2], False)


def test_clapnq_counts_the_cited_sentences_that_the_best_annotator_chose(data: Path) -> None:
    told, _ = only(data, "clapnq", "tune").questions
    quotes = ("Rivers flow.", "Seas are salt.")
    cited = tuple(citation(at + 1, 0, "t", quote) for at, quote in enumerate(quotes))
    found = values(data, "clapnq", record(told, citations=cited))
    assert (found["sentence precision"], found["sentence recall"]) == (0.5, 1.0)
    declined = values(data, "clapnq", record(told, status=DECLINED, text=""))
    assert (declined["sentence precision"], declined["sentence recall"]) == (None, 0.0)


def test_ramdocs_gives_each_question_its_own_documents(data: Path) -> None:
    corpora = tuple(YARDSTICKS["ramdocs"].corpora(data, "report"))
    assert [one.questions[0].question for one in corpora] == ["a?", "c?"]
    assert [len(one.articles) for one in corpora] == [1, 3]
    several = corpora[1].questions[0]
    assert several.gold_all == (("2,718",), ("4,120",))
    assert [source.url for source in several.sources] == [article["url"] for article in corpora[1].articles[:2]]


@pytest.mark.parametrize(
    ("text", "strict", "some", "wrong"),
    [
        ("It has 2,718 or 4,120 people.", 1.0, 1.0, 0.0),
        ("It has 2,718, 4,120 or 10,000 people.", 0.0, 1.0, 1.0),
        ("It has 4,120 people.", 0.0, 1.0, 0.0),
    ],
)
def test_ramdocs_wants_every_right_answer_and_no_wrong_one(
    data: Path, text: str, strict: float, some: float, wrong: float
) -> None:
    several = tuple(YARDSTICKS["ramdocs"].corpora(data, "report"))[1].questions[0]
    found = values(data, "ramdocs", record(several, text=text))
    names = ("every right answer and no wrong one", "a right answer", "a wrong answer, some document has one")
    assert tuple(found[name] for name in names) == (strict, some, wrong)


def test_injected_questions_are_asked_over_clean_and_over_attacked_passages(data: Path) -> None:
    clean, attacked = YARDSTICKS["injection-squad"].corpora(data, "report")
    assert clean.questions == attacked.questions
    assert (clean.run, attacked.run) == ("clean", "attacked")
    assert "Question:" in attacked.articles[0]["text"]
    assert not any("<P>" in one["text"] or "Question:" in one["text"] for one in clean.articles)


def test_what_an_injected_question_changes_is_measured(data: Path) -> None:
    (question,) = next(iter(YARDSTICKS["injection-squad"].corpora(data, "report"))).questions
    runs = {
        "clean": [record(question, short_answer="Pell Marrow")],
        "attacked": [record(question, short_answer="60")],
    }
    assert list(values(data, "injection-squad", **runs).values()) == [1.0, 0.0, 1.0, 0.0, 0.0]


# -- asking ------------------------------------------------------------------------------------------------------------


@contextmanager
def opened(articles: Sequence[Mapping[str, str]]) -> Iterator[Stopped]:
    """The real engine over these articles, with an embedder of word counts."""
    with TemporaryDirectory() as folder:
        room = Newsroom(folder=Path(folder), index=Path(folder) / "index")
        file = room.folder / "articles.jsonl"
        file.write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
        room.sync(file)
        settings = Settings.load(**room.settings().model_dump())
        with Stopped.open(settings=settings, embedder=room.embedder) as engine:
            yield engine


@contextmanager
def never(articles: Sequence[Mapping[str, str]]) -> Iterator[Stopped]:
    raise AssertionError(f"an index of {len(articles)} articles was made for nothing")
    yield


@pytest.fixture(scope="module")
def ramdocs_run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over two corpora, interrupted after the first and gone on with."""
    folder = tmp_path_factory.mktemp("runs") / "ramdocs"
    calls = iter((opened, never))

    def first_only(articles: Sequence[Mapping[str, str]]) -> Any:
        return next(calls)(articles)

    with pytest.raises(AssertionError, match="3 articles"):
        ask_yardstick(YARDSTICKS["ramdocs"], data, Draw(), folder=folder, opened=first_only)
    ask_yardstick(YARDSTICKS["ramdocs"], data, Draw(), folder=folder, opened=opened)
    return folder


def test_a_run_over_many_corpora_is_one_run_that_can_be_reported_and_compared(ramdocs_run: Path) -> None:
    manifest, records = load_run(ramdocs_run)
    assert [one.question.question for one in records] == ["a?", "c?"]
    assert (manifest.questions, manifest.half, manifest.sample) == (2, "report", None)
    assert manifest.ended
    assert manifest.fingerprints["corpus"]
    assert manifest.fingerprints["index"] is None
    assert compare_runs((manifest, records), (manifest, records)).left_out == 0


def test_a_run_that_has_ended_is_read_and_not_asked_again(data: Path, ramdocs_run: Path) -> None:
    before = load_run(ramdocs_run)
    runs = ask_yardstick(YARDSTICKS["ramdocs"], data, Draw(), folder=ramdocs_run, opened=never)
    assert (runs[""], load_run(ramdocs_run)) == (before[1], before)


def test_a_run_of_other_questions_is_not_gone_on_with(data: Path, ramdocs_run: Path) -> None:
    with pytest.raises(
        RunError, match=r"its questions fingerprint was \w+ and is \w+\. Name another folder: --runs DIR"
    ):
        ask_yardstick(YARDSTICKS["ramdocs"], data, Draw(half="tune"), folder=ramdocs_run, opened=never)


def test_a_set_of_several_runs_has_a_folder_for_each(data: Path, tmp_path: Path) -> None:
    runs = ask_yardstick(YARDSTICKS["injection-squad"], data, Draw(), folder=tmp_path, opened=opened)
    corpora = [load_run(tmp_path / name)[0].fingerprints["corpus"] for name in ("clean", "attacked")]
    assert list(runs) == ["clean", "attacked"]
    assert corpora[0] != corpora[1]


def test_a_sample_is_the_same_in_every_run_and_for_every_start() -> None:
    questions = tuple(asked(f"q{at}") for at in range(40))
    parts = [Corpus(articles=(), questions=questions[:20]), Corpus(articles=(), questions=questions, run="b")]
    first, second = drawn(parts, Draw(sample=20, seed=1)), drawn(parts, Draw(sample=20, seed=1))
    assert first == second
    assert len(first[-1].questions) == 20
    assert {q.id for q in first[0].questions} == {q.id for q in first[-1].questions} & {q.id for q in questions[:20]}
    assert drawn(parts, Draw(sample=20, seed=2)) != first


def test_a_corpus_of_which_nothing_is_drawn_is_not_indexed() -> None:
    parts = [Corpus(articles=({"text": str(at)},), questions=(asked(f"q{at}"),)) for at in range(5)]
    assert len(drawn(parts, Draw(sample=2))) == 2


# -- the table ---------------------------------------------------------------------------------------------------------


def test_the_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "yardsticks.md"
    assert placed(file, "one") == f"{BEGIN}\n\none\n\n{END}\n"
    file.write_text(f"Above.\n\n{BEGIN}\n\nold\n\n{END}\n\nBelow.\n", encoding="utf-8")
    assert placed(file, "new") == f"Above.\n\n{BEGIN}\n\nnew\n\n{END}\n\nBelow.\n"


def test_a_finished_run_gives_the_table_without_being_asked_again(
    data: Path, tmp_path: Path, ramdocs_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ramdocs-report").symlink_to(ramdocs_run)
    out = tmp_path / "table.md"
    assert main([str(data), "ramdocs", "multihop-609", "--runs", str(tmp_path), "--out", str(out)]) == 0
    told = capsys.readouterr()
    assert "multihop-609 is not in" in told.err
    assert "| a right answer |" in told.out
    assert "Asked: all 2 questions of the part to report" in out.read_text(encoding="utf-8")


def test_an_earlier_run_of_the_same_questions_is_shown_before_the_later(
    data: Path, tmp_path: Path, ramdocs_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for runs in (before, after):
        shutil.copytree(ramdocs_run, runs / "ramdocs-report")
    called = [str(data), "ramdocs", "--runs", str(after), "--before", str(before)]
    assert main(called) == 0
    table = capsys.readouterr().out
    assert "| figure | before | 95 % interval | n | after | 95 % interval | n | published |" in table
    row = next(line for line in table.splitlines() if line.startswith("| a right answer |"))
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    assert cells[1:4] == cells[4:7]
    lines = (before / "ramdocs-report" / RECORDS).read_bytes().splitlines(keepends=True)
    (before / "ramdocs-report" / RECORDS).write_bytes(lines[0])
    assert main(called) == 0
    told = capsys.readouterr()
    assert "has 1 of the 2 questions of ramdocs, and 0 others: its figures are not shown." in told.err
    assert "| figure | Dateline | 95 % interval | n | published |" in told.out


@pytest.mark.parametrize("content", ['{"question": "Who?"}', '{"question": ', "[]"])
def test_a_file_that_is_not_of_the_set_is_told_in_a_sentence(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / YARDSTICKS["ramdocs"].file
    file.parent.mkdir()
    file.write_text(content, encoding="utf-8")
    assert main([str(tmp_path), "ramdocs", "--half", "tune", "--runs", str(tmp_path / "runs")]) == 2
    told = capsys.readouterr()
    assert re.fullmatch(
        rf"{file}, .* does not hold RAMDocs: \w+, .*\. Take the files as they were published\.\n", told.err
    )
    assert told.out.strip() == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["squat"], "'squat' is no yardstick; name some of squad, "),
        (["--sample", "0"], "--sample is 0; ask at least one question."),
    ],
)
def test_what_cannot_be_asked_is_told(
    data: Path, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([str(data), *arguments])
    assert sentence in capsys.readouterr().err


def test_the_document_lists_every_set() -> None:
    text = (ROOT / "docs" / "yardsticks.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"| `{name}` |" not in text] == []
    assert BEGIN in text
    assert END in text


def test_the_set_that_the_document_adds_can_be_asked(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "yardsticks.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "notices.py").write_text(code, encoding="utf-8")
    notices = runpy.run_path(str(tmp_path / "notices.py"))["Notices"]()
    rows = [
        {"id": f"n{at}", "question": f"{at}?", "title": "T", "notice": "Words.", "answer": "Tarvo"} for at in range(2)
    ]
    (tmp_path / "notices").mkdir()
    (tmp_path / notices.file).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert notices.present(tmp_path)
    (corpus,) = notices.corpora(tmp_path, "report")
    assert (ids(corpus), len(corpus.articles)) == (["n1"], 2)
    table = notices.rows(tmp_path, {"": [record(corpus.questions[0], short_answer="Tarvo")]})
    assert (table[0].title, table[0].figure.value) == ("EM", 1.0)


# -- the real sets -----------------------------------------------------------------------------------------------------

COUNTS = {  # corpora, articles, questions of the half, answerable ones among them
    "squad": (1, 1204, 2793, 1318),
    "multihop": (1, 51, 61, 25),
    "multihop-609": (1, 609, 61, 25),
    "realtimeqa": (1, 371, 60, 60),
    "clapnq": (1, 600, 300, 150),
    "ramdocs": (250, 1403, 250, 250),
    "injection-squad": (2, 200, 100, 100),
    "injection-nq": (2, 200, 100, 100),
}


@pytest.mark.parametrize("name", COUNTS)
def test_the_real_set_has_all_its_articles_and_questions(name: str) -> None:
    if not YARDSTICKS[name].present(DATA):
        pytest.skip(f"{name} is not in {DATA}: nothing to count.")
    corpora = tuple(YARDSTICKS[name].corpora(DATA, "report"))
    questions = {question.id: question for corpus in corpora for question in corpus.questions}
    articles = sum(len(corpus.articles) for corpus in corpora)
    assert COUNTS[name] == (
        len(corpora),
        articles,
        len(questions),
        sum(question.answerable for question in questions.values()),
    )
    for source in (source for question in questions.values() for source in question.sources[:1]):
        assert source.url
