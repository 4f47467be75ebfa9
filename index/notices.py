"""What a page says of itself amid an article: links to other articles, calls to subscribe or follow, credits, notes of updates.

A rule takes in a whole paragraph or a whole sentence, or leaves it: what also tells something is kept.
"""

import re
from functools import lru_cache

from index.dates import is_date_line

LONGEST = 400  # characters
_STORY = r"(?:story|article|post|report|page|piece|file|gallery|live ?blog|headline|copy|analysis|column|list|guide)"
_AGENCY = r"(?:getty(?: images)?|afp|ap|a\.p\.|associated press|reuters|epa(?:-efe)?|shutterstock|bloomberg|nurphoto|anadolu|istock|alamy|zuma|tass|usa today(?: sports| network)?|imago|pool|handout|file|unsplash|bbc|pa(?: wire| media)?)"
_LIST = r"(?:newsletters?|(?:e-?mail|text|news|breaking news|push) (?:alerts?|updates)|alerts?|inbox|podcasts?|channel|briefings?|digital subscription|mailing list|notifications)"
_SITES = r"(?:twitter|x\b|facebook|instagram|threads|tik ?tok|youtube|telegram|linked ?in|whats ?app|mastodon|bluesky|@\w|social media|google news|apple news)"
_LINKS = r"(?:story|article|report|coverage|updates?|blog|gallery|galleries|list|interview|videos?|photos?|pictures|images|transcript|post|column|review|indictment|document|statement|thread|episode|podcast|guide|recap|timeline|analysis|explainer|page|site|website|newsletter|schedule|listing|stories|articles)"
_NOTICES = (
    # links to other articles
    r"(?:(?:read|see|watch|learn|hear|find out|discover) )?more(?: (?:details|coverage|information|stories|news|from .{2,40}|on .{2,40}))?: ?.{3,220}",
    r"(?:read|watch|listen(?: to)?|listen now|see|view|related(?: \w+)?|also read|read next|see also|also see|watch (?:now|live|this|it|next|on \w+)|read (?:this|it|on|now|also)"
    r"|see (?:photos|pictures|also|more|video)|photos|in pictures|video|live|live updates|recap|go deeper|dig deeper|check out|for subscribers|opinion|explainer|(?:up )?next|don['’]t miss|must[- ]read|from the archives|follow along"
    r"|follow (?!the )(?:\w+ ){0,3}\w+|follow the money): ?[^.]{3,160}(?:\.{3})?",
    rf"(?:read|see|watch|view|hear|listen to|browse|explore|check out|visit|get) (?:the |our |more|all |full |this |these |his |her |their |an? |\w+['’]s )[^.]{{0,80}}\b{_LINKS}\b[^.]{{0,25}}(?: (?:here|below|online|at \S+|on \w+\.com))",
    rf"(?:read|see|view|browse|explore|check out|listen to|watch) (?:the |our |all |all of |all our )(?:full |whole |complete |entire |latest |live |original |rest of (?:the|this) )*[^.]{{0,40}}\b{_LINKS}(?: from [^.]{{2,60}})?",
    r"(?:read|see|watch|view|hear|learn|find(?: out)?|get|check|listen|discover) (?:out )?(?:more|all|the rest|it|them|the latest|the full \w+)\b[^.]{0,120}?(?<![wt])here",
    r"(?:for|to) (?:more|read|see|view|watch|learn|get|find|hear|the (?:latest|full))\b[^.]{0,120}\b(?:click|tap|visit|go to|head to|check out|see|sign up|subscribe|follow|read)\b[^.]{0,60}(?:here|\bour [^.]{0,60}|newsletter|app|link|file|page|below)",
    r"(?:click|tap|swipe|press) (?:here|below|above|on (?:the|this|any)|the (?:link|button|image|photo|video)|through|to (?:read|see|watch|listen|subscribe|view|play))\b[^.]{0,120}",
    r"(?:stick|stay) with us\b[^.]{0,80}|(?:more|you)[^.]{2,40} can be found here|latest [^.:]{2,40}: https?://\S+|[\w ]{2,40}: ?https?://\S+(?: and https?://\S+)*",
    # newsletters, subscriptions, applications
    rf"(?:please |now |or |and )?(?:sign up|subscribe|register|join|opt in)\b[^.–—]{{0,140}}\b{_LIST}\b[^–—]{{0,200}}",
    r"(?:please |now )?(?:subscribe|sign up)(?: (?:now|here|today|to (?:us|our|my|the) [^.]{2,60}|to (?-i:[A-Z])[^.]{2,60}|for (?:free|more|our [^.]{2,60}|the [^.]{2,60})|and [^.]{2,60}))?",
    rf"(?:for|to|if|want|like|love|enjoy|interested|looking|don['’]t|never|get|not|need|did)\b.{{0,140}}\b(?:sign up|subscribe|sign-up)\b(?:.{{0,100}}\b(?:here|below|link)|.{{0,100}}\b{_LIST}\b.{{0,100}}| ?to .{{0,60}})",
    rf"(?:get|receive|have|find)\b[^.]{{0,100}}(?:\b{_LIST}\b[^.]{{0,60}}(?:sign up|subscribe|here|every|each|daily|weekly|tech safe)|\b(?:in|to|into|straight to|delivered to) your (?:inbox|phone|email|mailbox)).{{0,200}}",
    r"(?:get|download|try) (?:the|our) (?:free )?(?:[\w’'.]+ ){0,4}app\b.{0,120}",
    r"(?:support (?:us|our|local|independent|quality|trusted|reporters)\b|thank you for (?:supporting|reading|subscribing to)|consider (?:supporting|subscribing|donating)|donate (?:now|today|to (?:us|our)))\b[^.]{0,100}",
    r"already (?:a )?(?:subscriber|subscribed|registered|member)\b.{0,60}|log ?in or (?:register|subscribe).{0,80}|this (?:content|article|story) is (?:only )?(?:available |exclusive |reserved )?(?:only )?(?:to|for) (?:our )?(?:subscribers|members).{0,80}",
    # following and reaching the page or its writers
    rf"(?:and |or |you can |please |also |be sure to )*(?:follow|like|join|find|connect with|tweet|friend)(?:ing)? (?:us|me|him|her|them|our|@|(?-i:[A-Z])|along|the )[^.]{{0,100}}\b(?:on|at|via)\b ?[^.]{{0,40}}{_SITES}.{{0,160}}",
    r"follow @\w+.{0,80}|follow (?:us|live|along|[\w ]{2,20} live updates)(?: here)?",
    r"(?:you can )?(?:contact|reach|e-?mail|write to|send)(?: (?!him|her|them)[^@]{2,100}?)?(?: at| on| via| to)?:? ?[\w.+-]+@[\w-]+\.\w.{0,200}",
    r"(?:do you have|have|got|send us|share) (?:an? |any |your )?(?:\w+ )?(?:tips?|story ideas?|news tips?|questions?|feedback|comments|opinions?)\b.{0,40}\b(?:e-?mail|contact|share|send|let us|write|reach)\b.{0,160}",
    rf"[^.]{{0,80}}\b(?:is|are) (?:now )?on {_SITES}[^.]{{0,40}}follow.{{0,100}}",
    # who made it, and when it was changed
    r"\(?(?:additional |with |other |contributing )?(?:reporting|writing|editing|compiled|translation|graphics|production) by:? (?-i:[A-Z]).{2,300}",
    r"\(?(?:contributing|contributors?|with contributions? from|with files from|with (?:additional )?reporting (?:by|from)|with (?:inputs?|agency inputs?) from):? (?-i:[A-Z])[^.]{2,160}",
    r"(?-i:[A-Z])[^.]{2,200}(?:[A-Z]\.[^.]{1,60})* (?:contributed|contributed reporting|also contributed) to this (?:report|story|article|piece|post|coverage|project)\b.{0,120}|(?-i:[A-Z])[^.]{2,100} contributed (?:reporting|to reporting)(?: from [^.]{2,40})?",
    rf"(?:this|a version of this|an earlier version of this|a previous version of this|our) (?:[\w-]+ )?{_STORY}(?: and (?:its )?headline)?"
    r" (?:(?:has|have) (?:since )?been|was|were|is being|is|will be) (?:\w+ ){0,2}(?:updated|corrected|amended|edited|syndicated|republished|translated|(?:first|originally) published)\b.{0,300}",
    r"the (?:article|story|headline)(?: and (?:its )?headline)? (?:(?:has|have) (?:since )?been|was|is being|will be) (?:updated|corrected|amended)\b.{0,200}",
    r"(?:this|a version of this|an earlier version of this|a previous version of this) (?:[\w-]+ )?(?:story|article|column)(?: (?:was|is|has been))? (?:\w+ )?(?:published|produced|supported|funded|reported|appeared|misstated|incorrectly|mistakenly)\b.{0,300}",
    rf"(?:editor['’]?s? note|note to readers|correction|clarification|update|disclaimer|content warning|programming note)s?:.{{0,200}}\b(?:this|the|our|an? (?:earlier|previous)) (?:\w+ )?(?:{_STORY}|version|photo|caption|live updates|newsletter)s?\b.{{0,200}}|[^.]{{0,40}}viewer discretion.{{0,60}}",
    rf"(?:our|the) fact-?check(?:ing)? (?:work|sources|team).{{0,120}}|{_STORY} (?:is )?(?:updated|corrected) (?:to|at|on|with) .{{2,160}}",
    # credits of pictures
    r"\(?(?:photograph|photos?|images?|pictures?|illustration|graphic|screen ?shot|video|photo illustration)s?(?: (?:by|credit|credits|courtesy|courtesy of|provided by|via|source))?[:/] ?(?!.*\b(?:shows?|showing)\b)[^.:]{2,80}\)?",
    r"\(?(?:photos?|images?|pictures?|illustration|video)s? (?:by|credit|courtesy|courtesy of|via|provided by):? [^.]{2,80}\)?",
    rf"\(?(?:(?:photo|image|picture|file|by|credit)[:/ ] ?)?[\w .,'’&-]{{2,50}}(?:/| via |, ){_AGENCY}(?:(?:/| via |, | )[\w .]{{0,20}}{_AGENCY}(?: \w+)?)?\)?",
    # money, machinery
    r"(?:we|the \w+|(?-i:[A-Z])[\w ]{1,30}|this (?:post|article|page|story)) (?:may|might|can) (?:earn|receive|get|be paid|contain)\b[^.]{0,60}\b(?:commissions?|affiliate|revenue)\b.{0,160}",
    r"(?:if you|when you|purchases|by) (?:buy|click|purchas|make|shop|made)\w*\b.{0,80}\b(?:commissions?|affiliate)\b.{0,160}",
    r"video player was slow.{0,300}|(?:your browser|this browser|javascript) (?:does not|is not|is disabled|doesn['’]t).{0,120}|loading\.{0,3}|advertisement.{0,20}",
    r"(?:if you )?(?:wish|want) to object to the use of your data.{0,120}|by (?:signing up|subscribing|clicking|continuing|submitting)\b.{0,200}\b(?:agree|consent|terms|privacy)\b.{0,160}",
)
_NOTICE = re.compile("|".join(f"(?:{one})" for one in _NOTICES), re.IGNORECASE)
_LABEL = re.compile(
    r"[A-Z][\w’',& -]{2,50}:[A-Z‘'\"“](?:\S+ ){6,24}\S*[^.?!\s]"
)  # "Hearing witness:Doe, who ...": a link's label
_CHANGED = re.compile(r"\W*(?:last |first |originally )?(?:updated|published|posted|modified)\b", re.IGNORECASE)
_AROUND = " \t•·*|-–—>»›[]"


@lru_cache(maxsize=20_000)  # sentences: an index asks three times about each, an answer again
def is_notice(text: str) -> bool:
    """Whether a sentence is the page's and not the article's."""
    bare = text.strip(_AROUND)
    if not bare or len(bare) > LONGEST:
        return False
    whole = bare.rstrip(" .!:;")
    return bool(_NOTICE.fullmatch(whole) or (_CHANGED.match(bare) and is_date_line(bare)))


def is_notice_paragraph(text: str) -> bool:
    """Whether a whole paragraph is."""
    return is_notice(text) or bool(_LABEL.fullmatch(text.strip(_AROUND)))
