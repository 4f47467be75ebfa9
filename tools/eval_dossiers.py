"""Ask the dossiers their questions: `python tools/eval_dossiers.py {tune,report} [TYPE ...]`.

A dossier (tests/dossiers) is a folder of seven or eight fictional articles, two of them on one matter and the others easily
confused with them, with seventy questions of the same types as tests/questions.jsonl. Each is asked over its own folder.
Rules and constants may be chosen on the tune dossiers; the report dossiers are only counted.
"""

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from index.settings import IndexSettings
from index.sync import sync_index
from index.types import Article
from qa import Answer, QAEngine
from qa.evaluation import evaluate, load_questions, render_table
from qa.evaluation.questions import Question

DOSSIERS = Path(__file__).parent.parent / "tests" / "dossiers"
HALVES = {
    "tune": ("border-talks", "dam", "outbreak", "summit", "takeover"),
    "report": ("coalition", "ferry", "handover"),
}


class Dossiers:
    """Answers each question over the dossier that it was written for."""

    def __init__(self, engines: dict[str, QAEngine], home: dict[str, str]) -> None:
        self._engines, self._home = engines, home

    def answer(self, question: str, *, history: Sequence[Sequence[str]] = (), as_of: str | None = None) -> Answer:
        """Answer one question of the dossiers."""
        return self._engines[self._home[question]].answer(question, history=history, as_of=as_of)

    def article(self, article_id: str) -> Article:
        """The article with this id. Raises `KeyError`."""
        for engine in self._engines.values():
            try:
                return engine.article(article_id)
            except KeyError:
                continue
        raise KeyError(article_id)


def main() -> None:
    """Index the dossiers of a half, ask, print the report."""
    parser = argparse.ArgumentParser(description="Ask the dossiers their questions.")
    parser.add_argument("half", choices=HALVES)
    parser.add_argument("types", nargs="*", help="only these types of question")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        engines: dict[str, QAEngine] = {}
        home: dict[str, str] = {}
        questions: list[Question] = []
        for name in HALVES[arguments.half]:
            settings = IndexSettings(index_dir=folder / name)
            sync_index([DOSSIERS / name / "articles"], settings=settings)
            engines[name] = stack.enter_context(QAEngine.open(folder / name))
            asked = [
                q
                for q in load_questions(DOSSIERS / name / "questions.jsonl")
                if not arguments.types or q.type in arguments.types
            ]
            assert home.keys().isdisjoint(q.question for q in asked), name
            home |= {q.question: name for q in asked}
            questions += asked
        print(render_table(evaluate(Dossiers(engines, home), questions)))


if __name__ == "__main__":
    main()
