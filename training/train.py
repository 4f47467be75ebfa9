"""Train the reader: `python -m training.train DATA_DIR RUN_DIR [--steps N]`; the same command goes on where it stopped.

RUN_DIR gets hard negatives, a log of metrics (one JSON object a line), checkpoints, and at the end `final/`: weights
and tokenizer. The learning rate rises over 100 steps, stays while the public sets are read, and falls over the last three
fifths, in which our own news questions come in (warmup-stable-decay with the best data last, Hu et al. 2024, arXiv
2404.06395). The checkpoint before the fall is kept, so that a longer run can go on from there; `--weights` starts a second
round from a finished model instead, when there are new stories: the rate rises once more and falls to the end.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping
from itertools import count, islice
from pathlib import Path
from typing import Any

import torch

from training.data import load, validation
from training.evaluate import squad_metrics
from training.examples import FIRST, LAST, Group, batches, epoch
from training.model import encode, loss_of, starting_point
from training.negatives import mine

RATE, WARMUP, DECAY = 2e-4, 100, 0.6
AGAIN_RATE = 1.5e-4  # the peak of a second round
BATCH = 24  # examples
KEEP_EVERY, CHECK_EVERY = 100, 500  # steps


def main() -> None:
    """Parse the arguments, train, write the model."""
    parser = argparse.ArgumentParser(description="Train Dateline's reader.")
    parser.add_argument("data", type=Path, help="the folder with squad2_dev, train, clapnq_dev and instr_robust")
    parser.add_argument("run", type=Path, help="where checkpoints, metrics and the model go")
    parser.add_argument("--steps", type=int, default=2_200, help=f"batches of {BATCH} examples (default 2200)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--weights", type=Path, help="a trained model to go on from: a second round, on the last mixture alone"
    )
    arguments = parser.parse_args()
    arguments.run.mkdir(parents=True, exist_ok=True)
    train(arguments.data, arguments.run, arguments.steps, arguments.seed, arguments.weights)


def train(data: Path, run: Path, steps: int, seed: int, weights: Path | None = None) -> None:
    """Train up to `steps`, from the last checkpoint where there is one, else from `weights`, else from the encoder."""
    rate, decay = (AGAIN_RATE, 1.0) if weights else (RATE, DECAY)
    stable = int(steps * (1 - decay))
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    asked = load(data)
    mined = mine(asked, run / "negatives.json")
    held_back = {name: questions[::6] for name, questions in validation(data).items()}
    model, tokenizer = starting_point(weights)
    model.to(device).train()
    optimizer = torch.optim.AdamW(
        [p for p in model.parameters() if p.requires_grad], lr=rate, weight_decay=0.01, fused=True
    )
    done = _resume(run, steps, model, optimizer)
    print(f"{len(asked)} questions, {device}, from step {done}", flush=True)
    began, losses = time.monotonic(), []
    stream = _stream(asked, mined, seed, done, stable)
    for step in range(done, steps):
        groups = next(stream)
        inputs, starts, ends = encode(tokenizer, [example for group in groups for example in group])
        inputs = {name: tensor.to(device) for name, tensor in inputs.items()}
        for setting in optimizer.param_groups:
            setting["lr"] = rate * _schedule(step, steps, decay)
        loss = loss_of(model, inputs, starts.to(device), ends.to(device), groups)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if (step + 1) % 50 == 0:
            pace = (step + 1 - done) / (time.monotonic() - began)
            print(f"{step + 1} loss {sum(losses) / len(losses):.3f}, {pace * BATCH:.1f} examples/s", flush=True)
            losses.clear()
        if (step + 1) % KEEP_EVERY == 0:
            kept = "stable" if step + 1 <= stable else "decaying"
            _keep(run / f"{kept}.pt", step + 1, steps, model, optimizer)
        if (step + 1) % CHECK_EVERY == 0 or step + 1 == steps:
            model.eval()
            metrics = {name: squad_metrics(model, tokenizer, questions) for name, questions in held_back.items()}
            model.train()
            with (run / "metrics.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps({"step": step + 1, **metrics}) + "\n")
            print(metrics, flush=True)
    model.save_pretrained(run / "final")
    tokenizer.save_pretrained(run / "final")


def _schedule(step: int, steps: int, decay: float) -> float:
    """The learning rate's share of its peak."""
    return min(1.0, (step + 1) / WARMUP, max(0.01, (steps - step) / (steps * decay)))


def _stream(asked: Any, mined: Any, seed: int, done: int, first: int) -> Iterator[list[Group]]:
    """Batches without end from step `done` on: `first` of them from the public sets, then with our own questions."""
    if done < first:
        yield from islice(_endless(asked, mined, FIRST, seed), done, first)
        done = first
    yield from islice(_endless(asked, mined, LAST, seed + 1), done - first, None)


def _endless(asked: Any, mined: Any, shares: Mapping[str, float], seed: int) -> Iterator[list[Group]]:
    for number in count(seed * 1000):
        yield from batches(epoch(asked, mined, shares, number), BATCH, number)


def _resume(run: Path, steps: int, model: Any, optimizer: Any) -> int:
    for name in ("decaying.pt", "stable.pt"):
        if (run / name).is_file():
            state = torch.load(run / name, map_location="cpu", weights_only=True)
            if name == "decaying.pt" and state["steps"] != steps:
                continue  # that one fell towards another end
            model.load_state_dict(state["model"])
            optimizer.load_state_dict(state["optimizer"])
            return int(state["step"])
    return 0


def _keep(file: Path, step: int, steps: int, model: Any, optimizer: Any) -> None:
    part = file.with_suffix(".part")
    torch.save({"step": step, "steps": steps, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, part)
    part.replace(file)


if __name__ == "__main__":
    main()
