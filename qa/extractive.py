"""Evidence -> draft without a language model: the short answer and its sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.keywords import terms
from qa.attribution import ROLES, Attribution, attribution_of, within_sentence
from qa.candidates import Candidate
from qa.citations import Line, Quote
from qa.disagreement import other_versions
from qa.phrases import Kind, kind_of
from qa.prompting import Prompt
from qa.question import Expected, Question, QuestionKind
from qa.spans import names_around, widen

FACT_WORDS = 60  # an answer to one fact is never longer
# Below this confidence no short answer stands before the sentence, whose place is surer than the words in it, and the second best
# sentence stands after it.
SHORT_BAR = 0.45
SECOND_WORDS = 12  # a second sentence gets at least so many words or is left out
OTHER_WORDS = 40  # of the sentence of a source that answers otherwise
SECOND_SHARE = 0.3  # and has at least this share of the best one's confidence
_SAYS_NOTHING = frozenset(terms("those some others many several ones it they them who which something somebody"))
_WHO_IS = re.compile(
    r"^[Ww]ho(?:[’']s| is| was| are| were) (?:(?=[A-Z])|(?!(?:the|an?|one|now|in|at|on|behind|this|that|it)\b)[a-z’'-]+ [a-z’'-]+\??$)"
)
# "Who is Drovnia's president?", "Who was Holm's husband?": a name is asked for
_WHO_HOLDS = re.compile(rf"\b(?:{ROLES})s?(?: (?:of|to|for|in|at|under) .*)?\??$|(?<!ho)[’']s? [a-z]+(?: [a-z]+)?\??$")
_WHO_DID = re.compile(  # may be several
    r"^(?:and |so )?(?:whom? (?!is\b|was\b)|(?:which|what) (?:\w+ )?(?:people|men|women|politicians|\w+(?:ers|ors|ists|ants))\b)",
    re.IGNORECASE,
)
_WHO = re.compile(r"^(?:and |so )?whom?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Lines in order, each with what it rests on; the first `lead` of them are short answers, the others sentences.

    `versions` are short answers of several sources that differ, each with the sentence that it stands in.
    """

    lines: tuple[Line, ...]
    short_answer: str | None
    confidence: float | None
    lead: int = 0
    versions: tuple[tuple[str, Quote], ...] = ()


def draft_fact(question: Question, candidates: Sequence[Candidate], wording: Prompt) -> Draft:
    """The short answer first, with its speaker where the article has one, then the sentence word for word.

    A yes-or-no question, a why and a how get the sentence only. Where the best of the candidates is not sure enough for
    a short answer, the second best sentence stands beside it if there is room. At most 60 words, and a sentence more for
    each source that answers otherwise.
    """
    candidate = candidates[0]
    quote = _quote(candidate)
    said = attribution_of(candidate.article.text, candidate.start, candidate.end)
    lines: list[Line] = []
    short = _short_answer(question, candidate) if question.kind is QuestionKind.FACT else ""
    if short and len(short.split()) <= FACT_WORDS // 3:
        lines.append(_short_line(short, quote, _speaker_of_span(candidate, said), wording))
    room = FACT_WORDS - sum(len(line.plain.split()) for line in lines)
    speaker = None if lines else unnamed(said)
    lead = len(lines)
    lines.append(_sentence_line(candidate, quote, speaker, room, wording))
    room -= len(lines[-1].plain.split())
    if _is_unsure(candidate) and room >= SECOND_WORDS and len(candidates) > 1 and _adds(candidates[1], candidate):
        lines.append(_second_line(candidates[1], room, wording))
    others = _otherwise(question, candidates, short) if short else ()
    lines += (_second_line(other, OTHER_WORDS, wording) for _, other in others)
    return Draft(
        lines=tuple(lines),
        short_answer=short or None,
        confidence=candidate.confidence,
        lead=lead,
        versions=((short, quote), *((said, _quote(other)) for said, other in others)) if others else (),
    )


def _otherwise(question: Question, candidates: Sequence[Candidate], short: str) -> tuple[tuple[str, Candidate], ...]:
    """The candidates of other articles that answer otherwise, with their short answers."""
    shorts = [short, *(_short_answer(question, candidate) for candidate in candidates[1:])]
    return tuple((shorts[at], candidates[at]) for at in other_versions(question, candidates, shorts))


def _quote(candidate: Candidate) -> Quote:
    return Quote(scored=candidate.scored, start=candidate.start, end=candidate.end)


def _is_unsure(candidate: Candidate) -> bool:
    return candidate.confidence is not None and candidate.confidence < SHORT_BAR


def _adds(second: Candidate, best: Candidate) -> bool:
    """Whether a sentence is another one and not far less likely."""
    apart = second.article.id != best.article.id or second.start >= best.end or second.end <= best.start
    return apart and (second.confidence or 0.0) >= SECOND_SHARE * (best.confidence or 0.0)


def _second_line(candidate: Candidate, room: int, wording: Prompt) -> Line:
    speaker = unnamed(attribution_of(candidate.article.text, candidate.start, candidate.end))
    return _sentence_line(candidate, _quote(candidate), speaker, room, wording)


