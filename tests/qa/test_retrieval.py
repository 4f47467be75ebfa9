"""Finding passages, alone and in somebody else's chain."""

from datetime import date

import pytest
from langchain_core.documents import Document
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from index.types import Passage
from qa import QAEngine
from qa.errors import RequestError
from qa.retrieval import fuse


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
