"""How fast are passages embedded? `python tools/bench_embedding.py DATA [--articles 100] [--rounds 3] [--sync-only]`.

The passages of a seeded sample of DATA/realtimeqa_apr2023 are embedded in each way, in turn and several times, so that
whatever else the machine does falls on all alike. Times are told as ratios to the bare `SentenceTransformer.encode`,
and the smallest cosine to its vectors beside them. The last row is a whole sync of these articles into a new index: reading,
cutting, embedding, grouping, storing and the check.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from index.articles import SourceFile, discover, read_file
from index.embeddings import BATCH, SLICE, MiniLMEmbedder, SentenceTransformerEmbedder, Vectors, _by_length
from index.generations import current
from index.inference import model_inputs
from index.kept import Kept
from index.passages import cut, embedded_text
from index.settings import IndexSettings
from index.sync import sync_index
from index.types import Article

SEED = 13
Way = Callable[[Sequence[str]], Vectors]


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description="Compare ways of embedding passages.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sync-only", action="store_true", help="compare only the whole sync with the bare call")
    options = parser.parse_args()
    embedder = MiniLMEmbedder()
    with TemporaryDirectory() as folder:
        sample = Path(folder) / "articles.jsonl"
        lines = (options.data / "realtimeqa_apr2023" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
        sample.write_text("\n".join(random.Random(SEED).sample(lines, options.articles)), encoding="utf-8")
        texts = passages(sample, embedder)
        found = {"SentenceTransformer.encode": partial(bare, embedder)} | (
            {} if options.sync_only else others(embedder)
        )
        for way in found.values():
            way(texts[:64])  # whatever is loaded when first used
        found["a whole sync (shipped)"] = partial(synced, sample, embedder)
        compare(found, texts, options.rounds)


def compare(ways: Mapping[str, Way], texts: Sequence[str], rounds: int) -> None:
    """Print a row for each way; the first is what the others are compared with."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    vectors: dict[str, Vectors] = {}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            vectors[name] = way(texts)
            seconds[name].append(time.perf_counter() - began)
    bare, exact = next(iter(seconds)), next(iter(vectors.values()))
    print(f"{len(texts)} passages, {rounds} rounds\n")
    print("| way | passages a second | time, of the bare call | smallest cosine |\n| --- | --- | --- | --- |")
    for name in ways:
        ratio = statistics.median(a / b for a, b in zip(seconds[name], seconds[bare], strict=True))
        cosine = float((vectors[name] * exact).sum(axis=1).min())
        print(f"| {name} | {len(texts) / statistics.median(seconds[name]):.0f} | {ratio:.2f} | {cosine:.5f} |")


def synced(sample: Path, embedder: MiniLMEmbedder, texts: Sequence[str]) -> Vectors:
    """The vectors of a new index of the articles; there has to be one for each text."""
    with TemporaryDirectory() as folder:
        settings = IndexSettings(index_dir=Path(folder) / "index", uploads_dir=Path(folder) / "uploads")
        sync_index([sample], settings=settings, embedder=embedder)
        return np.array(Kept.open(current(settings.index_dir) / "kept").vectors)


def bare(embedder: MiniLMEmbedder, texts: Sequence[str]) -> Vectors:
    """What anybody would call."""
    return np.asarray(embedder._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False))


def others(embedder: MiniLMEmbedder) -> dict[str, Way]:
    """The other ways, by their names."""
    by_torch = partial(map, partial(SentenceTransformerEmbedder._encode, embedder))
    return {
        f"torch, by length, {BATCH} at once": partial(_by_length, embed=by_torch, at_once=SLICE, progress=None),
        "ONNX Runtime, a few of similar length on each core (shipped)": embedder.embed,
        "ONNX Runtime, int8 per channel, 16 at once": quantised(embedder),
    }


def quantised(embedder: MiniLMEmbedder) -> Way:
    """The same graph with its weights in eight bits, one scale a channel, activations quantised as they come."""
    import onnx
    import onnxruntime
    from onnxruntime.quantization import quantize_dynamic
    from safetensors.numpy import load_file

    with TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        graph = onnx.ModelProto.FromString(Path("index/graphs/minilm.onnx").read_bytes())
        tensors = load_file(embedder._folder / "model.safetensors")
        for initializer in graph.graph.initializer:
            if initializer.name in tensors:
                initializer.CopyFrom(
                    onnx.numpy_helper.from_array(tensors[initializer.name].astype(np.float32), initializer.name)
                )
        onnx.save_model(graph, str(whole))
        quantize_dynamic(whole, small, per_channel=True)
        session: Any = onnxruntime.InferenceSession(small.read_bytes(), providers=["CPUExecutionProvider"])

    def embed(texts: Sequence[str]) -> Vectors:
        inputs = model_inputs(embedder._question_tokenizer.encode_batch(list(texts)))
        hidden = session.run(None, inputs)[0]
        mask = inputs["attention_mask"][..., None]
        means = (hidden * mask).sum(axis=1) / mask.sum(axis=1)
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=np.float32)

    return partial(_by_length, embed=partial(map, embed), at_once=16, progress=None)


def passages(sample: Path, embedder: MiniLMEmbedder) -> list[str]:
    """The texts that the product would embed for the articles of a file."""
    settings = IndexSettings()
    files: Sequence[SourceFile] = discover([sample], max_bytes=1 << 30).files
    items = (item for source in files for item in read_file(source, default_year=None))
    articles = {item.id: item for item in items if isinstance(item, Article)}
    cuts = ((a, p) for a in articles.values() for p in cut(a, embedder.token_starts, settings.passage_tokens))
    return [embedded_text(article.title, passage.text) for article, passage in cuts]


if __name__ == "__main__":
    main()
