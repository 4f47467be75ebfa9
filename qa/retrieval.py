"""Query -> passages: vectors and keywords, fused by rank, one article of each story; also as a LangChain retriever."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict
from rapidfuzz import fuzz

from index.corpus import Corpus
from index.embeddings import Vectors
from index.keywords import terms
from index.types import EVERYTHING, Passage, Scope
from qa.places import other_names
from qa.timeframe import FILTERS, scope_of
from qa.types import ScoredPassage

RANK_CONSTANT = 60  # Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion", SIGIR 2009
MOST_FETCHED = 2_560  # passages from each list, where copies crowd the first ones
SAYS_THE_SAME = 90.0  # of two passages whose words are so much alike (0 to 100), the newer article's stands for both


class HybridRetriever:
    """Passages by meaning and by keyword, fused by reciprocal rank.

    A story has one slot: of its articles in scope only one is searched, that with its best passage; where several have
    that passage, the newest of them. The score of a passage is the sum of 1 / (60 + rank) over the lists that hold it, divided by the best possible
    sum, so it lies between 0 and 1.
    """

    def __init__(self, corpus: Corpus, *, fetch_k: int) -> None:
        self.corpus, self.fetch_k = corpus, fetch_k

    def retrieve(self, query: str, k: int, scope: Scope = EVERYTHING) -> tuple[ScoredPassage, ...]:
        """The k best passages in scope, best first."""
        vector = self.corpus.embedder.embed_questions([query])[0]
        lists = self._lists(query, vector, k, scope)
        found = fuse(_passages(lists))[:k]
        cosines = {passage.id: cosine for passage, cosine in lists["dense"]}
        cosines |= self.corpus.similarities(vector, [p.id for p, _, _ in found if p.id not in cosines])
        return tuple(
            ScoredPassage(
                passage=passage,
                article=self.corpus.article(passage.article_id),
                score=score,
                similarity=cosines[passage.id],
                found_by=found_by,
            )
            for passage, score, found_by in found
        )

    def _lists(self, query: str, vector: Vectors, k: int, scope: Scope) -> dict[str, list[tuple[Passage, float]]]:
        """What each way of searching finds, best first; more is fetched where copies leave a list with fewer than k."""
        fetch_k = max(self.fetch_k, k)
        worded = self._with_other_names(query)
        while True:
            found = {
                "dense": self.corpus.dense(vector, fetch_k, scope),
                "keyword": self.corpus.keyword(worded, fetch_k, scope),
            }
            standing = self._standing(_passages(found))
            kept = {name: [one for one in ranked if one[0].article_id in standing] for name, ranked in found.items()}
            is_crowded = any(len(found[name]) == fetch_k and len(kept[name]) < k for name in found)
            if not is_crowded or fetch_k >= MOST_FETCHED:
                return kept
            fetch_k *= 4

    def _standing(self, found: dict[str, Sequence[Passage]]) -> frozenset[str]:
        """The article that stands for each story among those that were found."""
        stories = self.corpus.story_ids({p.article_id for passages in found.values() for p in passages})
        tellings: dict[str, list[Passage]] = {}
        for passage, _, _ in fuse(found):
            tellings.setdefault(stories.get(passage.article_id, passage.article_id), []).append(passage)
        return frozenset(self._newest_of_the_best(told) for told in tellings.values())

    def _newest_of_the_best(self, told: Sequence[Passage]) -> str:
        """The newest article, of those of one story, that has its best passage; passages come best first."""
        best = told[0]
        if all(passage.article_id == best.article_id for passage in told):
            return best.article_id
        same = [p.article_id for p in told if fuzz.token_set_ratio(p.text, best.text) >= SAYS_THE_SAME]
        return max(dict.fromkeys(same), key=lambda id_: self.corpus.article(id_).published or date.min)

    def _with_other_names(self, query: str) -> str:
        """The query with the other names of its countries where the articles lack a word of it: they may use those."""
        if all(self.corpus.rarity(term) < 1 for term in terms(query)):
            return query
        return " ".join((query, *sorted(other_names(query))))


def _passages(lists: Mapping[str, Sequence[tuple[Passage, float]]]) -> dict[str, Sequence[Passage]]:
    return {name: [passage for passage, _ in ranked] for name, ranked in lists.items()}


def fuse(lists: dict[str, Sequence[Passage]]) -> list[tuple[Passage, float, str]]:
    """Join ranked lists by reciprocal rank: passage, score (0 to 1) and the names of the lists that held it."""
    scores: dict[str, float] = {}
    names: dict[str, list[str]] = {}
    passages: dict[str, Passage] = {}
    for name, ranked in lists.items():
        for rank, passage in enumerate(ranked, start=1):
            passages[passage.id] = passage
            scores[passage.id] = scores.get(passage.id, 0.0) + 1.0 / (RANK_CONSTANT + rank)
            names.setdefault(passage.id, []).append(name)
    best = len(lists) / (RANK_CONSTANT + 1)
    order = sorted(scores, key=lambda id_: (-scores[id_], id_))
    return [(passages[id_], scores[id_] / best, "+".join(names[id_])) for id_ in order]


class DatelineRetriever(BaseRetriever):
    """The same search as a LangChain retriever: works in any chain that takes one.

    Each `Document` is a passage; its metadata name article, publisher, day, offsets and score. `k` and what narrows the
    search may also be given with a call. Raises `RequestError` for a day or publisher that cannot be used.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    hybrid: HybridRetriever
    k: int = 8
    as_of: date | None = None
    since: date | None = None
    until: date | None = None
    publishers: tuple[str, ...] = ()

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **kwargs: Any
    ) -> list[Document]:
        narrowed = {name: kwargs.get(name, getattr(self, name)) for name in FILTERS}
        scope = scope_of(narrowed, self.hybrid.corpus.publishers)
        return [as_document(scored) for scored in self.hybrid.retrieve(query, kwargs.get("k", self.k), scope)]


def as_document(scored: ScoredPassage) -> Document:
    """A scored passage as LangChain has it."""
    article, passage = scored.article, scored.passage
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "article_id": article.id,
            "title": article.title,
            "publisher": article.credited,
            "published": article.published.isoformat() if article.published else None,
            "kind": article.kind,
            "url": article.url,
            "path": article.path,
            "start": passage.start,
            "end": passage.end,
            "score": scored.score,
            "found_by": scored.found_by,
        },
    )
