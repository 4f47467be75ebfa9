"""Questions as people really type them: no capitals, no question mark, typing errors, key words only."""

import random

_DROPPED = frozenset("the a an of did does do is was were are in on at to".split())


def noisy(question: str, rng: random.Random) -> str:
    """The question, in about half of the cases as somebody in a hurry would write it."""
    if rng.random() < 0.25:
        question = question.rstrip(" ?")
    if rng.random() < 0.15:
        question = question.lower()
    if rng.random() < 0.08:
        question = mistyped(question, rng)
    if rng.random() < 0.06:
        kept = [word for word in question.split() if word.lower() not in _DROPPED]
        question = " ".join(kept) if len(kept) >= 3 else question
    return question


def mistyped(question: str, rng: random.Random) -> str:
    """The question with one slip in one of its words of five letters or more; as it is where it has none."""
    words = question.split(" ")
    long = [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not long:
        return question
    i = rng.choice(long)
    word, at = words[i], rng.randrange(1, len(words[i]) - 1)
    words[i] = rng.choice(
        (
            word[:at] + word[at + 1 :],  # left out
            word[:at] + word[at] + word[at:],  # twice
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],  # exchanged
            word[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :],  # another key
        )
    )
    return " ".join(words)
