"""Take the texts of the program into the catalogues (`bot/locale/*.po`), and compile them. Babel is needed here only.

`python -m tools.make_locale` writes; with `--check` it only says what is out of date, and exits with 1 if something is.
A new language: `python -m tools.make_locale --add fr`.
"""

from __future__ import annotations

import argparse
import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

BOT = Path(__file__).parent.parent / "bot"
LOCALE = BOT / "locale"
# Lines of a catalogue's head that say nothing, or something else at every run.
NOT_WRITTEN = tuple(
    f'"{name}'
    for name in ("POT-", "PO-", "Generated-By", "Report-Msgid", "Last-Translator", "Language-Team", "Project-Id")
)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
KEYWORDS = frozenset({"texts", "mark", "plural"})


def extracted() -> Catalog:
    """Every text that the program says, with the files that say it."""
    catalog = Catalog(project="Schoolbell", charset="utf-8", fuzzy=False)
    for file in sorted(BOT.rglob("*.py")):
        name = f"bot/{file.relative_to(BOT).as_posix()}"
        for message in messages(file.read_text(encoding="utf-8"), name):
            catalog.add(message, locations=[(name, 0)])
    return catalog


def messages(source: str, name: str) -> Iterator[str | tuple[str, str]]:
    """The literals in calls of `texts`, `mark` and `plural`, wherever they stand.

    Babel's own extraction reads tokens and misses what stands inside an f-string. A text that is put together at run
    time is refused: no catalogue can hold it.
    """
    for node in ast.walk(ast.parse(source, name)):
        if not isinstance(node, ast.Call) or _called(node) not in KEYWORDS or not node.args:
            continue
        wanted = node.args[: 2 if _called(node) == "plural" else 1]
        if any(isinstance(part, ast.JoinedStr | ast.BinOp) for part in wanted):
            raise ValueError(f"{name}:{node.lineno}: a text must be a literal")
        literals = [text for part in wanted for text in _literals(part)]
        if _called(node) != "plural":
            yield from literals
        elif len(literals) == 2:
            yield literals[0], literals[1]


def _called(call: ast.Call) -> str:
    """`texts` for `texts(…)`, `asker.texts(…)` and `texts_in(language)(…)`."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Name(id="texts_in")):
            return "texts"
        case _:
            return ""


def _literals(part: ast.expr) -> list[str]:
    match part:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return _literals(body) + _literals(orelse)
        case _:
            return []


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
    language = catalog.locale.english_name if catalog.locale else catalog.locale_identifier
    catalog.header_comment = f"# Schoolbell in {language}."
    write_po(out, catalog, width=110, sort_output=True, omit_header=False, include_lineno=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(NOT_WRITTEN)).encode()


def mo_bytes(catalog: Catalog) -> bytes:
    """The compiled catalogue, the same for the same texts; untranslated ones are left out and fall back to English."""
    compiled = Catalog(locale=catalog.locale, charset="utf-8", fuzzy=False, creation_date=EPOCH, revision_date=EPOCH)
    for message in catalog:
        if message.id and message.string and all(_forms(message.string)):
            compiled.add(message.id, message.string)
    out = io.BytesIO()
    write_mo(out, compiled)
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
