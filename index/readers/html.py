"""Web pages, by way of trafilatura."""

import logging
import re
from typing import Any

from index.dates import days_in
from index.readers import Content, Draft, Unreadable
from index.readers.cleaning import clean, one_line, paragraphs_of
from index.readers.decoding import decode
from index.readers.fields import language_of, shortened, web_address

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
# The extractor is quadratic in places: 50,000 paragraphs take it 10 s, 100,000 spans 106 s (measured on one core of a
# 2-core machine, trafilatura 2.3.1). A news page has a few thousand elements.
_MOST_ELEMENTS = 20_000
_STYLE = "translate(@style, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ \t\n', 'abcdefghijklmnopqrstuvwxyz')"
_HIDDEN = [
    "//*[@hidden or @aria-hidden='true']",
    f"//*[contains({_STYLE}, 'display:none') or contains({_STYLE}, 'visibility:hidden')]",
    f"//*[contains({_STYLE}, 'font-size:0') or contains({_STYLE}, 'opacity:0;')]",
    "//template | //noscript",
]
_BLOCKS = "p div br li ul ol h1 h2 h3 h4 h5 h6 blockquote pre table tr section article figure hr".split()
_STATED_DATES = (
    "//meta/@content | //time/@datetime | //*[@itemprop='datePublished']/@content"
    " | //script[@type='application/ld+json']/text() | //link[@rel='canonical']/@href"
)
_LONGEST_TITLE = 300
_QUIET = logging.NullHandler()  # the libraries log as errors what is reported here with file and reason


def read(content: Content) -> tuple[Draft]:
    """Read the main text of a page and what the page says about itself. Raises `Unreadable`."""
    declared = _CHARSET.search(content.data[:4096])
    charset = content.charset or (declared[1].decode("ascii") if declared else None)
    tree = _tree(decode(content.data, declared=charset))
    language, stated = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang"), _stated_dates(tree)
    page = _extract(tree)
    paragraphs = tuple(line for part in (page.text or "").split("\n") if (line := one_line(part)))
    if not paragraphs:
        raise Unreadable("no text: the page has no main text", failed=False)
    draft = Draft(
        paragraphs=paragraphs,
        title=shortened(_words(page.title), _LONGEST_TITLE),
        publisher=(_words(page.sitename) or "").lstrip("@") or None,
        published=(page.date,) if page.date and _confirms(stated, page.date) else (),
        url=web_address(_words(page.url)),
        language=language_of(language or page.language),
    )
    return (draft,)


def paragraphs_in(fragment: str) -> tuple[str, ...]:
    """The visible paragraphs of a piece of HTML, such as the body of a feed's entry. Raises `Unreadable`."""
    from lxml import etree
    from lxml.html import fragment_fromstring

    try:
        tree = fragment_fromstring(clean(fragment), create_parent="div")
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable(f"broken HTML: {type(error).__name__}") from error
    _check_size(tree)
    for path in (*_HIDDEN, "//script | //style"):
        for element in tree.xpath(path):
            if element.getparent() is not None:
                element.drop_tree()
    for element in tree.iter(*_BLOCKS):
        element.text, element.tail = f"\n{element.text or ''}", f"\n{element.tail or ''}"
    return paragraphs_of(clean(tree.text_content()))


def _tree(text: str) -> Any:
    from trafilatura.utils import load_html

    for logger in ("trafilatura", "htmldate"):
        logging.getLogger(logger).addHandler(_QUIET)
    try:
        tree = load_html(clean(text))
    except Exception as error:  # whatever a foreign parser raises, the page is at fault
        raise Unreadable(f"broken HTML: {type(error).__name__}") from error
    if tree is None:
        raise Unreadable("no text: the page has no main text", failed=False)
    _check_size(tree)
    return tree


def _check_size(tree: Any) -> None:
    if sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        raise Unreadable(f"the page has more than {_MOST_ELEMENTS:,} elements, too many for a news page")


def _extract(tree: Any) -> Any:
    from trafilatura import bare_extraction

    try:
        page = bare_extraction(
            tree,
            include_comments=False,
            with_metadata=True,
            prune_xpath=_HIDDEN,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except Exception as error:  # see above
        raise Unreadable(f"broken HTML: {type(error).__name__}") from error
    if page is None:
        raise Unreadable("no text: the page has no main text", failed=False)
    return page


def _stated_dates(tree: Any) -> str:
    return " ".join(str(value) for value in tree.xpath(_STATED_DATES))


def _confirms(stated: str, day: str) -> bool:
    """Whether metadata holds that very day without doubt; the extractor takes one reading of 03/04/2023."""
    return day in {found.isoformat() for found in days_in(stated)}


def _words(text: str | None) -> str | None:
    return (one_line(text) or None) if text else None
