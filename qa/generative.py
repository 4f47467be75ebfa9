"""Evidence -> draft with a language model: what it writes, sentence by sentence, each held against the passages."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from qa.attribution import within_sentence
from qa.citations import Line, Quote
from qa.llm import LanguageModel, Messages
from qa.markers import Marked, marked_sentences
from qa.prompting import Prompt, fitting, fresh_keys, neutral, render_evidence, tokens_in
from qa.types import ScoredPassage, Verdict
from qa.verification import Verifier

NONE, MISSING = "NOT_IN_ARTICLES", "MISSING:"  # what the prompt asks the model to say
MOST_SENTENCES = 12
ROOM = 800  # tokens of the window that are left for the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a draft: its lines with their verdicts, what the model left open, and how much it was shown."""

    lines: tuple[Line, ...]
    declined: bool
    missing: str | None
    shown: int

    @property
    def left_out(self) -> int:
        """How many sentences fell."""
        return sum(line.verdict is Verdict.UNSUPPORTED for line in self.lines)

    @property
    def corrected(self) -> int:
        """How many sources were put right."""
        return sum(line.verdict is Verdict.WRONG_SOURCE for line in self.lines)


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
        lines: dict[str, Line] = {}
        before = ""
        declined, missing = False, None
        try:
            for sentence in islice(marked_sentences(pieces, keyed), MOST_SENTENCES):
                if sentence.text.startswith(NONE):
                    declined = True
                elif sentence.text.upper().startswith(MISSING):
                    missing = sentence.text[len(MISSING) :].strip() or None
                elif (line := self._checked(sentence, keyed, before)).plain not in lines:
                    lines[line.plain] = line
                    before = sentence.text if line.verdict is not Verdict.UNSUPPORTED else before
                    yield line
        finally:
            _close(pieces)
        return Written(lines=tuple(lines.values()), declined=declined, missing=missing, shown=len(keyed))

    def _checked(self, sentence: Marked, keyed: dict[str, ScoredPassage], before: str) -> Line:
        """The sentence as a line with its verdict, and with its speaker where it left that out.

        `before` is the last sentence that held: what a pronoun of this one stands for.
        """
        text = sentence.text
        checked = self._verifier.check(text, [keyed[key] for key in sentence.keys], list(keyed.values()), before)
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
