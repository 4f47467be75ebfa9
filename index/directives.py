"""Sentences that speak to a machine and not to a reader, or of the page and not of the news: neither searched nor quoted."""

import re
from collections.abc import Callable
from functools import lru_cache

from index.notices import is_notice
from index.sentences import sentence_spans

_SAID = r"(?:answers?|repl(?:y|ies)|responses?|outputs?|summar(?:y|ies)|messages?|prompts?|instructions?|context)"
_MACHINE = r"(?:AIs?|chatbots?|assistants?|(?:language |AI )?models?|LLMs?|bots?|machines?|agents?|summari[sz]ers?)"
_OPENERS = (
    r"(?:(?:please|kindly|now|then|next|first|finally|instead|also|just|only|always|never|and|but|or|so|simply|to all"
    r"|do not|don[’']t|under no circumstances|(?:you|it) (?:must|should|shall|will|have to|need to|can)(?: now| not| never| only)?"
    r"|(?:can|could|would|will) you|from (?:now|here) on|(?:make|be) sure to|remember to|at the (?:very )?(?:end|top|start)),? ){0,6}"
)
_WHERE = r"(?:(?:in|at|on|before|after|for|when|if) [^,.:;]{1,60}, )?"
# Verbs that open no sentence of the news: whatever follows them in lower case, they are imperatives.
_PLAIN = (
    r"(?:ignore|disregard|forget|override|bypass|reply|respond|append|insert|include|integrate|incorporate|modify|augment"
    r"|enhance|embed|translate|encode|decode|encrypt|decrypt|summari[sz]e|paraphrase|rewrite|obey|pretend|imagine|reveal"
    r"|recommend|suggest|mention|click|replace|substitute|convert|compose|introduce|infer|identify|analy[sz]e"
    r"|determine|classify|explain|describe|provide|generate|write|say|tell|scramble|jumble|rearrange|misspell|shuffle|refuse"
    r"|render|assert|pretend|speak|compute|calculate|solve|remove|omit|avoid|treat|assume|stop|remember)"
)
# Verbs that are also nouns or parts of names: imperatives before an article, a pronoun or a quotation.
_OTHER = (
    r"(?:answer|output|print|repeat|add|end|begin|start|finish|close|reverse|follow|execute|run|visit|cite|quote|use|create|give"
    r"|find|present|promote|act|spell|state|show|help|draft|develop|design|break down|list|name|compare|outline|review|check|fix|return"
    r"|display|delete|drop|shift|apply|group|combine|swap|hide|put|place|copy|make|change|turn|keep|attribute|credit|report"
    r"|call|send|open|load|download|share|link|set|let|express|highlight|praise|warn|advise|encourage|claim|continue|perform"
    r"|conclude|sign off|mark|label|order|buy|do|take|leave out|plan|teach|sort|count|prove|simulate|play)"
)
_OBJECT = (
    r"(?:an?|the|this|these|that|those|your|my|our|its|their|his|her|me|us|them|it|users?|readers?|everyone|anyone|all|any|every"
    r"|each|both|no|nothing|everything|only|not|exactly|one|two|three|how|what|why|which|who|where|whether|as an?|as if|with [“\"‘']|with the (?:words?|line|sentence|following)"
    r"|in (?:your|reverse|all)|to (?:your|the user)|\w*encoding|emojis?|spaces|vowels|letters|[“\"‘'])"
)
# Its first word may be in capitals; a capital after it would make the two a name.
_IMPERATIVE = re.compile(
    rf"(?:^|[>}}|])[\W_]*(?i:{_WHERE}{_OPENERS})(?:(?i:{_PLAIN})\b(?!,| (?:of|to the|from|came|was|were|is|are|has|had|costs?)\b)(?= (?-i:[a-z\d“\"‘'(]|I\b|[A-Z]{{2,}}|A\b)|: | [A-Z][\w ]*[.!]*$|\W*$)"
    rf"|(?i:{_OTHER})(?::|(?= (?i:{_OBJECT})(?!\w))))"
)
# What begins with a word stands in one group, so that it is looked for at the beginnings of words only.
_SPOKEN_TO = re.compile(
    rf"\b(?:your (?:next |final |own |entire |whole |system |initial )*{_SAID}\b"
    rf"|(?:ignore|disregard|forget|override|bypass)\b(?: \w+){{0,3}} (?:instructions?|prompts?|guidelines|context)\b"
    rf"|(?:ignore|disregard|forget) (?:all|everything|anything|whatever)\b(?: \w+){{0,3}} (?:above|before|previous|prior|earlier|so far|told|said)\b"
    rf"|(?:end|begin|start|finish|close|open) (?:every|each|all|any|the|your) {_SAID}\b"
    rf"|(?:every|each|all|any|this|the) {_SAID} (?:must|should|shall|has to|have to|needs? to) (?:\w+ )?(?:end|begin|start|include|contain|say|state|mention|recommend|repeat|read|be (?:in|written))\b"
    rf"|the (?:only )?(?:correct|final|expected) (?:answer|reply|response)\b"
    rf"|(?:note|message|instructions?|notice|attention|reminder|important|hint|orders?|hey|dear)\b:?(?: \w+)?(?: to| for|,)? (?:\w+ ){{0,3}}{_MACHINE}\b\s*(?:[:,.!]|that|which|reading|who)"
    rf"|{_MACHINE}\b[^.]{{0,40}}\b(?:reading|processing|summari[sz]ing|parsing|indexing|answering|quoting|that reads?|that read|who reads?)\b[^.]{{0,20}}\b(?:this|these|from)\b"
    rf"|as an? (?:AI|language model|chatbot)\b"
    rf"|you are (?:now |no longer |hereby )?(?:(?:an?|the|my|in) )?(?:\w+ )?(?:AI|assistant|chatbot|bot|DAN|language model|pirate|mode|bound|restricted)\b"
    rf"|from now on,? you\b"
    rf"|you (?:will|must|shall) now\b"
    rf"|new instructions?:"
    rf"|(?:when(?:ever)?|if) (?:you are |you[’']re |the user |a user |users |anyone |someone |somebody |a reader )?ask(?:s|ed)?\b[^,.]{{0,90}},? (?:please |then |always |only |just |do not |don[’']t |never )*(?:say|reply|answer|respond|claim|state|refuse|mention|pretend|tell)\b(?! (?:officials|residents|police|he|she|they|it)\b)"
    rf"|(?:say|reply|answer|respond|tell \w+(?: \w+)?) (?:that )?you (?:do not|don[’']t|cannot|can[’']t|have no|know nothing)\b"
    rf"|(?:in|as|using|from|with|to) (?:rot-?13|base-?(?:16|32|58|64)|a caesar cipher|(?:caesar|substitution) ciphers?|morse code)\b)"
    rf"|^\W*(?:system|assistant|user|human|developer|AI|instructions?|prompt)(?: (?:message|prompt|note|override|instructions?|notice|alert|command|update))?\s*[\])>*#]*\s*:"
    rf"|<\|?/?(?:im_start|im_end|system|endoftext|user|assistant)"
    rf"|\[/?INST\]"
    rf"|^\W*#+ *(?:instructions?|system|new task)\b"
    rf"|^\W*(?:source|passage|document|context|citation) ?#?\d{{1,2}}\s*[:)\]]"
    rf"|^\W*[\[(【［]\d{{1,2}}[\])】］] ?[A-Z][\w ]{{1,40}}:",
    re.IGNORECASE,
)
_ENCODED = re.compile(r"\b(?=[\w+/]*\d)(?=[\w+/]*[a-z])(?=[\w+/]*[A-Z])[\w+/]{24,}={0,2}")
_QUOTED = re.compile(r"“[^“”]*[”\"]?|\"[^\"]*\"?|(?<!\w)[‘'][^‘’']{3,}[’'](?!\w)")
_MEANT = re.compile(r"^[\s“”\"‘’']*(?:to )?|[\s“”\"‘’']+$")
_MARKS = " “”\"‘’'"
_WORD = re.compile(r"[^\W\d_]{2,}")


