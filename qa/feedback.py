"""What readers say of answers: one line of JSON each, with the whole answer, so that it can become a test question."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

from index.errors import DatelineError
from qa.types import Answer, AnswerStatus

# Longer corrections are cut to this many characters.
MOST_CORRECTED = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One reader's word on one answer: whether it helped, what would have been right, and when (UTC).

    `history` are the turns before the question, oldest first, each `(question,)` or `(question, answer)`.
    """

    answer: Answer
    helpful: bool
    correction: str | None = None
    history: tuple[tuple[str, ...], ...] = ()
    at: datetime

    @classmethod
    def now(
        cls,
        answer: Answer,
        *,
        helpful: bool,
        correction: str | None = None,
        history: Iterable[Sequence[str]] = (),
    ) -> Self:
        """Feedback given at this moment; a correction is cut to 2,000 characters."""
        said = (correction or "").strip()[:MOST_CORRECTED] or None
        turns = tuple(map(tuple, history))
        at = datetime.now(UTC).replace(microsecond=0)
        return cls(answer=answer, helpful=helpful, correction=said, history=turns, at=at)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of a line in the file."""
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "helpful": self.helpful,
            "correction": self.correction,
            "history": [list(turn) for turn in self.history],
            "answer": self.answer.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """Take back what `to_dict` gave. Raises `ValueError`."""
        try:
            return cls(
                answer=Answer.from_dict(data["answer"]),
                helpful=bool(data["helpful"]),
                correction=data.get("correction"),
                history=tuple(tuple(map(str, turn)) for turn in data.get("history", ())),
                at=datetime.fromisoformat(data["at"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is no line of feedback: {error}.") from error


def feedback_file(index_dir: Path) -> Path:
    """Where the feedback on answers from an index is kept: feedback.jsonl beside its folder."""
    return index_dir.parent / "feedback.jsonl"


def add_feedback(file: Path, feedback: Feedback) -> None:
    """Append a line, complete on disk when this returns. Raises `DatelineError` where the file cannot be written."""
    line = json.dumps(feedback.to_dict(), ensure_ascii=False) + "\n"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as stream, _alone(stream):
            stream.write(line.encode("utf-8", "replace"))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise DatelineError(f"The feedback could not be written to {file}: {error.strerror}.") from error


def read_feedback(file: Path) -> tuple[tuple[Feedback, ...], tuple[str, ...]]:
    """The feedback in a file, the last word on each answer, and a sentence for each line that cannot be used.

    Whoever corrects an answer after a thumb, or takes another thumb, has written two lines about the very same answer.
    Raises `DatelineError` where there is no such file.
    """
    given, problems = [], []
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        told = f"There is no feedback to read in {file}: {error.strerror}. Readers give it with the thumbs in the chat."
        raise DatelineError(told) from error
    for number, line in enumerate(lines, 1):
        try:
            given += [Feedback.from_dict(json.loads(line))] if line.strip() else []
        except (ValueError, RecursionError):
            problems.append(f"{file}:{number} is no line of feedback and is left out.")
    last = {json.dumps(one.answer.to_dict(), sort_keys=True): one for one in given}
    return tuple(last.values()), tuple(problems)


def question_of(feedback: Feedback) -> dict[str, Any]:
    """A line of a question file, to be reviewed: what would have been right is the gold, what was cited the sources.

    Where a reader was content, the short answer is the gold, and a decline was right. What nobody said stays empty, so
    that `load_questions` names what is left to fill in.
    """
    answer = feedback.answer
    told = not feedback.helpful or answer.status is not AnswerStatus.NOT_IN_ARTICLES
    gold = answer.short_answer if feedback.helpful else feedback.correction
    line: dict[str, Any] = {
        "id": f"feedback-{hashlib.sha256(f'{feedback.at} {answer.question}'.encode('utf-8', 'replace')).hexdigest()[:8]}",
        "question": answer.question,
        "type": "feedback",
        "answerable": told,
        "tags": ["helpful" if feedback.helpful else "not helpful"],
    }
    if told:
        line |= {"gold": [gold] if gold else [], "sources": _sources(feedback)}
    if feedback.history:
        line["history"] = [list(turn) for turn in feedback.history]
    return line | ({"as_of": answer.as_of.isoformat()} if answer.as_of else {})


def _sources(feedback: Feedback) -> list[dict[str, str]]:
    """The cited articles, each once; the quote only where a reader was content with it."""
    sources: dict[str, dict[str, str]] = {}
    for citation in feedback.answer.citations:
        quote = {"quote": citation.quote} if feedback.helpful else {}
        sources.setdefault(citation.article_id, {"title": citation.title} | quote)
    return list(sources.values())


@contextmanager
def _alone(stream: IO[bytes]) -> Iterator[None]:
    """Hold the file against other writers, where the system has such a lock."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    fcntl.flock(stream, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(stream, fcntl.LOCK_UN)
