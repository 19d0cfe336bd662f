"""Requests against a machine-readable description of the Bot API: everything about a call that the server could refuse.

Two layouts are read: `{"methods": {name: {"fields": [{"name", "types": […], "required", "description"}]}}, "types": …}`
(with `subtypes` for unions) and the one whose fields have a `type` in words ("Array of A, B and C") and whose unions
are lists in the description. Limits of length and fixed values stand in the prose of the descriptions and are taken
from there. The descriptions are no part of the project; a test or a fault run names them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.demo.standin.entities import EntityError, parse_html
from bot.demo.standin.params import Params

SIMPLE = {"Integer", "String", "Boolean", "True", "Float", "InputFile"}
PARSE_MODES = {"HTML", "Markdown", "MarkdownV2"}
LENGTH = re.compile(r"(\d+)-(\d+) (characters|bytes)", re.I)
ITEMS = re.compile(r"must include (\d+)-(\d+) items|(?:at most|no more than) (\d+) (?:commands|results)", re.I)
BETWEEN = re.compile(r"values between (\d+)-(\d+)", re.I)
FIXED = re.compile(r"(?:must be|always) [\"'“*]?([a-z0-9_]+)[\"'”*]?\.?$")
INSTEAD = re.compile(r"Required if (\w+)(?: and (\w+) are| is) not specified")
NO_ACTION = {"text", "icon_custom_emoji_id", "style"}


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a method or a field of a type; `types` are alternatives."""

    name: str
    types: tuple[str, ...]
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Spec:
    """One version of the Bot API. `types` give the fields of each object, `unions` the members of each union."""

    version: str
    methods: Mapping[str, Mapping[str, Field]]
    types: Mapping[str, Mapping[str, Field]]
    unions: Mapping[str, tuple[str, ...]]


def load(path: Path) -> Spec:
    """Read a description, in either layout."""
    data = json.loads(path.read_text("utf-8"))
    types, unions = {}, {}
    for name, described in data["types"].items():
        members = tuple(described.get("subtypes") or ())
        if not described.get("fields") and not members:
            words = described["description"]
            text = words if isinstance(words, str) else "\n".join(words)
            members = tuple(member for member in re.findall(r"^\s*-\s*(\w+)", text, re.M) if member in data["types"])
        if members:
            unions[name] = members
        else:
            types[name] = _fields(described)
    methods = {name: _fields(described) for name, described in data["methods"].items()}
    return Spec(str(data.get("version", "")), methods, types, unions)


def _fields(described: Mapping[str, Any]) -> dict[str, Field]:
    return {
        field["name"]: Field(
            field["name"],
            tuple(field["types"]) if "types" in field else _alternatives(field["type"]),
            bool(field["required"]),
            str(field["description"]).removeprefix("Optional. "),
        )
        for field in described.get("fields") or ()
    }


def _alternatives(words: str) -> tuple[str, ...]:
    """ "Array of A, B and C" as the alternatives "Array of A", "Array of B", "Array of C"."""
    rest, prefix = words, ""
    while rest.startswith("Array of "):
        rest, prefix = rest.removeprefix("Array of "), prefix + "Array of "
    return tuple(prefix + one for one in re.split(r",\s*|\s+and\s+|\s+or\s+", rest) if one)


def checker(*specs: Spec) -> Callable[[str, Params], list[str]]:
    """A check for `BotApi(check=…)`: what is wrong with a call, by any of the descriptions."""

    def check(method: str, params: Params) -> list[str]:
        return [f"{problem} [{spec.version}]" for spec in specs for problem in problems(spec, method, params)]

    return check


def problems(spec: Spec, method: str, params: Params) -> list[str]:
    """What is wrong with a call; [] when nothing is."""
    fields = spec.methods.get(method)
    if fields is None:
        return [f"no method {method}"]
    given: dict[str, Any] = {}
    found: list[str] = []
    for name, value in params.values.items():
        if name not in fields:
            found.append(f"no parameter {name}")
            continue
        try:
            given[name] = _typed(value, fields[name], form=params.encoding != "application/json")
        except ValueError as error:
            found.append(f"{name} {error}")
    found += _object(spec, fields, given, where="", uploads=set(params.files))
    return [*found, *_parts(fields, given, params)]


def _typed(value: Any, field: Field, *, form: bool) -> Any:
    """A top-level value as the type says: structures may come as JSON in a string, and in a form everything does."""
    kinds = set(field.types)
    if not isinstance(value, str) or "String" in kinds or "InputFile" in kinds:
        return int(value) if form and kinds == {"Integer"} else value
    if value == "" and not field.required:
        return None
    if kinds <= SIMPLE and not form:
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError(f"is no {' or '.join(field.types)}: {value!r:.60}") from None


def _parts(fields: Mapping[str, Field], given: Mapping[str, Any], params: Params) -> Iterator[str]:
    """Files that nothing refers to, references without a file."""
    referred = set(re.findall(r"attach://([^\s\"\\]+)", json.dumps(given, ensure_ascii=False)))
    for name in sorted(referred - set(params.files)):
        yield f"attach://{name} has no part"
    for name in params.files:
        direct = name in fields and "InputFile" in fields[name].types
        if name not in referred and not direct:
            yield f"the part {name} is not referred to"


