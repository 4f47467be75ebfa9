"""Layout and wiring of the chat page."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
from gradio.events import api as endpoint

from qa.markdown import escape
from qa.types import Answer, Sentence
from qa.web.conversation import Engine, ask, ask_aloud, remember
from qa.web.replies import bubble, so_far
from qa.web.sources import masthead, opening, panel

# Reading is CPU work: more at once than this only makes each of them slower. The rest waits in the queue.
ANSWERS_AT_ONCE = 2
QUESTIONS_WAITING = 64
SESSIONS_KEPT = 1000

Message = dict[str, Any]


def layout(engine: Engine) -> gr.Blocks:
    """The page over an engine that is ready: conversation, sources beside it, and the HTTP endpoint `/answer`."""
    page = gr.Blocks(title="Dateline", fill_width=True, analytics_enabled=False)
    with page:
        _html(masthead(engine.coverage(), engine.llm_id), "dl-masthead")
        with gr.Row(elem_id="dl-columns"):
            with gr.Column(scale=3, min_width=320, elem_id="dl-conversation"):
                chat = _chatbot(engine.examples())
                with gr.Row(elem_id="dl-ask"):
                    question = gr.Textbox(
                        show_label=False,
                        label="Question",
                        placeholder="Ask about these articles",
                        max_length=2000,
                        max_lines=4,
                        autofocus=True,
                        submit_btn="Ask",
                        elem_id="dl-question",
                    )
                with gr.Row(elem_id="dl-tools"):
                    as_of = gr.Textbox(
                        label="Answer as of",
                        placeholder="YYYY-MM-DD",
                        max_length=10,
                        max_lines=1,
                        elem_id="dl-as-of",
                    )
                    clear = gr.Button(
                        "Clear", variant="secondary", size="sm", scale=0, min_width=80, elem_id="dl-clear"
                    )
            with gr.Column(scale=2, min_width=320, elem_id="dl-beside"):
                sources = _html(opening(), "dl-beside-sources")
        turns = gr.State([])
        _wire(engine, chat=chat, question=question, as_of=as_of, clear=clear, sources=sources, turns=turns)
        _publish(engine)
    page.queue(max_size=QUESTIONS_WAITING, default_concurrency_limit=ANSWERS_AT_ONCE, api_open=False)
    page.state_session_capacity = SESSIONS_KEPT
    return page


def _html(value: str, elem_id: str) -> gr.Markdown:
    """HTML of ours. Not `gr.HTML`: that evaluates strings as JavaScript, which the page's security policy forbids."""
    return gr.Markdown(value, sanitize_html=True, latex_delimiters=[], elem_id=elem_id)


def _chatbot(examples: tuple[str, ...]) -> gr.Chatbot:
    return gr.Chatbot(
        label="Conversation",
        show_label=False,
        layout="bubble",
        height="100%",
        buttons=["copy"],
        sanitize_html=True,
        allow_tags=False,
        latex_delimiters=[],
        allow_file_downloads=False,
        placeholder="Each sentence of an answer names the passage it rests on.",
        examples=[{"text": example} for example in examples],
        elem_id="dl-chat",
    )


def _wire(
    engine: Engine,
    *,
    chat: gr.Chatbot,
    question: gr.Textbox,
    as_of: gr.Textbox,
    clear: gr.Button,
    sources: gr.Markdown,
    turns: gr.State,
) -> None:
    def reply(asked: str, shown: list[Message], before: list[list[str]], day: str) -> Iterator[tuple[Any, ...]]:
        if not (asked or "").strip():
            yield gr.skip(), gr.skip(), gr.skip(), gr.skip()
            return
        waiting = [*shown, _said("user", escape(asked))]
        yield waiting, "", gr.skip(), gr.skip()
        written: list[Sentence] = []
        for event in ask_aloud(engine, asked, before, (day or "").strip()):
            if not isinstance(event, Answer):
                written.append(event)
                if engine.llm_id:
                    yield [*waiting, _said("assistant", so_far(written))], gr.skip(), gr.skip(), gr.skip()
                continue
            yield (
                [*waiting, _said("assistant", bubble(event))],
                gr.skip(),
                panel(event, engine.article),
                remember(before, event),
            )

    def example(chosen: gr.SelectData, shown: list[Message], before: list[list[str]], day: str) -> Iterator[Any]:
        yield from reply(str(chosen.value["text"]), shown, before, day)

    changed = [chat, question, sources, turns]
    private: dict[str, Any] = {"api_visibility": "private", "concurrency_id": "answer", "show_progress": "hidden"}
    answering: list[dict[str, Any]] = [
        question.submit(reply, [question, chat, turns, as_of], changed, **private),
        chat.example_select(example, [chat, turns, as_of], changed, **private),
    ]
    clear.click(
        lambda: ([], "", opening(), []),
        None,
        changed,
        api_visibility="private",
        show_progress="hidden",
        cancels=answering,
    )


def _publish(engine: Engine) -> None:
    def answer(question: str, history: list | None = None, as_of: str | None = None) -> dict:  # type: ignore[type-arg]
        """Answer a question over the indexed articles, as the dictionary of `Answer.to_dict`."""
        return ask(engine, question, history, as_of).to_dict()

    endpoint(answer, api_name="answer", concurrency_id="answer")


def _said(role: str, content: str) -> Message:
    return {"role": role, "content": content}
