"""What an index and whoever opens it have to agree on, and how a difference is told."""

from pathlib import Path

import pytest

from index.embeddings import MiniLMEmbedder
from index.errors import IndexMismatch
from index.fingerprint import LIBRARIES, NO_REVISION, fingerprint, is_same_model, require, revision
from index.settings import DEFAULT_EMBEDDER, IndexSettings
from tests.doubles import WordCountEmbedder


class Wider(WordCountEmbedder):
    """Tells its dimension."""

    dimension = 512


def test_it_names_model_vectors_passages_keywords_and_libraries_without_loading_a_model() -> None:
    embedder = MiniLMEmbedder()  # of its own, since another test may have used the one of the process
    prints = fingerprint(IndexSettings(), embedder)
    named = {"format", "embedder", "embedder_revision", "embedder_sha256", "vector_length", "passage_tokens", "cutting"}
    assert {*named, "analyser", "filters", "stories", "vectors", *LIBRARIES} <= set(prints)
    assert "_graph" not in vars(embedder)
    assert "_model" not in vars(embedder)


def test_the_bundled_model_has_the_release_of_its_package_and_a_folder_has_no_revision(tmp_path: Path) -> None:
    assert revision(DEFAULT_EMBEDDER) == "0.1"
    assert {revision(str(tmp_path)), revision("word-counts"), revision("nobody/nothing")} == {NO_REVISION}


def test_every_difference_is_told_with_both_values_and_the_command() -> None:
    older: dict[str, str | int] = {"dimension": 256, "chromadb": "1.4"}
    before = {**fingerprint(IndexSettings(passage_tokens=64), WordCountEmbedder()), **older}
    now = fingerprint(IndexSettings(passage_tokens=128), Wider())
    with pytest.raises(IndexMismatch) as raised:
        require(before, now, Path("data/index"))
    said = str(raised.value)
    assert "dimension was 256 and is now 512" in said
    assert "passage_tokens was 64 and is now 128" in said
    assert f"chromadb was 1.4 and is now {now['chromadb']}" in said
    assert said.endswith("dateline index")


def test_vectors_are_taken_over_from_the_same_model_only() -> None:
    now = fingerprint(IndexSettings(), WordCountEmbedder())
    assert is_same_model(fingerprint(IndexSettings(passage_tokens=64), WordCountEmbedder()), now)
    assert is_same_model({name: now[name] for name in ("embedder", "embedder_sha256")}, now)
    for name in ("embedder", "embedder_revision", "embedder_sha256"):
        assert not is_same_model({**now, name: "another"}, now)