def _short_answer(question: Question, candidate: Candidate) -> str:
    """The words of the span, made whole; none where they say nothing, or name somebody else than the question does."""
    if _is_unsure(candidate):
        return ""
    text, sentence = candidate.article.text, (candidate.start, candidate.end)
    if candidate.span == sentence:
        return ""
    # asks for what somebody is, and not for a name
    is_somebody = bool(_WHO_IS.match(question.text)) and not _WHO_HOLDS.search(question.text)
    expected = Expected.ANY if is_somebody else question.expected
    bounds = widen(text, candidate.span, sentence, expected, question.counted)
    if _WHO_DID.match(question.text):
        listed = names_around(text, *bounds, sentence)
        bounds = bounds if _names_asked(question, text[slice(*listed)]) else listed
    short = " ".join(text[slice(*bounds)].split())
    short = re.sub(r"^(?:however, )?(?:that |to |by )?", "", short)
    if is_somebody:
        short = _without_name(short, question)
    if _WHO.match(question.text):
        short = re.sub(r"[’']s?$", "", short)
    said = frozenset(terms(short))
    other = is_somebody and not said & frozenset(question.terms) and short.istitle() and kind_of(short) is Kind.PERSON
    return "" if said <= _SAYS_NOTHING or other else short


def _names_asked(question: Question, names: str) -> bool:
    """Whether some of the names are the question's own, so that the others alone are the answer."""
    return not frozenset(question.names).isdisjoint(terms(names))


def _without_name(short: str, question: Question) -> str:
    """What a span says of somebody beside the name: "the mayor" of "the mayor, Ansa Kolvery, and her deputy"."""
    names = frozenset(question.names or question.terms)
    words = short.split(" ")
    named = [at for at, word in enumerate(words) if names & set(terms(word))]
    if not named:
        return short
    before, after = " ".join(words[: named[0]]), " ".join(words[named[-1] + 1 :])
    if words[named[-1]].endswith(",") and not before:
        return after.split(",")[0]
    return before.strip(" ,")


def joined(drafts: Sequence[Draft]) -> Draft:
    """The drafts of the parts of one question as one: the short answers, then the sentences, each once."""
    shorts = [line for draft in drafts for line in draft.lines[: draft.lead]]
    rest = [line for draft in drafts for line in draft.lines[draft.lead :]]
    sentences = {(line.quotes[0].start, line.quotes[0].scored.article.id): line for line in rest}
    said = [draft.short_answer for draft in drafts if draft.short_answer]
    sure = [draft.confidence for draft in drafts if draft.confidence is not None]
    return Draft(
        lines=(*shorts, *sentences.values()),
        short_answer="; ".join(dict.fromkeys(said)) if len(said) == len(drafts) else None,
        confidence=min(sure, default=None),
        lead=len(shorts),
        versions=tuple(version for draft in drafts for version in draft.versions) if len(drafts) == 1 else (),
    )


def _according_to(speaker: str, wording: Prompt) -> str:
    return wording.say("attributed", speaker=within_sentence(speaker))


def _short_line(short: str, quote: Quote, speaker: str | None, wording: Prompt) -> Line:
    if speaker is None:
        return Line(parts=((short, True),), quotes=(quote,))
    prefix = _according_to(speaker, wording)
    return Line(parts=((prefix, False), (short, True)), quotes=(quote,), said=prefix)


def _sentence_line(candidate: Candidate, quote: Quote, speaker: str | None, room: int, wording: Prompt) -> Line:
    text = candidate.sentence
    if speaker:
        room -= len(_according_to(speaker, wording).split())
    if len(text.split()) > room:
        text = _excerpt(candidate, room)
    return with_speaker(text, quote, speaker, wording)


def with_speaker(text: str, quote: Quote, speaker: str | None, wording: Prompt) -> Line:
    """A line of the article's words, after the name of a speaker whom they do not name."""
    text = " ".join(text.split())
    if speaker is None:
        return Line(parts=((text, False),), quotes=(quote,))
    prefix = _according_to(speaker, wording)
    return Line(parts=((prefix, False), (text, False)), quotes=(quote,), said=prefix)


def _excerpt(candidate: Candidate, room: int) -> str:
    """The words around the span that fit, with an ellipsis where the sentence goes on."""
    text = candidate.sentence
    words = text.split()
    a, b = (min(max(position - candidate.start, 0), len(text)) for position in candidate.span)
    first, last = len(text[:a].split()), len(text[:b].split())
    begin = max(0, min(first - (room - (last - first)) // 2, len(words) - room))
    end = min(len(words), begin + room)
    return ("… " if begin else "") + " ".join(words[begin:end]) + (" …" if end < len(words) else "")


def _speaker_of_span(candidate: Candidate, said: Attribution | None) -> str | None:
    """The speaker where the span lies within what is claimed, and is not the speaker."""
    if said is None or not said.is_named:
        return None
    middle = sum(candidate.span) / 2 - candidate.start
    inside = said.claim[0] <= middle <= said.claim[1]
    names = set(terms(f"{said.name} {said.who}"))
    is_speaker = set(terms(candidate.short)) <= names or set(terms(said.name)) <= set(terms(candidate.short))
    return said.name if inside and not is_speaker else None


def unnamed(said: Attribution | None) -> str | None:
    """The name of a speaker whom the sentence leaves to a pronoun or a role that another sentence resolves."""
    return said.name if said and said.name != said.who else None
