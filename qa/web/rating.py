"""Thumbs on answers, with room for what would have been right; kept as `qa.feedback` describes."""

import logging
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import DatelineError
from qa.feedback import Feedback, add_feedback
from qa.web.components import Parts, private
from qa.web.session import Session, counts
from qa.web.words import say

logger = logging.getLogger(__name__)


def rating(parts: Parts, file: Path) -> None:
    """Offer thumbs beside each answer; to be called inside the page's Blocks, where the correction is to stand."""
    rated = gr.State(None)
    with gr.Row(visible=False, elem_id="dl-correct") as row:
        correction = gr.Textbox(
            label=say("ask.correct"), placeholder=say("ask.correct_hint"), max_length=2000, max_lines=3,
            submit_btn=say("ask.correct_send"),
        )  # fmt: skip
        skip = gr.Button(say("ask.correct_skip"), variant="secondary", size="sm", elem_id="dl-correct-skip")

    def rate(session: Session, thumb: gr.LikeData) -> tuple[Any, ...]:
        turn = session.turn_of(thumb.index)
        answer = session.answer(turn)
        if answer is None or not counts(answer) or not isinstance(thumb.liked, bool):
            return gr.skip(), gr.skip()
        # Where something is asked in return, that says already that the thumb was noted.
        feedback = Feedback.now(answer, helpful=thumb.liked, history=session.before(turn).history())
        _keep(file, feedback, thanked=thumb.liked)
        return gr.update(visible=not thumb.liked), None if thumb.liked else feedback

    def correct(said: str, about: Feedback | None) -> tuple[Any, ...]:
        if about is not None and said.strip():
            feedback = Feedback.now(about.answer, helpful=False, correction=said, history=about.history)
            _keep(file, feedback, thanked=True)
        return gr.update(visible=False), "", None

    # A thumb that is changed while the first is being noted counts as well.
    parts.chat.like(rate, [parts.session], [row, rated], trigger_mode="always_last", **private())
    correction.submit(correct, [correction, rated], [row, correction, rated], **private())
    skip.click(lambda: (gr.update(visible=False), "", None), None, [row, correction, rated], **private())


def _keep(file: Path, feedback: Feedback, *, thanked: bool) -> None:
    try:
        add_feedback(file, feedback)
        if thanked:
            gr.Info(say("ask.thanks"), duration=3)
    except DatelineError as error:
        logger.error("%s", error)
        gr.Warning(str(error))
