"""How work is spread over the cores."""

import subprocess
import sys

import pytest

from index.inference import side_by_side


def test_every_text_is_worked_on_once_with_others_of_its_length() -> None:
    portions = side_by_side(tuple, [5, 90, 6, 91, 7])
    assert sorted(position for portion in portions for position in portion) == [0, 1, 2, 3, 4]
    assert (3, 1) in portions


def test_a_fault_of_the_work_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda portion: 1 // 0, [1])


def test_what_is_under_way_when_the_interpreter_ends_is_finished() -> None:
    script = """
import threading
from index.inference import side_by_side
side_by_side(len, [1, 2, 3])
def late():
    threading.main_thread().join()
    print(side_by_side(len, [1, 2, 3]))
threading.Thread(target=late).start()
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (run.stdout, run.stderr) == ("[2, 1]\n", "")
