"""Copies, shortened copies and versions of one report are one story; two reports of one event are two."""

import hashlib
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from index.articles import discover, read_file
from index.stories import CROWD, SKETCH, candidates, group
from index.types import Article, Scope
from tests.index.newsroom import CHOIR, HARBOUR, RIVER, SCHOOL, Newsroom

ROOT = Path(__file__).parents[2]
HEADLINE = "Landslide cuts off three villages above Orlay"
REPORT = (
    "A landslide cut off three villages above the town of Orlay on Tuesday night after four days of heavy rain, and rescue"
    " crews reached the first of them only on Wednesday morning.",
    "The mayor, Jorun Velde, said that 212 people had been brought down to the sports hall of Orlay, among them eleven"
    " patients of the nursing home at Upper Tarn. Nobody had been killed, she said, but four people were being treated"
    " for broken bones.",
    "The road along the gorge is blocked for nearly 600 metres. Engineers of the provincial roads office expect that it"
    " will take at least nine days to clear it, because the slope above the bridge is still moving by a few centimetres"
    " an hour.",
    "Farmers in the upper valley warned in spring that the drainage ditches had not been cleaned since the sawmill closed."
    " The provincial government had promised 40,000 crowns for the work; the money was never paid out.",
    "Helicopters carried bread, medicine and two generators to Hallin and Upper Tarn in the afternoon. Schools in the whole"
    " district stay closed until Monday.",
)
SECOND_WRITER = (
    "Residents of Hallin, Upper Tarn and Brekke spent Tuesday night in the dark when the hillside over the Orlay gorge gave way"
    " and took the only road with it.",
    "More than two hundred of them now sleep on camp beds in a sports hall. Jorun Velde, who has been mayor for six years,"
    " called it a miracle that only four people were hurt.",
    "Whether the disaster could have been avoided is disputed. The ditches that were meant to lead rain water away from the"
    " slope have been neglected for years, farmers say, and money that the province set aside for them never arrived.",
    "Until the road is open again, which the engineers think will be in a week and a half, everything that the upper valley"
    " needs has to come by air.",
)
MARKET = (
    "Shares in Karsund closed the week {0} per cent {1} on Friday, with the main index at {2} points after a week of {3}"
    " trading in which banks and shipping lines were the most traded.",
    "Among the largest companies, Norrel Shipping moved by {4} per cent and the insurer Aldane by {5} per cent, the exchange"
    " said in its weekly review. In all {6} million shares changed hands.",
    "The florin was quoted at {7} to the crown. Analysts of the Tollgate Bank expect that the central bank will leave its"
    " key rate at {8} per cent when its council meets on {9}.",
)
WEEKS = (
    ("1.2", "higher", "2,114", "quiet", "3.1", "0.7", "48", "0.912", "3.25", "4 May"),
    ("0.4", "lower", "2,106", "nervous", "1.9", "2.3", "63", "0.921", "3.50", "11 May"),
)


def article(*paragraphs: str, title: str = HEADLINE, id_: str = "a1", day: int = 1, publisher: str = "TNA") -> Article:
    text = "\n\n".join(paragraphs)
    return Article(id=id_, title=title, text=text, published=date(2024, 5, day), publisher=publisher)


def are_one(*articles: Article) -> bool:
    return len(set(group(articles).stories.values())) == 1


def test_a_wire_copy_with_another_headline_and_a_changed_first_line_is_the_same_story() -> None:
    first = (
        "Three villages over Orlay can be reached by air only since a landslide on Tuesday, our correspondent reports."
    )
    copy = article(first, *REPORT[1:], title="Nine days without a road", id_="a2", publisher="Orlay Post")
    assert are_one(article(*REPORT), copy)


def test_a_shortened_copy_is_the_same_story() -> None:
    assert are_one(article(*REPORT), article(*REPORT[:2], id_="a2", title="Villages cut off"))


def test_a_version_with_two_new_paragraphs_is_the_same_story() -> None:
    new = (
        "On Thursday the roads office said that the slope had come to rest and that work would begin at dawn.",
        "The premier visited Orlay in the evening and promised that the ditches would be cleaned before autumn.",
    )
    assert are_one(
        article(*REPORT), article(REPORT[0], *new, *REPORT[1:], id_="a2", day=3, title="Slope comes to rest")
    )


def test_versions_are_one_story_however_far_apart_the_first_and_the_last_are() -> None:
    versions = [
        article(*REPORT[at:], *SECOND_WRITER[:at], id_=f"a{at}", day=1 + at, title="Landslide above Orlay")
        for at in range(4)
    ]
    assert not are_one(versions[0], versions[3])
    assert are_one(*versions)


def test_one_event_told_by_two_writers_is_two_stories() -> None:
    assert not are_one(
        article(*REPORT), article(*SECOND_WRITER, id_="a2", title="A night above Orlay", publisher="Post")
    )


