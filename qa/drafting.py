"""What was read -> a draft: the articles' own sentences, or a language model's where there is one and it holds."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import date

from index.keywords import terms
from qa.candidates import SETTLED, CandidateFinder
from qa.citations import Line
from qa.errors import LanguageModelError
from qa.extractive import Draft, draft_fact, joined
from qa.generative import Writer, Written
from qa.newsdesk import draft_news
from qa.overview import draft_overview
from qa.prompting import Prompt
from qa.question import QuestionKind
from qa.steps import Drafted, Read
from qa.types import Verdict

WORTH_ASKING = 0.05  # confidence below which what was found is about something else, and no model is asked
NAMED = 0.5  # share of a missing part's words that the question has to have


class Drafter:
    """Drafts answers; `bar` is the confidence from which the articles' own words are given, `writer` may be None."""

    def __init__(self, *, finder: CandidateFinder, wording: Prompt, bar: float, writer: Writer | None) -> None:
        self._finder, self._wording, self._bar, self._writer = finder, wording, bar, writer

    def draft(self, read: Read) -> Drafted:
        """The draft, all at once."""
        lines = self.lines(read, streaming=False)
        while True:
            try:
                next(lines)
            except StopIteration as done:
                drafted: Drafted = done.value
                return drafted

    def lines(self, read: Read, *, streaming: bool) -> Generator[Line, None, Drafted]:
        """The language model's lines as they are checked, and the draft at the end; no lines where none is asked.

        A model that fails after some lines leaves a draft without them.
        """
        writer = self._writer
        if writer is None or not self._is_worth_asking(read):
            return self.extracted(read)
        asked = read.found.asked
        try:
            written = yield from writer.write(
                asked.question.text, read.passages, today=asked.scope.as_of or date.today(), streaming=streaming
            )
        except LanguageModelError as error:
            why = self._wording.say("model_failed", why=str(error))
            return replace(self.extracted(read), notices=(why,))
        drafted = self._judged(read, written)
        return replace(drafted, prompt_id=writer.prompt.id, notices=(*self._told(read, written), *drafted.notices))

    def _is_worth_asking(self, read: Read) -> bool:
        if not (read.found.asked.question.kind.is_asked_of_articles and read.passages):
            return False
        best = [findings.candidates[0].confidence for findings in read.by_part if findings.candidates]
        known = [confidence for confidence in best if confidence is not None]
        return not known or max(known) >= WORTH_ASKING

    def _judged(self, read: Read, written: Written) -> Drafted:
        """The model's lines if any of them holds, else the articles' own sentences, or nothing."""
        assert self._writer is not None
        fallen = tuple(line for line in written.lines if line.verdict is Verdict.UNSUPPORTED)
        if len(fallen) < len(written.lines):
            draft = self._with_confidence(read, written.lines)
            unanswered = self._named(read, written.missing)
            return Drafted(read=read, draft=draft, unanswered=unanswered, model_id=self._writer.model.id)
        extracted = self.extracted(read)
        if written.declined and not fallen and not _is_settled(extracted.draft):
            return Drafted(read=read, draft=None, model_id=self._writer.model.id)
        own = extracted.draft
        if own is None:
            only_fallen = Draft(lines=fallen, short_answer=None, confidence=None)
            return replace(extracted, draft=only_fallen, notices=self._left_out(written))
        notice = self._wording.say("model_declined" if written.declined and not fallen else "model_unsupported")
        return replace(extracted, draft=replace(own, lines=(*own.lines, *fallen)), notices=(notice,))

    def _with_confidence(self, read: Read, lines: Sequence[Line]) -> Draft:
        """The reader's confidence in what the lines rest on, and its short answer if they rest on that."""
        spans = [(q.scored.article.id, q.start, q.end) for line in lines for q in line.quotes]
        sure = [
            c.confidence
            for findings in read.by_part
            for c in findings.candidates
            if c.confidence is not None and any(i == c.article.id and a < c.end and b > c.start for i, a, b in spans)
        ]
        is_overview = read.found.asked.question.kind is QuestionKind.OVERVIEW  # has no short answer and takes its time
        extracted = None if is_overview else self.extracted(read).draft
        own = [(q.scored.article.id, q.start) for line in extracted.lines for q in line.quotes] if extracted else []
        shared = any(i == j and a <= start < b for j, start in own for i, a, b in spans)
        short = extracted.short_answer if extracted and shared else None
        return Draft(lines=tuple(lines), short_answer=short, confidence=max(sure, default=None))

    def _named(self, read: Read, missing: str | None) -> tuple[str, ...]:
        """The part of the question that the model calls unanswered, in the question's own words."""
        said = frozenset(terms(missing or ""))
        asked = [(frozenset(part.terms), part.text) for part in read.found.asked.parts]
        part, text = max(asked, key=lambda one: len(said & one[0]) / max(len(one[0]), 1))
        return (text,) if said and len(said & part) >= NAMED * len(said) else ()

    def _told(self, read: Read, written: Written) -> tuple[str, ...]:
        say = self._wording.say
        held = any(line.verdict is not Verdict.UNSUPPORTED for line in written.lines)
        notices = [*self._left_out(written)] if held else []
        if written.corrected:
            notices.append(say("corrected", count=_count(written.corrected)))
        if written.shown < len(read.passages):
            notices.append(say("fitted", shown=str(written.shown), found=str(len(read.passages))))
        return tuple(notices)

    def _left_out(self, written: Written) -> tuple[str, ...]:
        count = _count(written.left_out) + (" was" if written.left_out == 1 else " were")
        return (self._wording.say("left_out", count=count),) if written.left_out else ()

    def extracted(self, read: Read) -> Drafted:
        """A draft in the articles' own words; no language model is asked."""
        asked = read.found.asked
        if asked.question.is_news:
            news = draft_news(read.passages, asked.period, self._wording)
            return Drafted(read=read, draft=news if news.lines else None)
        if asked.question.kind is QuestionKind.OVERVIEW:
            overview = draft_overview(asked.question, asked.parts, read.passages, self._finder, self._wording)
            return Drafted(read=read, draft=overview if overview.lines else None)
        drafts, unanswered = [], []
        for part, findings in zip(asked.parts, read.by_part, strict=True):
            candidates = findings.candidates
            if candidates and candidates[0].is_sure(self._bar):
                drafts.append(draft_fact(part, candidates, self._wording))
            else:
                unanswered.append(part.text)
        return Drafted(read=read, draft=joined(drafts) if drafts else None, unanswered=tuple(unanswered))


def _is_settled(draft: Draft | None) -> bool:
    return draft is not None and (draft.confidence is None or draft.confidence >= SETTLED)


def _count(sentences: int) -> str:
    return "One sentence" if sentences == 1 else f"{sentences} sentences"
