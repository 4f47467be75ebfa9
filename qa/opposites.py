"""Words that exclude each other: what is said of the north is no answer about the south, nor the wounded about the dead."""

import re
from functools import lru_cache

_PAIRS = """
east west, eastern western, north south, northern southern, northeast southwest, northwest southeast, northeastern southwestern,
northwestern southeastern, upstream downstream, upper lower, higher lower, highest lowest, largest smallest, biggest smallest,
shortest longest, older younger, oldest youngest, best worst, richest poorest, strongest weakest, minimum maximum,
majority minority, import export,
imports exports, imported exported, male female, men women, boys girls, legal illegal, accepted rejected, approved rejected,
indoor outdoor, winter summer, son daughter, sons daughters, brother sister, brothers sisters, father mother
"""
_KINDS = (  # of one matter, the words for each kind; first of what became of people
    (
        "kill killed kills killing killings dead die died dies dying death deaths fatal fatally fatality fatalities toll lives murdered"
        " murder murders drowned slain shot",
        "injured injury injuries injuring wounded wounds wound hurt burned burnt",
        "missing unaccounted vanished disappeared",
        "arrested arrest arrests detained detain custody jailed imprisoned",
        "homeless displaced evacuated fled",
        "rescued rescue saved survived survivors survivor survive freed",
        "infected infections infection ill sick",
    ),
    (
        "profit profits profitable earnings earn earned",
        "turnover revenue revenues sales",
        "loss losses",
        "debt debts",
        "shares stocks",
    ),
    ("against", "abstain abstained abstaining abstains abstention abstentions"),
    ("government governing ruling", "opposition"),
    ("born birth", "die died dies death dead killed"),
    (
        "add adds added adding hire hires hired hiring recruit recruits recruited",
        "cut cuts cutting axe axed scrap scrapped drop dropped dropping remove removed dismiss dismissed sack sacked",
    ),
    (
        "rise rises rose risen rising increase increases increased increasing grow grows grew grown climbed climb climbs",
        "fall falls fell fallen falling decrease decreases decreased decreasing drop drops dropped decline declines declined declining sink sank shrink shrank",
    ),
    ("open opens opened reopen reopens reopened", "close closes closed closure shut shuts shutdown"),
    (
        "begin begins began begun beginning start starts started",
        "end ends ended ending finish finished finishes stop stops stopped",
    ),
    ("arrive arrived arrives arriving arrival", "leave left leaves leaving depart departed departs departure"),
)
_AT_AN_END = re.compile(
    r"\b(?:end|start|beginning) of\b|\bin opposition to\b|\bdeclin(?:e|es|ed) to\b"
)  # nothing ends, opposes or falls
_ORDINAL = r"(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:nd|rd|th))"
_BEHIND = re.compile(rf"\b{_ORDINAL}[- ](\w{{3,}}(?:est|most))\b")
_WORDS = re.compile(r"\b[a-z]+\b")
_NAMED = re.compile(
    r"\b(?P<word>[A-Z][a-z]+) (?P<rest>[A-Z][a-z]{2,4})"
)  # of "South Korean" what it shares with "North Korea"


def says_the_opposite(question: str, sentence: str) -> bool:
    """Whether a sentence has the opposite of a word of the question and not the word, or puts "second-" before its "largest".

    A word that belongs to a name is opposed only by the same name with its opposite: the north is no opposite of South Korea.
    """
    return _excluded(_words(question), _words(sentence)) or _is_behind(question.lower(), sentence.lower())


def tells_of_another_kind(question: str, sentence: str, title: str) -> bool:
    """Whether a question is about one kind of a matter, and a sentence about others of it only: about the wounded, not the dead.

    Of what became of people, the title may say that the sentence is about the same after all.
    """
    texts = [_WORDS.findall(_AT_AN_END.sub(" ", text.lower())) for text in (question, sentence, title)]
    for kinds in _kinds():
        asked, said, headed = ({kinds[word] for word in text if word in kinds} for text in texts)
        known = said | headed if kinds is _kinds()[0] else said
        if len(asked) == 1 and said and asked.isdisjoint(known):
            return True
    return False


def _words(text: str) -> frozenset[tuple[str, str]]:
    """Each word in small letters alone, and each capitalised one with the name that it begins."""
    alone = {(word, "") for word in _WORDS.findall(text)}
    return frozenset(alone | {(match["word"].lower(), match["rest"]) for match in _NAMED.finditer(text)})


def _excluded(asked: frozenset[tuple[str, str]], said: frozenset[tuple[str, str]]) -> bool:
    return any((other, rest) in said - asked for word, rest in asked - said for other in _opposites().get(word, ()))


def _is_behind(asked: str, said: str) -> bool:
    """Whether the largest is asked for and only the second-largest told."""
    rest = _BEHIND.sub(" ", said)
    behind = {match[1] for match in _BEHIND.finditer(said) if match[1] not in rest}
    return not _BEHIND.search(asked) and any(re.search(rf"\b{word}\b", asked) for word in behind)


@lru_cache(maxsize=1)
def _opposites() -> dict[str, frozenset[str]]:
    pairs = [pair.split() for pair in _PAIRS.replace("\n", " ").split(",")]
    both = [*pairs, *(pair[::-1] for pair in pairs)]
    return {word: frozenset(other for one, other in both if one == word) for word, _ in both}


@lru_cache(maxsize=1)
def _kinds() -> tuple[dict[str, int], ...]:
    return tuple({word: at for at, kind in enumerate(kinds) for word in kind.split()} for kinds in _KINDS)
