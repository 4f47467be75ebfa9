"""Checks our own stories and counts what they hold: `python -m training.check FOLDER`."""

import sys
from pathlib import Path

from qa.calibration.stories import Report, read_story


def main() -> None:
    """Print the faults of each file, then how much there is."""
    paths = sorted(Path(sys.argv[1]).rglob("*.txt"))
    reports: list[Report] = []
    wrong = 0
    for path in paths:
        try:
            reports += read_story(path)
        except ValueError as error:
            wrong += 1
            print(error)
    asked = [question for report in reports for question in report.asked]
    without = sum(start is None for _, start, _ in asked)
    print(
        f"{len(paths)} stories ({wrong} with faults), {len(reports)} reports, {len(asked)} questions, {without} without answer"
    )


if __name__ == "__main__":
    main()
