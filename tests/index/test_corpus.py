"""An opened index: found by meaning and by word, refused where it does not fit, shared between threads."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.corpus import Corpus
from index.embeddings import MiniLMEmbedder
from index.errors import IndexBroken, IndexMismatch, IndexMissing
from index.generations import Manifest, current
from index.integrity import sums
from index.settings import IndexSettings
from index.sync import sync_index
from index.types import EVERYTHING, Passage, Scope
from index.vectors import Place, VectorStore
from tests.doubles import WordCountEmbedder
from tests.index.newsroom import CHECKER

ARTICLES = {
    "pier": (
        "2023-09-27",
        "Elm Courier",
        "The harbour board voted to rebuild the old pier.",
        "Storms had broken its last beams.",
    ),
    "school": (
        "2023-09-21",
        "Ostrel Post",
        "Lindholt closes its smallest school in June.",
        "Only eleven children are left there.",
    ),
    "choir": (
        None,
        "Ostrel Post",
        "A choir of ninety voices sang in the market hall.",
        "The fishermen of the bay were thanked.",
    ),
}


def settings_of(index_dir: Path, passage_tokens: int = 16) -> IndexSettings:
    return IndexSettings(index_dir=index_dir, passage_tokens=passage_tokens)


def written(folder: Path) -> Path:
    folder.mkdir()
    for name, (day, publisher, *paragraphs) in ARTICLES.items():
        front = f"title: {name}\npublisher: {publisher}\n" + (f"published: {day}\n" if day else "")
        (folder / f"{name}.md").write_text(f"---\n{front}---\n\n" + "\n\n".join(paragraphs), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("corpus")
    sync_index(
        [written(place / "news")], settings=settings_of(place / "index"), embedder=WordCountEmbedder(), checker=CHECKER
    )
    return place


@pytest.fixture
def corpus(built: Path) -> Iterator[Corpus]:
    with closing(Corpus.open(settings_of(built / "index"), WordCountEmbedder())) as opened:
        yield opened


@pytest.fixture
def own(built: Path, tmp_path: Path) -> Path:
    """A copy of that index and its articles, to be damaged."""
    shutil.copytree(built, tmp_path / "own")
    rewritten(current(tmp_path / "own" / "index"), roots=(str(tmp_path / "own" / "news"),))
    return tmp_path / "own"


def rewritten(generation: Path, **changes: Any) -> None:
    """The manifest as a build would have written it, had it found these files and values."""
    manifest = replace(Manifest.read(generation), **changes)
    (generation / "manifest.json").unlink()
    replace(manifest, sums=sums(generation)).write(generation)


def titles(corpus: Corpus, found: list[tuple[Passage, float]]) -> list[str]:
    return [corpus.article(passage.article_id).title for passage, _ in found]


def test_every_passage_is_a_stretch_of_its_article(corpus: Corpus) -> None:
    vector = corpus.embedder.embed_questions(["the"])[0]
    found = corpus.dense(vector, 100)
    assert len(found) == corpus.manifest.passages == 6
    for passage, _ in found:
        assert corpus.article(passage.article_id).text[passage.start : passage.end] == passage.text


def test_passages_are_found_by_nearness_and_by_word(corpus: Corpus) -> None:
    vector = corpus.embedder.embed_questions(["eleven children left"])[0]
    ((nearest, score),) = corpus.dense(vector, 1)
    ((worded, _),) = corpus.keyword("eleven children", 1)
    assert nearest == worded
    assert nearest.text == "Only eleven children are left there."
    assert corpus.similarities(vector, [nearest.id]) == pytest.approx({nearest.id: score}, abs=1e-5)


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        (EVERYTHING, {"pier", "school", "choir"}),
        (Scope(as_of=date(2023, 9, 20)), set()),
        (Scope(as_of=date(2023, 9, 21)), {"school"}),
        (Scope(as_of=date(2023, 9, 27)), {"school", "pier"}),
        (Scope(since=date(2023, 9, 22)), {"pier"}),
        (Scope(until=date(2023, 9, 22)), {"school"}),
        (Scope(publishers=("Ostrel Post",)), {"school", "choir"}),
        (Scope(publishers=("Ostrel Post",), since=date(2023, 1, 1)), {"school"}),
    ],
)
def test_a_scope_is_the_same_by_nearness_by_word_and_in_the_coverage(
    corpus: Corpus, scope: Scope, wanted: set[str]
) -> None:
    vector = corpus.embedder.embed_questions(["the"])[0]
    assert set(titles(corpus, corpus.dense(vector, 100, scope))) == wanted
    assert set(titles(corpus, corpus.keyword("harbour smallest choir", 100, scope))) == wanted
    assert corpus.coverage(scope).articles == len(wanted)


def test_the_publishers_are_those_that_are_credited_the_busiest_first(corpus: Corpus) -> None:
    assert corpus.publishers() == ("Ostrel Post", "Elm Courier")


def test_articles_come_in_the_order_of_their_files(corpus: Corpus) -> None:
    assert [article.title for article in corpus.articles()] == ["choir", "pier", "school"]
    assert corpus.index_id == corpus.manifest.index_id


def test_a_word_is_as_rare_as_its_passages_are_few(corpus: Corpus) -> None:
    assert corpus.rarity("zeppelin") == 1 > corpus.rarity("eleven") > corpus.rarity("pier")


def test_an_index_that_was_never_built_is_missing_not_empty(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="dateline index FOLDER"):
        Corpus.open(settings_of(tmp_path / "index"), WordCountEmbedder())
    assert not (tmp_path / "index").exists()


def remove_chroma(generation: Path) -> None:
    shutil.rmtree(generation / "chroma")


def empty_chroma(generation: Path) -> None:
    (generation / "chroma" / "chroma.sqlite3").write_bytes(b"")


def lose_a_passage(generation: Path) -> None:
    before = generation.with_name("before")
    generation.rename(before)
    shutil.copytree(before, generation, ignore=shutil.ignore_patterns("chroma"))
    with closing(VectorStore.continued(Place(generation=generation), Place(generation=before))) as store:
        store.delete(store._collection.get()["ids"][:1])


def remove_articles(generation: Path) -> None:
    (generation / "articles.sqlite").unlink()


def scramble_articles(generation: Path) -> None:
    (generation / "articles.sqlite").write_bytes(b"no database " * 400)


def lose_an_article(generation: Path) -> None:
    with closing(sqlite3.connect(generation / "articles.sqlite")) as connection, connection:
        connection.execute("delete from article where position = 1")


def remove_keywords(generation: Path) -> None:
    shutil.rmtree(generation / "keywords")


def lose_a_keyword_passage(generation: Path) -> None:
    ids = json.loads((generation / "keywords" / "ids.json").read_text(encoding="utf-8"))
    (generation / "keywords" / "ids.json").write_text(json.dumps(ids[1:]), encoding="utf-8")


def scramble_manifest(generation: Path) -> None:
    (generation / "manifest.json").write_text("{", encoding="utf-8")


def remove_manifest(generation: Path) -> None:
    (generation / "manifest.json").unlink()


def remove_generation(generation: Path) -> None:
    shutil.rmtree(generation)


# What has to be embedded again: nothing whose vector is still there, in the file that the manifest vouches for.
DAMAGES = {
    remove_chroma: 0,
    empty_chroma: 0,
    lose_a_passage: 0,
    remove_articles: 0,
    scramble_articles: 0,
    lose_an_article: 0,
    remove_keywords: 0,
    lose_a_keyword_passage: 0,
    scramble_manifest: 6,
    remove_manifest: 6,
    remove_generation: 6,
}


@pytest.mark.parametrize(("damage", "lost"), DAMAGES.items(), ids=[damage.__name__ for damage in DAMAGES])
def test_damage_is_noticed_at_open_and_mended_by_the_next_run(
    own: Path, damage: Callable[[Path], None], lost: int
) -> None:
    settings, embedder = settings_of(own / "index"), WordCountEmbedder()
    damage(current(own / "index"))
    with pytest.raises(IndexBroken, match="Run: dateline index --rebuild"):
        Corpus.open(settings, embedder)
    receipt = sync_index([own / "news"], settings=settings, embedder=embedder, checker=CHECKER)
    assert (receipt.articles, receipt.indexed, receipt.passages, receipt.embedded) == (3, 3, 6, lost)
    with closing(Corpus.open(settings, embedder)) as corpus:
        vector = embedder.embed_questions(["eleven children left"])[0]
        assert titles(corpus, corpus.dense(vector, 1)) == titles(corpus, corpus.keyword("eleven", 1)) == ["school"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lose_a_passage, "holds 5 passages where its manifest says 6"),
        (lose_an_article, "holds 2 articles where its manifest says 3"),
        (lose_a_keyword_passage, "holds 5 passages for keywords where its manifest says 6"),
    ],
)
def test_counts_that_disagree_are_named(own: Path, damage: Callable[[Path], None], said: str) -> None:
    damage(current(own / "index"))
    rewritten(current(own / "index"))
    with pytest.raises(IndexBroken, match=said):
        Corpus.open(settings_of(own / "index"), WordCountEmbedder())


class OtherWeights(WordCountEmbedder):
    """A model of the same name with other weights."""

    sha256 = "1" * 64


@pytest.mark.parametrize(
    ("embedder", "tokens", "embedded", "said"),
    [
        (WordCountEmbedder("other-counts"), 16, 6, "embedder was word-counts and is now other-counts"),
        (OtherWeights(), 16, 6, r"embedder_sha256 was 0{12}\.\.\. and is now 1{12}\.\.\."),
        (WordCountEmbedder(), 64, 3, "passage_tokens was 16 and is now 64"),
    ],
    ids=["name", "weights", "passage tokens"],
)
def test_other_settings_are_named_with_the_command_that_then_rebuilds(
    own: Path, embedder: WordCountEmbedder, tokens: int, embedded: int, said: str
) -> None:
    settings = settings_of(own / "index", tokens)
    with pytest.raises(IndexMismatch, match=rf"{said}\. Change the setting back, .*: dateline index$"):
        Corpus.open(settings, embedder)
    receipt = sync_index(settings=settings, embedder=embedder, checker=CHECKER)
    assert (receipt.indexed, receipt.embedded) == (3, embedded)
    with closing(Corpus.open(settings, embedder)) as corpus:
        assert corpus.manifest.passages == receipt.passages
    with pytest.raises(IndexMismatch):
        Corpus.open(settings_of(own / "index"), WordCountEmbedder())


@pytest.mark.parametrize(
    "name", ["format", "cutting", "analyser", "filters", "embedder_revision", "chromadb", "bm25s", "PyStemmer"]
)
def test_an_index_that_an_older_dateline_cut_stemmed_or_filtered_otherwise_is_refused(own: Path, name: str) -> None:
    generation = current(own / "index")
    rewritten(generation, fingerprint={**Manifest.read(generation).fingerprint, name: "older-0"})
    with pytest.raises(IndexMismatch, match=rf"{name} was older-0 and is now \S+\. .*dateline index$"):
        Corpus.open(settings_of(own / "index"), WordCountEmbedder())


def test_an_index_from_before_it_could_be_filtered_is_refused_then_built_anew_without_embedding(own: Path) -> None:
    generation = current(own / "index")
    prints = Manifest.read(generation).fingerprint
    rewritten(generation, fingerprint={name: value for name, value in prints.items() if name != "filters"})
    settings, embedder = settings_of(own / "index"), WordCountEmbedder()
    with pytest.raises(IndexMismatch, match=r"filters was not recorded and is now \S+\. .*dateline index$"):
        Corpus.open(settings, embedder)
    assert sync_index(settings=settings, embedder=embedder, checker=CHECKER).embedded == 0
    Corpus.open(settings, embedder).close()


def test_many_threads_may_open_and_search_at_once(built: Path) -> None:
    start = threading.Barrier(16)
    questions = ("the old pier", "eleven children", "ninety voices", "broken beams")

    def ask(number: int) -> tuple[list[str], list[str]]:
        start.wait()
        with closing(Corpus.open(settings_of(built / "index"), WordCountEmbedder())) as corpus:
            question = questions[number % 4]
            vector = corpus.embedder.embed_questions([question])[0]
            return titles(corpus, corpus.dense(vector, 1)), titles(corpus, corpus.keyword(question, 1))

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(ask, range(32)))
    assert found == [([title], [title]) for title in ("pier", "school", "choir", "pier")] * 8


def test_many_threads_may_share_one_opened_index(corpus: Corpus) -> None:
    words = ["harbour", "children", "voices", "beams", "June", "fishermen"]
    wanted = {word: titles(corpus, corpus.keyword(f"{word} {word}s", 3)) for word in words}

    def ask(number: int) -> bool:
        word = words[number % 6]
        vector = corpus.embedder.embed_questions([word])[0]
        nearest = titles(corpus, corpus.dense(vector, 1))
        return titles(corpus, corpus.keyword(f"{word} {word}s", 3)) == wanted[word] == nearest

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(192)))


def test_the_real_model_finds_what_is_said_in_other_words(seeds_index: Path) -> None:
    settings = IndexSettings(index_dir=seeds_index)
    with closing(Corpus.open(settings)) as corpus:
        assert isinstance(corpus.embedder, MiniLMEmbedder)
        vector = corpus.embedder.embed_questions(["Which football team lifted the trophy?"])[0]
        ((passage, score),) = corpus.dense(vector, 1)
        assert (corpus.article(passage.article_id).path or "").endswith("quillane-cup-final.md")
        assert 0.2 < score < 1
