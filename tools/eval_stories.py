"""Measure how articles are grouped into stories: `python tools/eval_stories.py DATA {tune,report}`.

The pairs of tests/index/story_pairs.jsonl are named by the hashes of their two articles and were labelled by reading: one
report (a copy, a shortened copy, a version that carries the text on) or two. They come from RealTimeQA April 2023 and
MultiHop-RAG: every pair that shares 15 % of the shorter one's word shingles or more, and six of each of the two kinds of pages
whose text is only a frame. The half of a pair is given by its hash. Thresholds were chosen on the tune half. Besides, articles
of RealTimeQA are copied, shortened, carried on and filled with other figures by code.
"""

import argparse
import hashlib
import json
import random
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from index.articles import discover, read_file
from index.sentences import paragraph_spans
from index.stories import CONTAINED, Comparable, Likeness, candidates, group, likeness
from index.types import Article

PAIRS = Path(__file__).parent.parent / "tests" / "index" / "story_pairs.jsonl"
SAMPLE = 200
SHORTEST = 6  # paragraphs of an article that is changed by code


def main() -> None:
    """Print precision and recall on a half of the labelled pairs, what becomes of made ones, and the time."""
    parser = argparse.ArgumentParser(description="Measure how articles are grouped into stories.")
    parser.add_argument("data", type=Path)
    parser.add_argument("half", choices=["tune", "report"])
    arguments = parser.parse_args()
    articles = read(arguments.data)
    pairs = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    pairs = [pair for pair in pairs if pair["half"] == arguments.half]
    labelled_table(articles, pairs)
    if arguments.half == "tune":
        thresholds_table(articles, pairs)
    made_table([a for a in articles.values() if len(paragraph_spans(a.text)) >= SHORTEST], arguments.half)
    timing(list(articles.values()))


def read(data: Path) -> Mapping[str, Article]:
    """The articles of both sets as Dateline reads them, by the hash of title and text."""
    found = read_from(data / "realtimeqa_apr2023" / "articles.jsonl")
    rows = json.loads((data / "multihoprag_mini" / "mini_corpus_with_distractors.json").read_text(encoding="utf-8"))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "multihop.jsonl"
        file.write_text("\n".join(json.dumps(_multihop(row)) for row in rows), encoding="utf-8")
        found += read_from(file)
    return {hash_of(article): article for article in found}


def read_from(file: Path) -> list[Article]:
    """The articles of one file."""
    items = [
        item for source in discover([file], max_bytes=2**30).files for item in read_file(source, default_year=None)
    ]
    return [item for item in items if isinstance(item, Article)]


def _multihop(row: Mapping[str, str]) -> Mapping[str, str]:
    day = row["published_at"][:10].replace("/", "-")
    return {"title": row["title"], "url": row["url"], "published": day, "text": row["body"]}


def hash_of(article: Article) -> str:
    """What names an article in the file of pairs."""
    return hashlib.sha256(f"{article.title}\n{article.text}".encode()).hexdigest()


def compared(articles: Mapping[str, Article], pair: Mapping[str, str]) -> Likeness:
    """What the two articles of a pair share."""
    return likeness(Comparable.of(articles[pair["one"]]), Comparable.of(articles[pair["other"]]))


def labelled_table(articles: Mapping[str, Article], pairs: Sequence[Mapping[str, str]]) -> None:
    """Precision and recall of the whole grouping on the labelled pairs."""
    stories = group(list(articles.values())).stories
    said = [stories[articles[p["one"]].id] == stories[articles[p["other"]].id] for p in pairs]
    gold = [bool(p["story"]) for p in pairs]
    print(f"{len(articles)} articles, {len(set(stories.values()))} stories; labelled pairs {len(pairs)}")
    _precision_and_recall("grouped", gold, said)


def thresholds_table(articles: Mapping[str, Article], pairs: Sequence[Mapping[str, str]]) -> None:
    """The same for pairs held against each other with other shares that have to be contained."""
    found = [compared(articles, pair) for pair in pairs]
    gold = [bool(pair["story"]) for pair in pairs]
    for share in (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8):
        said = [replace(one, contained=one.contained - share + CONTAINED).is_one_report for one in found]
        _precision_and_recall(f"contained {share:.2f}", gold, said)
    said = [replace(one, headline=1.0).is_one_report for one in found]
    _precision_and_recall("without the headlines", gold, said)


