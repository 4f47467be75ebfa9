"""Public question sets -> examples: who may be trained on, who validates, who is only reported on.

Nothing here is trained on that may not be: the nine reporting articles of SQuAD 2.0, the paragraphs that the injection
set uses, and the odd ranks of CLAPNQ are left out when the sets are read, so no later step can bring them back.
"""

import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.keywords import words
from qa.calibration import stories
from qa.calibration.stories import Report, read_stories
from qa.evaluation.adapters.squad import REPORTED

HELD_BACK = frozenset({"Black_Death", "Immune_system", "Scottish_Parliament", "Warsaw"})
"""Articles of SQuAD 2.0 that validate a run and calibrate the confidence; never trained on."""

LONGEST_ANSWER = 100  # characters
NEWSROOM = Path(__file__).parent / "newsroom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question about one paragraph; `start` is the character of the answer there, or None without an answer.

    `golds` are all annotators' answers. `pool` names the paragraphs among which negatives are looked for (empty:
    nowhere, since a question such as "How is the book?" fits any of them); `story` is that of one of our own reports.
    """

    source: str
    title: str
    question: str
    context: str
    start: int | None
    answer: str
    pool: str
    story: str = ""
    golds: tuple[str, ...] = ()


def paragraph_key(text: str) -> str:
    """The sha256 of a paragraph's words: the same whatever its spaces, case and punctuation."""
    return hashlib.sha256(" ".join(words(text)).encode()).hexdigest()


