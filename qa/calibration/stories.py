"""Our own questions: fictional news stories, each told in several reports, in plain text files.

A file is one story: reports parted by a line `---`. A report is `# Title`, `publisher:`, `published:` (ISO), the text,
then its questions, each a line `Q: ...` followed by `A: ...`, the words of the text that answer it, or `A: -` where no
report of the story answers it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

LONGEST = 100  # characters of an answer
HELD_BACK = Path(__file__).parent / "newsroom"
"""Stories that no reader of ours is trained on: they validate a training run and calibrate the confidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report of a story; `asked` are (question, character where its answer begins or None, answer)."""

    story: str
    title: str
    publisher: str
    published: date
    text: str
    asked: tuple[tuple[str, int | None, str], ...]

    def as_article(self) -> dict[str, str]:
        """The report as a line of JSON Lines that the index reads."""
        return {
            "title": self.title,
            "publisher": self.publisher,
            "published": self.published.isoformat(),
            "text": self.text,
        }


def read_story(path: Path) -> list[Report]:
    """The reports of a file. Raises `ValueError` that names the report and every fault."""
    reports, faults = [], []
    for number, part in enumerate(re.split(r"(?m)^---\s*$", path.read_text(encoding="utf-8")), start=1):
        found = re.fullmatch(
            r"\s*# (?P<title>.+)\npublisher: (?P<publisher>.+)\npublished: (?P<published>\S+)\n(?P<text>.+?)\n(?P<asked>Q: .+)",
            part.strip(),
            re.DOTALL,
        )
        if not found:
            faults.append(f"report {number}: not '# Title', 'publisher: ...', 'published: ...', text, 'Q:'/'A:' lines")
            continue
        text = found["text"].strip()
        asked: list[tuple[str, int | None, str]] = []
        lines = [line.strip() for line in found["asked"].splitlines() if line.strip()]
        for question, answer in zip(lines[::2], lines[1::2], strict=False):
            if not question.startswith("Q: ") or not answer.startswith("A: "):
                faults.append(f"report {number}: expected a Q: line and an A: line, found {question!r} and {answer!r}")
                continue
            words = answer[3:].strip()
            if words == "-":
                asked.append((question[3:].strip(), None, ""))
            elif text.count(words) != 1 or len(words) > LONGEST:
                faults.append(f"report {number}: {words!r} stands {text.count(words)} times in the text; once is right")
            else:
                asked.append((question[3:].strip(), text.index(words), words))
        if len(lines) % 2:
            faults.append(f"report {number}: a Q: without an A:")
        reports.append(
            Report(
                story=path.stem,
                title=found["title"].strip(),
                publisher=found["publisher"].strip(),
                published=date.fromisoformat(found["published"]),
                text=text,
                asked=tuple(asked),
            )
        )
    if faults:
        raise ValueError("\n".join(f"{path.name}, {fault}" for fault in faults))
    return reports


def stories_of(reports: Sequence[Report]) -> dict[str, str]:
    """The story of each title. Raises `ValueError` where two stories have a title in common."""
    found: dict[str, str] = {}
    for report in reports:
        if found.setdefault(report.title, report.story) != report.story:
            raise ValueError(f"{report.title!r} is a title of two stories: {found[report.title]} and {report.story}")
    return found


def read_stories(folder: Path) -> list[Report]:
    """All reports under a folder, by file name."""
    return [report for path in sorted(folder.rglob("*.txt")) for report in read_story(path)]
