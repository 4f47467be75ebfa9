"""Fit the model of claim support on tuning halves: `python tools/fit_support.py DATA`.

DATA holds `attributionbench`. Writes qa/weights/support.json and prints what held-out folds gave.
"""

import argparse
import json
import math
from collections import Counter
from pathlib import Path

import numpy as np

from index.embeddings import open_embedder
from index.keywords import terms
from index.settings import DEFAULT_EMBEDDER
from qa.support import FAULTS, FEATURES, Rarity, agreement, features, window_for
from tools.claims import Claim, attributions, drafts, perturbed

OUT = Path(__file__).parent.parent / "qa" / "weights" / "support.json"
THRESHOLD = 0.4  # read off the held-out table: beyond it reworded drafts are refused faster than false ones are caught
FOLDS = 10
PERTURBED = 480


def rarity_over(texts: list[str]) -> Rarity:
    """How much a stem tells among these texts, as the index has it for its passages."""
    counts = Counter(stem for text in texts for stem in set(terms(text)))
    return lambda stem: 1.0 - math.log1p(counts[stem]) / math.log1p(len(texts))


def rows(claims: list[Claim]) -> tuple[np.ndarray, np.ndarray]:
    """The features of claims with the source that they cite, shape (claims, features), and which have a fault."""
    embedder = open_embedder(DEFAULT_EMBEDDER)
    rarity = rarity_over(sorted({claim.cited.passage.text for claim in claims}))
    ordinary = frozenset(embedder.words)
    found, faults = [], []
    for claim in claims:
        window = window_for(claim.text, [claim.cited], rarity)
        one, other = embedder.embed_questions([claim.text, window.text or claim.text])
        measured = agreement(claim.text, [claim.cited], window, float(one @ other), rarity, ordinary)
        found.append(features(measured))
        faults.append(any(getattr(measured, name) > 0 for name in FAULTS))
    return np.array(found), np.array(faults)


def main() -> None:
    """Fit, print, write."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score
    from sklearn.model_selection import GroupKFold

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    sets = {
        "attribution": attributions(data, odd=False),
        "drafts": list(drafts("tune")),
        "perturbed": perturbed("tune", PERTURBED),
    }
    measured = {name: rows(claims) for name, claims in sets.items()}
    x = np.concatenate([found for found, _ in measured.values()])
    fault = np.concatenate([faults for _, faults in measured.values()])
    y = np.array([claim.supported for claims in sets.values() for claim in claims])
    source = np.array([name for name, claims in sets.items() for _ in claims])
    group = [c.id if n == "attribution" else c.id.rsplit("-", 1)[0] for n, claims in sets.items() for c in claims]
    model = LogisticRegression(C=1.0, max_iter=5000)
    held_out = np.zeros(len(y))
    for train, test in GroupKFold(FOLDS).split(x, y, group):
        held_out[test] = model.fit(x[train], y[train]).predict_proba(x[test])[:, 1]
    for bar in (0.3, 0.35, 0.4, 0.45, 0.5):
        said = (held_out >= bar) & ~fault
        bench, own = source == "attribution", source == "drafts"
        print(
            f"{bar:.2f}: AttributionBench macro-F1 {f1_score(y[bench], said[bench], average='macro'):.3f};"
            f" drafts refused {1 - said[own & y].mean():.3f}, caught {1 - said[own & ~y].mean():.3f};"
            f" perturbed caught {1 - said[source == 'perturbed'].mean():.3f}"
        )
    model.fit(x, y)
    weights = {name: round(float(w), 4) for name, w in zip(FEATURES, model.coef_[0], strict=True)}
    fitted = {"weights": weights, "bias": round(float(model.intercept_[0]), 4), "threshold": THRESHOLD}
    OUT.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(fitted, indent=2))


if __name__ == "__main__":
    main()
