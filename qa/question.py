"""What a question asks for: its kind, the type of answer it expects, and the words that have to be met."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from index.keywords import terms, words
from qa.period import without_periods
from qa.phrases import PAST, PREPOSITIONS

MAX_CHARACTERS = 2_000
_TITLES = frozenset("mr mrs ms dr prof sir madam".split())  # stand before names and are none
LONGEST_TITLE = 4  # letters of a title with a full stop, such as "Prof."


class QuestionKind(StrEnum):
    """How a question is answered."""

    FACT = "fact"  # a short answer and its sentence
    YES_NO = "yes_no"  # the sentence that decides it; never a bare yes or no
    OVERVIEW = "overview"  # sentences of several passages, in date order
    EXPLAIN = "explain"  # why and how: the sentences nearest to the question
    INSTRUCTION = "instruction"  # tells Dateline to do something else than answer from the articles
    GREETING = "greeting"  # says hello, or asks what Dateline does

    @property
    def is_asked_of_articles(self) -> bool:
        """Whether the articles can tell."""
        return self not in {QuestionKind.INSTRUCTION, QuestionKind.GREETING}


class Expected(StrEnum):
    """The type of short answer that a fact question expects."""

    NAME = "name"
    PLACE = "place"
    TIME = "time"
    NUMBER = "number"
    DURATION = "duration"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as the engine works with it.

    `text` is the cleaned question; `terms` are the stems that say something, without the words that only ask;
    `names` the stems of words that are written as names; `numbers` the figures in it; `counted` the stems of what is to
    be counted ("how many Russian peacekeepers": the peacekeepers); `counts` says that the question is a "how many".
    """

    text: str
    kind: QuestionKind
    expected: Expected
    terms: tuple[str, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    counted: tuple[str, ...]
    counts: bool
    is_news: bool = False  # asks for what is new, or what happened in a period, whatever it is about
    asks_what_happened: bool = (
        False  # of an overview of any kind: then a period in it says when that was, or was reported
    )


_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def clean(text: str) -> str:
    """NFC, without control and invisible characters, white space folded."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode("utf-8"))
    text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in _INVISIBLE.sub("", text))
    return " ".join(text.split())


def problem_with(question: object) -> str | None:
    """Why this cannot be asked, in one sentence; None for a question that can."""
    if not isinstance(question, str):
        return f"The question has to be text, not {type(question).__name__}."
    text = clean(question)
    if not text:
        return "The question is empty: please ask something about the articles."
    if len(text) > MAX_CHARACTERS:
        return f"The question has {len(text):,} characters; please ask it in at most {MAX_CHARACTERS:,}."
    if not _LETTERS.search(text):
        return "The question has no words: please ask something about the articles."
    return None


_ORDER = r"(?:^|[.!?;:,]\s*|\b(?:and|then|please|now|just|must|should|you) )"  # where an imperative stands
_INSTRUCTION = re.compile(
    rf"{_ORDER}(?:ignore|disregard|forget|override|bypass)\b.{{0,40}}\b(?:articles?|instructions?|rules?|prompts?|sources?"
    r"|above|previous|passages?|context|everything|documents?)\b"
    r"|\b(?:your|system|hidden|initial|developer) (?:system )?(?:prompt|message|instructions)\b|\b(?:api|secret|access) keys?\b"
    rf"|{_ORDER}(?:act as|pretend|role-?play)\b|\b(?:you are|you're) now\b|\bjailbreak|\bdeveloper mode\b"
    r"|^(?:(?:please|now|just|(?:can|could|would|will) you|i want you to|i need you to|let's) )*"
    r"(?:write|compose|draft|invent|make up|translate|sing|generate|create|imagine|repeat|output|print|rewrite|convert|code"
    r"|draw|play|send|delete|execute|run|reveal|recite|say (?:that\b|\W)|(?:book|order) (?:me|a|an|some)\b"
    r"|(?:reply|respond) (?:only |with |as )|tell me a (?:joke|story))\b"
    r"|\b(?:write|compose) (?:me )?(?:a|an|some) (?:\w+ ){0,2}(?:poem|song|essay|story|haiku|limerick|code|script|email"
    r"|letter|joke|speech|tweet)\b"
    r"|\bwithout (?:using|reading|looking at) the articles\b|\b(?:from|using) (?:your )?(?:own |general )knowledge\b"
    r"|^(?:cite|quote) .{0,60}\bas saying\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(?:(?:hi|hiya|hello|hey|good (?:morning|afternoon|evening|day)|greetings|thanks|thank you|cheers|ok|okay|bye|goodbye)"
    r"(?: (?:there|dateline|everyone|all|so much|very much|a lot))?(?:[ ,.!?:)]+|$))+$"
    r"|^(?:please )?(?:help(?: me)?|who (?:are|made) you|what are you|what is dateline|what (?:can|do) you do|how can you help(?: me)?"
    r"|how (?:does (?:this|it|dateline)|do you) work|how (?:do|can|should) i (?:use (?:this|it|you|dateline)|ask|start|begin)"
    r"|what (?:can|should|could|may) i ask(?: you)?(?: about)?"
    r"|(?:list|show)(?: me)?(?: all)?(?: of)?(?: the| your)? (?:articles|sources)"
    r"|(?:what|which|how many) (?:articles|sources|newspapers) (?:do you (?:have|know)|are (?:there|indexed|here)|can you (?:search|read)|have you (?:got|read)))[ .!?]*$",
    re.IGNORECASE,
)
_OPENING = r"^(?:(?:please|briefly|can you|could you|would you) )*"
_TELL = (
    r"(?:summari[sz]e|sum up|recap|outline|describe|compare|contrast|list|explain|brief (?:me|us)(?: on)?|walk (?:me|us) through"
    r"|give (?:me |us )?(?:an? )?(?:\w+ )?(?:overview|summary|timeline|recap|list|account|history|background|outline|picture)(?: of| about)?"
    r"|tell (?:me|us)(?: more)? about|tell (?:me|us) (?:more|everything)|tell (?:me|us)(?= what| briefly| in (?:a few|two|three|short)))"
)
_MANNER = r"(?:\bsum (?:it|this|that|them) up\b|\bin (?:a few|two|three) (?:sentences|words|lines)\b|\bgive (?:me |us )?an? (?:\w+ )?overview(?=[.?!]*$))"
_OVERVIEW = re.compile(
    rf"{_OPENING}{_TELL}(?!\w)|{_MANNER}"
    r"|\b(?:summari[sz]e|summary|overview|timeline|chronology|in chronological order|bullet points?|key (?:points|facts|takeaways|events)|main (?:points|events|facts))\b"
    r"|\bwhat (?:has |have |had |is |was |were )?(?:just |recently |been )?(?:happened|happening|happen|going on|took place|occurred)\b"
    r"|\bwhat (?:do|does|did) (?:the|these|both|your) (?:\w+ )?(?:articles?|reports?|sources?|stories)\b"
    r"|\b(?:which|what)(?: of \w+(?: \w+){0,2})? (?:came|come|happened|was|took place|occurred|started|began) (?:first|earlier|later|last)(?=[,:;?.]|$)"
    r"|\bbefore or after\b|\bhow (?:long|much time|many \w+) (?:lay|lie|lies|passed|elapsed|went by|was there|were there) between\b"
    r"|\bhow differently\b|\b(?:different|differing|conflicting) (?:stories|accounts|versions)\b|\bin (?:the right |chronological |time )?order\b(?! (?:to|that|for)\b)|\bcame out of\b|\bdifferences? between\b|\bhow (?:do|does|did) .{3,80} (?:differ|compare)\b|\bboth sides\b.{0,20}\bsay\b"
    r"|^(?:(?:is there|do you have|have you got|got) )?any (?:new |latest |recent )?(?:news|headlines|updates?|developments)\b"
    r"|\bwhat (?:is|was|has been|do we) (?:know|known|learnt|learned)(?= (?:about|of|so far)\b)"
    r"|\bwhat(?:'s| is| was| are) (?:the )?(?:latest|new|background|context|situation|story|news)\b",
    re.IGNORECASE,
)
_ASK = (
    r"(?:(?:hi|hello|hey|please|so|and|ok|okay|now|well|just|briefly|quickly|can you|could you|would you|do you have|have you got|got|is there"
    r"|are there|i want|i would like|i['’]d like|to (?:know|hear|read|see)|what(?:['’]s| is| are| was| were| do you have)?|which(?: is| are)?"
    r"|show|give|tell|read|bring|get|list|summari[sz]e|sum up|recap|outline|brief|catch|update)(?: me| us)?(?: up)?(?: (?:on|about|with))?,? )*"
)
_WHICH = (
    r"(?:(?:an? |the )?(?:\w+ )?(?:overview|summary|recap|round-?up|digest|list) of )?"
    r"(?:(?:an?|the|any|some|all|all of|both|both of|each|each of|every|your|these|those|latest|last|newest|most recent|recent|current|top|main|new|big|biggest|major|most important|important|breaking|daily|world|two|three|four|five|six|seven|eight|nine|ten|few|\d) )*"
)
_STORIES = r"(?:news|headlines?|(?:(?<=top )|(?<=latest )|(?<=newest )|(?<=main )|(?<=biggest ))story|stories|latest|updates?|newest|most recent|developments|events|happenings|articles?|reports|documents|things|everything)"
_TAIL = (
    r"(?:,? (?:that )?(?:is|are|was|were|do you have|have you got|(?:have )?(?:happened|occurred|took place|been reported|were reported)|there|new|happening|going on"
    r"|in (?:the )?(?:news|world|articles|brief|short|general|papers?|media)|around the world|on|right now|now|at the moment|these days"
    r"|currently|lately|recently|so far|for me|please|here|about|of|from|for|the day|the year|the month|the week))*"
)
_NEWS = re.compile(
    rf"{_ASK}{_WHICH}{_STORIES}{_TAIL}|{_ASK}(?:an? |the )?(?:\w+ )?(?:overview|summary|timeline|recap|round-?up|digest)(?P<dated>(?: of| for)?){_TAIL}"
    rf"|(?:(?:so|hi|hello|hey|and|ok),? )?(?:what(?:['’]s| is| has been|['’]s been| was| were)|(?:is there )?anything) (?:new|up|happening|going on|in the (?:news|papers|headlines)"
    rf"|making (?:the )?(?:news|headlines)){_TAIL}"
    rf"|(?:(?:tell|show) (?:me|us) )?what (?:has |have |had |else )?(?:just |recently |been )*(?:happened|happening|happen|took place|taken place|occurred|going on|reported|was reported"
    rf"|made (?:the )?(?:news|headlines)|(?:was |is )?in the news){_TAIL}"
    r"|what(?:['’]s| is| are) (?:this|these|it|they|(?:each|every) (?:article|report|document))(?: all)? about|tl;?dr"
    r"|what (?:do|does|did) (?:the|these|those|your|all|both) (?:of (?:the|these) )?(?:\w+ )?(?:articles|reports|stories|news|documents|sources) (?:say|tell|report|cover|talk about)(?: about)?",
    re.IGNORECASE,
)
_HAPPENED = re.compile(
    r"\b(?:happen(?:ed|ing|s)?|t(?:ook|aken|akes) place|occurred|going on|went on|new|news|newest|latest|headlines?|updates?|developments?|events|reported)\b",
    re.IGNORECASE,
)
# Words for an overview unless they stand in a question for one thing: "how much higher was it than before, compared to ..."
_IN_PASSING = re.compile(r"\bcompare[ds]?\b|\blatest (?:news|developments?)\b", re.IGNORECASE)
_ONE_THING = re.compile(
    r"^(?:\w+ )?(?:who|whom|whose|where|when|which|how (?:much|many|often|quickly|fast|soon|far|high|large|big|old))\b"
    r"|^what (?!(?:is|was|are|were|has|have|had|do|does|did|about)\b)|[,;:] (?:who|which|what) \w+",
    re.IGNORECASE,
)
_EXPLAIN = re.compile(
    r"^(?:and |so |but )?(?:why|how come|for what reason|what (?:caused|led to|prompted|is the reason))\b|^how (?:do|does|did|is|are|was|were|will|can|could|would|has|have|had|should)\b",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"^(?:and |so |but |or |then )?(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might|must|"
    r"isn't|aren't|wasn't|weren't|don't|doesn't|didn't|hasn't|haven't|hadn't|won't|wouldn't|can't|couldn't)\b(?!.*\bor\b.*\?*$)",
    re.IGNORECASE,
)
_EXPECTED: tuple[tuple[Expected, re.Pattern[str]], ...] = (
    (Expected.DURATION, re.compile(r"\bhow (?:long|old)\b|\bhow many (?:hours?|days?|weeks?|months?|years?|minutes?)\b|\bwhat age\b|\bfor what (?:period|length)\b", re.I)),
    (Expected.NUMBER, re.compile(r"\bhow (?:many|much|often|large|big|far|high|tall|heavy)\b|\bwhat (?:number|percentage|share|proportion|amount|price|figure|sum|score|total|cost)\b|\bwhat (?:is|was|were) the (?:number|percentage|share|amount|price|total|cost|score|size|budget|population|toll)\b|\bwhat (?:is|was|were) [\w’' -]{2,60}['’]s? (?:total )?(?:price|cost|size|budget|population|death toll|score|turnout|share|height|length|weight|salary|turnover)\W*$", re.I)),
    (Expected.TIME, re.compile(r"^(?:\w+ )?when\b|(?:,|\band) when\b|\b(?:what|which) (?:\w+ )?(?:day|date|year|month|time|hour|week|weekday)\b|\bsince what\b|\bhow recently\b|\bhow soon\b", re.I)),
    (Expected.PLACE, re.compile(r"\bwhere\b|\b(?:what|which) (?:\w+ ){0,2}(?:city|cities|town|country|countries|nations?|capital|region|village|place|location|state|province|island|venue)\b", re.I)),
    (Expected.NAME, re.compile(r"\bwho(?:m|se)?\b|\b(?:what|which) (?:\w+ ){0,2}(?:person|people|man|woman|official|officials|minister|president|politician|company|companies|organi[sz]ation|agency|party|team|university|group|actor|singer|author|general|leader|delegate|mp|spokes\w+)\b|\bnames? of\b|['’]s?,? (?:\w+ )?names?\b(?! for| after)|\bnamed\b|\bwhat (?:is|was) .{1,60} called\b", re.I)),
)  # fmt: skip
_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)
_BESIDE = frozenset("below above beneath beside inside outside beyond".split())
_COUNTED = re.compile(
    r"\bhow many ((?:[\w’'-]+ ){0,3}?[\w’'-]+)(?= (?:is|are|was|were|did|do|does|has|have|had|will|would|can|could|who|that|there|attended"
    rf"|live|lived|died|\w+ed|{'|'.join(sorted(PREPOSITIONS | PAST | _BESIDE))})\b|[?.!]|$)",
    re.IGNORECASE,
)
_ANYBODY = frozenset(terms("people persons times men women victims casualties"))  # said in many other words
_ASKING = frozenset(
    terms(
        "who what which when where why how many much long old name named list tell please give me show explain happen happened"
        "  put event events order timeline difference differences differ between compare comparison main key point points detail details overview summary recap outline latest news background"
        " article articles report reports reported according say says said mention mentioned describe summarise summarize compare know"
        " kind sort type exactly actually many often time date day year city country person people there any"
    )
)


def _ends(token: str) -> bool:
    """Whether a sentence ends with this word: "over?" and "talks." do, "Mr." and "U.S." do not."""
    word = token.rstrip(".?!")
    return token[-1] in "?!" or (token[-1] == "." and word.isalpha() and (word.islower() or len(word) > LONGEST_TITLE))


def understand(text: str) -> Question:
    """Read a cleaned question by rule; no model is asked."""
    expected = next((kind for kind, pattern in _EXPECTED if pattern.search(text)), Expected.ANY)
    tokens = text.split()
    names = [
        t
        for i, t in enumerate(tokens)
        if (i > 0 and t[:1].isupper() and not _ends(tokens[i - 1])) or (len(t) > 1 and t.strip("?.!,").isupper())
    ]
    found = tuple(dict.fromkeys(terms(text)))
    telling = tuple(term for term in found if term not in _ASKING)
    kind = _kind(text)
    is_news = kind is QuestionKind.OVERVIEW and _is_news(text)
    return Question(
        text=text,
        kind=kind,
        expected=expected,
        terms=telling or found,
        names=tuple(dict.fromkeys(term for term in terms(" ".join(names)) if term not in _TITLES)),
        numbers=tuple(word for word in words(text) if word[0].isdigit()),
        counted=_counted(text),
        counts=bool(_HOW_MANY.search(text)),
        is_news=is_news,
        asks_what_happened=is_news or (kind is QuestionKind.OVERVIEW and bool(_HAPPENED.search(text))),
    )


def _is_news(text: str) -> bool:
    """Whether nothing is asked of but the news, or a period: "What is new?", "an overview of last week"."""
    bare = without_periods(text)
    match = _NEWS.fullmatch(bare.strip(" .?!,:"))
    return match is not None and (match["dated"] is None or bare != " ".join(text.split()))


_TOLD = re.compile(rf"{_OPENING}{_TELL}(?: briefly| shortly)? (?P<what>.+)$", re.IGNORECASE)
_MANNERS = re.compile(rf"(?:please )?{_MANNER}[.,:]? ?", re.IGNORECASE)
_TELL_ME = re.compile(r"^tell (?:me|us) ", re.IGNORECASE)
_WH = re.compile(r"^(?:what|which|who|when|where|why|how)\b", re.IGNORECASE)


def as_asked(text: str) -> str:
    """A request for an overview as a question that a passage can answer: "List the demands" asks what they were."""
    text = _MANNERS.sub("", text).strip()
    match = _TOLD.match(text)
    what = (match["what"] if match else _TELL_ME.sub("", text)).strip(" ?.") or "it"
    return f"{what[0].upper()}{what[1:]}?" if _WH.match(what) else f"What is said about {what}?"


def is_asking(word: str) -> bool:
    """Whether a word belongs to the asking and not to what is asked about: "summarise", "happened"."""
    return set(terms(word)) <= _ASKING


def _counted(text: str) -> tuple[str, ...]:
    if not (match := _COUNTED.search(text)):
        return ()
    noun = match.group(1).split()
    return tuple(term for term in terms(noun[-1]) if term not in _ANYBODY) if noun else ()


def _kind(text: str) -> QuestionKind:
    asks_one = _ONE_THING.search(text) or _YES_NO.search(text)
    if _IN_PASSING.search(text) and not asks_one and not _INSTRUCTION.search(text):
        return QuestionKind.OVERVIEW
    for kind, pattern in ((QuestionKind.GREETING, _GREETING), (QuestionKind.INSTRUCTION, _INSTRUCTION)):
        if pattern.search(text):
            return kind
    if _is_news(text):
        return QuestionKind.OVERVIEW
    for kind, pattern in (
        (QuestionKind.OVERVIEW, _OVERVIEW),
        (QuestionKind.EXPLAIN, _EXPLAIN),
        (QuestionKind.YES_NO, _YES_NO),
    ):
        if pattern.search(text):
            return kind
    return QuestionKind.FACT
