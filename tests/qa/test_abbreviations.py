"""What abbreviations stand for."""

import pytest

from qa.abbreviations import spelled_out
from qa.question import understand

TEXT = "She runs the Agency for Ports and Piers (APP) and the old US Harbour Fund (USHF), but not (XYZ)."


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What does APP stand for?", "Agency for Ports and Piers"),
        ("What is the abbreviation USHF?", "US Harbour Fund"),
        ("What does XYZ stand for?", None),
        ("What does QQQ stand for?", None),
        ("Who runs APP?", None),
    ],
)
def test_the_words_before_the_brackets_are_what_it_stands_for(question: str, words: str | None) -> None:
    bounds = spelled_out(understand(question), TEXT)
    assert (TEXT[slice(*bounds)] if bounds else None) == words
