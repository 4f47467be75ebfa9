"""The page's own addresses: whole articles, the words of its script, and the wait."""

from datetime import date

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from index.types import Article
from qa.web.routes import ASSETS, head, loading, routes
from qa.web.words import words

TEXT = "Delegates met. Three convoys were agreed on. Both sides will return."
ARTICLES = {
    "harbour": Article(id="harbour", title="Harbour talks end", text=TEXT, published=date(2023, 4, 2)),
    "odd?#é": Article(id="odd?#é", title="Odd", text="x"),
}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=routes(ARTICLES.__getitem__)))


def test_an_article_is_a_page_of_its_own(client: TestClient) -> None:
    response = client.get("/article/harbour?start=15&end=44")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.text.startswith("<!doctype html>")
    assert '<mark id="dl-marked" tabindex="-1">Three convoys were agreed on.</mark>' in response.text


def test_the_page_can_fetch_the_article_alone(client: TestClient) -> None:
    response = client.get("/article/harbour?part=1&start=15&end=44")
    assert response.text.startswith('<article class="dl-article">')
    assert response.text.endswith("</article>")
    assert ">Three convoys were agreed on.</mark>" in response.text


@pytest.mark.parametrize("part", ["0", "", "2", "true"])
def test_any_other_part_is_the_whole_page(client: TestClient, part: str) -> None:
    assert client.get(f"/article/harbour?part={part}").text.startswith("<!doctype html>")


@pytest.mark.parametrize("name", ["unknown", "..%2f..%2fetc", "%00", "<script>", "x" * 3000])
def test_an_unknown_article_is_said_and_not_found(client: TestClient, name: str) -> None:
    for part in ("", "?part=1"):
        response = client.get(f"/article/{name}{part}")
        assert response.status_code == 404
        assert "<script" not in response.text
    assert client.get("/article/unknown?part=1").text == "<p>This article is not in the index any more.</p>"
    assert '<a href="../">' in client.get("/article/unknown").text


@pytest.mark.parametrize(
    "span",
    [
        "start=15",
        "end=44",
        "start=44&end=15",
        "start=-5&end=5",
        "start=15&end=9999",
        "start=15&end=99999999999999999999",
        "start=%C2%B2&end=%D9%A4%D9%A4",
        "start=1e1&end=0x2c",
        "start=&end=",
        "start=<b>&end=<b>",
        "start=15&start=x&end=44&end=y",
    ],
)
def test_an_odd_stretch_shows_the_article_unmarked(client: TestClient, span: str) -> None:
    response = client.get(f"/article/harbour?part=1&{span}")
    assert response.status_code == 200
    assert "<mark" not in response.text
    assert TEXT in response.text


def test_an_id_of_odd_characters_finds_its_article(client: TestClient) -> None:
    assert "<h2>Odd</h2>" in client.get("/article/odd%3F%23%C3%A9").text


def test_articles_are_read_and_nothing_else(client: TestClient) -> None:
    assert client.post("/article/harbour").status_code == 405
    assert client.get("/article/").status_code == 404
    assert client.head("/article/harbour").status_code == 200


def test_the_script_gets_its_words(client: TestClient) -> None:
    response = client.get("/words.json")
    assert response.headers["content-type"] == "application/json"
    assert response.json() == words()["script"]


def test_while_the_index_loads_a_browser_is_told_to_come_back() -> None:
    response = loading()
    text = bytes(response.body).decode()
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert 'role="status"' in text
    assert '<meta http-equiv="refresh" content="1">' in text


def test_the_files_that_pages_name_are_there() -> None:
    assert 'src="dateline/page.js"' in head()
    assert {"page.js", "conversations.js", "plain.css"} <= {file.name for file in ASSETS.iterdir()}
