"""A pytest plug-in: `pytest --dateline-questions FILE` asks each question of the file as a test of its own.

Without that option, and without `dateline_questions` in the ini file, it does nothing and imports nothing of Dateline.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from qa.evaluation.asking import Asker
    from qa.evaluation.questions import Question
    from qa.evaluation.results import QuestionResult

FILES, INDEX = "dateline_questions", "dateline_index_dir"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and their places in the ini file."""
    group = parser.getgroup("dateline", "questions over news articles")
    group.addoption("--dateline-questions", action="append", metavar="FILE", help="ask each question of it as a test")
    group.addoption("--dateline-index-dir", metavar="DIR", help="the index that is asked (else DATELINE_INDEX_DIR)")
    parser.addini(FILES, "question files (JSON Lines or CSV) whose questions are asked as tests", type="paths")
    parser.addini(INDEX, "the index that is asked", type="paths")


def pytest_configure(config: pytest.Config) -> None:
    """Take the question files among what is collected."""
    here = config.invocation_params.dir
    named = [_absolute(here / name) for name in config.getoption("--dateline-questions") or []]
    files = named or [_absolute(path) for path in config.getini(FILES)]
    if not files:
        return
    config.pluginmanager.register(_Questions(config, tuple(files)), "dateline-questions")
    # Who names one test file does not want every question asked, only because the ini file tells where they are.
    if named or config.args_source is not pytest.Config.ArgsSource.ARGS:
        given = {_absolute(here / argument.partition("::")[0]) for argument in config.args}
        config.args.extend(str(file) for file in files if file not in given)


def _absolute(path: Path) -> Path:
    """As pytest spells it: without "..", and with the names of links."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links, as pytest does not


class _Questions:
    """What the plug-in does once there are question files: they are collected, and one engine answers them all."""

    def __init__(self, config: pytest.Config, files: tuple[Path, ...]) -> None:
        self._config, self._files = config, files
        self._opened = ExitStack()
        config.addinivalue_line("markers", "dateline: a question of a question file, asked of Dateline")

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> "QuestionFile | None":
        if file_path not in self._files:
            return None
        collected: QuestionFile = QuestionFile.from_parent(parent, path=file_path)
        collected.asked = self
        return collected

    def pytest_unconfigure(self) -> None:
        self._opened.close()

    @cached_property
    def asker(self) -> "Asker":
        """What asks the questions; the index is opened when the first one is run."""
        from index.generations import current
        from qa.settings import Settings

        folders = self._config.getini(INDEX)
        folder = self._config.getoption("--dateline-index-dir") or (str(folders[0]) if folders else None)
        settings = Settings.load(index_dir=folder)
        current(settings.index_dir)  # a missing index is said before anything heavy is loaded
        from qa import QAEngine
        from qa.evaluation.asking import Asker

        return Asker(self._opened.enter_context(QAEngine.open(settings=settings)))


class QuestionFile(pytest.File):
    """A question file, collected."""

    asked: _Questions

    def collect(self) -> Iterator["QuestionItem"]:
        """One test a question."""
        from index.errors import DatelineError
        from qa.evaluation.questions import load_questions

        try:
            questions = load_questions(self.path)
        except DatelineError as error:
            raise self.CollectError(str(error)) from error
        for question in questions:
            item: QuestionItem = QuestionItem.from_parent(self, name=question.id)
            item.question, item.asked = question, self.asked
            item.add_marker(pytest.mark.dateline)
            yield item


class QuestionItem(pytest.Item):
    """A question, which passes if nothing is wrong with its answer."""

    question: "Question"
    asked: _Questions

    def runtest(self) -> None:
        """Ask the question and raise `QuestionFailed` if its answer has a fault."""
        from qa.evaluation.scoring import score_record

        result = score_record(self.asked.asker.ask(self.question))
        if result.fault:
            raise QuestionFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was asked, wanted and answered, rather than where the code stood."""
        from index.errors import DatelineError

        if isinstance(excinfo.value, QuestionFailed | DatelineError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the question stands."""
        return self.path, None, f"{self.question.type}: {self.name}"


class QuestionFailed(AssertionError):
    """An answer has a fault."""

    def __init__(self, result: "QuestionResult") -> None:
        super().__init__(f"{result.fault}\n{result}")
