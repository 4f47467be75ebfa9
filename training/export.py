"""Write a trained model as it is shipped: `python -m training.export DATA_DIR RUN_DIR TARGET_DIR`.

TARGET_DIR gets half-precision safetensors, the tokenizer and a model card with the metrics. `tools/export_graphs.py`
then writes the computation graph beside them and `tools/fit_confidence.py` fits the confidence; the sha256 printed here
goes into `qa/reader.py`.
"""

import argparse
import json
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from index.inference import sha256_of
from training.evaluate import measured
from training.model import load

SHOWN = ("n", "has_f1_never_declining", "area", "f1", "em", "has_f1", "none_accuracy")


def main() -> None:
    """Export, measure what was written, write the card."""
    parser = argparse.ArgumentParser(description="Export Dateline's reader.")
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path, help="the folder of a finished training run")
    parser.add_argument("target", type=Path)
    parser.add_argument("--sample", type=int, help="measure on so many random questions of each set only")
    arguments = parser.parse_args()
    model, tokenizer = load(arguments.run / "final")
    model.half().save_pretrained(arguments.target)
    tokenizer.save_pretrained(arguments.target)
    weights = arguments.target / "model.safetensors"
    card = model_card(arguments.data, arguments.target, weights, arguments.sample)
    (arguments.target / "README.md").write_text(card, encoding="utf-8")
    print(f"{weights}: {weights.stat().st_size:,} bytes, sha256 {sha256_of(weights)}")


def model_card(data: Path, folder: Path, weights: Path, sample: int | None) -> str:
    """The card: what the model is, what it was trained on, how it does (measured on the exported weights)."""
    rows = measured(*load(folder), data, sample)
    template = Template(files("training").joinpath("card.md").read_text(encoding="utf-8"))
    return template.substitute(sha256=sha256_of(weights)[:12], table="\n".join(_table(rows)))


def _table(rows: dict[str, dict[str, Any]]) -> list[str]:
    head = [
        "| paragraph given | n | F1 of the answerable, never declining | area under ROC | F1 | EM | F1 of the answerable | unanswerable declined |"
    ]
    rule = ["| --- |" + " ---: |" * len(SHOWN)]
    body = [
        f"| {name} | " + " | ".join(json.dumps(metrics[key]) for key in SHOWN) + " |" for name, metrics in rows.items()
    ]
    return head + rule + body


if __name__ == "__main__":
    main()
