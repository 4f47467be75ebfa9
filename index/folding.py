"""Text without accents, so that "Šefčovič" is found by who writes "Sefcovic"."""

import unicodedata


def without_marks(text: str) -> str:
    """The compatibility decomposition (NFKD, UAX #15) without its combining marks: `é` is `e`, `½` is `1⁄2`.

    Each character that occurs is looked at once: on whole articles that takes half the time of looking at all.
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text)
    marks = {ord(character): None for character in set(text) if unicodedata.combining(character)}
    return text.translate(marks) if marks else text
