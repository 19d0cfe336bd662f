"""Take the texts of the program into the catalogues (`bot/locale/*.po`), and compile them. Babel is needed here only.

`python -m tools.make_locale` writes; with `--check` it only says what is out of date, and exits with 1 if something is.
A new language: `python -m tools.make_locale --add fr`.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

BOT = Path(__file__).parent.parent / "bot"
LOCALE = BOT / "locale"
KEYWORDS = {"texts": None, "mark": None, "plural": (1, 2)}


def extracted() -> Catalog:
    """Every text that the program says, with the files that say it."""
    catalog = Catalog(project="Schoolbell", charset="utf-8", fuzzy=False)
    for file, _, message, comments, _ in extract_from_dir(
        BOT, method_map=[("**.py", "python")], keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        catalog.add(message, locations=[(f"bot/{file}", 0)], auto_comments=comments)
    return catalog


def updated(file: Path, template: Catalog) -> Catalog:
    """A catalogue with the program's texts of now: translations kept, texts that are gone dropped."""
    with file.open("rb") as stream:
        catalog = read_po(stream, locale=file.stem)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def po_bytes(catalog: Catalog) -> bytes:
    """The catalogue as a `.po` file, the same for the same texts."""
    out = io.BytesIO()
    write_po(out, catalog, width=110, sort_output=True, omit_header=False, include_lineno=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    volatile = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By')
    return "".join(line for line in lines if not line.startswith(volatile)).encode()


def mo_bytes(catalog: Catalog) -> bytes:
    """The compiled catalogue; untranslated texts are left out and fall back to English."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def main() -> int:
    """Write, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when something is out of date")
    parser.add_argument("--add", metavar="LANGUAGE", help="begin a catalogue for another language")
    args = parser.parse_args()
    template = extracted()
    if args.add:
        (LOCALE / f"{args.add}.po").write_bytes(po_bytes(Catalog(locale=args.add, project="Schoolbell", fuzzy=False)))
    stale = []
    for file in sorted(LOCALE.glob("*.po")):
        catalog = updated(file, template)
        missing = sum(not message.string or not all(_forms(message.string)) for message in catalog if message.id)
        print(f"{file.stem}: {len(catalog)} texts, {missing} without a translation")
        wanted = {file: po_bytes(catalog), file.with_suffix(".mo"): mo_bytes(catalog)}
        for path, content in wanted.items():
            if not path.exists() or path.read_bytes() != content:
                stale.append(path.name)
                if not args.check:
                    path.write_bytes(content)
    if args.check and stale:
        print(f"out of date: {', '.join(stale)}; run make locale", file=sys.stderr)
        return 1
    return 0


def _forms(string: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


if __name__ == "__main__":
    sys.exit(main())
