"""Which language a text is in, told by its script and its commonest words; None where that is not certain.

Detectors with a model know more languages and shorter texts, but the small one (py3langid 0.4) takes 1.6 s and 100 MB
to load, more than it takes to read a folder; the large one (lingua 2.1) has 96 MB.
"""

import re
from collections import Counter
from itertools import chain

_SCRIPTS = {
    "ja": "\u3040-\u30ff",
    "ko": "\uac00-\ud7a3",
    "el": "\u0370-\u03ff",
    "he": "\u0590-\u05ff",
    "hy": "\u0530-\u058f",
    "ka": "\u10a0-\u10ff",
    "th": "\u0e00-\u0e7f",
    "hi": "\u0900-\u097f",
    "zh": "\u4e00-\u9fff",
}
# A fifth of Japanese is kana, and no Chinese text has any; the others are written in nothing else.
_LEAST_KANA, _LEAST_SCRIPT = 0.1, 0.5
_COMMON = {
    "en": "the of and to in a is that for it was on with as by at from be has he his have are this not an but they which said i we you my if there their her she will would",
    "de": "der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei",
    "fr": "le la les de des et du en un une est que qui dans pour pas sur par au plus ce il avec ne se son sont aux cette mais ont",
    "es": "el la los las de y que en un una es por con para del se no su al lo como más pero sus le ha fue este entre cuando muy",
    "it": "il la di che e un una per del della in non con sono le dei gli da al si nel è alla anche ha più come ma delle lo",
    "pt": "o a os as de que e do da em um uma para com não por no na se mais dos das ao foi como mas pela são à pelo",
    "nl": "de het een en van in is dat op te zijn met voor niet aan er om hij als ook maar bij door naar wordt uit heeft was worden nog",
    "pl": "w i na z do że się nie jest o to po jak za od przez dla oraz ale przy był być są tym które może jego który już czy",
    "cs": "a v se na je že s z do o i k ve pro za by ale od po jako si podle jsou jeho byl který není také to při",
    "ro": "și de la în a cu pe că nu este o un din pentru mai care sau fost s-a sunt prin au va ce al după se lui fi dar",
    "tr": "ve bir bu da de için ile olarak olan daha çok en gibi kadar ne ise ya var sonra diye o ancak her göre dedi ama değil oldu olduğunu eden",
    "az": "və bir bu ilə üçün də da olan edib olub edilib ki onun daha çox kimi deyib olunub isə həm bildirib sonra görə tərəfindən respublikası azərbaycan ən hər",
    "sv": "och i att det som en på är av för med den till inte om har de ett var men sig från vi så han eller kan när hade nu",
    "da": "og i at det er en til på som af med for den de ikke der har et var han men om fra sig vil kan blev ud efter også",
    "fi": "ja on ei että se oli hän mutta ovat kuin myös joka mukaan sekä tai olla ole sen kun niin jo vain hänen kanssa nyt ovat vielä mukaan oli",
    "hu": "a az és hogy nem is egy ez de volt van meg csak mint még el ki már azt be vagy szerint lesz ezt pedig után azonban majd ha aki",
    "id": "yang dan di dari untuk dengan ini itu pada tidak dalam akan ke oleh juga adalah sebagai ada bahwa telah tersebut karena mereka kata dapat atau saat ia bisa para",
    "ru": "и в на не что с по он как это из к а его за для от но все о было был так же она у они бы уже или",
    "uk": "і в на що не з до та як він за це його від для але про є у було також які який через був під після вони цього або",
    "bg": "на и да за се от в с че по е не са като ще до след при това но той или към което който беше има как един му",
    "sr": "и у је да на се за од са су не као што то ће али по из који би је био или о када због после до није",
    "ar": "في من على إلى أن عن مع التي الذي هذا هذه كان قال لا ما بعد بين أو قد كما كل لم ذلك خلال حيث قبل غير هو هي ثم",
    "fa": "و در به از که این را با است برای آن یک خود تا کرد بر هم نیز شد می گفت وی شده اما بود کرده یا باید اند ما",
}
_LANGUAGES = {
    word: tuple(language for language, words in _COMMON.items() if word in words.split())
    for word in " ".join(_COMMON.values()).split()
}
_SAMPLE = 2_000  # characters
_FEWEST_WORDS, _FEWEST_LETTERS = 12, 8
_LEAST_SHARE, _LEAST_LEAD = 0.12, 1.3


def language_in(text: str) -> str | None:
    """The ISO 639-1 code of the language, of 32 that are told apart, from the first 2,000 characters."""
    sample = text[:_SAMPLE]
    if not sample.isascii() and (language := _of_script(sample)):
        return language
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", sample.casefold())
    found = Counter(chain.from_iterable(_LANGUAGES[word] for word in words if word in _LANGUAGES))
    (best, hits), (_, others) = (*found.most_common(2), ("", 0), ("", 0))[:2]
    certain = len(words) >= _FEWEST_WORDS and hits >= _LEAST_SHARE * len(words) and hits >= _LEAST_LEAD * others
    return best if certain else None


def _of_script(sample: str) -> str | None:
    letters = sum(map(str.isalpha, sample))
    for language, characters in _SCRIPTS.items():
        least = _LEAST_KANA if language == "ja" else _LEAST_SCRIPT
        if len(re.findall(f"[{characters}]", sample)) > max(_FEWEST_LETTERS, least * letters):
            return language
    return None