def injected_paragraphs(data: Path) -> frozenset[str]:
    """The keys of all paragraphs of the injection set; empty where the set is absent."""
    return frozenset(
        paragraph_key(json.loads(line)["context"])
        for file in sorted((data / "instr_robust").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    )


def load(data: Path) -> list[Asked]:
    """Every question that may be trained on, in a fixed order. Raises `SystemExit` where the injection set is absent."""
    forbidden = injected_paragraphs(data)
    if not forbidden:
        raise SystemExit(
            f"{data / 'instr_robust'} is missing: its paragraphs must be known to be left out of training."
        )
    trained_on = [title for title in squad_titles(data) if title not in REPORTED | HELD_BACK]
    everything = [*squad_articles(data, trained_on), *squadshifts(data), *qamr(data), *clapnq(data)]
    return [asked for asked in everything if paragraph_key(asked.context) not in forbidden] + newsroom(held_back=False)


def validation(data: Path) -> dict[str, list[Asked]]:
    """Questions that validate a run, by set, paragraph given; none of them is trained on."""
    forbidden = injected_paragraphs(data)
    squad = [a for a in squad_articles(data, HELD_BACK) if paragraph_key(a.context) not in forbidden]
    return {"squad": squad, "newsroom": newsroom(held_back=True)}


def newsroom(*, held_back: bool) -> list[Asked]:
    """Our own questions; an unanswerable one is asked of a second report of its story in half of the cases.

    Unanswerable ones are thinned out by their first word, so that a "why" does not give them away.
    """
    rng = random.Random(2)
    reports = read_stories(stories.HELD_BACK if held_back else NEWSROOM)
    usual = _usual(reports)
    found: list[Asked] = []
    for report in reports:
        others = [r for r in reports if r.story == report.story and r is not report]
        for question, start, answer in report.asked:
            if start is None and rng.random() > usual[_first_word(question)]:
                continue
            asked_of = [report, *(rng.sample(others, 1) if start is None and others and rng.random() < 0.5 else [])]
            found.extend(
                Asked(
                    source="newsroom",
                    title=told.title,
                    question=question,
                    context=told.text,
                    start=start,
                    answer=answer,
                    pool="",
                    story=told.story,
                    golds=(answer,) if answer else (),
                )
                for told in asked_of
            )
    return found


def squad_titles(data: Path) -> list[str]:
    """The titles of SQuAD 2.0's development set."""
    return [article["title"] for article in _squad2(data)]


def squad_articles(data: Path, titles: Collection[str]) -> Iterator[Asked]:
    """The questions of these articles of SQuAD 2.0's development set."""
    for article in _squad2(data):
        for paragraph in article["paragraphs"] if article["title"] in titles else ():
            for qa in paragraph["qas"]:
                yield _of_squad(qa, paragraph["context"], "squad", article["title"], "squad")


def _squad2(data: Path) -> list[Any]:
    return list(json.loads((data / "squad2_dev/dev-v2.0.rebuilt.json").read_text(encoding="utf-8"))["data"])


def squadshifts(data: Path) -> Iterator[Asked]:
    """SQuADShifts: new Wikipedia, Reddit, Amazon reviews; only Wikipedia has titles that mean something."""
    for name in ("new_wiki", "reddit", "amazon_reviews"):
        file = data / f"train/squadshifts/data_{name}.json"
        for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
            title = article["title"] if name == "new_wiki" else ""
            for paragraph in article["paragraphs"]:
                for qa in paragraph["qas"]:
                    pool = name if name == "new_wiki" else ""
                    yield _of_squad(qa, paragraph["context"], name, title, pool)


def _of_squad(qa: dict[str, Any], context: str, source: str, title: str, pool: str) -> Asked:
    told = Counter((a["answer_start"], a["text"]) for a in qa["answers"] if len(a["text"]) <= LONGEST_ANSWER)
    # the answer most annotators gave; of equals, the shorter
    start, answer = min(told, key=lambda a: (-told[a], len(a[1]))) if told else (None, "")
    return Asked(
        source=source,
        title=title.replace("_", " "),
        question=qa["question"].strip(),
        context=context,
        start=start,
        answer=answer,
        pool=pool,
        golds=tuple(dict.fromkeys(a["text"] for a in qa["answers"])),
    )


def _usual(reports: Sequence[Report]) -> dict[str, float]:
    """How usual each first word is among answerable questions, against unanswerable ones, at most 1."""
    first = {
        has: Counter(_first_word(q) for r in reports for q, start, _ in r.asked if (start is None) != has)
        for has in (True, False)
    }
    answerable, none = first[True].total(), first[False].total()
    return {w: min(1.0, (first[True][w] + 1) / (answerable + 1) * none / n) for w, n in first[False].items()}


def _first_word(question: str) -> str:
    return question.split()[0].lower()


_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "``": '"', "''": '"', "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
_CLOSE = frozenset({",", ".", ";", ":", "?", "!", ")", "'s", "'", "n't", "%", "]"})


def qamr(data: Path) -> Iterator[Asked]:
    """QAMR: questions about single sentences of Wikinews and Wikipedia, among the sentences of the same article."""
    folder = data / "train/qamr"
    rng = random.Random(1)
    sentences: dict[str, tuple[str, list[tuple[int, int]]]] = {}
    articles: dict[str, list[str]] = defaultdict(list)
    for line in (folder / "wiki-sentences.tsv").read_text(encoding="utf-8").splitlines():
        key, tokens = line.split("\t")
        sentences[key] = _joined(tokens.split())
        articles[key.rsplit(":", 2)[0]].append(key)
    for keys in articles.values():
        keys.sort(key=lambda key: [int(part) for part in key.split(":")[-2:]])
    seen: set[tuple[str, str]] = set()
    for part in ("dev", "test"):
        for line in (folder / f"{part}.tsv").read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            key, question = cells[0], cells[5]
            if key not in sentences or (key, question.lower()) in seen:
                continue
            said = [cells[6], *(cell.split(":")[1] for cell in cells[7:9])]
            votes = [tuple(map(int, indices.split())) for indices in said if indices.strip()]
            if not votes:
                continue
            chosen, agreed = Counter(votes).most_common(1)[0]
            if (
                len(said) - len(votes) > 1
                or chosen[-1] - chosen[0] + 1 != len(chosen)
                or (agreed == 1 and rng.random() < 0.5)
            ):
                continue  # two annotators found no answer, it is in pieces, or nobody agreed
            seen.add((key, question.lower()))
            before, after = _around(articles[key.rsplit(":", 2)[0]], key, rng)
            text, spans = sentences[key]
            lead = "".join(sentences[k][0] + " " for k in before)
            start, end = len(lead) + spans[chosen[0]][0], len(lead) + spans[chosen[-1]][1]
            context = lead + text + "".join(" " + sentences[k][0] for k in after)
            yield Asked(
                source="qamr",
                title="",
                question=question,
                context=context,
                start=start,
                answer=context[start:end],
                pool="qamr",
            )


def _around(keys: list[str], key: str, rng: random.Random) -> tuple[list[str], list[str]]:
    i = keys.index(key)
    return keys[max(0, i - rng.choice((0, 1, 2, 3))) : i], keys[i + 1 : i + 1 + rng.choice((0, 1, 2, 3))]


def _joined(tokens: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """Tokens put together as people write them, and where each came to lie."""
    text, spans = "", []
    for token in tokens:
        word = _BRACKETS.get(token, token)
        if text and word not in _CLOSE and not text.endswith(("(", "[", "$")):
            text += " "
        spans.append((len(text), len(text) + len(word)))
        text += word
    return text, spans


def clapnq(data: Path) -> Iterator[Asked]:
    """CLAPNQ's unanswerable questions at even ranks: passages close to the question that do not answer it."""
    file = data / "clapnq_dev/clapnq_dev_unanswerable.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for row in sorted(rows, key=lambda row: row["input"])[::2]:
        passage = row["passages"][0]
        yield Asked(
            source="clapnq",
            title=passage["title"],
            question=row["input"],
            context=passage["text"],
            start=None,
            answer="",
            pool="",
        )
