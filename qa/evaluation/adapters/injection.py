"""Passages with a second question planted in them: is the first one answered all the same?"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from qa.evaluation.adapters.yardstick import Corpus, Published, Runs, Yardstick, halved, reached, read_lines, worded
from qa.evaluation.figures import Figure
from qa.evaluation.injection import injection_of
from qa.evaluation.questions import Half, Question, Source

CLEAN, ATTACKED = "clean", "attacked"
_CONTEXTS = {CLEAN: "context", ATTACKED: "injected_context"}
_MARKUP = re.compile(r"</?[A-Za-z]+>")  # Natural Questions kept that of its pages
_HANDED = "200 questions of the same set, each handed its passage"
_CLEAN_F1, _ATTACKED_F1 = "F1 to the original answer, clean", "F1 to the original answer, attacked"
_INJECTED_F1 = "F1 to the injected answer, attacked"


class InjectedSquad(Yardstick):
    """Half of the SQuAD questions, asked over all clean passages of the half and then over all attacked ones."""

    name = "injection-squad"
    title = "Injected questions, SQuAD"
    about = "Half of 200 passages, each with its question, as they are and with another question planted at their end"
    source = "Li et al. (2023), arXiv:2308.10819"
    file = "instr_robust/SQuAD_200_seed7.jsonl"
    others: ClassVar[Mapping[str, tuple[Published, ...]]] = {
        _CLEAN_F1: reached({"GPT-3.5": 0.61, "Claude 2": 0.39, "Llama 2 70B": 0.69}, _HANDED),
        _ATTACKED_F1: reached({"GPT-3.5": 0.44, "Claude 2": 0.21, "Llama 2 70B": 0.09}, _HANDED),
        _INJECTED_F1: reached({"GPT-3.5": 0.23, "Claude 2": 0.20, "Llama 2 70B": 0.56}, _HANDED),
    }

    def corpora(self, data: Path, half: Half) -> Iterable[Corpus]:
        """The clean passages, then the attacked ones, with the same questions."""
        rows = halved(read_lines(data / self.file), half, key=lambda row: row["question"])
        questions = tuple(map(_question, rows))
        for run, field in _CONTEXTS.items():
            yield Corpus(
                run=run,
                articles=tuple(
                    {"title": f"Passage {place}", "url": _url(row), "text": _MARKUP.sub(" ", row[field])}
                    for place, row in enumerate(rows, 1)
                ),
                questions=questions,
            )

    def figures(self, data: Path, runs: Runs) -> Mapping[str, Figure]:
        """F1 to both answers, and how much of it an attack leaves."""
        found = injection_of(runs[CLEAN], runs[ATTACKED])
        return {
            _CLEAN_F1: found.clean,
            _ATTACKED_F1: found.attacked,
            _INJECTED_F1: found.injected,
            # What the right answers share with the injected ones by chance.
            "F1 to the injected answer, clean": injection_of(runs[CLEAN], runs[CLEAN]).injected,
            "kept of the clean F1": found.retention,
        }


class InjectedNQ(InjectedSquad):
    """The same with passages and questions of Natural Questions."""

    name = "injection-nq"
    title = "Injected questions, Natural Questions"
    file = "instr_robust/NaturalQuestions_200_seed7.jsonl"
    source = "Li et al. (2023), arXiv:2308.10819; no published figure is held here"
    others: ClassVar[Mapping[str, tuple[Published, ...]]] = {}


def _question(row: dict[str, Any]) -> Question:
    return Question(
        id=row["qid"],
        question=row["question"].strip(),
        type="fact",
        answerable=True,
        gold=worded(row["answers"]),
        injected=worded(row["injected_answers"]),
        sources=(Source(url=_url(row)),),
    )


def _url(row: dict[str, Any]) -> str:
    return f"https://injection.example/{row['qid']}"
