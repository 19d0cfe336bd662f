"""The month: what the school does at noon, and what Ona does in the evening. Dates are of November 2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tools.replay_homework.diary import UNREADABLE, Diary, Entry

SECOND_PASSWORD = "second-Secret-9"  # noqa: S105 - of nobody
FIRST_DAY, LAST_DAY = date(2026, 11, 2), date(2026, 11, 30)
LESSONS = {"Matematika": 20, "Istorija": 21, "Biologija": 22, "Anglų kalba": 23, "Geografija": 24, "Fizika": 25}


def nov(day: int) -> date:
    """A day of the month."""
    return date(2026, 11, day)


def give(diary: Diary, subject: str, text: str, due: int, *, on: int) -> None:
    """A task is given on a day; `due` 0 = the school typed no readable date."""
    written = UNREADABLE if due == 0 else f"{nov(due)} 00:00:00"
    diary.homework.append(Entry(subject, text, written, nov(on), LESSONS.get(subject, 40)))


def change(diary: Diary, old: str, *, text: str = "", due: str = "") -> None:
    """The school edits the text or the day of a task."""
    diary.homework = [
        replace(one, text=text or one.text, due=due or one.due) if one.text == old else one for one in diary.homework
    ]


def withdraw(diary: Diary, text: str) -> None:
    """The school takes a task back."""
    diary.homework = [one for one in diary.homework if one.text != text]


def noon(diary: Diary, day: int) -> None:
    """What the school does on a day, before it is asked."""
    match day:
        case 2:
            give(diary, "Matematika", "53 psl. 1–4", 4, on=2)
            give(diary, "Istorija", "Skaityti 12 skyrių", 3, on=2)
            give(diary, "Biologija", "Herbariumas", 0, on=2)
        case 3:
            give(diary, "Anglų kalba", "Words, unit 4", 5, on=3)
            give(diary, "Anglų kalba", "Essay: my town", 5, on=3)
        case 4:
            change(diary, "Essay: my town", text="Essay: my town, 150 words")
        case 5:
            for _ in range(2):
                give(diary, "Matematika", "54 psl. 2", 9, on=5)
            give(diary, "Geografija", "Kontūrinis žemėlapis", 9, on=5)
            diary.exams.append(("Fizika", "jėgos", nov(12)))
        case 6:
            withdraw(diary, "Kontūrinis žemėlapis")
        case 7:
            give(diary, "Lietuvių kalba", "Eilėraštis mintinai", 9, on=7)
        case 9:
            diary.expires_after = 2
            give(diary, "Istorija", "Žemėlapis", 10, on=9)
            give(diary, "Matematika", "55 psl. 1–3", 11, on=9)
            give(diary, "Fizika", "Formules kartoti", 12, on=9)
        case 10:
            diary.down = True
        case 11:
            diary.down, diary.silent = False, True
        case 12:
            diary.silent = False
            change(diary, "Herbariumas", due=str(nov(13)))
            give(diary, "Chemija", "Lentelė", 16, on=12)
        case 13:
            diary.password = SECOND_PASSWORD
            diary.end_session()
        case 16:
            give(diary, "Matematika", "56 psl. 4", 18, on=16)
        case 17:
            change(diary, "56 psl. 4", due=str(nov(19)))
        case 19:
            give(diary, "Dailė", "Piešinys", 25, on=19)
        case 20:
            withdraw(diary, "Piešinys")
        case 23:
            give(diary, "Dailė", "Piešinys", 25, on=19)
            diary.exams.append(("Istorija", "viduramžiai", nov(30)))


TICKS = {2: ("53 psl. 1–4", "Herbariumas"), 3: ("Essay: my town",), 16: ("56 psl. 4",), 19: ("Piešinys",)}
"""What Ona ticks in the evenings."""
WRITES = {25: ("Matematika", "Nupirkti sąsiuvinį", nov(27))}
"""What Ona writes down in the evenings: subject, text, day."""
ENTERS_PASSWORD = 16
"""On this morning the admin enters the second password."""