def test_no_two_reports_of_the_dossiers_are_one_story() -> None:
    """Each dossier has two articles on one matter, written apart, and others that are easily confused with them."""
    folders = [*(ROOT / "tests" / "dossiers").glob("*/articles"), ROOT / "tests" / "corpus", ROOT / "seeds"]
    articles = [
        item
        for source in discover(folders, max_bytes=2**20).files
        for item in read_file(source, default_year=None)
        if isinstance(item, Article)
    ]
    assert len(articles) > 60
    assert len(set(group(articles).stories.values())) == len(articles)


def test_two_weekly_reports_from_one_template_are_two_stories() -> None:
    weeks = ["\n\n".join(MARKET).format(*figures) for figures in WEEKS]
    first, second = (article(text, title="Shares in Karsund this week", id_=f"a{i}") for i, text in enumerate(weeks))
    assert len(candidates(list(group([first, second]).sketches.values()))) == 1
    assert not are_one(first, second)


def test_an_article_quoted_in_a_long_round_up_is_not_the_round_up() -> None:
    others = (*SECOND_WRITER, *MARKET, HARBOUR, CHOIR, RIVER, SCHOOL, *REPORT[3:])
    brief = article(REPORT[1], REPORT[2])
    assert not are_one(brief, article(*others, REPORT[1], REPORT[2], id_="a2", title="The week in Orlay"))


def test_pages_whose_text_is_only_their_frame_are_not_one_story() -> None:
    frame = (
        "By registering you agree that your details are kept as our notice on privacy says. Choose which letters you want to"
        " get, how often, and in which language; each of them can be cancelled with one click at any time."
    )
    titles = ("Landslide cuts off villages", "Choir sings for fishermen")
    assert not are_one(*(article(frame, title=title, id_=f"a{i}") for i, title in enumerate(titles)))
    assert are_one(*(article(frame, title=titles[0], id_=f"a{i}") for i in range(2)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Oil rises 2 per cent.", "Oil rises 2 per cent.", True),
        ("Oil rises 2 per cent.", "Oil rises 3 per cent.", False),
        ("Gold.", "Gold.", True),
        (f"{HARBOUR} {SCHOOL}", f"{HARBOUR} {SCHOOL} More follows.", True),
        (f"{HARBOUR} {SCHOOL}", f"{HARBOUR} {SCHOOL}".replace("eleven", "twelve"), True),
        (f"{HARBOUR} {SCHOOL} It has 11 pupils.", f"{HARBOUR} {SCHOOL} It has 19 pupils.", False),
        (f"{HARBOUR} {SCHOOL}", f"{HARBOUR} {SCHOOL}".replace("of Elmbridge", "of Quillane"), False),
        (HARBOUR, SCHOOL, False),
        ("", "", False),
        ("...", "!!!", False),
    ],
)  # fmt: skip
def test_very_short_articles_are_one_story_only_with_the_same_names_and_figures(
    one: str, other: str, same: bool
) -> None:
    title = "Oil, gold and the harbour board"
    assert are_one(article(one, title=title), article(other, title=title, id_="a2")) is same


def corpus_of(size: int) -> list[Article]:
    """Articles of two stories and some alone, with days and ids out of step."""
    texts = [
        REPORT,
        SECOND_WRITER,
        (HARBOUR, CHOIR),
        (RIVER, SCHOOL),
        REPORT[1:],
        SECOND_WRITER[:3],
        REPORT[:3],
        (HARBOUR,),
    ]
    return [article(*texts[i % len(texts)], id_=f"a{(i * 7) % size}", day=1 + i % 20) for i in range(size)]


@given(st.randoms(use_true_random=False), st.integers(0, 12))
@examples(max_examples=15, deadline=None)
def test_neither_order_nor_what_was_indexed_before_changes_the_stories(source: random.Random, before: int) -> None:
    articles = corpus_of(12)
    clean = group(articles)
    shuffled = source.sample(articles, len(articles))
    known = group(shuffled[:before])
    after = group(source.sample(articles, len(articles)), known)
    assert after == clean
    assert set(clean.stories.values()) < set(clean.stories)


def test_what_is_known_is_not_hashed_and_compared_again() -> None:
    articles = corpus_of(8)
    known = group(articles)
    assert known.verdicts
    emptied = [replace(one, text="") for one in articles]  # nothing is left to hash or compare
    assert group(emptied, known) == known


def test_in_a_crowd_of_near_copies_all_are_one_story() -> None:
    crowd = [
        article(*REPORT, f"Version number {word} of this report.", id_=f"a{i:03}", day=1 + i % 28)
        for i, word in enumerate(f"word{n}" for n in range(3 * CROWD))
    ]
    grouping = group(crowd)
    assert len(grouping.verdicts) < len(crowd) ** 2 / 2
    assert set(grouping.stories.values()) == {"a000"}