def _precision_and_recall(name: str, gold: Sequence[bool], said: Sequence[bool]) -> None:
    hits = sum(g and s for g, s in zip(gold, said, strict=True))
    print(f"{name}: precision {_share(hits, sum(said))}, recall {_share(hits, sum(gold))}")


def _share(part: int, whole: int) -> str:
    """A share with its 95 % Wilson interval."""
    from scipy.stats import binomtest

    if not whole:
        return "none"
    between = binomtest(part, whole).proportion_ci(method="wilson")
    return f"{part / whole:.2f} ({between.low:.2f} to {between.high:.2f}, n {whole})"


# -- pairs made by code --------------------------------------------------------------------------------------------------


def made_table(articles: Sequence[Article], half: str) -> None:
    """How many changed articles are found to be, or rightly not to be, the report that they were made from."""
    sample = random.Random(half).sample(sorted(articles, key=lambda a: a.id), SAMPLE)
    made: Mapping[str, Callable[[Article, Article], Article]] = {
        "wire copy": wire_copy,
        "first half": first_half,
        "first third": first_third,
        "carried on": carried_on,
        "other figures": other_figures,
        "inside a round-up": inside_a_round_up,
    }
    for name, change in made.items():
        changed = [change(a, other) for a, other in zip(sample, [*sample[1:], sample[0]], strict=True)]
        pairs = list(zip(sample, changed, strict=True))
        joined = sum(_is_grouped(one, other) for one, other in pairs)
        print(f"{name}: one story {_share(joined, len(pairs))}")


def _is_grouped(one: Article, other: Article) -> bool:
    return len(set(group([one, replace(other, id="z")]).stories.values())) == 1


def _paragraphs(article: Article) -> list[str]:
    return [article.text[a:b] for a, b in paragraph_spans(article.text)]


def _with(article: Article, paragraphs: Iterable[str], title: str | None = None) -> Article:
    return replace(article, title=title or article.title, text="\n\n".join(paragraphs))


def wire_copy(article: Article, other: Article) -> Article:
    """Another headline, another first line, the last paragraph left out."""
    del other
    first, *rest = _paragraphs(article)
    headline = " ".join(reversed(first.split()[:8]))
    return _with(article, [f"This is what is known so far, our newsroom writes: {headline}.", *rest[:-1]], headline)


def first_half(article: Article, other: Article) -> Article:
    """The first half of its paragraphs."""
    del other
    found = _paragraphs(article)
    return _with(article, found[: (len(found) + 1) // 2])


def first_third(article: Article, other: Article) -> Article:
    """The first third of its paragraphs."""
    del other
    found = _paragraphs(article)
    return _with(article, found[: (len(found) + 2) // 3])


def carried_on(article: Article, other: Article) -> Article:
    """Two paragraphs more, from another article."""
    first, *rest = _paragraphs(article)
    return _with(article, [first, *_paragraphs(other)[1:3], *rest])


def other_figures(article: Article, other: Article) -> Article:
    """Every figure another one, as in next week's report from one template, and one more in each sentence."""
    del other
    figures = re.sub(r"\d+", lambda figure: str(int(figure[0]) + 17), article.text)
    return replace(article, text=re.sub(r"[.!?](?=\s)", " 7311.", figures))


def inside_a_round_up(article: Article, other: Article) -> Article:
    """Its first three paragraphs in an article on something else."""
    return _with(other, [*_paragraphs(other), *_paragraphs(article)[:3]])


def timing(articles: Sequence[Article]) -> None:
    """Seconds of one core for all these articles, for none new and for one new."""
    group(articles[:1])  # imports
    spent = []
    known = group(articles[1:])
    for given in ({}, {"known": group(articles)}, {"known": known}):
        began = time.process_time()
        group(articles, **given)
        spent.append(time.process_time() - began)
    found = group(articles)
    met = len(candidates([sketch for sketch in found.sketches.values() if sketch]))
    print(
        f"{len(articles)} articles: {spent[0]:.1f} s of one core; none new {spent[1]:.2f} s; one new {spent[2]:.2f} s; {met} pairs met"
    )


if __name__ == "__main__":
    main()
