"""What is left of a sentence whose dateline is not shown."""

import pytest

from index.datelines import without_dateline


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("BREKKE, February 29. The council voted.", "The council voted."),
        ("BREKKE, Ostrania, Feb. 29: The council voted.", "The council voted."),
        ("BREKKE. 29 February – The council voted.", "The council voted."),
        ("BREKKE, February 29.", ""),
        ("BREKKE — The council voted.", "The council voted."),
        ("UPPER TARN, Ostrania – “We voted,” she said.", "“We voted,” she said."),
        ("NEW BREKKE, N.T. -- 212 people came.", "212 people came."),
        ("ÅLVIK/BREKKE - The council voted.", "The council voted."),
        ("BREKKE, February 29. /TNA/. The council voted.", "The council voted."),
        ("BREKKE (AP) — The council voted.", "The council voted."),
    ],
)
def test_a_dateline_of_capitals_goes_with_or_without_its_day_and_agency(sentence: str, left: str) -> None:
    assert without_dateline(sentence) == left


@pytest.mark.parametrize(
    "sentence",
    [
        "The council of Brekke voted on February 29.",
        "February 29. The council voted.",
        "In Brekke, February 29 was a holiday.",
        "BREKKE voted on Thursday.",
        "THE COUNCIL VOTED.",
        "BREKKE – which lies on the Tarn – voted.",
        "Brekke — The council voted.",
        "Brekke, a town of 400, voted.",
        "U.S. officials voted.",
        "NATO-led troops came to Brekke.",
        "A-1 roads – Both of them – are closed.",
        "",
    ],
)
def test_what_belongs_to_a_sentence_stays(sentence: str) -> None:
    assert without_dateline(sentence) == sentence
