"""Everything that can go wrong while answering, as one tree; it hangs below `index.errors.DatelineError`.

DatelineError (index/errors.py)
├── ReaderError        the reading model is missing, altered or cannot be loaded
├── RequestError       an argument that goes with a question cannot be used
├── LanguageModelError a language model could not be asked, or gave no usable answer
├── PromptError        a file in prompts/ is missing, malformed or lacks a variable
├── QuestionFileError  a line of a question file cannot be used
├── RunError           a run of an evaluation is missing or damaged, or cannot be gone on with
└── ComparisonError    two runs have too little in common to be compared
"""

from index.errors import DatelineError


class ReaderError(DatelineError):
    """The reading model is missing, altered or cannot be loaded."""


class RequestError(DatelineError):
    """An argument that goes with a question cannot be used."""


class LanguageModelError(DatelineError):
    """A language model could not be asked, or gave no usable answer; `failure` is a `qa.llm.Failure`."""

    def __init__(self, message: str, *, failure: str) -> None:
        super().__init__(message)
        self.failure = failure


class PromptError(DatelineError):
    """A file in prompts/ is missing, malformed or lacks a variable."""


class QuestionFileError(DatelineError):
    """A line of a question file cannot be used."""


class RunError(DatelineError):
    """A run of an evaluation is missing or damaged, or cannot be gone on with."""


class ComparisonError(DatelineError):
    """Two runs have too little in common to be compared."""
