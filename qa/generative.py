"""Evidence -> draft with a language model: what it writes, sentence by sentence, each held against the passages."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from qa.attribution import within_sentence
from qa.citations import Line, Quote
from qa.llm import LanguageModel, Messages
from qa.markers import Marked, marked_sentences
from qa.prompting import Prompt, fitting, fresh_keys, neutral, render_evidence, tokens_in
from qa.types import ScoredPassage, Verdict
from qa.verification import Checked, Verifier

NONE, MISSING = "NOT_IN_ARTICLES", "MISSING:"  # what the prompt asks the model to say
MOST_SENTENCES = 12
ROOM = 800  # tokens of the window that are left for the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a draft: how many sentences fell, how many sources were put right, and what the model left open."""

    lines: tuple[Line, ...]
    left_out: int
    corrected: int
    declined: bool
    missing: str | None
    shown: int


@dataclass(slots=True, kw_only=True)
class _Progress:
    lines: list[Line] = field(default_factory=list)
    left_out: int = 0
    corrected: int = 0
    declined: bool = False
    missing: str | None = None


class Writer:
    """Asks a language model for a draft and lets through what the passages bear out."""

    def __init__(self, *, model: LanguageModel, verifier: Verifier, prompt: Prompt, wording: Prompt) -> None:
        self.model, self.prompt = model, prompt
        self._verifier, self._wording = verifier, wording

    def write(
        self, question: str, evidence: Sequence[ScoredPassage], *, today: date, streaming: bool
    ) -> Generator[Line, None, Written]:
        """The lines as they are checked, those that fell among them, and the sum of it at the end.

        Raises `LanguageModelError`, possibly after some lines; closing the generator ends the model's call.
        """
        keyed = self._keyed(question, evidence, today)
        messages = self._messages(question, keyed, today)
        pieces = self.model.stream(messages) if streaming else iter([self.model.complete(messages)])
        progress = _Progress()
        try:
            for sentence in islice(marked_sentences(pieces, keyed), MOST_SENTENCES):
                if line := self._checked(sentence, keyed, progress):
                    yield line
        finally:
            _close(pieces)
        return Written(
            lines=tuple(progress.lines),
            left_out=progress.left_out,
            corrected=progress.corrected,
            declined=progress.declined,
            missing=progress.missing,
            shown=len(keyed),
        )

    def _checked(self, sentence: Marked, keyed: dict[str, ScoredPassage], progress: _Progress) -> Line | None:
        """The sentence as a line with its verdict; None where it is a word to Dateline and not to the reader."""
        if sentence.text.startswith(NONE):
            progress.declined = True
            return None
        if sentence.text.upper().startswith(MISSING):
            progress.missing = sentence.text[len(MISSING) :].strip() or None
            return None
        checked = self._verifier.check(sentence.text, [keyed[key] for key in sentence.keys], list(keyed.values()))
        line = self._line(sentence.text, checked)
        if any(line.plain == other.plain for other in progress.lines):
            return None
        progress.left_out += not checked.holds
        progress.corrected += checked.verdict is Verdict.WRONG_SOURCE
        progress.lines.append(line)
        return line

    def _line(self, text: str, checked: Checked) -> Line:
        quotes: tuple[Quote, ...] = checked.quotes if checked.holds else ()
        if checked.speaker is None:
            return Line(parts=((text, False),), quotes=quotes, verdict=checked.verdict)
        said = self._wording.say("attributed", speaker=within_sentence(checked.speaker))
        return Line(parts=((said, False), (text, False)), quotes=quotes, said=said, verdict=checked.verdict)

    def _keyed(self, question: str, evidence: Sequence[ScoredPassage], today: date) -> dict[str, ScoredPassage]:
        room = self.model.window - ROOM - sum(tokens_in(text) for _, text in self._messages(question, {}, today))
        shown = fitting(evidence, room)
        return dict(zip(fresh_keys(len(shown)), shown, strict=True))

    def _messages(self, question: str, keyed: dict[str, ScoredPassage], today: date) -> Messages:
        user = self.prompt.say(
            "user", question=neutral(question), passages=render_evidence(keyed), as_of=f"{today:%d %B %Y}"
        )
        return (("system", self.prompt.say("system", missing=MISSING, none=NONE)), ("human", user))


def _close(pieces: Iterator[str]) -> None:
    if isinstance(pieces, Generator):
        pieces.close()
