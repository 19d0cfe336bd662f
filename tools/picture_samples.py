"""Fixed timetables of invented schools in six languages: what the gallery, the benchmark and the golden tests draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from bot import dates
from bot.model import UNCHANGED, Bell, Exam, Homework, Lesson, Status, Was
from bot.render import assign_slots
from bot.render.view import (
    DayView,
    DueDay,
    Frame,
    HomeworkView,
    Task,
    WeekView,
    Words,
    day_heads,
    day_view,
    week_view,
)
from bot.texts import texts_in

MONDAY = date(2025, 11, 17)
DAY = date(2025, 11, 18)

BELLS = tuple(
    Bell(str(number), time.fromisoformat(start), time.fromisoformat(end))
    for number, start, end in (
        (0, "07:10", "07:55"),
        (1, "08:00", "08:45"),
        (2, "08:55", "09:40"),
        (3, "09:50", "10:35"),
        (4, "10:55", "11:40"),
        (5, "11:50", "12:35"),
        (6, "12:45", "13:30"),
        (7, "13:40", "14:25"),
        (8, "14:35", "15:20"),
        (9, "15:30", "16:15"),
        (10, "16:25", "17:10"),
        (11, "17:15", "18:00"),
        (12, "18:05", "18:50"),
        (13, "18:55", "19:40"),
        (14, "19:45", "20:30"),
    )
)
_RUNG = {bell.period: bell for bell in BELLS}

WORDS = {
    "en": Words("cancelled", "changed", "added", "moved", "test", "homework", "free period"),
    "lt": Words("neįvyks", "pakeista", "papildoma", "perkelta", "kontrolinis", "namų darbai", "laisva pamoka"),
    "pl": Words("odwołane", "zmiana", "dodatkowa", "przeniesione", "sprawdzian", "zadanie domowe", "okienko"),
    "de": Words("entfällt", "geändert", "zusätzlich", "verlegt", "Klassenarbeit", "Hausaufgaben", "Freistunde"),
    "cs": Words("odpadá", "změna", "navíc", "přesunuto", "písemka", "domácí úkol", "volná hodina"),
    "uk": Words("скасовано", "зміна", "додатково", "перенесено", "контрольна", "домашнє завдання", "вікно"),
}

# Subtitle, week pill, foot, signature; then eight subjects, five teachers, a task, a topic, a reason, a group.
_SCHOOLS = {
    "en": (
        "9a · Northgate School", "week A", "Changed 17/11 14:20 · source: northgate.example", "@northgate_bot",
        ("English Literature", "Mathematics", "French", "Physics", "History", "Physical Education", "Computing", "Art"),
        ("R. Hale", "V. Quick", "L. Marsh", "D. Ashby", "T. Rowe"),
        "Read chapter 4 and answer the three questions at the end (p. 87)", "Quadratic equations",
        "Teacher is ill, go to the library", "group 1",
    ),
    "lt": (
        "9a klasė · Saulės gimnazija", "A savaitė", "Pakeista 11-17 14:20 · šaltinis: saule.example", "@saules_bot",
        ("Lietuvių kalba ir literatūra", "Matematika", "Anglų kalba", "Fizika", "Istorija", "Fizinis ugdymas",
         "Informatika", "Dailė"),
        ("R. Žukė", "V. Šimas", "L. Kazlė", "D. Ąžuola", "T. Jonis"),
        "Perskaityti „Altorių šešėly“ II d., atsakyti į 3 klausimus (p. 87)", "Kvadratinės lygtys",
        "Mokytoja serga, eiti į biblioteką", "1 gr.",
    ),
    "pl": (
        "2b · III Liceum Ogólnokształcące", "tydzień A", "Zmiana 17.11 14:20 · źródło: lo3.example", "@lo3_bot",
        ("Język polski", "Matematyka", "Język angielski", "Fizyka", "Historia", "Wychowanie fizyczne", "Informatyka",
         "Plastyka"),
        ("S. Wierzbica", "A. Wójt", "J. Bytna", "D. Gąska", "T. Krup"),
        "Przeczytać rozdział IV „Lalki” i odpowiedzieć na trzy pytania (s. 87)", "Równania kwadratowe",
        "Nauczycielka chora, zajęcia w bibliotece", "gr. 1",
    ),
    "de": (
        "9a · Gymnasium am Anger", "A-Woche", "Geändert 17.11. 14:20 · Quelle: anger.example", "@anger_bot",
        ("Deutsch", "Mathematik", "Englisch", "Physik", "Geschichte", "Sport", "Informatik", "Kunst"),
        ("R. Häusler", "V. Groß", "L. Köhn", "D. Amsel", "T. Rüb"),
        "Kapitel 4 lesen und die drei Fragen am Ende beantworten (S. 87)", "Quadratische Gleichungen",
        "Lehrerin krank, Aufgaben in der Bibliothek", "Gr. 1",
    ),
    "cs": (
        "9.A · Gymnázium Na Kopci", "lichý týden", "Změna 17. 11. 14:20 · zdroj: nakopci.example", "@nakopci_bot",
        ("Český jazyk a literatura", "Matematika", "Anglický jazyk", "Fyzika", "Dějepis", "Tělesná výchova",
         "Informatika", "Výtvarná výchova"),
        ("R. Řehořová", "V. Šíma", "L. Kožíšková", "D. Ďurík", "T. Růža"),
        "Přečíst 4. kapitolu a odpovědět na tři otázky na konci (s. 87)", "Kvadratické rovnice",
        "Učitelka je nemocná, práce v knihovně", "sk. 1",
    ),
    "uk": (
        "9-А клас · Гімназія № 4", "чисельник", "Змінено 17.11 14:20 · джерело: gymnasium4.example", "@gymnasium_bot",
        ("Українська література", "Алгебра", "Англійська мова", "Фізика", "Всесвітня історія", "Фізична культура",
         "Інформатика", "Мистецтво"),
        ("О. Ґала", "І. Щерба", "Є. Мороз", "Н. Їжак", "В. Юрко"),
        "Вивчити напам’ять «Contra spem spero!» і відповісти на три запитання", "Квадратні рівняння",
        "Учителька хворіє, йдемо до бібліотеки", "1 гр.",
    ),
}  # fmt: skip


def lesson(
    day: date, first: int, subject: str, teacher: str = "", room: str = "", *,
    span: int = 1, group: str = "", status: Status = Status.PLANNED, was: Was = UNCHANGED, note: str = "",
) -> Lesson:  # fmt: skip
    """A lesson on the bells of the sample schools."""
    periods = tuple(str(number) for number in range(first, first + span))
    return Lesson(
        subject, date=day, weekday=day.weekday(), periods=periods,
        start=_RUNG[periods[0]].start, end=_RUNG[periods[-1]].end,
        teachers=(teacher,) if teacher else (), rooms=(room,) if room else (), groups=(group,) if group else (),
        status=status, was=was, note=note,
    )  # fmt: skip


def day_of_states(lang: str) -> DayView:
    """A day in which every state occurs once."""
    subtitle, week, foot, signature, subjects, teachers, task, topic, reason, group = _SCHOOLS[lang]
    literature, maths, foreign, physics, history, sport, computing, art = subjects
    lessons = [
        lesson(DAY, 1, literature, teachers[0], "214"),
        lesson(DAY, 2, maths, teachers[1], "308"),
        lesson(DAY, 3, foreign, teachers[2], "112", group=group, status=Status.CHANGED, was=Was(rooms=("205",))),
        lesson(DAY, 4, physics, status=Status.CANCELLED, note=reason),
        lesson(DAY, 5, history, teachers[3], "117", status=Status.CHANGED, was=Was(teachers=(teachers[4],))),
        lesson(DAY, 7, computing, teachers[4], "K-2", span=2, status=Status.MOVED, was=Was(periods=("6",))),
        lesson(DAY, 9, art, teachers[2], "005", status=Status.ADDED),
    ]
    return day_view(
        lessons,
        frame=Frame(dates.day_title(lang, DAY), subtitle, week, foot, signature),
        words=WORDS[lang],
        slots=slots_of(lang),
        lang=lang,
        homework=[Homework(literature, task, due=DAY), Homework(sport, topic, due=DAY)],
        exams=[Exam(maths, DAY, topic)],
        bells=BELLS,
    )


def slots_of(lang: str) -> dict[str, int]:
    """Colour slots of a sample school."""
    return assign_slots(_SCHOOLS[lang][4], {})


def long_day(lang: str) -> DayView:
    """Nine lessons and three homeworks: the second step of the overflow ladder."""
    subtitle, _, foot, signature, subjects, teachers, task, topic, reason, group = _SCHOOLS[lang]
    lessons = [
        lesson(DAY, number, subjects[(number - 1) % 8], teachers[number % 5], f"{number}0{number}")
        for number in range(1, 10)
    ]
    lessons[3] = lesson(DAY, 4, subjects[3], status=Status.CANCELLED, note=reason)
    lessons[2] = lesson(
        DAY, 3, subjects[2], teachers[2], "112", group=group, status=Status.CHANGED, was=Was(rooms=("205",))
    )
    return day_view(
        lessons,
        frame=Frame(dates.day_title(lang, DAY), subtitle, "", foot, signature),
        words=WORDS[lang],
        slots=slots_of(lang),
        lang=lang,
        homework=[Homework(subjects[at], text, due=DAY) for at, text in ((0, task), (4, topic), (6, task))],
        bells=BELLS,
    )


def full_day(lang: str) -> DayView:
    """Twelve periods, parallel groups: the low rows at the end of the ladder."""
    subtitle, week, foot, signature, subjects, teachers, task, *_ = _SCHOOLS[lang]
    lessons = [lesson(DAY, number, subjects[number % 8], teachers[number % 5], f"{number}1") for number in range(12)]
    lessons.append(lesson(DAY, 3, subjects[6], teachers[0], "77", group="B"))
    return day_view(
        lessons,
        frame=Frame(dates.day_title(lang, DAY), subtitle, week, foot, signature),
        words=WORDS[lang],
        slots=slots_of(lang),
        lang=lang,
        homework=[Homework(subjects[1], task, due=DAY)],
        bells=BELLS,
    )


def calendar_day(lang: str) -> DayView:
    """Events with times only, as an iCalendar feed has them."""
    subtitle, _, foot, signature, subjects, teachers, *_ = _SCHOOLS[lang]
    spans = (("08:15", "09:00"), ("09:10", "10:40"), ("11:05", "11:50"), ("13:00", "13:20"))
    lessons = [
        Lesson(
            subject, date=DAY, weekday=1, start=time.fromisoformat(start), end=time.fromisoformat(end),
            rooms=(f"A{at}",), teachers=(teachers[at],),
        )
        for at, (subject, (start, end)) in enumerate(zip(subjects[:4], spans, strict=True))
    ]  # fmt: skip
    return day_view(
        lessons,
        frame=Frame(dates.day_title(lang, DAY), subtitle, "", foot, signature),
        words=WORDS[lang],
        slots=slots_of(lang),
        lang=lang,
    )


def _week_lessons(lang: str, columns: int) -> list[Lesson]:
    subjects, teachers = _SCHOOLS[lang][4], _SCHOOLS[lang][5]
    lessons: list[Lesson] = []
    for column in range(columns):
        day = MONDAY + timedelta(days=column)
        for number in range(1 + column % 2, (7, 8, 7, 7, 6, 3)[column]):
            at = column * 3 + number
            lessons.append(lesson(day, number, subjects[at % 8], teachers[at % 5], f"{at % 8 + 1}0{column + 1}"))
    return lessons


def week_of_states(lang: str, *, columns: int = 5, today: int | None = 1) -> WeekView:
    """A week in which every state occurs, with doubles and parallel groups."""
    subtitle, week, foot, signature, subjects, teachers, task, topic, reason, _ = _SCHOOLS[lang]
    days = [MONDAY + timedelta(days=number) for number in range(columns)]
    lessons = _week_lessons(lang, columns)
    changes: dict[tuple[int, int], dict[str, Any]] = {
        (0, 6): {"status": Status.CANCELLED, "note": reason},
        (1, 2): {"status": Status.CHANGED, "was": Was(rooms=("302a",))},
        (2, 3): {"status": Status.CHANGED, "was": Was(teachers=(teachers[4],))},
        (3, 5): {"status": Status.ADDED},
        (4, 5): {"status": Status.MOVED, "was": Was(date=days[3], periods=("7",))},
        (4, 1): {"status": Status.CANCELLED},
    }
    taken = {(0, 3), (1, 4), (1, 5), (2, 5), (2, 6)}
    made = [
        replace(one, **changes.get(place, {}))
        for one in lessons
        if (place := (one.weekday or 0, int(one.periods[0]))) not in taken
    ]
    made += [
        lesson(days[0], 3, subjects[2], teachers[2], "206", group="1"),
        lesson(days[0], 3, subjects[6], teachers[4], "108", group="2"),
        lesson(days[1], 4, subjects[6], teachers[4], "G1", span=2),
        lesson(days[2], 5, subjects[5], teachers[3], "S1", span=2),
    ]
    due = [Homework(one.subject, task, due=one.date) for one in made[3:24:7]]
    return week_view(
        made,
        days=day_heads(lang, days),
        frame=Frame(
            f"{subtitle.partition(' · ')[0]} · {dates.week_range(lang, days[0], days[-1])}",
            subtitle.partition(" · ")[2], week, foot, signature,
        ),
        words=WORDS[lang],
        slots=slots_of(lang),
        lang=lang,
        homework=due,
        exams=[Exam(made[14].subject, made[14].date, topic)],
        bells=BELLS,
        today=today,
    )  # fmt: skip


def week_of_empty_days(lang: str) -> WeekView:
    """A week with a holiday and a day that the school has not published."""
    week, texts = week_of_states(lang, today=None), texts_in(lang)
    why = {2: texts("No school."), 4: texts("The school has not published this day.")}
    days = tuple(replace(head, empty=why.get(number, "")) for number, head in enumerate(week.days))
    return replace(week, days=days, cells=tuple(cell for cell in week.cells if cell.column not in why))


def crowded_week(lang: str) -> WeekView:
    """Ten periods, Saturday, up to five groups in a slot."""
    subtitle, week, foot, signature, subjects, teachers, *_ = _SCHOOLS[lang]
    days = [MONDAY + timedelta(days=number) for number in range(6)]
    lessons = [
        lesson(day, number, subjects[(number * 3 + column) % 8], teachers[(number + column) % 5], f"{number}{column}2")
        for column, day in enumerate(days)
        for number in range(0 if column == 2 else 1, 5 if column == 5 else 10 - column % 3)
    ]
    lessons += [lesson(days[1], 4, subjects[at], "", f"3{at}", group=str(at)) for at in range(1, 5)]
    return week_view(
        lessons,
        days=day_heads(lang, days),
        frame=Frame(dates.week_range(lang, days[0], days[-1]), subtitle, week, foot, signature),
        words=WORDS[lang],
        slots=slots_of(lang),
        lang=lang,
        bells=BELLS,
    )


def homework(lang: str) -> HomeworkView:
    """What is due on two days, one task done, and two exams."""
    subtitle, _, foot, signature, subjects, _, task, topic, *_ = _SCHOOLS[lang]

    def due(day: date, tasks: Sequence[tuple[str, str, bool]]) -> DueDay:
        made = (Task(Homework(subject, text, due=day), done) for subject, text, done in tasks)
        return DueDay(dates.day_title(lang, day), tuple(made))

    word = WORDS[lang].homework
    return HomeworkView(
        Frame(word[:1].upper() + word[1:], subtitle, "", foot, signature),
        (
            due(DAY, ((subjects[0], task, False), (subjects[6], topic, True))),
            due(DAY + timedelta(days=2), ((subjects[1], f"{topic}, 12, 14", False), (subjects[3], "", False))),
        ),
        WORDS[lang],
        slots_of(lang),
        (
            (dates.short_date(lang, DAY), Exam(subjects[1], DAY, topic)),
            (dates.short_date(lang, DAY + timedelta(days=6)), Exam(subjects[4], DAY + timedelta(days=6))),
        ),
        lang,
    )
