"""Questions for what somebody said: whose words they ask for, and which sentences are those."""

import re

from index.keywords import terms
from qa.attribution import Attribution
from qa.question import Question

_SAYING = (
    "say|said|tell|told|state|announce|add|note|stress|emphasi[sz]e|point out|underline|underscore|claim|deny|argue|declare|warn"
    "|confirm|insist|explain|pledge|promise|demand|allege|believe|expect|predict|estimate|suggest|acknowledge|admit|reply|respond"
    "|write|answer|urge|describe|remark|recall|maintain|assert|report|call|think|want|ask|propose|accuse|blame|comment|react|reject"
    "|criticise|criticize|offer|threaten|regret|justify|defend|recommend|complain"
)
_ASKS = re.compile(
    rf"^(?:and |so |but )?(?:what|how|which \w+)(?: else| exactly)? (?:do|does|did|has|have|had|would) (?P<who>.+?) (?:{_SAYING})(?:ed|d)?\b",
    re.IGNORECASE,
)
_ASKS_WHO = re.compile(
    rf"\b(?:{_SAYING})(?:s|ed|d|ing)?\b|\bwho(?: \w+)? \w+ that\b|\b(?:according|spoke|speaks|spoken|source|gave|made|wrote|written|words?)\b",
    re.IGNORECASE,
)
_LAST_NAME = re.compile(r".*(?<![\w’'-])(?=[A-Z])")


def speaker_asked_for(question: Question) -> frozenset[str]:
    """The stems of the one whose words a question asks for; none where it asks for something else.

    Of a name it is the last one and what follows it ("the Audit Chamber's president"), since titles are anybody's.
    """
    asks = _ASKS.match(question.text)
    return frozenset(terms(_LAST_NAME.sub("", asks["who"]))) if asks else frozenset()


def asks_for_speaker(question: Question) -> bool:
    """Whether a question may ask who said something: "Who denied it?", "Who made the claim that ...?"."""
    return bool(_ASKS_WHO.search(question.text))


def names_in_matter(question: Question) -> tuple[str, ...]:
    """The names in a question for a statement beside the speaker's: "Elm" of "What did Ansa Kolvery say about Elm?"."""
    asks = _ASKS.match(question.text)
    speaker = frozenset(terms(asks["who"])) if asks else frozenset()
    return tuple(name for name in question.names if name not in speaker)


def is_statement_of(speaker: frozenset[str], said: Attribution | None) -> bool:
    """Whether the claim of a sentence is this speaker's; of more than two stems one may be missing."""
    if said is None or not speaker:
        return False
    stems = frozenset(terms(f"{said.who} {said.name}"))
    return len(speaker - stems) <= (len(speaker) > 2)
