"""What a reader may want to ask next: questions made from the articles around an answer, each asked before it is offered."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from index.corpus import Corpus
from index.keywords import terms
from index.types import EVERYTHING, Scope
from qa.question import understand
from qa.questions_from import Form, Idea, ideas_of
from qa.types import Answer, AnswerStatus

MOST_ASKED = 6  # questions; each takes 60 to 100 ms
SURE = 0.45  # confidence below which an answer gives no short answer, and is none to offer
SURE_OF_WORDS = 0.65  # the same for what somebody said, where a short answer is easily none
ARTICLES = 6  # that questions are made from
RELATED = 24  # passages looked at for further articles
SHARED = 0.1  # rarity of the names that a question shares with the answer, from which it belongs to it
LINKED = 1.0  # the same for another article: one word alone is no link
NEAR = 600.0  # characters from a cited sentence at which nearness counts half
ALIKE = 0.6  # share of their terms at which two questions ask the same
MOST_SHARED = 2.0
CLOSE = 0.2  # nearness from which a question belongs to the answer though it shares no name with it
_LIKED = {Form.WHO_IS: 0.5, Form.SPOKE: -0.5}  # somebody whom the answer named; words without a matter
_CAN_GO_ON = (AnswerStatus.ANSWERED, AnswerStatus.PARTIAL, AnswerStatus.NOT_IN_ARTICLES)

Ask = Callable[[str], Answer]


def suggestions(answer: Answer, corpus: Corpus, ask: Ask, count: int = 3, scope: Scope = EVERYTHING) -> tuple[str, ...]:
    """Up to `count` questions to go on with, in different forms; each is answered, by another sentence than the last.

    `ask` answers in the articles' own words; it is called at most `MOST_ASKED` times. `scope` is what the answer, and each
    of them, is looked for in. Empty where no sentence near the answer makes a question that holds.
    """
    if answer.status not in _CAN_GO_ON:
        return ()
    return offered(_ranked(answer, corpus, scope), ask, count=count, most_asked=MOST_ASKED, before=(answer,))


def offered(
    ideas: Sequence[Idea], ask: Ask, *, count: int, most_asked: int, before: Sequence[Answer] = ()
) -> tuple[str, ...]:
    """The questions of up to `count` ideas, best first, that get the right answer: forms and articles in turn.

    None is like another or like those answered `before`, nor answered by the same sentence.
    """
    kept, found, used = list(before), list[Idea](), Counter[str]()
    waiting = list(ideas)
    for _ in range(most_asked):
        waiting = [idea for idea in waiting if not any(_is_alike(idea.question, one.question) for one in kept)]
        if len(found) == count or not waiting:
            break
        idea = min(waiting, key=lambda idea: used[idea.form] + used[idea.article_id])
        waiting.remove(idea)
        answer = ask(idea.question)
        if _is_right(idea, answer) and not any(_has_same_sentence(answer, one) for one in kept):
            kept.append(answer)
            found.append(idea)
            used.update((idea.form, idea.article_id))
    return tuple(idea.question for idea in found)


def _is_right(idea: Idea, answer: Answer) -> bool:
    bar = SURE_OF_WORDS if idea.form is Form.SPOKE else SURE
    return idea.is_answered_by(answer) and (answer.confidence is None or answer.confidence >= bar)


def _is_alike(one: str, other: str) -> bool:
    first, second = set(terms(one)), set(terms(other))
    return len(first & second) >= ALIKE * len(first | second)


def _has_same_sentence(one: Answer, other: Answer) -> bool:
    here = one.citations[0]
    return any(c.article_id == here.article_id and c.start < here.end and here.start < c.end for c in other.citations)


def _ranked(answer: Answer, corpus: Corpus, scope: Scope) -> list[Idea]:
    """The ideas of the articles around an answer, those that share its rarest names and stand nearest to it first."""
    own = list(dict.fromkeys(shown.article_id for shown in answer.citations or answer.nearest))
    known = understand(" ".join((answer.question, *(citation.quote for citation in answer.citations)))).names
    names = {name: corpus.rarity(name) for name in known}
    weighed: dict[Idea, float] = {}
    for place, id_ in enumerate(_articles(own, names, corpus, scope)):
        for idea in ideas_of(corpus.article(id_)):
            shared = sum(names.get(term, 0.0) for term in set(terms(idea.question)))
            near = _nearness(idea, answer)
            if shared >= (SHARED if id_ in own else LINKED) or near >= CLOSE:
                weighed[idea] = (
                    min(shared, MOST_SHARED) + near - 0.2 * place + _LIKED.get(idea.form, 0.0) * bool(shared)
                )
    return sorted(weighed, key=lambda idea: -weighed[idea])


def _articles(own: Sequence[str], names: Iterable[str], corpus: Corpus, scope: Scope) -> list[str]:
    """The articles that an answer cites or names, then others that its names find."""
    query = " ".join(names)
    related = [passage.article_id for passage, _ in corpus.keyword(query, RELATED, scope)] if query else []
    return list(dict.fromkeys(chain(own, related)))[:ARTICLES]


def _nearness(idea: Idea, answer: Answer) -> float:
    """1 beside a cited sentence, less with the distance, 0 in another article."""
    apart = [abs(idea.start - c.start) for c in answer.citations if c.article_id == idea.article_id]
    return 1 / (1 + min(apart) / NEAR) if apart else 0.0
