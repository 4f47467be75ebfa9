"""A run that was never asked, with every kind of ending, for tests of what shows it."""

from datetime import date
from typing import Any

from qa.evaluation.questions import Question
from qa.evaluation.records import ArticleKeys, Cited, Manifest, Record
from qa.evaluation.results import Report
from qa.evaluation.scoring import score_records
from qa.types import AnswerStatus, Verdict
from tests.qa.evaluation.made import CUP, TALKS, UNANSWERABLE, asked, citation, record, sentence

HOSTILE = (
    "</style></svg></title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "<!-- <![CDATA[ ]]>",
    "{{ 7 * 7 }}{% raw %}{# x #}",
    "&lt;b&gt; &amp; &#60;",
    "[a](javascript:alert(1)) ![](http://elsewhere.example/x.png) <http://elsewhere.example>",
    "`code` ~~gone~~ # heading | cell |",
    "\u202eevil\u2066 \x1b[31m \x00 \U000e0041",
)
CITED = Cited(article=ArticleKeys(title=TALKS[0]), in_article=True, in_file=None)
ELSEWHERE = Cited(article=ArticleKeys(title=CUP[0]), in_article=False, in_file=None)
DECLINED = AnswerStatus.NOT_IN_ARTICLES


def run(odd: str = "Tarvo") -> tuple[Report, Manifest, tuple[Record, ...]]:
    """Seven questions, one of each ending; `odd` stands wherever a text from outside may stand."""
    records = (_right(), _wrong(odd), _false(odd), _declined(odd), _rightly_declined(), _failed(odd), _far(odd))
    return score_records(records), _manifest(odd), records


def _question(id: str, odd: str, **changes: object) -> Question:
    return asked(
        f"{id} {odd}", question=f"Where is {odd}?", type=f"kind {odd}", gold=(f"The gold is {odd}",), **changes
    )


def _right() -> Record:
    cited = citation(1, 0, TALKS[0], "The envoys met in Tarvo", published=date(2023, 9, 21))
    return with_cited(record(asked("right"), citations=(cited,), confidence=0.9, timings={"search": 3.0}), CITED)


def _wrong(odd: str) -> Record:
    question = _question(
        "wrong", odd, must_name=(f"named {odd}",), history=((f"Who is {odd}?", odd),), as_of=date(2024, 5, 1)
    )
    cited = (
        citation(1, 0, odd, f"They met at {odd}.", publisher=odd, verdict=Verdict.SUPPORTED),
        citation(2, 1, odd, odd, publisher=odd, verdict=Verdict.UNSUPPORTED),
    )
    answer: dict[str, Any] = {
        "text": f"It is elsewhere. {odd} [1]\n- **Bold** [2]",
        "short_answer": odd,
        "citations": cited,
        "sentences": (sentence("It is elsewhere.", Verdict.SUPPORTED, 1), sentence(odd, Verdict.UNSUPPORTED, 2)),
        "confidence": 0.6,
    }
    found = ((odd, odd), TALKS)
    return with_cited(record(question, retrieved=found, evidence=found, milliseconds=80.0, **answer), CITED, ELSEWHERE)


def _false(odd: str) -> Record:
    question = asked("false", type="near", question=f"Who paid {odd}?", **UNANSWERABLE)
    return record(question, text=f"{odd} paid. [1]", confidence=0.7, citations=(citation(1, 0, odd, odd),))


def _declined(odd: str) -> Record:
    question = asked("declined", type=f"kind {odd}")
    return record(
        question, status=DECLINED, text=f"The articles do not say. {odd}", reason=odd, retrieved=(CUP,), evidence=()
    )


def _rightly_declined() -> Record:
    return record(asked("silent", type="near", **UNANSWERABLE), status=DECLINED, text="No.", milliseconds=12_345.0)


def _failed(odd: str) -> Record:
    return record(asked("failed"), status=AnswerStatus.FAILED, text="", reason=odd, evidence=())


def _far(odd: str) -> Record:
    return record(
        asked("far", type="fact"), text="In Quillane.", confidence=0.5, evidence=((odd, odd),), retrieved=(CUP,)
    )


def with_cited(made: Record, *cited: Cited) -> Record:
    """The record with what stands behind its citations."""
    return Record(
        question=made.question,
        answer=made.answer,
        milliseconds=made.milliseconds,
        retrieved=made.retrieved,
        cited=cited,
        evidence=made.evidence,
    )


def _manifest(odd: str) -> Manifest:
    return Manifest(
        started="2024-05-01T10:00:00+00:00",
        ended="2024-05-01T10:02:00+00:00",
        questions=7,
        fingerprints={"corpus": odd, "reader": None},
        sample=7,
        seed=3,
        peak_memory_mb=1234.5,
        machine=odd,
        settings={odd: odd, "llm": None},
        question_file=f"{odd}.jsonl",
        half="tune",
        articles=(odd,),
    )
