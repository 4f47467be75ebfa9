"""How work is spread over the cores."""

import subprocess
import sys
import time

import pytest

from index.inference import side_by_side


def test_every_text_is_worked_on_once_and_what_comes_of_it_stands_in_its_place() -> None:
    asked: list[str] = []

    def shout(text: str) -> str:
        asked.append(text)
        return text.upper()

    assert side_by_side(shout, ["port", "a", "harbour", "a"]) == ["PORT", "A", "HARBOUR", "A"]
    assert sorted(asked) == ["a", "a", "harbour", "port"]
    assert side_by_side(shout, []) == []


def test_a_fault_of_the_work_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda text: 1 // 0, ["port"])


def test_after_a_fault_nothing_more_is_begun() -> None:
    begun: list[str] = []

    def work(text: str) -> None:
        begun.append(text)
        time.sleep(0.02)
        if len(text) == 500:  # the longest, which is the first
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        side_by_side(work, ["x" * length for length in range(501)][1:])
    time.sleep(0.1)
    assert len(begun) < 250


def test_what_is_under_way_when_the_interpreter_ends_is_finished() -> None:
    script = """
import threading
from index.inference import side_by_side
side_by_side(len, ["port", "a"])
def late():
    threading.main_thread().join()
    print(side_by_side(len, ["port", "a"]))
threading.Thread(target=late).start()
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (run.stdout, run.stderr) == ("[4, 1]\n", "")
