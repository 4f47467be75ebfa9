"""The components of the page that a question and its answer touch."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.web.conversation import Engine
from qa.web.session import Session
from qa.web.sources import panel
from qa.web.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the Ask tab is made of; the hidden ones carry what the page's script says and is told."""

    chat: gr.Chatbot
    question: gr.Textbox
    as_of: gr.Textbox
    since: gr.Textbox
    until: gr.Textbox
    publishers: gr.Dropdown
    clear: gr.Button  # of the filters
    new: gr.Button
    sources: gr.Markdown
    next: gr.Markdown  # questions that may be asked next
    session: gr.State
    pending: gr.State  # the question that is about to be answered, or ""
    thought: gr.State  # an answer and the questions that may be asked after it
    ask: gr.Textbox  # hidden: a question that was clicked,
    link: gr.Textbox  # one that was linked to, with its filters,
    show: gr.Textbox  # a turn and a citation to show,
    restore: gr.Textbox  # a kept conversation to go on with,
    export: gr.Textbox  # the form of a file to write;
    record: gr.Markdown  # to the script: the answers to keep,
    file: gr.Markdown  # the file to save

    @property
    def filters(self) -> list[Any]:
        """What narrows the articles down, in the order of `Filters.of`."""
        return [self.as_of, self.since, self.until, self.publishers]

    @property
    def begun(self) -> list[Any]:
        """What changes when a question is taken."""
        return [self.chat, self.question, self.session, self.pending, self.next]

    @property
    def shown(self) -> list[Any]:
        """What changes with the conversation."""
        return [self.chat, self.question, self.sources, self.session, self.record, self.pending, self.next]


def private(**more: Any) -> dict[str, Any]:
    """What an event of the page is given that is no part of its HTTP interface."""
    return {"api_visibility": "private", "show_progress": "hidden", **more}


def html(value: str, elem_id: str, *, visible: Any = True) -> gr.Markdown:
    """HTML of ours. Not `gr.HTML`: that evaluates strings as JavaScript, which the page's security policy forbids."""
    return gr.Markdown(value, sanitize_html=True, latex_delimiters=[], elem_id=elem_id, visible=visible)


def ask_tab(engine: Engine) -> Parts:
    """Lay out conversation, question, filters and sources; to be called inside the page's Blocks."""
    with gr.Row(elem_id="dl-columns"):
        with gr.Column(scale=3, min_width=320, elem_id="dl-conversation"):
            with gr.Row(elem_id="dl-bar"):
                new = gr.Button(say("ask.new"), variant="secondary", size="sm", scale=0, elem_id="dl-new")
                gr.Button(say("ask.kept"), variant="secondary", size="sm", scale=0, elem_id="dl-kept")
            chat = _chatbot(engine.examples())
            following = html("", "dl-next")
            question = _question()
            with gr.Row(elem_id="dl-filters"):
                as_of, since, until = (_day(name) for name in ("as_of", "since", "until"))
                publishers = _publishers(engine)
                clear = gr.Button(say("ask.clear"), variant="secondary", size="sm", scale=0, elem_id="dl-clear")
        with gr.Column(scale=2, min_width=320, elem_id="dl-beside"):
            sources = html(panel(Session(), engine.article), "dl-beside-sources")
    ask, link, show, restore, export = (
        gr.Textbox(visible="hidden", elem_id=f"dl-{name}") for name in ("asked", "linked", "show", "restore", "export")
    )
    return Parts(
        chat=chat,
        question=question,
        as_of=as_of,
        since=since,
        until=until,
        publishers=publishers,
        clear=clear,
        new=new,
        sources=sources,
        next=following,
        session=gr.State(Session()),
        pending=gr.State(""),
        thought=gr.State((None, ())),
        ask=ask,
        link=link,
        show=show,
        restore=restore,
        export=export,
        record=html("", "dl-record", visible="hidden"),
        file=html("", "dl-export-file", visible="hidden"),
    )


def _chatbot(examples: tuple[str, ...]) -> gr.Chatbot:
    return gr.Chatbot(
        label=say("ask.conversation"),
        show_label=False,
        layout="bubble",
        height="100%",
        buttons=[],
        editable="user",
        sanitize_html=True,
        allow_tags=False,
        latex_delimiters=[],
        allow_file_downloads=False,
        # Gradio shows thumbs for exactly these two words, and says them in the language of the browser.
        feedback_options=("Like", "Dislike"),
        autoscroll=False,  # to the end of a long answer; the page's script keeps its beginning in sight
        placeholder=say("ask.empty"),
        examples=[{"text": example} for example in examples],
        elem_id="dl-chat",
    )


def _question() -> gr.Textbox:
    with gr.Row(elem_id="dl-ask"):
        return gr.Textbox(
            show_label=False,
            label=say("ask.question"),
            placeholder=say("ask.placeholder"),
            max_length=2000,
            max_lines=4,
            autofocus=True,
            submit_btn=say("ask.send"),
            elem_id="dl-question",
        )


def _day(name: str) -> gr.Textbox:
    return gr.Textbox(
        label=say(f"ask.{name}"),
        placeholder=say("ask.day"),
        max_length=10,
        max_lines=1,
        elem_id=f"dl-{name.replace('_', '-')}",
        elem_classes=["dl-day"],
    )


def _publishers(engine: Engine) -> gr.Dropdown:
    return gr.Dropdown(
        label=say("ask.publishers"),
        choices=list(engine.coverage().publishers),
        value=[],
        multiselect=True,
        elem_id="dl-publishers",
    )
