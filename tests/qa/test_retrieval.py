"""Finding passages, alone and in somebody else's chain."""

from datetime import date
from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from index.types import EVERYTHING, Passage, Scope
from qa import QAEngine
from qa.errors import RequestError
from qa.retrieval import HybridRetriever, fuse
from tests.index.newsroom import CHOIR, HARBOUR, RIVER, SCHOOL, Newsroom


def passage(name: str) -> Passage:
    return Passage(id=name, article_id="a", ordinal=0, start=0, end=1, text="x")


def test_a_passage_in_both_lists_comes_before_one_that_leads_a_single_list() -> None:
    a, b, c = passage("a"), passage("b"), passage("c")
    found = fuse({"dense": [a, b], "keyword": [c, b]})
    assert [p.id for p, _, _ in found] == ["b", "a", "c"]
    assert found[0][2] == "dense+keyword"


def test_the_best_possible_score_is_one() -> None:
    assert fuse({"dense": [passage("a")], "keyword": [passage("a")]})[0][1] == 1.0


def test_nothing_found_is_nothing() -> None:
    assert fuse({"dense": [], "keyword": []}) == []


def test_titles_publishers_and_dates_can_be_searched(engine: QAEngine) -> None:
    for query, wanted in (
        ("quillane cup final", "Quillane"),
        ("Karsund Evening Post", "Karsund"),
        ("27 September 2023", "Aliyev"),
    ):
        titles = [document.metadata["title"] for document in engine.as_retriever(k=3).invoke(query)]
        assert any(wanted in title for title in titles), (query, titles)


def test_documents_carry_what_a_citation_needs(engine: QAEngine) -> None:
    document = engine.as_retriever(k=1).invoke("Who represented Nagorno-Karabakh in Yevlakh?")[0]
    article = engine.article(document.metadata["article_id"])
    assert isinstance(document, Document)
    assert article.text[document.metadata["start"] : document.metadata["end"]] == document.page_content
    assert document.metadata["publisher"] == article.credited


def test_as_of_leaves_out_what_came_later(engine: QAEngine) -> None:
    documents = engine.as_retriever(k=50, as_of="2023-09-21").invoke("talks on Karabakh")
    assert documents
    assert all(date.fromisoformat(d.metadata["published"]) <= date(2023, 9, 21) for d in documents)


def test_a_period_and_publishers_narrow_the_retriever_when_it_is_made_or_called(engine: QAEngine) -> None:
    made = engine.as_retriever(k=50, since="2024-01-01", publishers=["The Example Courier"]).invoke("talks")
    called = engine.as_retriever(k=50).invoke("talks", since="2024-01-01", publishers=["The Example Courier"])
    assert made == called
    assert {document.metadata["publisher"] for document in made} == {"The Example Courier"}
    assert min(document.metadata["published"] for document in made) >= "2024-01-01"
    with pytest.raises(RequestError, match="until is 'soon'"):
        engine.as_retriever().invoke("talks", until="soon")


def test_the_retriever_works_in_somebody_elses_chain(engine: QAEngine) -> None:
    prompt = ChatPromptTemplate.from_template("{context}\n\n{question}")
    model = FakeListChatModel(responses=["Yevlakh, it seems."])
    seen: list[str] = []

    def joined(documents: list[Document]) -> str:
        seen.extend(document.page_content for document in documents)
        return "\n".join(document.page_content for document in documents)

    chain = (
        {"context": engine.as_retriever(k=4) | joined, "question": RunnablePassthrough()}
        | prompt
        | model
        | StrOutputParser()
    )
    assert chain.invoke("Where were the first talks held?") == "Yevlakh, it seems."
    assert any("Yevlakh" in text for text in seen)


# -- one slot per story ------------------------------------------------------------------------------------------------

