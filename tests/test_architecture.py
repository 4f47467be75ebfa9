"""The rules of the house, read off the syntax trees, and what importing costs and leaves behind."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("index", "qa", "app")  # each may import those before it
HEAVY = (
    "torch",
    "transformers",
    "sentence_transformers",
    "chromadb",
    "gradio",
    "langchain_core",
    "numpy",
    "onnxruntime",
)
UNSAFE_MODULES = frozenset({"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"})
UNSAFE_ARGUMENTS = frozenset({"trust_remote_code", "allow_pickle"})


def product() -> dict[str, ast.Module]:
    """The syntax tree of every module of the product, by its path."""
    files = [ROOT / "app.py", *(file for layer in LAYERS[:2] for file in (ROOT / layer).rglob("*.py"))]
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def imports(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported anywhere in a tree, in functions and for types too, and every name from one."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                assert node.level == 0, "imports are absolute"
                yield str(node.module)
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            case ast.Call(func=ast.Name(id="import_module" | "__import__"), args=[ast.Constant(value=str(name)), *_]):
                yield name


def packages(tree: ast.Module) -> set[str]:
    return {name.partition(".")[0] for name in imports(tree)}


def faults(tree: ast.Module) -> Iterator[str]:
    """What could run code that came with data, or with a model."""
    yield from UNSAFE_MODULES & packages(tree)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for argument in call.keywords:
            safe = isinstance(argument.value, ast.Constant) and argument.value.value is False
            if argument.arg in UNSAFE_ARGUMENTS and not safe:
                yield f"{argument.arg} is not False"
        if ast.unparse(call.func) in ("eval", "exec", "torch.load"):
            yield ast.unparse(call.func)


def prints(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "print" for node in ast.walk(tree))


@pytest.fixture(scope="module")
def trees() -> Mapping[str, ast.Module]:
    return product()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import chromadb.config", {"chromadb"}),
        ("def f():\n    from chromadb import Client", {"chromadb"}),
        ("if TYPE_CHECKING:\n    import gradio as gr", {"gradio"}),
        ("from importlib import import_module\nimport_module('qa.llm')", {"importlib", "qa"}),
    ],
)
def test_an_import_is_seen_wherever_it_stands(code: str, found: set[str]) -> None:
    assert packages(ast.parse(code)) == found


@pytest.mark.parametrize(
    "code",
    ["import pickle", "f(trust_remote_code=True)", "f(trust_remote_code=x)", "f(allow_pickle=True)", "torch.load(x)"],
)
def test_an_unsafe_call_is_seen(code: str) -> None:
    assert list(faults(ast.parse(code)))
    assert not list(faults(ast.parse("f(trust_remote_code=False, allow_pickle=False)")))


def test_imports_run_one_way(trees: Mapping[str, ast.Module]) -> None:
    upward = {
        (path, package)
        for path, tree in trees.items()
        for package in packages(tree) & {*LAYERS, "tests", "tools"}
        if package not in LAYERS[: LAYERS.index(path.split("/")[0].removesuffix(".py")) + 1]
    }
    assert upward == set()


@pytest.mark.parametrize(
    ("library", "home"),
    [
        ("chromadb", "index/vectors.py"),
        ("bm25s", "index/keywords.py"),
        ("onnxruntime", "index/inference.py"),
        ("sentence_transformers", "index/embeddings.py"),
        ("tqdm", "qa/terminal.py"),
    ],
)
def test_a_library_has_one_home(trees: Mapping[str, ast.Module], library: str, home: str) -> None:
    assert {path for path, tree in trees.items() if library in packages(tree)} == {home}


def test_gradio_stays_under_the_page(trees: Mapping[str, ast.Module]) -> None:
    importers = {path for path, tree in trees.items() if "gradio" in packages(tree)}
    assert importers
    assert {path for path in importers if not path.startswith("qa/web/")} == set()


def test_a_language_model_is_made_in_one_file_at_most(trees: Mapping[str, ast.Module]) -> None:
    users = {path for path, tree in trees.items() if "init_chat_model" in ast.unparse(tree)}
    assert users <= {"qa/llm.py"}


def test_only_what_faces_the_terminal_prints(trees: Mapping[str, ast.Module]) -> None:
    assert {path for path, tree in trees.items() if prints(tree)} == {"qa/cli.py", "qa/terminal.py", "qa/web/server.py"}


def test_nothing_runs_code_that_comes_with_data_or_models(trees: Mapping[str, ast.Module]) -> None:
    assert {path: found for path, tree in trees.items() if (found := list(faults(tree)))} == {}


def test_files_and_functions_can_be_read_in_one_sitting(trees: Mapping[str, ast.Module]) -> None:
    long_files = {path for path in trees if len((ROOT / path).read_text(encoding="utf-8").splitlines()) > 400}
    long_functions = {
        (path, node.name)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and node.end_lineno - node.lineno > 50
    }
    assert (long_files, long_functions) == (set(), set())


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=True, timeout=120)


def loaded(code: str, cwd: Path) -> set[str]:
    """The packages that have been imported when the code ends, however it ends."""
    report = "\nfinally:\n import sys; print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    return set(python("-c", f"try:\n {code}{report}", cwd=cwd).stderr.split())


@pytest.mark.parametrize(
    "code",
    [
        "import qa, qa.cli, index",
        "import app",
        "import qa.web",
        "from qa.cli import main; main(['--help'])",
        "from qa.cli import main; main(['ask', '--help'])",
        "from qa.cli import main; main(['--version'])",
    ],
)
def test_help_loads_nothing_heavy(code: str, tmp_path: Path) -> None:
    names = loaded(code, tmp_path)
    assert "qa" in names or "index" in names
    assert names & set(HEAVY) == set()


def test_a_missing_index_is_said_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    code = "from qa.cli import main; assert main(['ask', 'Who?', '--index-dir', 'none']) == 3"
    assert loaded(code, tmp_path) & set(HEAVY) == set()


def test_importing_every_module_leaves_no_file_behind(trees: Mapping[str, ast.Module], tmp_path: Path) -> None:
    names = [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in trees]
    code = f"from importlib import import_module\nfor name in {names}:\n import_module(name)\nprint(name)"
    assert python("-c", code, cwd=tmp_path).stdout.strip() == names[-1]
    assert list(tmp_path.iterdir()) == []
