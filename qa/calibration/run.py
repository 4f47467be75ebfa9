"""`dateline calibrate`: fits the confidence for the reader and embedder in the settings, over the reports that ship."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from index.corpus import Corpus
from index.sync import sync_index
from qa.calibration.fitting import Row, Summary, fitted, rows_of, summary
from qa.calibration.stories import HELD_BACK, Report, read_stories, stories_of
from qa.candidates import CandidateFinder
from qa.confidence import calibration_file, calibration_key
from qa.reader import open_reader
from qa.retrieval import HybridRetriever
from qa.settings import Settings
from qa.types import ScoredPassage

FALSE_ANSWERS = 0.10  # the share of unanswerable questions that the bar lets through
QUESTIONS = 600
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """What was fitted, and where it was written."""

    key: str
    file: Path
    summary: Summary


def calibrate(settings: Settings, *, questions: int = QUESTIONS, progress: Progress | None = None) -> Calibrated:
    """Ask that many random questions of the shipped reports, fit, and write the result beside the index.

    The reports and their questions are fictional, ours, and none that the shipped reader was trained on. Raises
    `DatelineError` where the reader or the embedder cannot be loaded.
    """
    reports = read_stories(HELD_BACK)
    story_of = stories_of(reports)
    asked = [(report.story, question, answer) for report in reports for question, _, answer in report.asked]
    asked = random.Random(0).sample(asked, min(questions, len(asked)))  # noqa: S311
    rows: list[Row] = []
    reader = open_reader(settings.reader)
    reader.read("Who?", ["Nobody."])  # a reader that cannot be loaded is told before minutes of work
    with TemporaryDirectory(prefix="dateline-") as folder:
        corpus = _indexed(reports, settings, Path(folder))
        finder = CandidateFinder(corpus, reader, None)
        retriever = HybridRetriever(corpus, fetch_k=settings.fetch_k)
        for number, (story, question, answer) in enumerate(asked, start=1):
            rows += rows_of(
                corpus,
                finder,
                retriever,
                story,
                question,
                (answer,) if answer else (),
                top_k=settings.most_read,
                fits=partial(_is_of, story_of, story),  # the questions were written for one story each
            )
            if progress:
                progress(number, len(asked))
        corpus.close()
    found = fitted(rows, {})
    judged = summary(rows, found.held_out, FALSE_ANSWERS)
    key = calibration_key(reader.id, settings.embedder)
    file = calibration_file(settings.index_dir)
    file.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    known[key] = found.with_bar(judged.bar)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    part.replace(file)
    return Calibrated(key=key, file=file, summary=judged)


def _is_of(story_of: Mapping[str, str], story: str, scored: ScoredPassage) -> bool:
    return story_of[scored.article.title] == story


def _indexed(reports: list[Report], settings: Settings, folder: Path) -> Corpus:
    lines = [json.dumps(report.as_article()) for report in reports]
    (folder / "reports.jsonl").write_text("\n".join(lines), encoding="utf-8")
    inside = settings.model_copy(update={"index_dir": folder / "index"})
    sync_index([folder / "reports.jsonl"], settings=inside)
    return Corpus.open(inside)