def test_a_sketch_is_kept_of_each_article_that_has_words() -> None:
    sketches = group([article(*REPORT), article("", id_="a2")]).sketches
    assert {id_: len(sketch) for id_, sketch in sketches.items()} == {"a1": 4 * SKETCH, "a2": 0}


# -- in an index -------------------------------------------------------------------------------------------------------


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    """Over one report of an agency with a copy and a version, and two articles beside."""
    (tmp_path / "news").mkdir()
    newsroom = Newsroom(folder=tmp_path / "news", index=tmp_path / "index")
    newsroom.write("landslide", *REPORT, publisher="TNA", published="2024-05-01")
    newsroom.write("villages cut off above Orlay", *REPORT[:3], publisher="Orlay Post", published="2024-05-02")
    newsroom.write("a night above Orlay", *SECOND_WRITER, publisher="Orlay Post", published="2024-05-02")
    newsroom.write("choir", CHOIR)
    return newsroom


def stories(newsroom: Newsroom, scope: Scope | None = None) -> list[tuple[str, Sequence[str], date | None, int]]:
    corpus = newsroom.open()
    try:
        return [(s.title, s.publishers, s.newest, len(s.articles)) for s in corpus.stories(scope or Scope())]
    finally:
        corpus.close()


def test_an_index_tells_its_stories_with_the_newest_article_first(newsroom: Newsroom) -> None:
    newsroom.sync()
    assert stories(newsroom) == [("villages cut off above Orlay", ("Orlay Post", "TNA"), date(2024, 5, 2), 2)]
    assert stories(newsroom, Scope(as_of=date(2024, 5, 1))) == []


def test_the_story_of_an_article_holds_what_of_it_is_in_scope(newsroom: Newsroom) -> None:
    newsroom.sync()
    corpus = newsroom.open()
    agency = next(a for a in corpus.articles() if a.publisher == "TNA")
    choir = next(a for a in corpus.articles() if a.title == "choir")
    (whole,) = corpus.stories_of([agency.id])
    (then,) = corpus.stories_of([agency.id], Scope(as_of=date(2024, 5, 1)))
    (alone,) = corpus.stories_of([choir.id])
    assert (len(whole.articles), then.articles, alone.articles, alone.newest) == (2, (agency.id,), (choir.id,), None)
    assert corpus.story_ids([*whole.articles, choir.id]) == dict.fromkeys(whole.articles, whole.id) | {
        choir.id: choir.id
    }
    corpus.close()


CHANGES: dict[str, Callable[[Newsroom], object]] = {
    "a version comes": lambda n: n.write("slope at rest", REPORT[0], CHOIR, *REPORT[1:], published="2024-05-03"),
    "a text changes": lambda n: n.write("slope at rest", CHOIR, *SECOND_WRITER[:3], published="2024-05-03"),
    "the first report goes": lambda n: (n.folder / "landslide.md").unlink(),
}


def test_a_sync_gives_the_stories_of_a_clean_build(newsroom: Newsroom) -> None:
    newsroom.sync()
    for change in CHANGES.values():
        before = grouped(newsroom)
        change(newsroom)
        newsroom.sync()
        after = grouped(newsroom)
        assert after != before


def grouped(newsroom: Newsroom) -> dict[str, str]:
    """The story of each article in the index, which is that of a clean build."""
    corpus = newsroom.open()
    articles = corpus.articles()
    found = dict(corpus.story_ids([article.id for article in articles]))
    corpus.close()
    assert found == group(articles).stories
    return found


def test_an_index_from_before_there_were_stories_is_grouped_by_the_next_run_without_embedding(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.fingerprint.RULE", "none-0")
    newsroom.sync()
    monkeypatch.undo()
    receipt = newsroom.sync()
    assert (receipt.embedded, receipt.articles) == (0, 4)
    assert len(stories(newsroom)) == 1


# -- the labelled pairs ------------------------------------------------------------------------------------------------


def test_the_half_of_each_labelled_pair_follows_from_its_hash() -> None:
    lines = (Path(__file__).parent / "story_pairs.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    assert len({(pair["one"], pair["other"]) for pair in pairs}) == len(pairs) > 100
    for pair in pairs:
        assert pair["one"] < pair["other"]
        odd = int(hashlib.sha256((pair["one"] + pair["other"]).encode()).hexdigest(), 16) % 2
        assert pair["half"] == ("report" if odd else "tune")


def test_a_thousand_articles_are_grouped_in_seconds() -> None:
    words = [f"{chr(97 + i % 26)}{i}" for i in range(3_000)]
    source = random.Random(7)
    articles = [
        article(" ".join(source.choices(words, k=400)), id_=f"a{i:04}", title="t", day=1 + i % 28) for i in range(1_000)
    ]
    began = time.process_time()
    assert len(set(group(articles).stories.values())) == 1_000
    assert time.process_time() - began < 10
