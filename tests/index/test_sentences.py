"""Where sentences begin and end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import paragraph_spans, sentence_spans


def sentences(text: str) -> list[str]:
    return [text[a:b] for a, b in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. agreed. Mr. Ode left.", ["The U.S. agreed.", "Mr. Ode left."]),
        ("It cost $5.3 million on Sept. 4. Nobody paid.", ["It cost $5.3 million on Sept. 4.", "Nobody paid."]),
        ('He said: "We go. We must." They went.', ['He said: "We go. We must."', "They went."]),
        ("TARVO, March 3. /EXA/. The port reopened.", ["The port reopened."]),
        ("TARVO, March 3 (Reuters) - The port reopened.", ["The port reopened."]),
        ("First line\n\nSecond line", ["First line", "Second line"]),
        ("", []),
        ("123 456. !!!", []),
    ],
)
def test_sentences_are_whole_and_without_the_dateline(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet=st.sampled_from('Ab .!?\n"”é1')))
def test_sentences_are_in_order_and_within_a_paragraph(text: str) -> None:
    paragraphs = paragraph_spans(text)
    before = 0
    for start, end in sentence_spans(text):
        assert before <= start < end
        assert text[start:end].strip() == text[start:end]
        assert any(a <= start and end <= b for a, b in paragraphs)
        before = end
