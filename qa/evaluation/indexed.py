"""Which gold sources the corpus has at all: one that is not indexed can be neither found nor cited."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from index.errors import DatelineError
from qa.evaluation.metrics import folded, is_source, path_parts
from qa.evaluation.questions import Question, Source
from qa.evaluation.records import ArticleKeys

if TYPE_CHECKING:
    from qa.engine import QAEngine

_MOST_NAMED = 5


class Indexed:
    """The articles of a corpus by all that a gold source may know them by."""

    def __init__(self, articles: Iterable[ArticleKeys]) -> None:
        self._by_key: dict[tuple[str, str], list[ArticleKeys]] = {}
        for article in articles:
            for key in _keys(article):
                self._by_key.setdefault(key, []).append(article)

    def has(self, source: Source) -> bool:
        """Whether an article of the corpus is this source."""
        return any(is_source(article, source) for key in _keys(source) for article in self._by_key.get(key, ()))


def indexed_of(engine: "QAEngine") -> Indexed | None:
    """The articles of the index that an engine is open over; None where the index does not tell."""
    from index.generations import Manifest, current

    try:
        files = Manifest.read(current(engine.settings.index_dir)).files.values()
        return Indexed(
            ArticleKeys(title=one.title, url=one.url, path=one.path, source_file=one.source_file)
            for one in (engine.article(id_) for record in files for id_ in record.articles)
        )
    except (DatelineError, KeyError):
        return None


def missing_sources(questions: Sequence[Question], indexed: Indexed | None) -> str | None:
    """A sentence on the questions that name a source which no article is, or None where all are there."""
    if indexed is None:
        return None
    missing = {question.id: _first_missing(question, indexed) for question in questions}
    told = [f"{id_} ({name})" for id_, name in missing.items() if name]
    if not told:
        return None
    more = f" and {len(told) - _MOST_NAMED} more" if len(told) > _MOST_NAMED else ""
    return (
        f"{len(told)} of {len(questions)} questions name a source that no indexed article is: "
        f"{', '.join(told[:_MOST_NAMED])}{more}. They are asked all the same; index the articles, or correct the sources."
    )


def _first_missing(question: Question, indexed: Indexed) -> str | None:
    names = (one.path or one.source_file or one.title or one.url for one in question.sources if not indexed.has(one))
    return next(names, None)


def _keys(one: Any) -> Iterator[tuple[str, str]]:
    """What an article, or a source, can be looked up by; the last part of a path stands for the whole."""
    if one.title:
        yield "title", folded(one.title)
    if one.url:
        yield "url", one.url
    names = (*path_parts(one.path or "")[-1:], *((one.source_file,) if one.source_file else ()))
    yield from (("file", name) for name in names)
