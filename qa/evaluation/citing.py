"""Whether what an answer says is in what it cites: numbers, dates and names by code, and the verdicts it was given.

The product refuses sentences by the same rules before it says them, so these shares tell what slips through, and what
another draft or model would need. A word that begins a sentence counts as a name only where another name follows it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from index.types import Article, Passage
from qa.agreement import agreement
from qa.claims import Facts, facts_of, names_of
from qa.evaluation.metrics import Metric, Score
from qa.evaluation.records import Record
from qa.types import Answer, Citation, ScoredPassage, Sentence, Verdict
from qa.windows import stems_of, window_for

_KINDS = ("numbers", "dates", "names")
_VERDICTS = {
    Verdict.VERBATIM: "word for word",
    Verdict.SUPPORTED: "supported",
    Verdict.WRONG_SOURCE: "given another source",
    Verdict.UNSUPPORTED: "taken out",
}
_BAD = frozenset({Verdict.WRONG_SOURCE, Verdict.UNSUPPORTED})

CITING_METRICS = (
    *(Metric(name=f"{kind}_valid", title=f"{kind} in the source", over=f"sentences with {kind}") for kind in _KINDS),
    *(
        Metric(
            name=f"sentences_{verdict.value}",
            title=f"sentences {words}",
            over="sentences drafted",
            limit="at most" if verdict in _BAD else "at least",
        )
        for verdict, words in _VERDICTS.items()
    ),
)


def citing_scores(records: Sequence[Record]) -> tuple[Mapping[str, Score], ...]:
    """For each record the scores of its sentences by metric name; none where it is unscored or nothing was drafted."""
    return tuple(_scores(record.answer) if record.scored else {} for record in records)


def verdict_counts(records: Sequence[Record]) -> Mapping[Verdict, int]:
    """How many drafted sentences got which verdict."""
    counts = Counter(sentence.verdict for record in records for sentence in record.answer.sentences)
    return {verdict: counts[verdict] for verdict in Verdict}


def _scores(answer: Answer) -> dict[str, Score]:
    if not answer.sentences:
        return {}
    said = [sentence for sentence in answer.sentences if sentence.citations and sentence.verdict != Verdict.UNSUPPORTED]
    checked = [(_kinds_in(sentence.text), _kinds_missing(sentence, answer)) for sentence in said]
    scores = {}
    for kind in _KINDS:
        if of := sum(kind in told for told, _ in checked):
            valid = sum(kind in told and kind not in missing for told, missing in checked)
            scores[f"{kind}_valid"] = Score(value=valid, of=of)
    verdicts = Counter(sentence.verdict for sentence in answer.sentences)
    for verdict in Verdict:
        scores[f"sentences_{verdict.value}"] = Score(value=verdicts[verdict], of=len(answer.sentences))
    return scores


def _kinds_in(text: str) -> frozenset[str]:
    facts = facts_of(text)
    told = (facts.numbers or facts.times, _dates(facts), names_of(text, _first_word(text)))
    return frozenset(kind for kind, there in zip(_KINDS, told, strict=True) if there)


def _kinds_missing(sentence: Sentence, answer: Answer) -> frozenset[str]:
    """What of a sentence its sources lack; they are read whole only where the words quoted do not settle it."""
    cited = [citation for citation in answer.citations if citation.number in sentence.citations]
    quoted = " ".join(citation.quote for citation in cited)
    if _is_all_in(sentence.text, quoted):
        return frozenset()
    texts = {passage.passage_id: passage.text for passage in answer.evidence}
    sources = tuple(_source(citation, texts.get(citation.passage_id, "")) for citation in cited)
    window = window_for(sentence.text, sources, _alike)
    found = agreement(sentence.text, sources, window, 0.0, _alike, _first_word(sentence.text))
    missing = (found.numbers_missing, found.days_missing, found.names_missing)
    return frozenset(kind for kind, share in zip(_KINDS, missing, strict=True) if share > 0)


def _is_all_in(text: str, quoted: str) -> bool:
    if " ".join(text.split()) in " ".join(quoted.split()):
        return True
    told, held = facts_of(text), facts_of(quoted)
    numbers = {(number.value, number.unit) for number in held.numbers}
    stems = _stem_set(quoted)
    return (
        all((number.value, number.unit) in numbers for number in told.numbers)
        and told.times <= held.times
        and _dates(told) <= _dates(held)
        and all(name.stem in stems for name in names_of(text, _first_word(text)))
    )


def _source(citation: Citation, text: str) -> ScoredPassage:
    """The cited passage with what is known of its article; the quote alone where the passage was not kept."""
    if citation.quote not in text:
        text = f"{text}\n\n{citation.quote}".strip()
    article = Article(id=citation.article_id, title=citation.title, text=text, published=citation.published)
    passage = Passage(id=citation.passage_id, article_id=article.id, ordinal=0, start=0, end=len(text), text=text)
    return ScoredPassage(passage=passage, article=article, score=0.0, similarity=0.0, found_by="citation")


def _dates(facts: Facts) -> frozenset[object]:
    return frozenset(facts.days) | facts.weekdays | facts.months


def _first_word(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in text.split()[:1])


@lru_cache(maxsize=4_000)
def _stem_set(text: str) -> frozenset[str]:
    return frozenset(stems_of(text))


def _alike(_: str) -> float:
    """Every stem tells as much as any other: how rare it is, only the corpus knows."""
    return 1.0
