"""Query -> passages: vectors and keywords, fused by rank; also as a LangChain retriever."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.corpus import Corpus
from index.keywords import terms
from index.types import EVERYTHING, Passage, Scope
from qa.places import other_names
from qa.timeframe import FILTERS, scope_of
from qa.types import ScoredPassage

RANK_CONSTANT = 60  # Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion", SIGIR 2009


class HybridRetriever:
    """Passages by meaning and by keyword, fused by reciprocal rank.

    The score of a passage is the sum of 1 / (60 + rank) over the lists that hold it, divided by the best possible
    sum, so it lies between 0 and 1.
    """

    def __init__(self, corpus: Corpus, *, fetch_k: int) -> None:
        self.corpus, self.fetch_k = corpus, fetch_k

    def retrieve(self, query: str, k: int, scope: Scope = EVERYTHING) -> tuple[ScoredPassage, ...]:
        """The k best passages in scope, best first."""
        fetch_k = max(self.fetch_k, k)
        vector = self.corpus.embedder.embed_questions([query])[0]
        dense = self.corpus.dense(vector, fetch_k, scope)
        keyword = self.corpus.keyword(self._with_other_names(query), fetch_k, scope)
        found = fuse({"dense": [p for p, _ in dense], "keyword": [p for p, _ in keyword]})[:k]
        cosines = {passage.id: cosine for passage, cosine in dense}
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

    def _with_other_names(self, query: str) -> str:
        """The query with the other names of its countries where the articles lack a word of it: they may use those."""
        if all(self.corpus.rarity(term) < 1 for term in terms(query)):
            return query
        return " ".join((query, *sorted(other_names(query))))


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
