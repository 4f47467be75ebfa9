"""Settings of the index, read once at the entry points: arguments, then the environment, then a `.env` file."""

from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import SettingsError

DEFAULT_EMBEDDER = "sentence-transformers/all-MiniLM-L6-v2"


class IndexSettings(BaseSettings):
    """Where the index lives and how articles enter it; every field is also an environment variable `DATELINE_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix="DATELINE_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    index_dir: Path = Field(Path("data/index"), description="Folder of the index.")
    embedder: str = Field(DEFAULT_EMBEDDER, description="sentence-transformers model, by name or path.")
    default_year: int | None = Field(
        None, ge=1800, le=2200, description="Year for articles that give a day and a month only; unset: date unknown."
    )
    passage_tokens: int = Field(
        128, ge=16, le=8192, description="Longest passage, title included, in tokens of the embedder."
    )
    chroma_url: str | None = Field(
        None, description="Chroma server that holds the vectors, e.g. http://localhost:8000; unset: files."
    )
    max_file_mb: float = Field(
        20.0, gt=0, allow_inf_nan=False, description="Article files above this size are not read."
    )
    workers: int = Field(1, ge=1, le=256, description="Processes that embed, where thousands of passages are new.")

    @property
    def uploads_dir(self) -> Path:
        """Where articles that were added in the page are kept: beside the index, and always part of it."""
        return self.index_dir.parent / "uploads"

    @classmethod
    def load(cls, **given: object) -> Self:
        """Read the settings; arguments that are None count as not given. Raises `SettingsError` with value and fix."""
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
        except UnicodeDecodeError as error:
            raise SettingsError("The file .env is not UTF-8 text. Save it as UTF-8.") from error
        except ValidationError as error:
            first = error.errors()[0]
            name = f"DATELINE_{'_'.join(str(part) for part in first['loc']).upper()}"
            raise SettingsError(
                f"{name} is {first.get('input')!r}, which cannot be used: {first['msg']}. Change or unset {name}."
            ) from error
