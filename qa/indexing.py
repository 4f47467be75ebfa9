"""`dateline index`: the articles of folders into the index, once or whenever they change; and back to the one before."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.terminal import Bar, say

if TYPE_CHECKING:
    from index.settings import IndexSettings
    from index.types import SyncReceipt
    from index.watching import Followed

OK, FAILED = 0, 1
Tell = Callable[[Mapping[str, Any], str], None]  # what is said on stdout: as JSON, or as text


def index(options: argparse.Namespace, settings: "IndexSettings", tell: Tell) -> int:
    """Make the index equal to the folders, or go back to the one before; returns the exit code."""
    if options.rollback:
        return _roll_back(settings, tell)
    if options.watch:
        return _watch(options, settings, tell)
    from index.sync import sync_index

    with Bar("embedding", "passages") as progress:
        receipt = sync_index(
            roots(options.paths, settings), settings=settings, rebuild=options.rebuild, retry=options.retry,
            progress=progress,
        )  # fmt: skip
    for problem in receipt.problems:
        say(str(problem))
    if receipt.yearless:
        say(yearless_text(receipt.yearless))
    tell(asdict(receipt), receipt_text(receipt))
    return FAILED if receipt.failed else OK


def roots(paths: Sequence[str], settings: "IndexSettings") -> list[Path] | None:
    """What to index: the given paths; else None for those of the last time; else the seeds that ship."""
    if paths:
        return [Path(path) for path in paths]
    from index.errors import IndexMissing
    from index.generations import recorded_roots

    try:
        recorded_roots(settings.index_dir)
    except IndexMissing:
        if Path("seeds").is_dir():
            return [Path("seeds")]
        from importlib.resources import files

        return [Path(str(files("seeds").joinpath("README.md"))).parent]
    return None


def receipt_text(receipt: "SyncReceipt") -> str:
    """A receipt in two lines."""
    return (
        f"found {receipt.found} = indexed {receipt.indexed} + unchanged {receipt.unchanged} + skipped {receipt.skipped}"
        f" + failed {receipt.failed}; removed {receipt.removed}\n"
        f"{receipt.articles} articles, {receipt.passages} passages, {receipt.embedded} embedded now, in"
        f" {receipt.seconds:.1f} s ({receipt.embedding_seconds:.1f} s in the embedder); index {receipt.index_dir}"
    )


def yearless_text(count: int) -> str:
    """What makes a date of a day without a year."""
    many = f"{count:,} articles give" if count > 1 else "1 article gives"
    return (
        f"{many} a day but no year, so the date is unknown: set DATELINE_DEFAULT_YEAR, or --default-year, to that year."
    )


def _watch(options: argparse.Namespace, settings: "IndexSettings", tell: Tell) -> int:
    from index.watching import follow

    told: set[str] = set()

    def followed(now: "Followed") -> None:
        problems = {str(problem) for problem in now.receipt.problems} if now.receipt else set(told)
        for problem in sorted(problems - told):
            say(problem)
        told.clear()
        told.update(problems)
        tell(_as_data(now), f"{datetime.now():%H:%M:%S} {_line(now)}")

    paths = roots(options.paths, settings)
    try:
        with Bar("embedding", "passages") as progress:
            follow(paths, followed, settings=settings, retry=options.retry, progress=progress)
    except KeyboardInterrupt:
        say("no longer following")
    return OK


def _line(now: "Followed") -> str:
    receipt = now.receipt
    if receipt is None:
        return f"not brought up to date: {now.error}"
    return (
        f"{receipt.articles} articles: {receipt.indexed} new or changed, {receipt.removed} removed, {receipt.skipped}"
        f" skipped, {receipt.failed} failed; {receipt.embedded} passages embedded in {receipt.seconds:.1f} s"
    )


def _as_data(now: "Followed") -> Mapping[str, Any]:
    return asdict(now.receipt) if now.receipt else {"error": now.error}


def _roll_back(settings: "IndexSettings", tell: Tell) -> int:
    from index.generations import current, rollback

    manifest = rollback(settings.index_dir)
    text = (
        f"Back to the index of {manifest.built}: {manifest.articles} articles, {manifest.passages} passages. A second"
        " rollback returns to the newer one; the next dateline index follows the folders again."
    )
    name = current(settings.index_dir).name
    tell(
        {"generation": name, "built": manifest.built, "articles": manifest.articles, "index_id": manifest.index_id},
        text,
    )
    return OK