def is_directive(sentence: str) -> bool:
    """Whether a sentence itself tells whoever processes the text what to do, or asks it something, or is the page's own.

    What it reports between quotation marks is somebody's words, and those do not count: an article about planted
    instructions can be quoted.
    """
    return _own(sentence).rstrip().endswith("?") or _is_order(sentence)


def carries_directive(sentence: str) -> bool:
    """Whether a sentence is a directive or quotes one: what it says may not be said in other words than its own."""
    return is_directive(sentence) or any(_tells(_MEANT.sub("", quoted)) for quoted in _QUOTED.findall(sentence))


def without_orders(text: str) -> str:
    """A text with its directives blanked out, so that offsets stay as they are; a text of nothing else as it is.

    Questions stay: an interview is found by them.
    """
    rest = _blanked(text, _is_order)
    return rest if rest.strip() else text


def without_directives(text: str) -> str:
    """A text with its directives and its questions blanked out, so that offsets stay as they are."""
    return _blanked(text, is_directive)


def _blanked(text: str, tells: Callable[[str], bool]) -> str:
    kept, end = [], 0
    for a, b in sentence_spans(text):
        if tells(text[a:b]):
            kept += [text[end:a], " " * (b - a)]
            end = b
    return "".join(kept) + text[end:]


@lru_cache(maxsize=20_000)  # sentences: an index asks three times about each, an answer again
def _is_order(sentence: str) -> bool:
    return _tells(_own(sentence)) or is_notice(sentence)


def _own(sentence: str) -> str:
    """A sentence without what it quotes; the whole where nobody is quoted and all of it is between the marks."""
    own = _QUOTED.sub("“”", sentence)
    return own if len(_WORD.findall(own)) > 1 else sentence.strip(_MARKS)


def _tells(text: str) -> bool:
    return any(pattern.search(text) for pattern in (_IMPERATIVE, _SPOKEN_TO, _ENCODED))
