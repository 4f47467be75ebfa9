"""Settings of the answering side; they include those of the index and are read the same way."""

import re
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

from index.errors import SettingsError
from index.settings import IndexSettings

DEFAULT_READER = "dateline-reader"
_ROOT_PATH = re.compile(r"(/[\w.~-]+)*", re.ASCII)


class Settings(IndexSettings):
    """All of Dateline's settings; every field is also an environment variable `DATELINE_<FIELD>`."""

    reader: str = Field(
        DEFAULT_READER, description="Extractive reader: the shipped one, or a question-answering model by name or path."
    )
    reranker: str | None = Field(
        None, description="CrossEncoder that orders passages before they are read, by name or path; unset: none."
    )
    min_confidence: float | None = Field(
        None, ge=0.0, le=1.0, description="Answers below this confidence are declined; unset: the measured default."
    )
    stale_days: int = Field(730, ge=0, description="Sources older than this many days are pointed out as old.")
    fetch_k: int = Field(40, ge=1, le=500, description="Candidates taken from each of vectors and keywords.")
    top_k: int = Field(8, ge=1, le=50, description="Passages that are read first.")
    read_k: int = Field(8, ge=1, le=100, description="Passages that are read where the first leave the answer open.")

    llm: str | None = Field(
        None,
        description="Language model that drafts answers, as provider:model; unset: none, nothing leaves the machine.",
    )
    llm_base_url: str | None = Field(
        None, description="Address of an OpenAI-compatible server (vLLM, llama.cpp, LM Studio) or of another provider."
    )
    llm_timeout: float = Field(
        60.0, gt=0, le=3600, allow_inf_nan=False, description="Seconds that a language model may take for one answer."
    )
    llm_window: int = Field(
        8192,
        ge=1024,
        le=10_000_000,
        description="Tokens that the language model can read at once; passages are cut to fit.",
    )

    root_path: str = Field("", description="Path under which a reverse proxy serves the page, like /news; unset: none.")
    host_names: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Names under which the page is found beside its host and localhost, with commas; unset: none."
    )
    user: str | None = Field(None, description="User name that the page asks for, together with DATELINE_PASSWORD.")
    password: SecretStr | None = Field(None, description="Password that the page asks for; unset: anybody may come in.")
    mcp: bool = Field(False, description="Whether the page's server also answers MCP clients, at /mcp.")

    @classmethod
    def load(cls, **given: object) -> Self:
        """Read the settings as `IndexSettings.load` does. Raises `SettingsError` with value and fix."""
        settings = super().load(**given)
        if (settings.user is None) != (settings.password is None):
            names = ("DATELINE_USER", "DATELINE_PASSWORD")
            there, missing = names if settings.user else reversed(names)
            raise SettingsError(f"{there} is set and {missing} is not: set both, or neither.")
        if settings.user and ":" in settings.user:
            raise SettingsError(f"DATELINE_USER is {settings.user!r}, and browsers send no colon: choose another name.")
        return settings

    @field_validator("root_path")
    @classmethod
    def _one_slash_before_each_part(cls, value: str) -> str:
        path = "".join(f"/{part}" for part in value.strip().split("/") if part)
        if not _ROOT_PATH.fullmatch(path) or set(path.split("/")) & {".", ".."}:
            raise PydanticCustomError("root_path", "it is no path like /news")
        return path

    @field_validator("host_names", mode="before")
    @classmethod
    def _parted_by_commas(cls, value: object) -> object:
        return tuple(filter(None, (name.strip() for name in value.split(",")))) if isinstance(value, str) else value

    @property
    def most_read(self) -> int:
        """How many passages may be read for an answer."""
        return max(self.top_k, self.read_k)
