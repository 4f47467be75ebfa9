"""Whether two runs may be held against each other: over the same articles, and asked the same questions."""

from collections.abc import Mapping, Sequence

from qa.errors import ComparisonError
from qa.evaluation.questions import Question
from qa.evaluation.records import Manifest, Record

Run = tuple[Manifest, Sequence[Record]]


def changed_fields(one: Question, other: Question) -> list[str]:
    """The fields in which two questions differ, of those that an answer or its scores may depend on."""
    names = (name for name in Question.model_fields if name not in ("tags", "half"))
    return [name for name in names if getattr(one, name) != getattr(other, name)]


def require_same_articles(before: Manifest, after: Manifest) -> None:
    """Raise `ComparisonError` where two runs were asked over different articles."""
    one, other = before.fingerprints.get("corpus"), after.fingerprints.get("corpus")
    if one != other:
        raise ComparisonError(
            f"The runs were asked over different articles (corpus {one or 'unknown'} and {other or 'unknown'}), so their "
            "figures do not go together; compare them all the same with --anyway."
        )


def require_same_questions(before: Run, after: Run) -> None:
    """Raise `ComparisonError` unless both runs asked the same, saying what is in one of them only or in other words."""
    first, second = ({record.question.id: record.question for record in records} for _, records in (before, after))
    changed = {
        id_: fields for id_ in first.keys() & second.keys() if (fields := changed_fields(first[id_], second[id_]))
    }
    told = [f"{len(first.keys() & second.keys()) - len(changed)} are shared"]
    told += [f"{count} only in {name}" for count, name in _alone(first, second) if count]
    if changed:
        id_ = min(changed)
        told.append(f"{len(changed)} have the same id and differ, as {id_} does in {' and '.join(changed[id_])}")
    if len(told) > 1:
        unfinished = any(manifest.ended is None for manifest, _ in (before, after))
        finish = "finish the shorter one with dateline eval --resume, or " if unfinished else ""
        raise ComparisonError(
            f"The runs did not ask the same questions: {', '.join(told)}; {finish}compare the shared ones with --anyway."
        )


def _alone(first: Mapping[str, Question], second: Mapping[str, Question]) -> tuple[tuple[int, str], tuple[int, str]]:
    """How many questions only one of two runs has, with a word for the run."""
    return (len(first.keys() - second.keys()), "the first"), (len(second.keys() - first.keys()), "the second")
