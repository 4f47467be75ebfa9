"""The wheel: what travels in it, and that it works where there is nothing else of the project."""

import configparser
import email
import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("index", "qa", "prompts", "seeds")


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=240)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    assert built.returncode == 0, built.stdout + built.stderr
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """The unpacked wheel."""
    folder = wheel.parent / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def dateline(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Without -S, the environment's own link to this project would lend its prompts and seeds.
    path = os.pathsep.join([str(installed), *{sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}])
    return run(sys.executable, "-S", "-m", "qa.cli", *arguments, cwd=cwd, PYTHONPATH=path)


def test_the_wheel_holds_every_file_of_the_product_and_no_other(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = (file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.is_file())
    wanted = {file.relative_to(ROOT).as_posix() for file in files if "__pycache__" not in file.parts}
    assert packed == wanted | {"app.py"}


@pytest.mark.parametrize(
    "name",
    [
        "app.py",
        "prompts/wording-1.toml",
        "seeds/README.md",
        "seeds/2023-09-21-first-talks-in-yevlakh.md",
        "qa/weights/model.safetensors",
        "qa/weights/reader.onnx",
        "qa/weights/tokenizer.json",
        "qa/web/style.css",
        "qa/evaluation/templates/report.css",
        "qa/evaluation/templates/report.html.jinja",
        "index/graphs/minilm.onnx",
    ],
)
def test_what_is_no_code_travels_unchanged(installed: Path, name: str) -> None:
    assert (installed / name).read_bytes() == (ROOT / name).read_bytes()


def test_the_wheel_brings_the_command_the_licence_and_the_oldest_python(installed: Path) -> None:
    (info,) = installed.glob("*.dist-info")
    entry_points = configparser.ConfigParser()
    entry_points.read(info / "entry_points.txt")
    metadata = email.message_from_string((info / "METADATA").read_text(encoding="utf-8"))
    assert dict(entry_points["console_scripts"]) == {"dateline": "qa.cli:main"}
    assert {file.name for file in (info / "licenses").iterdir()} == {"LICENSE", "NOTICE"}
    assert (metadata["Name"], metadata["License-Expression"], metadata["Requires-Python"]) == (
        "dateline",
        "Apache-2.0",
        ">=3.11",
    )


def test_the_required_packages_are_dependencies_and_test_tools_are_not(installed: Path) -> None:
    (info,) = installed.glob("*.dist-info")
    metadata = email.message_from_string((info / "METADATA").read_text(encoding="utf-8"))
    needed = {line.split(";")[0] for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line}
    names = {line.split(">")[0].split("=")[0].split("<")[0].strip() for line in needed}
    assert {"langchain", "chromadb", "sentence-transformers", "gradio"} <= names
    assert names & {"pytest", "mypy", "ruff", "playwright"} == set()


def test_the_wheel_works_away_from_the_project(installed: Path, tmp_path: Path) -> None:
    examined = dateline(installed, tmp_path, "doctor", "--json", "--index-dir", "data")
    assert (examined.returncode, examined.stderr) == (3, "")
    findings: dict[str, Any] = {f["what"]: f for f in json.loads(examined.stdout)["findings"]}
    assert [what for what, finding in findings.items() if not finding["ok"]] == ["index"]
    assert findings["prompts"]["found"] == "wording-1, drafting-1, followup-1"
    assert findings["seeds"]["found"] == "2 articles"

    indexed = dateline(installed, tmp_path, "index", "--json", "--index-dir", "data")
    assert indexed.returncode == 0, indexed.stderr
    assert json.loads(indexed.stdout)["articles"] == 2
    question = "In which city were the talks between Azerbaijan and Nagorno-Karabakh held?"
    asked = dateline(installed, tmp_path, "ask", "--json", "--index-dir", "data", question)
    answer = json.loads(asked.stdout)
    assert (asked.returncode, answer["short_answer"]) == (0, "Yevlakh")
    assert Path(answer["citations"][0]["path"]).is_relative_to(installed), "the seeds are those of the wheel"
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
