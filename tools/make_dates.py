"""Writes `bot/locale/dates.json` from CLDR: `python tools/make_dates.py`. Babel is a build-time dependency only."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from babel import Locale

TARGET = Path(__file__).parent.parent / "bot" / "locale" / "dates.json"

LOCALES = ("lt", "pl", "de", "cs", "uk", "lv", "et", "sk", "be", "ru", "fr", "es", "it", "hu", "ro")
LANGUAGES = {
    "en": "en_GB",  # day before month, as the schools read it: 3/11 must not be the 11th of March
    **{code: code for code in LOCALES},
}
_WEEKDAY = re.compile(r"[\s,.]*[Ec]+[\s,]*")
_YEAR = re.compile(r"(?:,?\s?(?:'de' )?y+\.?(?:\s?'[^']*'\.?)?,?\s?)")


def patterns(locale: Locale) -> dict[str, Any]:
    """Patterns and names of one language; letters of the patterns as in CLDR (d, dd, M, MM, MMMM, EEEE)."""
    skeletons = {key: str(value.pattern) for key, value in locale.datetime_skeletons.items()}
    full = str(locale.date_formats["full"].pattern)
    title = re.sub("E+|c+", "EEEE", skeletons["MMMMEd"]) if "MMMMEd" in skeletons else _YEAR.sub("", full, count=1)
    day_month = skeletons["MMMMd"]
    table = {
        "title": re.sub("c+", "EEEE", title).strip(" ,"),
        "day_month": day_month,
        "short": _WEEKDAY.sub("", skeletons["MEd"]).strip(),
        "range": _range(locale, day_month),
        "months": [locale.months["format"]["wide"][month] for month in range(1, 13)],
        "days": [locale.days["format"]["wide"][day] for day in range(7)],
        "days_short": [locale.days["stand-alone"]["abbreviated"][day] for day in range(7)],
    }
    return json.loads(json.dumps(table, ensure_ascii=False).replace("\u2009", " ").replace("\u202f", " "))  # type: ignore[no-any-return]  # json gives Any


def _range(locale: Locale, day_month: str) -> list[str]:
    """Both halves of "17–21 November": from the interval table where it has the month's name, else from `day_month`."""
    for skeleton in ("MMMMd", "MMMd"):
        parts = locale.interval_formats.get(skeleton, {}).get("d", [])
        if len(parts) == 2 and "MMM" in parts[0] + parts[1]:
            first, last = (re.sub("M+", "MMMM", part) for part in parts)
            return [first.rstrip(" \u2009–") + "–", re.sub("^dd", "d", last)]
    before = day_month.partition("MMMM")[0].strip()
    return [before + "–", day_month]


def main() -> None:
    """Write the table, one language a line."""
    rows = [
        f"{json.dumps(code)}: {json.dumps(patterns(Locale.parse(name)), ensure_ascii=False, separators=(',', ':'))}"
        for code, name in LANGUAGES.items()
    ]
    TARGET.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(rows)} languages, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
