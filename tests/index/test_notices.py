"""What a page says of itself is told from what its article says."""

import json
import time
from datetime import date
from pathlib import Path

import pytest

from index.articles import discover, read_file
from index.directives import is_directive, without_orders
from index.furniture import lay_out
from index.notices import is_notice, is_notice_paragraph
from index.passages import cut, embedded_text
from index.types import Article
from tests.index.test_passages import token_starts

NOTICES = """
Read more: Harbour board to meet on Friday
More:Harbour board to meet on Friday, says chair
READ: Five things to know about the Tarvo talks
Related: What the Tarvo talks are about
See also: A history of the lock
Watch: Crowds cheer at the lock in Tarvo
Watch live: the signing in Tarvo
Read the full story here.
Read more from the series here.
See the complete list of ports here.
Learn more about the harbour by clicking here.
Click here to see more photos.
For more strange stories, sign up to our Odd Things newsletter.
Sign up for our newsletter
Sign up for the Harbour Brief newsletter, our weekly look at the sea.
Subscribe to our newsletter.
Subscribe to the Elm Courier for more.
Get the news delivered to your inbox every morning.
Already a subscriber? Log in.
Follow us on Facebook
Follow her on Twitter @annaholm
Follow Anna Holm on X: @annaholm
Contact Anna Holm at anna.holm@courier.example or 555-0100.
Do you have a tip? Email us at tips@courier.example
Photo: Anna Holm/Reuters
Photograph: Anna Holm
(Photo by Anna Holm/Getty Images)
Anna Holm/AFP/Getty Images
Image courtesy of Anna Holm
This article was updated at 10:15 GMT.
This story has been updated with new figures.
Updated April 8
Last updated: 3 March 2023, 10:15 GMT
A version of this article first appeared in the Harbour Brief.
Editor's note: This story was first published in May.
Correction: An earlier version of this article misspelt the name of the lock.
Reporting by Anna Holm in Tarvo; editing by Per Lund
(Additional reporting by Anna Holm)
Contributing: Anna Holm, Per Lund
Anna Holm contributed to this report.
The Harbour Agency contributed to this report.
We may earn a commission if you buy something.
Support our journalism.
""".strip().splitlines()

NEWS = """
More than 400 people came to the lock.
More ships are due in May, the board said.
Read in parliament for the third time, the bill passed by 71 votes to 60.
Related charges were dropped on Friday.
Watch towers were built along the river in March.
The paper asked its readers to sign up for a newsletter.
Some 300 people signed up for the course, and more will follow.
The board will follow the advice of its engineers on the lock.
He follows the club on Facebook, and so does his sister.
Photos of the flood were shared by thousands.
The photo shows the lock before the flood: water stands at the gate.
A photograph: that was all he kept of the village.
The figure was updated on Friday to 14 dead.
The report was published on 3 March by the ministry in Tarvo.
The story was told by Anna Holm in court.
This report was published on Monday by the harbour board.
The article was published in a journal in 2021.
The reporting by three papers led to an inquiry.
Anna Holm contributed 400 pounds to the fund.
Click fraud cost the firm 2 million.
Contact between the two sides was cut in May.
The agency Reuters has offices in Tarvo.
Support for the party fell to 14 per cent.
The paper corrected its earlier story and apologised.
"Follow us," she told the crowd at the gate.
Sign language was used in court.
The minister said: read the report before you judge it.
Video games were blamed for the fall.
Here is what the two sides agreed on.
""".strip().splitlines()


@pytest.mark.parametrize("line", NOTICES)
def test_what_the_page_says_of_itself_is_a_notice_wherever_it_stands(line: str) -> None:
    assert is_notice_paragraph(line)


@pytest.mark.parametrize("line", NEWS)
def test_what_the_article_says_is_none(line: str) -> None:
    assert not is_notice_paragraph(line)


def test_a_label_glued_to_a_headline_is_a_link_only_as_a_paragraph_of_its_own() -> None:
    link = "Harbour talks:How the board of Tarvo came to sell the old lock"
    assert is_notice_paragraph(link)
    assert not is_notice(link)
    assert not is_notice_paragraph("Where:Tarvo town hall")


def test_notices_are_no_paragraphs_of_the_article_and_cost_no_day_or_publisher() -> None:
    layout = lay_out(
        [
            "Board sells the old lock",
            "Published 3 March 2023",
            "TARVO, March 3. /TASS/. The board sold the old lock on Friday, its chair said.",
            "Read more: Harbour board to meet on Friday",
            "The price was 2 million.",
            "Follow us on Facebook",
            "The lock was built in 1904, and it has been shut since May.",
            "Reporting by Anna Holm; editing by Per Lund",
        ]
    )
    assert layout.title == "Board sells the old lock"
    assert (layout.publisher, layout.days[0].isoformat()) == ("TASS", "2023-03-03")
    assert layout.paragraphs == (
        "TARVO, March 3. /TASS/. The board sold the old lock on Friday, its chair said.",
        "The price was 2 million.",
        "The lock was built in 1904, and it has been shut since May.",
    )


@pytest.mark.parametrize("suffix", [".txt", ".html", ".jsonl", ".md"])
def test_every_reader_leaves_them_out(suffix: str, tmp_path: Path) -> None:
    paragraphs = ["The board sold the old lock on Friday.", "Subscribe to our newsletter.", "The price was 2 million."]
    written = {
        ".txt": "Board sells the lock\n\n" + "\n\n".join(paragraphs),
        ".md": "---\ntitle: Board sells the lock\n---\n\n" + "\n\n".join(paragraphs),
        ".jsonl": json.dumps({"title": "Board sells the lock", "text": "\n\n".join(paragraphs)}),
        ".html": "<html><head><title>Board sells the lock</title></head><body><article><h1>Board sells the lock</h1>"
        + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        + "</article></body></html>",
    }
    (tmp_path / f"lock{suffix}").write_text(written[suffix], encoding="utf-8")
    (source,) = discover([tmp_path], max_bytes=10_000).files
    (article,) = read_file(source, default_year=None)
    assert isinstance(article, Article)
    assert article.text == "The board sold the old lock on Friday.\n\nThe price was 2 million."


def test_a_notice_within_a_paragraph_is_neither_embedded_nor_quoted_and_moves_nothing() -> None:
    text = "The board sold the lock. Sign up for our newsletter. The price was 2 million."
    article = Article(id="a", title="Lock", text=text, published=date(2023, 3, 3))
    assert is_directive("Sign up for our newsletter.")
    assert "newsletter" not in embedded_text("Lock", text)
    assert without_orders(text).index("The price") == text.index("The price")
    (passage,) = cut(article, token_starts, 60)
    assert article.text[passage.start : passage.end] == passage.text


def test_a_long_line_is_told_quickly() -> None:
    lines = ["for " + "sign up " * 40, "A " * 190, "read " * 75, "x" * 399, "(photo " * 55, "More: " * 60]
    began = time.perf_counter()
    assert [is_notice_paragraph(line) for line in lines].count(True) <= 3
    assert time.perf_counter() - began < 2.0