REPORT = (
    "The dam at Tolmark was opened on Monday evening after the river Braek had risen by two metres in a day and the meadows"
    " on both banks were under water as far as the old mill.",
    "The water board of Quillane said that 340 households below the dam had been asked to leave before nightfall, and that"
    " the school and the town hall had been made ready for everybody who has no relatives nearby.",
    "The board's chair, Ines Korval, said that the gates would stay open until Thursday at the least, because more rain is"
    " expected in the hills.",
)
FALSE = "The dam at Tolmark was never opened, and the water board of Quillane has invented the whole evening, {0} say."


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    """Over a report, its shortened copy, its version, and articles on other things."""
    (tmp_path / "news").mkdir()
    newsroom = Newsroom(folder=tmp_path / "news", index=tmp_path / "index")
    newsroom.write("dam at Tolmark opened", *REPORT, publisher="TNA", published="2024-05-01")
    newsroom.write("dam opened in Tolmark", *REPORT[:2], publisher="Bay Herald", published="2024-05-02")
    version = REPORT[1].replace("340", "410")
    newsroom.write(
        "Tolmark dam stays open", REPORT[0], version, REPORT[2], HARBOUR, publisher="TNA", published="2024-05-03"
    )
    for name, text in (("school", SCHOOL), ("choir", CHOIR), ("river", RIVER)):
        newsroom.write(name, text, publisher="Elm Courier", published="2024-05-04")
    return newsroom


def found(newsroom: Newsroom, query: str, k: int = 8, scope: Scope = EVERYTHING) -> list[tuple[str, str]]:
    """Title and text of what the search finds."""
    newsroom.sync()
    corpus = newsroom.open()
    try:
        passages = HybridRetriever(corpus, fetch_k=40).retrieve(query, k, scope)
        return [(scored.article.title, scored.passage.text) for scored in passages]
    finally:
        corpus.close()


def test_the_newest_article_of_a_story_that_has_the_best_passage_stands_for_it(newsroom: Newsroom) -> None:
    passages = found(newsroom, "How many households below the dam had been asked to leave before nightfall?")
    assert "410 households" in passages[0][1]
    assert {title for title, text in passages if "Tolmark" in title} == {"Tolmark dam stays open"}


def test_where_only_an_older_article_has_the_passage_that_article_stands_for_the_story(newsroom: Newsroom) -> None:
    newsroom.write("Tolmark evening", *REPORT[:2], publisher="Bay Herald", published="2024-05-09")
    passages = found(newsroom, "What did the chair Ines Korval say about the gates until Thursday?")
    assert "Ines Korval" in passages[0][1]
    assert {title for title, _ in passages if "olmark" in title} == {"Tolmark dam stays open"}


def test_only_articles_in_scope_may_stand_for_a_story(newsroom: Newsroom) -> None:
    question = "How many households below the dam had been asked to leave before nightfall?"
    then = found(newsroom, question, scope=Scope(as_of=date(2024, 5, 2)))
    theirs = found(newsroom, question, scope=Scope(publishers=("Bay Herald",)))
    assert {title for title, _ in then} == {"dam opened in Tolmark"} == {title for title, _ in theirs}


def test_fifty_near_copies_of_one_false_article_get_one_slot_and_the_source_that_disagrees_is_found(
    newsroom: Newsroom,
) -> None:
    for number, word in enumerate(
        f"{one} {two}" for one in "ABCDEFGHIJ" for two in ("men", "boys", "cooks", "monks", "we")
    ):
        text = FALSE.format(word)
        newsroom.write(
            f"dam at Tolmark never opened {number}", text, f"{HARBOUR} {SCHOOL} {RIVER}", published="2024-05-05"
        )
    passages = found(newsroom, "Was the dam at Tolmark opened on Monday evening?")
    assert len({title for title, _ in passages if "never" in title}) == 1
    assert any("after the river Braek had risen" in text for _, text in passages[:3])
    assert len(passages) == 8


def test_articles_without_copies_are_found_as_they_always_were(engine: QAEngine) -> None:
    corpus = engine.as_retriever().hybrid.corpus
    assert corpus.stories() == ()
    retriever = HybridRetriever(corpus, fetch_k=40)
    for query in ("Who represented Nagorno-Karabakh in Yevlakh?", "central bank of Karsund", "ceasefire"):
        vector = corpus.embedder.embed_questions([query])[0]
        lists = {"dense": corpus.dense(vector, 40), "keyword": corpus.keyword(query, 40)}
        plain = fuse({name: [p for p, _ in ranked] for name, ranked in lists.items()})[:8]
        assert [s.passage.id for s in retriever.retrieve(query, 8)] == [p.id for p, _, _ in plain]
