"""Measure claim verification: `python tools/eval_verification.py DATA [--half report]`.

On AttributionBench's dev items (DATA/attributionbench; tune: even ranks, report: odd ranks), on sentences of our stories
and drafts over them, untouched and with one thing changed by code, and the time that a draft of ten sentences takes.
"""

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.embeddings import open_embedder
from index.keywords import words
from index.settings import DEFAULT_EMBEDDER
from qa.verification import Verifier
from tools.claims import Claim, attributions, drafts, perturbed, sentences
from tools.fit_support import rarity_over

RESAMPLES = 2000


def verifier_over(claims: Sequence[Claim]) -> Verifier:
    """The product's verifier, with stems as rare as they are among the passages of these claims."""
    embedder = open_embedder(DEFAULT_EMBEDDER)
    passages = {s.passage.id: s.passage.text for claim in claims for s in (claim.cited, *claim.others)}
    return Verifier(
        embedder=embedder, rarity=rarity_over(sorted(passages.values())), ordinary=frozenset(embedder.words)
    )


def holds(verifier: Verifier, claim: Claim) -> bool:
    """Whether the verdict lets the claim stand with the source that it cites."""
    return verifier.check(claim.text, [claim.cited], [claim.cited]).holds


def macro_f1(gold: np.ndarray, said: np.ndarray) -> float:
    """The mean of the F1 of both classes."""
    scores = []
    for label in (True, False):
        hit = float(((said == label) & (gold == label)).sum())
        scores.append(2 * hit / max(float((said == label).sum() + (gold == label).sum()), 1.0))
    return float(np.mean(scores))


def interval(gold: np.ndarray, said: np.ndarray) -> tuple[float, float]:
    """The 95 % bootstrap interval of macro-F1."""
    source = np.random.default_rng(7)
    draws = [source.integers(0, len(gold), len(gold)) for _ in range(RESAMPLES)]
    found = [macro_f1(gold[rows], said[rows]) for rows in draws]
    return float(np.percentile(found, 2.5)), float(np.percentile(found, 97.5))


def overlap(claim: Claim) -> float:
    """The share of the claim's words that its source has."""
    known, said = set(words(claim.cited.passage.text)), words(claim.text)
    return sum(word in known for word in said) / len(said) if said else 0.0


def attribution_table(data: Path, *, odd: bool) -> None:
    """Macro-F1 of the verdict beside that of word overlap, whose threshold is chosen on the even ranks."""
    even = attributions(data, odd=False)
    claims = attributions(data, odd=True) if odd else even
    gold = np.array([claim.supported for claim in claims])
    verifier = verifier_over(claims)
    said = np.array([holds(verifier, claim) for claim in claims])
    of_even, shares = np.array([c.supported for c in even]), np.array([overlap(c) for c in even])
    bar = max(np.unique(shares), key=lambda at: macro_f1(of_even, shares >= at))
    simple = np.array([overlap(claim) >= bar for claim in claims])
    for name, verdict in (("verdict", said), ("word overlap", simple)):
        low, high = interval(gold, verdict)
        print(
            f"AttributionBench, {name}: macro-F1 {macro_f1(gold, verdict):.3f} ({low:.3f} to {high:.3f}), n {len(gold)}"
        )


def claims_table(name: str, supported: Sequence[Claim], pool: Sequence[Claim], half: str) -> None:
    """Wrongly refused among the untouched, caught among those of a pool that were changed, by kind."""
    changed = perturbed(pool, 300)
    verifier = verifier_over(pool)
    refused = [claim for claim in supported if not holds(verifier, claim)]
    print(
        f"{name}, {half}: untouched wrongly refused {len(refused)} of {len(supported)} = {len(refused) / len(supported):.3f}"
    )
    caught: dict[str, list[bool]] = {}
    for claim in changed:
        caught.setdefault(claim.kind, []).append(not holds(verifier, claim))
    total = [one for kind in caught.values() for one in kind]
    print(f"  changed by code and caught: {sum(total)} of {len(total)} = {np.mean(total):.3f}; " + _by_kind(caught))


def written_table(half: str) -> None:
    """The drafts that were written wrong on purpose, by kind."""
    claims = [claim for claim in drafts(half) if not claim.supported]
    verifier = verifier_over(claims)
    caught: dict[str, list[bool]] = {}
    for claim in claims:
        caught.setdefault(claim.kind, []).append(not holds(verifier, claim))
    total = [one for kind in caught.values() for one in kind]
    print(
        f"drafts written wrong, {half}: caught {sum(total)} of {len(total)} = {np.mean(total):.3f}; " + _by_kind(caught)
    )


def _by_kind(caught: dict[str, list[bool]]) -> str:
    return ", ".join(f"{kind} {np.mean(ones):.2f} (n {len(ones)})" for kind, ones in sorted(caught.items()))


def latency(half: str) -> None:
    """The time of ten sentences, each with the passages of its story at hand; nothing is remembered beforehand."""
    claims = [claim for claim in drafts(half) if claim.others]
    verifier = verifier_over(claims)
    holds(verifier, claims[0])
    random.Random(7).shuffle(claims)
    taken = []
    for begin in range(0, 200, 10):
        began = time.perf_counter()
        for claim in claims[begin : begin + 10]:
            verifier.check(claim.text, [claim.cited], [claim.cited, *claim.others[:7]])
        taken.append((time.perf_counter() - began) * 1000)
    print(
        f"ten sentences: p50 {np.percentile(taken, 50):.0f} ms, p95 {np.percentile(taken, 95):.0f} ms, n {len(taken)}"
    )


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--half", choices=("tune", "report"), default="report")
    options = parser.parse_args()
    attribution_table(options.data, odd=options.half == "report")
    claims_table("sentences as they stand", sentences(options.half), sentences(options.half, 900), options.half)
    reworded = [claim for claim in drafts(options.half) if claim.supported]
    claims_table("reworded drafts", reworded, reworded, options.half)
    written_table(options.half)
    latency(options.half)


if __name__ == "__main__":
    main()
