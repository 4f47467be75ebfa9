"""What a run depends on -> short hashes and names, so that two runs can be told apart and compared fairly."""

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qa.evaluation.questions import Question

if TYPE_CHECKING:
    from index.generations import Manifest as IndexManifest
    from qa.engine import QAEngine
    from qa.settings import Settings

NAMES = ("corpus", "index", "questions", "prompt", "model", "reader", "embedder", "settings", "code")
# Where the page is served from, who may see it and how many processes embed changes no answer; what is secret has no
# place in a file.
_NOT_RECORDED = frozenset({"index_dir", "user", "password", "root_path", "mcp", "workers"})
_NAMED_APART = frozenset({"reader", "embedder", "llm"})
_NOT_ANSWERING = frozenset({"evaluation", "web", "calibration", "weights", "__pycache__"})
_SOURCES = frozenset({".py", ".txt", ".toml"})


def fingerprints(engine: "QAEngine", questions: Sequence[Question]) -> dict[str, str | None]:
    """Everything that the answers to some questions depend on, by the names of `NAMES`.

    Raises `IndexBroken` where the index cannot be described any more.
    """
    from index.generations import Manifest, current
    from qa.reader import open_reader

    settings = engine.settings
    index = Manifest.read(current(settings.index_dir))
    values = {
        "corpus": corpus_fingerprint(index),
        "index": engine.index_id,
        "questions": questions_fingerprint(questions),
        "prompt": _prompts(with_model=engine.llm_id is not None),
        "model": engine.llm_id,
        "reader": open_reader(settings.reader).id,
        "embedder": f"{index.fingerprint['embedder']}@{str(index.fingerprint['embedder_sha256'])[:12]}",
        "settings": settings_fingerprint(recorded_settings(settings)),
        "code": code_fingerprint(),
    }
    return {name: values[name] for name in NAMES}


def corpus_fingerprint(index: "IndexManifest") -> str:
    """A hash of the files that gave the articles, whatever they are called and wherever they lie."""
    return _hash(sorted({record.sha256 for record in index.files.values() if record.articles}))


def questions_fingerprint(questions: Iterable[Question]) -> str:
    """A hash of the questions with all that is known of them, whatever their order."""
    return _hash(sorted(question.model_dump_json(exclude_defaults=True) for question in questions))


def recorded_settings(settings: "Settings") -> dict[str, Any]:
    """The settings that an answer may depend on; of an address only the host, of the fitted confidence a hash."""
    from qa.confidence import calibration_key, load_confidence
    from qa.reader import open_reader

    fitted = load_confidence(calibration_key(open_reader(settings.reader).id, settings.embedder), settings.index_dir)
    values = settings.model_dump(mode="json", exclude=set(_NOT_RECORDED))
    hosts = {name: urlsplit(url).hostname for name, url in values.items() if url and name.endswith("_url")}
    return values | hosts | {"confidence": _hash(asdict(fitted)) if fitted else None}


def settings_fingerprint(recorded: Mapping[str, Any]) -> str:
    """A hash of the recorded settings, without those that have a fingerprint of their own."""
    return _hash({name: value for name, value in recorded.items() if name not in _NAMED_APART})


@cache
def code_fingerprint() -> str:
    """A hash of the source files that take part in answering; those of the page and of the evaluation do not."""
    total = hashlib.sha256()
    for package in ("index", "qa"):
        root = Path(str(files(package)))
        for file in sorted(root.rglob("*")):
            inside = file.relative_to(root)
            if file.suffix in _SOURCES and _NOT_ANSWERING.isdisjoint(inside.parts):
                total.update(f"{package}/{inside.as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return total.hexdigest()[:16]


def peak_memory_mb() -> float | None:
    """The most memory that this process has held so far, in MiB; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if platform.system() == "Darwin" else 1024), 1)


def machine() -> str:
    """What the run was made on, in words."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _prompts(*, with_model: bool) -> str:
    from qa.prompting import DRAFTING, FOLLOW_UP, WORDING, load_prompt

    prompts = [load_prompt(name) for name in ((WORDING, DRAFTING, FOLLOW_UP) if with_model else (WORDING,))]
    texts = [{name: template.template for name, template in prompt.templates.items()} for prompt in prompts]
    return f"{'+'.join(prompt.id for prompt in prompts)}@{_hash(texts)}"


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
