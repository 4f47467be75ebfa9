"""Questions that a passage does not answer, made from questions that it does, and passages that only look right.

Hard negatives are what BM25 and the embedder rank high for a question though the answer is not there (the way of Dense
Passage Retrieval, Karpukhin et al. 2020). Swapped names, numbers and antonyms and added negations follow what the
authors of SQuAD 2.0's unanswerable questions did (Rajpurkar et al. 2018, table 2).
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from index.embeddings import open_embedder
from index.keywords import terms, words
from index.sentences import sentence_spans
from index.settings import DEFAULT_EMBEDDER
from qa.question import QuestionKind, understand
from training.data import Asked

KEPT = 4  # negatives a question
CONTEXTS = 3_000  # of one pool, among which negatives are looked for

_PAIRS = (
    "first last|before after|largest smallest|biggest smallest|highest lowest|most least|more fewer|more less"
    "|oldest youngest|older newer|older younger|north south|northern southern|east west|eastern western|increase decrease"
    "|increased decreased|rise fall|rose fell|won lost|win lose|winner loser|buy sell|bought sold|accept reject"
    "|accepted rejected|began ended|begin end|start stop|started stopped|open close|opened closed|enter leave|arrive leave"
    "|male female|man woman|men women|mother father|brother sister|son daughter|husband wife|king queen|best worst"
    "|good bad|positive negative|strong weak|early late|earlier later|earliest latest|above below|over under|inside outside"
    "|internal external|upper lower|major minor|support oppose|supported opposed|allow forbid|allowed banned|always never"
    "|common rare|rich poor|wealthy poor|urban rural|public private|old new|ancient modern|long short|longer shorter"
    "|high low|higher lower|large small|larger smaller|maximum minimum|present absent|birth death|born died|cause prevent"
    "|create destroy|created destroyed|built demolished|gain loss|import export|include exclude|included excluded"
    "|like dislike|hate love|remember forget|success failure|succeeded failed|war peace|attack defend|day night"
)
ANTONYMS: dict[str, list[str]] = defaultdict(list)
for _pair in _PAIRS.split("|"):
    _one, _other = _pair.split()
    ANTONYMS[_one].append(_other)
    ANTONYMS[_other].append(_one)

_NAME = re.compile(r"(?<![.?!\"] )(?<!^)\b[A-Z][\w’'-]+(?: (?:of |the |de |von )?[A-Z][\w’'-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_AUXILIARY = re.compile(r"\b(is|was|were|are|did|does|do|has|have|had|can|could|will|would|should|must)\b(?! not)")


def mine(asked: Sequence[Asked], file: Path) -> list[list[int]]:
    """For each question the numbers of other questions whose context is a hard negative; kept in `file`.

    Half of them come from BM25, half from the embedder; a context that has the answer's words is none.
    """
    mined = 1 + max(i for i, a in enumerate(asked) if a.pool)  # those after it are our own
    found: list[list[int]] = json.loads(file.read_text()) if file.is_file() else []
    if len(found) != mined:
        found = [[] for _ in range(mined)]
        for pool in sorted({a.pool for a in asked if a.pool}):
            members = [i for i, a in enumerate(asked) if a.pool == pool]
            for i, negatives in zip(members, _of_pool([asked[i] for i in members]), strict=True):
                found[i] = [members[j] for j in negatives]
        file.write_text(json.dumps(found))
    return found + _of_stories(asked[mined:], mined)


def _of_stories(asked: Sequence[Asked], first: int) -> list[list[int]]:
    """For each of our own questions the other reports of its story that have no word of its answer."""
    told: dict[str, dict[str, int]] = defaultdict(dict)
    for i, a in enumerate(asked):
        if a.story:
            told[a.story].setdefault(a.context, first + i)
    known = {context: frozenset(terms(context)) for contexts in told.values() for context in contexts}
    return [
        [
            i
            for context, i in told[a.story].items()
            if context != a.context and not known[context] & set(terms(a.answer))
        ]
        if a.start is not None and a.story
        else []
        for a in asked
    ]


def _of_pool(asked: Sequence[Asked]) -> list[list[int]]:
    import bm25s

    first = {a.context: i for i, a in reversed(list(enumerate(asked)))}  # one question stands for its context
    contexts = list(first)[:: -(-len(first) // CONTEXTS)]
    members = [first[context] for context in contexts]
    bm25 = bm25s.BM25()
    bm25.index([terms(f"{asked[i].title} {asked[i].context}") or [""] for i in members], show_progress=False)
    embedder = open_embedder(DEFAULT_EMBEDDER)
    vectors = embedder.embed([f"{asked[i].title}\n{asked[i].context}" for i in members])
    questions = embedder.embed([a.question for a in asked])
    plain = [f" {' '.join(words(context))} " for context in contexts]
    found = []
    for a, vector in zip(asked, questions, strict=True):
        known = [term for term in terms(a.question) if term in bm25.vocab_dict]
        scores = np.asarray(bm25.get_scores(known)) if known else np.zeros(len(members))
        by_words = np.argsort(-scores, kind="stable")[:30]
        by_meaning = np.argsort(-(vectors @ vector), kind="stable")[:30]
        answer, around = (f" {' '.join(words(text))} " for text in (a.answer, a.context))
        chosen: list[int] = []
        for ranking, room in ((by_words, KEPT // 2), (by_meaning, KEPT)):
            fit = (n for n in ranking if n not in chosen and answer not in plain[n] and not _overlap(plain[n], around))
            chosen.extend(int(n) for n in islice(fit, room - len(chosen)))
        found.append([members[n] for n in chosen])
    return found


def _overlap(one: str, other: str) -> bool:
    """Whether two contexts share a run of words: windows over the same sentences."""
    parts = one.split()
    return any(" ".join(parts[i : i + 8]) in other for i in range(0, max(1, len(parts) - 7), 8))


def without_answer(a: Asked) -> str | None:
    """The context without the sentences that hold the answer; None where too little is left."""
    answer = f" {' '.join(words(a.answer))} "
    kept = [
        a.context[start:end]
        for start, end in sentence_spans(a.context)
        if answer not in f" {' '.join(words(a.context[start:end]))} " and not (start <= (a.start or 0) < end)
    ]
    return " ".join(kept) if len(kept) >= 2 else None


def swapped(a: Asked, elsewhere: Asked, rng: random.Random) -> str | None:
    """The question with a name, a number, a word or its sense exchanged so that the context answers it no more."""
    ways = [_other_name, _other_number]
    if understand(a.question).kind is not QuestionKind.YES_NO:  # what settles a yes or no settles its opposite
        ways += [_antonym, _negated]
    rng.shuffle(ways)
    if rng.random() < 0.5:  # names first: people ask about the wrong one far more often than they negate
        ways.sort(key=lambda way: way is not _other_name)
    for way in ways:
        if (changed := way(a, elsewhere, rng)) and changed != a.question:
            return changed
    return None


def _other_name(a: Asked, elsewhere: Asked, rng: random.Random) -> str | None:
    here = list(_NAME.finditer(a.question))
    if not here:
        return None
    match = rng.choice(here)
    near = {m.group() for m in _NAME.finditer(a.context)}
    far = {m.group() for m in _NAME.finditer(elsewhere.context)} - near
    said = set(words(a.question)) | set(words(a.answer))
    fit = [sorted(n for n in names if not said & set(words(n))) for names in (near, far)]
    options = [names for names in fit if names]
    if not options:
        return None
    names = options[0] if len(options) == 1 or rng.random() < 0.6 else options[1]
    alike = [n for n in names if len(n.split()) == len(match.group().split())] or names
    return a.question[: match.start()] + rng.choice(alike) + a.question[match.end() :]


def _other_number(a: Asked, elsewhere: Asked, rng: random.Random) -> str | None:
    here = list(_NUMBER.finditer(a.question))
    if not here:
        return None
    match = rng.choice(here)
    number = match.group().rstrip(".,")
    others = [m.group().rstrip(".,") for m in _NUMBER.finditer(a.context) if len(m.group().rstrip(".,")) == len(number)]
    others = [o for o in others if o != number and o not in a.answer]
    other = rng.choice(others) if others and rng.random() < 0.5 else _near_number(number, rng)
    return (
        a.question[: match.start()] + other + a.question[match.start() + len(number) :]
        if other not in a.context or others
        else None
    )


def _near_number(number: str, rng: random.Random) -> str:
    digits = [i for i, c in enumerate(number) if c.isdigit()]
    i = rng.choice(digits[-2:])
    return number[:i] + rng.choice([d for d in "123456789" if d != number[i]]) + number[i + 1 :]


def _antonym(a: Asked, elsewhere: Asked, rng: random.Random) -> str | None:
    here = [m for m in re.finditer(r"\w+", a.question) if m.group().lower() in ANTONYMS]
    if not here:
        return None
    match = rng.choice(here)
    return a.question[: match.start()] + rng.choice(ANTONYMS[match.group().lower()]) + a.question[match.end() :]


def _negated(a: Asked, elsewhere: Asked, rng: random.Random) -> str | None:
    if rng.random() < 0.6 or not (match := _AUXILIARY.search(a.question)):
        return None
    if match.group() in {"did", "does", "do"} or rng.random() < 0.5:
        return (
            f"{a.question[: match.end()]}n't{a.question[match.end() :]}"
            if match.group() not in {"can", "will"}
            else None
        )
    return f"{a.question[: match.end()]} not{a.question[match.end() :]}"