def _object(
    spec: Spec,
    fields: Mapping[str, Field],
    given: Mapping[str, Any],
    *,
    where: str,
    uploads: set[str],
) -> list[str]:
    """What is wrong with the fields of a call or of an object in it."""
    found = []
    for name, field in fields.items():
        place = f"{where}{name}"
        value = given.get(name)
        if value is None:
            instead = INSTEAD.search(field.description)
            needed = field.required or (
                instead is not None and all(given.get(other) is None for other in instead.groups() if other)
            )
            if needed and not (where == "" and name in uploads):
                found.append(f"{place} is missing")
            continue
        found += _value(spec, field.types, value, place)
        found += _prose(field, value, place, str(given.get("parse_mode") or ""))
    found += [f"no field {where}{name}" for name in given if name not in fields]
    return found


def _value(spec: Spec, types: tuple[str, ...], value: Any, where: str) -> list[str]:
    """What is wrong with a value that may be of any of the types.

    The complaints are those of the member that its fixed field ("type") names, else of the one it comes nearest to.
    """
    if isinstance(value, list) and all(one.startswith("Array of ") for one in types):
        inner = tuple(one.removeprefix("Array of ") for one in types)
        return [wrong for place, one in enumerate(value) for wrong in _value(spec, inner, one, f"{where}[{place}]")]
    meant = [one for one in types if not _misnamed(spec, one, value)]
    if not meant:
        return [f"{where}: its {_misnamed(spec, types[0], value)} is that of none of {', '.join(types)}"]
    return min((_of_type(spec, one, value, where) for one in meant), key=len)


def _misnamed(spec: Spec, kind: str, value: Any) -> str:
    """The field of an object that says that it is of another type; "" when none does."""
    if not isinstance(value, dict):
        return ""
    for name, field in spec.types.get(kind, {}).items():
        fixed = FIXED.search(field.description) if field.required else None
        if fixed and name in value and value[name] != fixed[1]:
            return name
    return ""


def _of_type(spec: Spec, kind: str, value: Any, where: str) -> list[str]:
    if kind.startswith("Array of "):
        return _value(spec, (kind,), value, where) if isinstance(value, list) else [f"{where} is no array"]
    if kind in SIMPLE:
        return [] if _is_simple(kind, value) else [f"{where} is no {kind}: {value!r:.60}"]
    if not isinstance(value, dict):
        return [f"{where} is no {kind}: {value!r:.60}"]
    if kind in spec.unions:
        return _value(spec, spec.unions[kind], value, where)
    fields = spec.types.get(kind)
    if fields is None:
        return [f"{where}: no type {kind}"]
    found = _object(spec, fields, value, where=f"{where}.", uploads=set())
    wrong_name = _misnamed(spec, kind, value)
    if wrong_name:
        found.append(f"{where}.{wrong_name} is not that of a {kind}")
    if kind == "InlineKeyboardButton" and not set(value) - NO_ACTION:
        found.append(f"{where} does nothing")
    return found


def _is_simple(kind: str, value: Any) -> bool:
    if kind == "Integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "Float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "Boolean":
        return isinstance(value, bool)
    if kind == "True":
        return value is True
    return kind == "String" and isinstance(value, str)


def _prose(field: Field, value: Any, where: str, parse_mode: str) -> Iterator[str]:
    """What the words of a description forbid."""
    words = field.description
    if isinstance(value, list):
        items = ITEMS.search(words)
        if items:
            least, most = (int(items[1]), int(items[2])) if items[1] else (0, int(items[3]))
            if not least <= len(value) <= most:
                yield f"{where} has {len(value)} items, not {least}-{most}"
    elif isinstance(value, int):
        between = BETWEEN.search(words)
        if between and not int(between[1]) <= value <= int(between[2]):
            yield f"{where} is {value}, not {between[1]}-{between[2]}"
    elif isinstance(value, str):
        yield from _text(field, value, where, parse_mode)


def _text(field: Field, value: str, where: str, parse_mode: str) -> Iterator[str]:
    words = field.description
    if any("\ud800" <= character <= "\udfff" for character in value):
        yield f"{where} is no Unicode"
        return
    if field.name == "parse_mode" and value not in PARSE_MODES:
        yield f"{where} is {value!r}"
    if "two-letter" in words and not re.fullmatch("[a-z]{2}|", value):
        yield f"{where} is no language: {value!r}"
    if "only lowercase English letters" in words and not re.fullmatch("[a-z0-9_]+", value):
        yield f"{where} has other than lowercase letters, digits and underscores: {value!r}"
    limit = LENGTH.search(words)
    if limit is None:
        return
    text = value
    if "after entities parsing" in words and parse_mode == "HTML":
        try:
            text = parse_html(value).text
        except EntityError as error:
            yield f"{where}: {error}"
    length = len(text.encode()) if limit[3].lower() == "bytes" else len(text)
    if not int(limit[1]) <= length <= int(limit[2]):
        yield f"{where} has {length} {limit[3].lower()}, not {limit[1]}-{limit[2]}"
