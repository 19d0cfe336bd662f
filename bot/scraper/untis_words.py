"""The words of the Untis exports: which header names which column, which type word means which kind.

German first, as Untis publishes it, with what is known of other languages and of the header lists that readers of many
schools' pages have gathered. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.errors import SourceChanged
from bot.model import Kind
from bot.scraper.tables import Cell

# What a column holds, by its folded header; "was_" in front means the planned value.
_COLUMNS: tuple[tuple[str, str], ...] = (
    (
        "label",
        r"art|t[iy]p[eo]?|vertretungsart|besonderheit|regelung(en)?|vertr\.? ?/ ?entfall|ver.nderung|rodzaj|soort|"
        r"kind|tipas|r.šis|druh|typ zmiany|liik|vrsta|típus|laji|тип",
    ),
    (
        "gone",
        r"entf(all)?|f.llt aus|frei/ea|cancel(led)?|odwołan\w*|vervallen|atšaukta|uitval|annulé|annullat\w|zrušeno|"
        r"cancelad\w|jääb ära|odpade",
    ),
    ("date", r"datum|date|dat[ao]|datums?|päivä|kuupäev|dátum|fecha|дата|tag|day|jour|giorno|dag"),
    (
        "from",
        r"((verlegt|statt) )?vertr\.? von|vertretung von|verl(egt|\.)? von:?|verschoben von|von|moved from|"
        r"przeniesion\w* z|sub\.? from|\(le\.?\) von|van",
    ),
    (
        "to",
        r"(verlegt )?\(?le\.?\)? nach|verl(egt|\.)? nach:?|verschoben nach|nach|moved to|przeniesion\w* na|"
        r"\(te\.?\) to|naar",
    ),
    ("group", r".*gruppe|(student )?group|course|grup[ap]|groep|groupe|grupė|gruppo|.*rühm"),
    (
        "note",
        r".*(bemerk|hinweis|anmerk|kommentar|informati|remar[kq]|uwagi|opmerking|pastab|märkus|megjegyz|opomb).*|"
        r".*te(x|ks)t\w{0,4}([ -]?\d)?|info|bem|desc|description|notes?|comment(aire)?s?|vtext|testo|besedilo|szöveg|"
        r"текст",
    ),
    (
        "periods",
        r"std|st|stunden?|lernzeit|block|klasse stunde|period|lessons?|hour|pos|lekcj[ae]|godz(ina)?|lesuur|"
        r"uur|heure|hod(ina)?|pam(oka)?|stunda|tund|tunti|h?ora|óra|ura|p.riode|lektion|урок",
    ),
    (
        "classes",
        r"kl|kla|klassen?|lerngruppe|betr\.? klassen?(\(n\))?|class(es)?|classe|classi|clase|klas(sen)?|klas[ay]|"
        r"oddziały?|tříd[ay]|klas(ė|ės|e)|klass|klassid|trieda|razred|osztály|luok(ka|at)|клас",
    ),
    ("was_subject", r"ausfallfach|fach alt|fach ?/ ?kurs nach plan|ursp.*fach|von ?/ ?für|previoussubject"),
    (
        "was_teacher",
        r"- ?f.r ?-|es fehlt|(lehrer|lehrkraft) n(ach|\.)? plan|abw(es)?(end|\.)?( ?lehrer| ?lehrkraft)?|bei|"
        r"abwesender lehrer|vertretener lehrer|entf\.? lehrer|fehlende?r?( lehrer)?|f.r|nicht bei|"
        r"zu vertreten|previousteacher|absent teacher|nauczyciel nieobecny",
    ),
    ("was_room", r"previousroom|raum alt|alter raum"),
    (
        "teacher",
        r"vertreter(in)?|vertr|vertretung|vertretungslehrer|es vertritt|le|leh|lehrer(in)?|lehrkraft|"
        r"sub-t|vertreten durch|betroffene lehrkraft|vertretung bzw.*|(substitute |subst\.? )?teacher|te|"
        r"substitute|zastępca|nauczyciel|docente?|vervanger|leraar|professeur|prof|remplaçant|vyučující|učitelj?|"
        r"mokytojas|skolotājs|õpetaja|enseignant|supplente|sostituto|pavaduojantis|suplující|zastupující|asendaja|"
        r"nadomešča|tanár|helyettes|profesor|sustituto|opettaja|sijainen|lärare|lærer|vikar(ie)?|вчитель",
    ),
    (
        "subject",
        r"fa|fach|kurs ?/ ?fach|fach neu|neues fach|unterrichtsfach|vertretungsfach|kurs|"
        r"vertretung fach ?/ ?kurs|subj(ect)?|przedmiot|vak|mati.re|materia|předmět|dalykas|priekšmets|predmet|aine|"
        r"tantárgy|asignatura|ämne|fag|предмет",
    ),
    (
        "room",
        r"ra|rm|raum|räume|r/plan|(raum neu|neuer raum)!?|room|sala?|lokaa?l|lokale|salle|aula|učebna|místnost|"
        r"kab(inet(as|s)?)?|terem|ruum|učilnica|tila|rum|rom|кабінет",
    ),
)
_HEADERS = tuple((name, re.compile(pattern)) for name, pattern in _COLUMNS)
_PLANNED = re.compile(r"^(?:\((.+)\)|(?:statt|anstatt|instead of|zamiast|i\.p\.v\.?|au lieu de|invece di) (.+))$")
# "Klasse(n)", "Class(es)", "Osztály(ok)", "Lehrer/in": one word for one and several.
_ENDING = re.compile(r"(?<=\w)(?:\(\w{1,3}\)|/\w{1,2})(?=\)?$)")
_NEW_WORD = re.compile(r"neu|vertret|subst")

# The kind behind a published type word, first match wins.
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            Kind.SUPERVISION,
            r"aufsicht|pausen|supervis|dyżur|dohled|dozor|toezicht|surveill|sorvegl|budėj|dežur|korrapida|ügyelet",
        ),
        (
            Kind.CANCELLED,
            r"entf|f.llt aus|ausfall|^(unterrichts)?frei|abgesagt|cancel|odwoł|odpad|vervall|vervalt|uitval|zrušen|"
            r"annul|supprim|atšauk|ära jää|ärajää|ei toimu|elmarad|peru|inställ|скасов",
        ),
        (Kind.MOVED, r"^(-+>|→|=>).*\d"),
        (
            Kind.ROOM,
            r"raum|room|\bsal[ai]\b|lokaal|salle|\baula\b|učebn|učilnic|místnost|kabinet|ruumi|teremcser",
        ),
        (
            Kind.SUBSTITUTION,
            r"lehrer-?tausch|vertr|vtr|vertret|betreu|subst|zastęp|supl|suppl|sostitu|sustitu|vervang|rempl|pavad|"
            r"asend|nadome|helyettes|sijai|vikar|замін",
        ),
        (
            Kind.MOVED,
            r"verl|versch|vorgez|vorhol|nachhol|nachgeh|tausch|moved|shift|przenie|přesun|verplaats|déplac|spost|"
            r"perkel|tõste|áthelyez|перенес",
        ),
        (
            Kind.EVENT,
            r"veranst|sonder|klausur|prüfung|exam|event|événem|exkur|projekt|ausflug|konferenz|wandertag|fahrt|"
            r"wydarz|wyciecz|egzam|esame|\bakce\b|rengin|üritus|подія",
        ),
        (Kind.OTHER, r"^eva\b|selbst|eigenver|aufgaben|stillarb"),
    )
)


_NOBODY = re.compile(r"entf(?:all|ällt)|f(?:ä|ae)llt aus|ausfall|cancel(?:l?ed)|vervallen|odwołane")


def is_nobody(name: str) -> bool:
    """Whether a word in a column for teachers says that the lesson is cancelled ("Entfall"): it names nobody."""
    return _NOBODY.fullmatch(name.casefold()) is not None


def kind_of_word(label: str) -> Kind | None:
    """The kind behind a published type word, or None for a word that does not say."""
    folded = label.casefold()
    return next((kind for kind, pattern in _KINDS if folded and pattern.search(folded)), None)


def columns(rows: Sequence[Sequence[Cell]]) -> tuple[str, ...]:
    """What each column holds, from one or two rows of headers ("Ver-" over "treter"); "" = a column unknown.

    Raises SourceChanged when there is no period column, or nothing beside it.
    """
    width = max((len(row) for row in rows), default=0)
    titles = [_joined([row[i].text for row in rows if i < len(row)]) for i in range(width)]
    found = [_column(title) for title in titles]
    for plain_name in ("teacher", "subject", "room"):
        _settle(found, titles, plain_name)
    for name in ("classes", "subject"):  # the only column for it says whom or what the row is about
        if name not in found and f"was_{name}" in found:
            found[found.index(f"was_{name}")] = name
    seen: set[str] = set()
    for index, name in enumerate(found):
        if name in seen:
            found[index] = ""
        seen.add(name)
    if "periods" not in seen or len(seen - {"", "date", "periods"}) < 2:
        raise SourceChanged(f"the headers of the plan are not known: {', '.join(filter(None, titles)) or 'none'}"[:300])
    return tuple(found)


def _joined(parts: Iterable[str]) -> str:
    title = ""
    for part in parts:
        title = f"{title[:-1]}{part}" if title.endswith("-") and part[:1].islower() else f"{title} {part}".strip()
    return title


def _column(title: str) -> str:
    folded = title.casefold().rstrip(".:!* ").strip()
    if planned := _PLANNED.match(folded):
        inner = _column(planned[1] or planned[2])
        if inner in ("teacher", "subject", "room", "classes"):
            return f"was_{inner}"
    for title in dict.fromkeys((folded, _ENDING.sub("", folded))):
        if found := next((name for name, pattern in _HEADERS if pattern.fullmatch(title)), ""):
            return found
    words = folded.split()
    several = {_column(word) for word in words} if 1 < len(words) < 4 else set()
    return several.pop() if len(several) == 1 else ""  # "Lehrerin" over "Lehrer"


def _settle(found: list[str], titles: Sequence[str], name: str) -> None:
    """Of two columns for one thing ("Lehrer" and "Vertreter", "Raum" and "Raum neu"), the plainer word is the plan."""
    places = [index for index, column in enumerate(found) if column == name]
    if len(places) < 2:
        return
    newer = [index for index in places if _NEW_WORD.search(titles[index].casefold())]
    if newer and f"was_{name}" not in found:
        older = [index for index in places if index not in newer]
        if older:
            found[older[0]] = f"was_{name}"
