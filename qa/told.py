"""A sentence of an article that may answer, and the words in it that do."""

from dataclasses import dataclass

from index.types import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A sentence `article.text[start:end]` and the bounds of the short answer in it."""

    article: Article
    start: int
    end: int
    span: tuple[int, int]

    @property
    def sentence(self) -> str:
        """The article's own words."""
        return self.article.text[self.start : self.end]

    @property
    def short(self) -> str:
        """The words of the short answer."""
        return self.article.text[slice(*self.span)]

    @property
    def near(self) -> str:
        """The short answer with a word before and after it, since a reader may stop within a date or an amount."""
        text, (start, end) = self.article.text, self.span
        return " ".join([*text[self.start : start].split()[-1:], text[start:end], *text[end : self.end].split()[:1]])
