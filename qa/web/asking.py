"""From a question, typed, clicked, edited or linked to, to its answer in the page."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

import gradio as gr
from gradio.events import Dependency

from qa.markdown import escape
from qa.types import Answer, AnswerStatus, Sentence
from qa.web.components import Parts, private
from qa.web.conversation import Engine, Filters, ask_aloud, refused
from qa.web.escaping import escaped
from qa.web.filtering import linked, mistake
from qa.web.hearing import heard
from qa.web.keeping import kept, opened, written_out
from qa.web.replies import asked, messages, so_far, told, unasked
from qa.web.session import Session
from qa.web.sources import panel, suggested
from qa.web.waiting import WaitingLine
from qa.web.words import say

# Reading is CPU work: more at once than this only makes each of them slower. The rest waits in the queue.
ANSWERS_AT_ONCE = 2
QUESTIONS_WAITING = 60
_SKIPPED = 7  # the outputs of `Parts.shown`
# Gradio ends an answer between two of its steps only, and takes no other until then.
SECONDS_A_STEP = 0.25


class Asking:
    """The events of the Ask tab. What starts an answer returns `Parts.begun`; what shows one, `Parts.shown`."""

    def __init__(self, engine: Engine, parts: Parts) -> None:
        self._engine, self._parts = engine, parts
        self._line = WaitingLine()

    def wire(self) -> None:
        """Connect everything that asks, and everything that changes what is shown."""
        p = self._parts
        starts: list[tuple[Callable[..., Dependency], Callable[..., Any], list[Any], list[Any]]] = [
            (p.question.submit, self._typed, [p.question, p.session], p.begun),
            (p.ask.submit, self._typed, [p.ask, p.session], p.begun),
            (p.link.submit, self._linked, [p.link, p.session], [*p.filters, *p.begun]),
            (p.chat.example_select, self._example, [p.session], p.begun),
            (p.chat.retry, self._again, [p.session], p.begun),
            (p.chat.edit, self._edited, [p.session], p.begun),
        ]
        under_way: list[dict[str, Any]] = []
        # By default gradio drops an event while the one before it has not ended: thinking of questions may last into
        # the next answer, and an answer that was stopped may never be reported as ended.
        further = private(trigger_mode="multiple")
        for event, start, inputs, outputs in starts:
            begun = event(start, inputs, outputs, **private(concurrency_limit=None))
            answering = begun.then(
                self._reply, [p.pending, p.session, *p.filters], p.shown, **further, concurrency_id="answer"
            )
            under_way.append(answering)
            thought = answering.then(self._suggest, [p.session], [p.thought], **further)
            thought.then(self._offered, [p.thought, p.session, p.pending], [p.next], **further)
        p.question.stop(self._stopped, [p.session, p.pending], p.shown, cancels=under_way, **private())
        p.clear.click(lambda: ("", "", "", []), None, p.filters, **private())
        p.new.click(self._cleared, None, p.shown, cancels=under_way, **private())
        p.restore.submit(self._restored, [p.restore], p.shown, cancels=under_way, **private())
        p.show.submit(self._shown, [p.show, p.session], [p.sources, p.session], **private())
        p.export.submit(written_out, [p.export, p.session], [p.file], **private())

    def _typed(self, question: str, session: Session, request: gr.Request) -> tuple[Any, ...]:
        return self._begun(question, session, request)

    def _linked(self, query: str, session: Session, request: gr.Request) -> tuple[Any, ...]:
        """The filters of a link, which are shown then, and its question."""
        question, filters = linked(query)
        known = self._engine.coverage().publishers
        if strange := [name for name in filters.publishers if name not in known]:
            gr.Warning(say("ask.unlinked", names=escaped(", ".join(strange))))
        named = gr.update(choices=list(known), value=[name for name in filters.publishers if name in known])
        days = (filters.as_of or "", filters.since or "", filters.until or "")
        return *days, named, *self._begun(question, session, request)

    def _example(self, session: Session, chosen: gr.SelectData, request: gr.Request) -> tuple[Any, ...]:
        return self._begun(str(chosen.value["text"]), session, request)

    def _again(self, session: Session, where: gr.RetryData, request: gr.Request) -> tuple[Any, ...]:
        turn = session.turn_of(where.index)
        answer = session.answer(turn)
        return self._begun(answer.question if answer else "", session.before(turn), request)

    def _edited(self, session: Session, where: gr.EditData, request: gr.Request) -> tuple[Any, ...]:
        return self._begun(unasked(str(where.value)), session.before(session.turn_of(where.index)), request)

    def _begun(self, question: str, session: Session, request: gr.Request) -> tuple[Any, ...]:
        """Show the question and what it waits for at once; the answer comes when it is its turn."""
        if not question.strip():
            return gr.skip(), gr.skip(), gr.skip(), "", gr.skip()
        before = self._line.join(request.session_hash or "")
        if before >= QUESTIONS_WAITING:
            full = Answer(question=question, text=say("ask.full"), status=AnswerStatus.BUSY, reason=say("ask.full"))
            session = session.with_answer(full)
            return messages(session), "", session, "", ""
        now = say("ask.queued", count=before) if before >= ANSWERS_AT_ONCE else say("ask.searching")
        stopping = gr.update(value="", submit_btn=False, stop_btn=say("ask.stop"))
        return messages(session, asked(question), told(escape(now))), stopping, session, question, ""

    def _reply(
        self, pending: str, session: Session, as_of: Any, since: Any, until: Any, publishers: Any, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        is_wanted = self._line.begin(request.session_hash or "")
        if not pending:
            yield (gr.skip(),) * _SKIPPED
            return
        filters = Filters.of(as_of, since, until, publishers)
        if wrong := mistake(filters):
            yield self._all(session.with_answer(refused(pending, AnswerStatus.INVALID_QUESTION, wrong), filters))
            return
        written: list[Sentence] = []
        answering = partial(ask_aloud, self._engine, pending, session.history(), filters)
        for event in heard(answering, patience=SECONDS_A_STEP):
            if not is_wanted():  # what is said now would be drawn over a new conversation
                return
            if isinstance(event, Answer):
                yield self._all(session.with_answer(event, filters))
            elif event is None:
                yield (gr.skip(),) * _SKIPPED
            elif self._engine.llm_id:
                written.append(event)
                chat = messages(session, asked(pending), told(so_far(written)))
                yield chat, *(gr.skip(),) * (_SKIPPED - 1)

    def _suggest(self, session: Session) -> tuple[Answer | None, tuple[str, ...]]:
        turn = session.next - 1
        answer = session.answer(turn)
        return answer, self._engine.suggestions(answer, **asdict(session.filters_of(turn))) if answer else ()

    def _offered(self, thought: tuple[Answer | None, tuple[str, ...]], session: Session, pending: str) -> Any:
        """Show what was thought of, unless it comes too late: it would stand under another answer."""
        answer, questions = thought
        is_late = bool(pending) or answer != session.answer(session.next - 1)
        return gr.skip() if is_late else suggested(questions)

    def _stopped(self, session: Session, pending: str, request: gr.Request) -> tuple[Any, ...]:
        """What was asked goes back to where it was typed, to be asked in other words."""
        self._line.leave(request.session_hash or "")
        chat, asking, *others = self._all(session)
        return chat, asking | {"value": pending}, *others

    def _cleared(self, request: gr.Request) -> tuple[Any, ...]:
        self._line.leave(request.session_hash or "")
        return self._all(Session())

    def _restored(self, value: str, request: gr.Request) -> tuple[Any, ...]:
        self._line.leave(request.session_hash or "")
        session = opened(value)
        if session is None:
            gr.Warning(say("ask.unreadable"))
        return self._all(session or Session())

    def _all(self, session: Session) -> tuple[Any, ...]:
        asking = gr.update(submit_btn=say("ask.send"), stop_btn=False)
        return messages(session), asking, panel(session, self._engine.article), session, kept(session), "", ""

    def _shown(self, value: str, session: Session) -> tuple[Any, ...]:
        turn, _, number = value.partition("/")[0].partition("-")
        if turn.isdigit():
            session = session.showing(int(turn), int(number) if number.isdigit() else None)
        return panel(session, self._engine.article), session
