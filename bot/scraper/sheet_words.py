"""The words that schools write into a sheet, in six languages: column headers, weekdays, states of a lesson."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from bot.model import Status

LANGUAGES = ("en", "lt", "pl", "de", "cs", "uk")

# field -> words of each language, in the order of LANGUAGES; the order of the words has no meaning.
_HEADERS: Mapping[str, tuple[str, str, str, str, str, str]] = {
    "date": ("date", "data", "data", "datum", "datum", "дата"),
    "weekday": (
        "weekday, day, day of week",
        "savaitės diena, diena",
        "dzień tygodnia, dzień",
        "wochentag, tag",
        "den v týdnu, den",
        "день тижня, день",
    ),
    "period": (
        "period, lesson, lesson number, no, number, nr",
        "pamoka, pamokos nr, pamokos numeris, nr",
        "lekcja, nr lekcji, numer lekcji, godzina lekcyjna, nr",
        "stunde, std, unterrichtsstunde, nr",
        "hodina, vyučovací hodina, číslo hodiny, č",
        "урок, номер уроку, пара, №",
    ),
    "start": (
        "start, from, begins, start time",
        "pradžia, nuo",
        "początek, od, start",
        "beginn, von, start, anfang",
        "začátek, od",
        "початок, з, від",
    ),
    "end": ("end, to, until, ends, end time", "pabaiga, iki", "koniec, do", "ende, bis", "konec, do", "кінець, до, по"),
    "subject": (
        "subject, course",
        "dalykas, mokomasis dalykas, pamokos pavadinimas",
        "przedmiot, nazwa przedmiotu",
        "fach, unterrichtsfach",
        "předmět",
        "предмет, дисципліна",
    ),
    "teacher": (
        "teacher, teachers",
        "mokytojas, mokytoja, mokytojai",
        "nauczyciel, nauczyciele, nauczycielka",
        "lehrer, lehrerin, lehrkraft, lehrkräfte",
        "učitel, učitelé, učitelka, vyučující",
        "вчитель, учитель, викладач, вчителі",
    ),
    "room": (
        "room, rooms, classroom",
        "kabinetas, patalpa, auditorija",
        "sala, gabinet, pracownia",
        "raum, räume, zimmer",
        "učebna, místnost",
        "кабінет, аудиторія, приміщення",
    ),
    "class": (
        "class, classes, form, grade",
        "klasė, klasės",
        "klasa, klasy, oddział",
        "klasse, klassen",
        "třída, třídy",
        "клас, класи",
    ),
    "group": (
        "group, groups",
        "grupė, grupės, pogrupis",
        "grupa, grupy",
        "gruppe, gruppen",
        "skupina",
        "група, підгрупа",
    ),
    "week": ("week, week type", "savaitė", "tydzień", "woche", "týden", "тиждень"),
    "note": (
        "note, notes, comment, comments, remark, remarks",
        "pastaba, pastabos",
        "uwaga, uwagi, notatka",
        "bemerkung, bemerkungen, hinweis, notiz, anmerkung",
        "poznámka, poznámky",
        "примітка, примітки, коментар",
    ),
    "status": ("status, state", "būsena, statusas", "status, stan", "status", "stav, status", "статус, стан"),
    "text": (
        "text, homework, task, assignment",
        "tekstas, užduotis, namų darbas, namų darbai",
        "treść, tekst, zadanie, zadanie domowe, praca domowa",
        "text, aufgabe, hausaufgabe, hausaufgaben",
        "text, úkol, domácí úkol, zadání",
        "текст, завдання, домашнє завдання",
    ),
    "due": (
        "due, due date, deadline",
        "terminas, atlikti iki, atlikimo data",
        "termin, na kiedy, do kiedy",
        "fällig, fällig am, abgabe, frist",
        "termín, do kdy, odevzdat do",
        "термін, здати до, на коли",
    ),
    "assigned": (
        "assigned, given, set",
        "užduota, skirta, pamokos data",
        "zadano, zadane",
        "aufgegeben, gestellt am",
        "zadáno",
        "задано",
    ),
    "link": (
        "link, links, url",
        "nuoroda, nuorodos",
        "link, linki, odnośnik",
        "link, links",
        "odkaz, odkazy",
        "посилання",
    ),
}

# Monday first; full names, then the short ones in use.
_WEEKDAYS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "monday, mon, mo",
        "tuesday, tues, tue, tu",
        "wednesday, wed, we",
        "thursday, thurs, thur, thu, th",
        "friday, fri, fr",
        "saturday, sat, sa",
        "sunday, sun, su",
    ),
    "lt": (
        "pirmadienis, pirm, pir, pr, i",
        "antradienis, antr, ant, an, ii",
        "trečiadienis, treč, tre, tr, iii",
        "ketvirtadienis, ketv, ket, kt, iv",
        "penktadienis, penkt, pen, pn, v",
        "šeštadienis, šešt, šeš, št, vi",
        "sekmadienis, sekm, sek, sk, vii",
    ),
    "pl": (
        "poniedziałek, pon, pn, po",
        "wtorek, wto, wt",
        "środa, śro, śr",
        "czwartek, czw, cz",
        "piątek, pią, pt",
        "sobota, sob, so, sb",
        "niedziela, niedz, nie, nd, n",
    ),
    "de": (
        "montag, mon, mo",
        "dienstag, die, di",
        "mittwoch, mit, mi",
        "donnerstag, don, do",
        "freitag, fre, fr",
        "samstag, sonnabend, sam, sa",
        "sonntag, son, so",
    ),
    "cs": (
        "pondělí, pon, po",
        "úterý, úte, út",
        "středa, stř, st",
        "čtvrtek, čtv, čt",
        "pátek, pát, pá",
        "sobota, sob, so",
        "neděle, ned, ne",
    ),
    "uk": (
        "понеділок, пон, пн",
        "вівторок, вів, вт",
        "середа, сер, ср",
        "четвер, чет, чт",
        "п'ятниця, пятниця, пт",
        "субота, суб, сб",
        "неділя, нед, нд",
    ),
}

_STATUSES: Mapping[Status, str] = {
    Status.PLANNED: "planned, normal, planuota, vyksta, planowa, zgodnie z planem, planmäßig, geplant, findet statt, "
    "plánováno, plánovaná, за планом, заплановано",
    Status.CHANGED: "changed, change, substitution, pakeista, pakeitimas, pavadavimas, zmiana, zmieniona, zastępstwo, "
    "geändert, änderung, vertretung, změna, změněno, změněna, suplování, зміна, змінено, заміна",
    Status.CANCELLED: "cancelled, canceled, atšaukta, nevyksta, neįvyks, odwołana, odwołane, odwołany, odwołano, "
    "entfällt, ausfall, fällt aus, abgesagt, entfall, zrušeno, zrušena, odpadá, скасовано, відмінено, не відбудеться",
    Status.ADDED: "added, extra, new, pridėta, papildoma, dodana, dodane, dodano, dodatkowa, zusätzlich, hinzugefügt, "
    "neu, přidáno, přidána, navíc, додано, додатковий, додатково",
    Status.MOVED: "moved, perkelta, przeniesiona, przeniesione, przeniesiono, przesunięta, verlegt, verschoben, "
    "přesunuto, přesunuta, перенесено",
}


# All of them are typed in "п'ятниця".
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʹ′`´", "'"))


def fold(text: str) -> str:
    """The word as it is compared: lower case, without accents and full stops, single spaces."""
    plain = text.casefold().translate(_APOSTROPHES)
    bare = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[.:*()_\-]+", " ", bare.replace("ł", "l").replace("\ufeff", "")).split())


def _words(text: str) -> list[str]:
    return [fold(word) for word in text.split(",")]


_FIELD_OF = {word: field for field, lists in _HEADERS.items() for words in lists for word in _words(words)}
_STATUS_OF = {word: status for status, words in _STATUSES.items() for word in _words(words)}
_DAY_OF = {
    language: {word: number for number, words in enumerate(days) for word in _words(words)}
    for language, days in _WEEKDAYS.items()
}


def field_of(header: str) -> str | None:
    """The column that a header word names, in any of the languages."""
    return _FIELD_OF.get(fold(header))


def status_of(word: str) -> Status | None:
    """The state that a word names, in any of the languages."""
    return _STATUS_OF.get(fold(word))


def header_languages(headers: Iterable[str]) -> list[str]:
    """The languages, those that know the most of the header words first."""
    folded = [fold(header) for header in headers]
    known = {
        language: sum(any(word in _words(lists[index]) for lists in _HEADERS.values()) for word in folded)
        for index, language in enumerate(LANGUAGES)
    }
    return sorted(LANGUAGES, key=lambda language: -known[language])


def weekdays_of(words: Sequence[str], headers: Sequence[str]) -> dict[str, int]:
    """What the weekday words of one sheet mean, 0 = Monday; words that mean nothing are left out.

    "So" is a Sunday in German and a Saturday in Czech and Polish, "pn" a Monday in Polish and a Friday in Lithuanian:
    the language is the one that knows the most of the sheet's words, and of several the one its headers are written in.
    """
    folded = {word: fold(word) for word in words}
    meaning = {word: int(short) - 1 for word, short in folded.items() if short in {"1", "2", "3", "4", "5", "6", "7"}}
    named = {word: short for word, short in folded.items() if word not in meaning}
    order = header_languages(headers)
    order.sort(key=lambda language: -sum(short in _DAY_OF[language] for short in named.values()))
    for word, short in named.items():
        found = next((_DAY_OF[language][short] for language in order if short in _DAY_OF[language]), None)
        if found is not None:
            meaning[word] = found
    return meaning
