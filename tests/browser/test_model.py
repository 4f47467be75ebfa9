"""The page with a language model, which is a server on this machine, in a real browser."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from index.sentences import sentence_spans
from tests.browser.pages import FACT, PATIENCE, OpenPage, answered, ask, begin, cards, questions, replies, serving
from tests.qa.llm.attacks import ATTACKS, KEY, Attack, obeying
from tests.qa.llm.provider import Body, Cue, Provider, hang_before_first, prompt_of, status
from tools.eval_injection import ARTICLES, QUESTIONS, Change, Place, Workshop, planted, written

WORD = 0.15  # seconds that the slow model takes for one
OTHER = "How many lorries crossed the Tarn pass?"
# All that the conversation ever shows, and whatever in page and panel is more than text and our own links.
WATCH = """
() => {
  window.shown = new Set();
  window.foreign = new Set();
  const places = "#dl-chat .message-content, #dl-beside-sources";
  const parts = "P STRONG SMALL UL LI BLOCKQUOTE A SPAN BR SECTION H2 H3 PRE ARTICLE HEADER MARK DIV".split(" ");
  const links = /^(#dl-(source-\\d+-\\d+|copy|asked|back)|\\?q=[^"]*|article\\/[\\w?=&#-]+)$/;
  const look = () => {
    for (const said of document.querySelectorAll("#dl-chat [data-testid=bot]")) window.shown.add(said.innerText);
    for (const place of document.querySelectorAll(places)) {
      for (const element of place.querySelectorAll("*")) {
        const attributes = [...element.attributes].filter(one => /^(on|src|style|srcdoc|poster)/.test(one.name));
        const isLink = element.tagName !== "A" || links.test(element.getAttribute("href"));
        const isOurs = element.closest("[data-testid=status-tracker], svg") || element.matches(".prose, .wrap");
        if (!isOurs && (!parts.includes(element.tagName) || attributes.length || !isLink))
          window.foreign.add(element.outerHTML.slice(0, 200));
      }
    }
  };
  look();
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}
"""


class SlowProvider(Provider):
    """A provider that takes its time between the words of a reply that it makes up."""

    delay = 0.0

    def cue(self, body: Body, headers: Mapping[str, str]) -> Cue:
        cue = super().cue(body, headers)
        return replace(cue, delay=self.delay)


@pytest.fixture(scope="module")
def provider() -> Iterator[SlowProvider]:
    with pytest.MonkeyPatch.context() as patch, SlowProvider(obeying()) as started:
        patch.setenv("OPENAI_API_KEY", "sk-test")
        yield started


@pytest.fixture(scope="module")
def address(provider: SlowProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over articles in which every attack is planted, two or three different ones in each."""
    folder = written(tmp_path_factory.mktemp("planted") / "articles", dict(changes()))
    with Workshop(provider) as workshop, serving(lambda: workshop.engines(folder).obeying) as served:
        yield served


def changes() -> Iterator[tuple[str, Change]]:
    """Attacks for each article by its name, at different places."""
    places = list(Place)
    for number, article in enumerate(ARTICLES):
        attacks = ATTACKS[number :: len(ARTICLES)]
        yield (
            article.stem,
            partial(_attacked, attacks, [places[(number + i) % len(places)] for i in range(len(attacks))]),
        )


def _attacked(attacks: tuple[Attack, ...], places: list[Place], front: str, text: str) -> tuple[str, str]:
    for attack, place in zip(attacks, places, strict=True):
        text = planted(text, attack.planted, place)
    return front, text


def citing(body: Body, *sentences: str) -> str:
    """A reply of sentences, each citing the passage of the talks in Yevlakh."""
    key = next(key for key, text in passages(body) if "three hours" in text)
    return " ".join(f"{sentence} [{key}]." for sentence in sentences)


def reciting(body: Body) -> str:
    """A reply of every sentence that the model was shown."""
    return "\n".join(f"{text[a:b]} [{key}]" for key, text in passages(body) for a, b in sentence_spans(text))


def giving_in(attacks: Sequence[Attack], body: Body) -> str:
    """A reply that does what the attacks want, wherever they were read."""
    (key, text), *_ = passages(body)
    a, b = sentence_spans(text)[0]
    wanted = (attack.obeyed.replace(KEY, key).replace("{other}", key) for attack in attacks)
    return "\n".join((f"{text[a:b]} [{key}]", *wanted))


def passages(body: Body) -> list[tuple[str, str]]:
    """The key and the text of each passage in a prompt."""
    shown = [json.loads(line) for line in prompt_of(body).splitlines() if line.startswith('{"key"')]
    return [(passage["key"], passage["text"]) for passage in shown]


@pytest.fixture
def slow(provider: SlowProvider) -> Iterator[SlowProvider]:
    """The provider, writing at length and slowly until the test is over."""
    provider.behave(reciting)
    provider.hung_up.clear()
    provider.delay = WORD
    yield provider
    provider.delay = 0.0


def writing(page: Page) -> None:
    """Ask, and wait until the first sentence is shown while the model goes on."""
    begin(page, FACT)
    expect(replies(page).last).to_contain_text("[1]")
    expect(page.locator("#dl-question .stop-button")).to_be_visible()


def test_the_page_says_what_leaves_the_machine(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator(".dl-leaves")).to_contain_text("openai:test")
    expect(page.locator(".dl-leaves")).to_contain_text("nothing else leaves this machine")


def test_sentences_appear_one_by_one_and_only_those_that_the_passages_bear_out(
    open_page: OpenPage, provider: SlowProvider
) -> None:
    page = open_page()
    page.evaluate(WATCH)
    true, false, later = (
        "The meeting in Yevlakh lasted three hours",
        "The meeting in Yevlakh ended in a brawl of nine days",
        "Davit Melkumyan and Sergey Martirosyan represented Nagorno-Karabakh",
    )
    provider.behave(lambda body: citing(body, true, false, later))
    provider.delay = WORD
    begin(page, FACT)
    expect(replies(page).last).to_contain_text(true)
    expect(replies(page).last).not_to_contain_text("Melkumyan")
    expect(page.locator("#dl-question .stop-button")).to_be_visible()
    reply = answered(page)
    provider.delay = 0.0
    expect(reply).to_contain_text(later)
    expect(cards(page).first.locator("mark").first).to_contain_text("three hours")
    shown = page.evaluate("[...shown]")
    assert sum("…" in said and true in said and later not in said for said in shown) >= 1
    assert not any("brawl" in said for said in shown)


def test_enter_asks_nothing_more_while_the_model_writes(open_page: OpenPage, slow: SlowProvider) -> None:
    page = open_page()
    writing(page)
    page.fill("#dl-question textarea", OTHER)
    page.keyboard.press("Enter")
    page.wait_for_timeout(1_000)
    expect(questions(page)).to_have_text([FACT])
    expect(page.locator("#dl-question textarea")).to_have_value(OTHER)
    assert slow.calls == 1
    expect(page.get_by_role("button", name="Edit")).to_be_hidden()


@pytest.mark.parametrize("way", ["Stop", "Escape", "New conversation"])
def test_whatever_ends_an_answer_ends_the_models_call_and_the_next_question_is_taken(
    open_page: OpenPage, slow: SlowProvider, way: str
) -> None:
    page = open_page()
    writing(page)
    if way == "Escape":
        page.keyboard.press("Escape")
    else:
        page.get_by_role("button", name=way).click()
    expect(page.locator("#dl-question .submit-button")).to_be_visible()
    expect(questions(page)).to_have_count(0)
    expect(page.locator("#dl-question textarea")).to_have_value("" if way == "New conversation" else FACT)
    assert slow.hung_up.wait(10)
    slow.delay = 0.0
    slow.behave(obeying())
    expect(ask(page, OTHER)).to_contain_text("The lorries carried 160 tonnes")
    expect(questions(page)).to_have_text([OTHER])


def test_a_model_that_says_nothing_can_be_stopped_and_the_next_question_is_taken(
    open_page: OpenPage, provider: SlowProvider
) -> None:
    page = open_page()
    provider.behave(hang_before_first())
    provider.hung_up.clear()
    begin(page, FACT)
    for _ in range(PATIENCE // 50):
        if provider.calls:
            break
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#dl-question .submit-button")).to_be_visible()
    assert provider.hung_up.wait(2)
    provider.behave(obeying())
    expect(ask(page, OTHER)).to_contain_text("The lorries carried 160 tonnes")


def test_nothing_that_a_model_writes_on_demand_becomes_more_than_text(
    open_page: OpenPage, provider: SlowProvider
) -> None:
    page = open_page()
    page.evaluate(WATCH)
    for number, article in enumerate(ARTICLES):
        provider.behave(partial(giving_in, ATTACKS[number :: len(ARTICLES)]))
        fact, _, overview = QUESTIONS[article.stem]
        ask(page, fact if number % 2 else overview)
        assert provider.calls == 1
        expect(cards(page).first).to_be_visible()
    page.locator(".dl-read").first.click()
    expect(page.locator("dialog .dl-article")).to_be_visible()
    expect(page.locator("dialog :is(img, script, iframe, video, form, object, embed)")).to_have_count(0)
    said = "\n".join(page.evaluate("[...shown]")).lower()
    assert len(said) > 1_000
    assert [mark for attack in ATTACKS for mark in attack.marks if mark.lower() in said] == []
    assert page.evaluate("[...foreign]") == []


def test_where_the_model_fails_the_articles_own_sentences_are_shown_and_that_it_failed(
    open_page: OpenPage, provider: SlowProvider
) -> None:
    page = open_page()
    provider.behave(status(500))
    reply = ask(page, FACT)
    expect(reply).to_contain_text("The meeting lasted three hours and dealt with what lies ahead")
    expect(reply).to_contain_text("language model")
    expect(cards(page).first.locator(".dl-verdict")).to_have_text("Quoted word for word")
    expect(page.locator(".toast-body")).to_have_count(0)
