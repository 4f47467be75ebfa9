"""Languages are told by script and common words, and left open where that is not certain."""

from pathlib import Path

import pytest

from index.readers.language import language_in
from tests.index.readers.files import FIRST, TEXT, TITLE, article

SAMPLES = {
    "en": TEXT,
    "de": "Der Hafenrat hat am Montag beschlossen, dass der alte Steg noch vor dem Winter erneuert wird, und die Fähre fährt bis dahin nicht.",
    "fr": "Le conseil du port a décidé lundi que la vieille jetée sera reconstruite avant les tempêtes, et que le bac ne passera plus pour une saison.",
    "es": "La junta del puerto decidió el lunes que el viejo muelle se reconstruya antes del invierno y que los barcos no salgan por la noche.",
    "it": "Il consiglio del porto ha deciso lunedì che il vecchio molo sarà ricostruito prima delle tempeste, e che il traghetto non parte di notte.",
    "pt": "A junta do porto decidiu na segunda-feira que o velho cais vai ser reconstruído antes do inverno e que os barcos não saem com mau tempo.",
    "nl": "Het havenbestuur heeft maandag besloten dat de oude pier voor de winter wordt herbouwd, en dat de veerboot tot dan niet vaart.",
    "pl": "Zarząd portu zdecydował w poniedziałek, że stare molo zostanie odbudowane przed zimą, a prom do tego czasu nie będzie kursował na wyspę.",
    "cs": "Vedení přístavu v pondělí rozhodlo, že se staré molo před zimou opraví a že přívoz do té doby nepojede, protože je to nebezpečné.",
    "ro": "Consiliul portului a decis luni că vechiul dig va fi refăcut până la iarnă și că feribotul nu va mai circula din cauza furtunilor.",
    "tr": "Liman kurulu pazartesi günü eski iskelenin kıştan önce yeniden yapılacağını ve feribotun o zamana kadar çalışmayacağını, bu karar için çok beklediğini söyledi.",
    "az": "Liman şurası bazar ertəsi bildirib ki, köhnə körpü qışa qədər bərpa olunub və bərə üçün yeni yer də hazır edilib, bu daha çox vaxt aparıb.",
    "sv": "Hamnstyrelsen har på måndagen beslutat att den gamla piren ska byggas om före vintern och att färjan inte går till ön för en tid.",
    "fi": "Satamalautakunta päätti maanantaina, että vanha laituri on rakennettava uudelleen ennen talvea ja että lautta ei kulje ennen sitä, sillä se on vaarallista.",
    "hu": "A kikötő tanácsa hétfőn úgy döntött, hogy a régi mólót még a tél előtt újjáépítik, és a komp addig nem jár, mert ez az út is veszélyes.",
    "id": "Dewan pelabuhan pada hari Senin memutuskan bahwa dermaga tua itu akan dibangun kembali dan kapal feri tidak berlayar untuk sementara karena badai.",
    "ru": "Совет порта в понедельник решил, что старый пирс будет восстановлен до зимы, и паром не будет ходить, так как это опасно для людей.",
    "uk": "Рада порту в понеділок вирішила, що старий пірс буде відновлено до зими, і пором не ходитиме, бо це небезпечно для людей та суден.",
    "bg": "Съветът на пристанището реши в понеделник, че старият кей ще се възстанови до зимата и фериботът няма да се движи, тъй като е опасно.",
    "ar": "قرر مجلس الميناء يوم الاثنين إعادة بناء الرصيف القديم قبل الشتاء وقال إن العبارة لن تعمل في هذه الفترة بعد أن زادت العواصف على الساحل.",
    "fa": "شورای بندر روز دوشنبه تصمیم گرفت که اسکله قدیمی را تا زمستان بازسازی کند و گفت که کشتی در این مدت برای مردم کار نمی کند.",
    "el": "Το συμβούλιο του λιμανιού αποφάσισε τη Δευτέρα να ξαναχτίσει την παλιά προβλήτα.",
    "he": "מועצת הנמל החליטה ביום שני לבנות מחדש את המזח הישן לפני החורף.",
    "hy": "Նավահանգստի խորհուրդը երկուշաբթի որոշեց վերակառուցել հին նավամատույցը։",
    "ka": "ნავსადგურის საბჭომ ორშაბათს ძველი ნავმისადგომის აღდგენა გადაწყვიტა.",
    "hi": "बंदरगाह परिषद ने सोमवार को पुराने घाट को फिर से बनाने का निर्णय लिया।",
    "th": "คณะกรรมการท่าเรือมีมติเมื่อวันจันทร์ให้สร้างท่าเรือเก่าขึ้นใหม่",
    "zh": "港务委员会周一表示，码头将在冬季风暴来临之前重建。",
    "ja": "港湾委員会は月曜日、冬の嵐が来る前に桟橋を再建すると発表した。",
    "ko": "항만 위원회는 월요일 겨울 폭풍이 오기 전에 부두를 재건할 것이라고 밝혔다.",
}


@pytest.mark.parametrize(("language", "text"), SAMPLES.items(), ids=SAMPLES)
def test_a_sentence_or_two_tell_the_language(language: str, text: str) -> None:
    assert language_in(text) == language


@pytest.mark.parametrize(
    "text", ["", "Pier 2023", "12 34 56 78", TITLE, "Ostrel Karsund Tarvo Vell " * 9, "a b c d " * 9]
)
def test_names_numbers_and_headlines_leave_it_open(text: str) -> None:
    assert language_in(text) is None


def test_an_article_in_one_language_that_quotes_another_stays_in_its_own() -> None:
    assert language_in(f"{TEXT} He added: “{SAMPLES['ru'][:40]}”") == "en"


def test_what_the_file_states_comes_before_what_its_words_say(tmp_path: Path) -> None:
    assert article(tmp_path, "plain.txt", f"{TITLE}\n\n{TEXT}").language == "en"
    assert article(tmp_path, "stated.md", f"---\nlanguage: cy\n---\n# {TITLE}\n\n{FIRST}").language == "cy"
