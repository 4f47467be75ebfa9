"""Text without accents."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.folding import without_marks


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Šefčovič met Erdoğan in Tórshavn", "Sefcovic met Erdogan in Torshavn"),
        ("ｆｕｌｌ width, ﬁnd, 5½", "full width, find, 51⁄2"),
        ("“quoted” – 25 °C", "“quoted” – 25 °C"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_accents_go_and_letters_stay(text: str, folded: str) -> None:
    assert without_marks(text) == folded


@given(st.text())
def test_it_is_the_decomposition_without_its_marks(text: str) -> None:
    decomposed = unicodedata.normalize("NFKD", text)
    assert without_marks(text) == "".join(c for c in decomposed if not unicodedata.combining(c))
