"""An explanation as lines of text."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from cdc.explain.effective import Effective
from cdc.explain.keys import Key
from cdc.explain.lookup import Meaning, Unavailable
from modules.debezium.definitions import RELEASES, Release
from modules.messages import secrecy

_INDENT: Final = "  "
_COLUMN: Final = 12
_FORMATS: Final = {
    "regex": "a regular expression",
    "regex list": "regular expressions, separated by commas",
    "name": "letters, digits, _, - and .",
    "pairs": "key=value pairs, separated by commas",
}


def lines(
    known: Release, unavailable: Unavailable | None, found: list[Meaning], values: list[list[Effective]], *, width: int
) -> Iterator[str]:
    """The explanation of a name's meanings, or of its successors."""
    if unavailable:
        yield f"{secrecy.shown_key(unavailable.name)} {unavailable.why}"
    for index, (meaning, effectives) in enumerate(zip(found, values, strict=True)):
        if index or unavailable:
            yield ""
        yield f"{secrecy.shown_key(meaning.name)}: a property of {meaning.of}"
        for label, text in (*_facts(known, meaning), *_values(effectives)):
            start = f"{_INDENT}{label:<{_COLUMN}}"
            yield from textwrap.wrap(text, width, initial_indent=start, subsequent_indent=" " * len(start))
        if meaning.property.documentation:
            yield ""
            yield from textwrap.wrap(
                meaning.property.documentation, width, initial_indent=_INDENT, subsequent_indent=_INDENT
            )


def key_lines(found: Sequence[Key], *, width: int) -> Iterator[str]:
    """The explanation of a key of the environment file, once for each kind of block that has it."""
    for index, key in enumerate(found):
        if index:
            yield ""
        yield f"{key.path}: a key of the environment file{f', with {key.kind}' if key.kind else ''}"
        facts = {
            "type": key.type,
            "default": key.default or ("" if key.required else "none"),
            "allowed": key.allowed,
            "required": "yes" if key.required else "",
            "keys": ", ".join(key.keys),
            "documented": key.documented,
        }
        for label, text in facts.items():
            start = f"{_INDENT}{label:<{_COLUMN}}"
            yield from textwrap.wrap(
                text, width, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False
            )
        if key.description:
            yield ""
            yield from textwrap.wrap(key.description, width, initial_indent=_INDENT, subsequent_indent=_INDENT)


def _facts(known: Release, meaning: Meaning) -> Iterator[tuple[str, str]]:
    of = meaning.property
    yield "type", of.type + (f", {_FORMATS[of.format]}" if of.format in _FORMATS else "")
    yield "default", "none" if of.default is None else of.default or "empty"
    if of.allowed:
        yield "allowed", ", ".join(of.allowed)
    if text := _range(of.minimum, of.maximum):
        yield "range", text
    if of.required:
        yield "required", "yes"
    if of.since:
        yield "since", f"{meaning.versioned} {of.since}"
    if of.aliases:
        yield "aliases", ", ".join(of.aliases)
    if of.deprecated:
        yield "deprecated", "yes"
    if of.internal:
        yield "internal", "yes: any release may change or remove it"
    if meaning.releases and meaning.releases != RELEASES:
        others = [release for release in RELEASES if release not in meaning.releases]
        yield "releases", f"{', '.join(meaning.releases)}; not in {', '.join(others)}"
    yield "set by", meaning.set_by
    if not known.exact:
        yield "definitions", f"of {known.version}, the nearest known release to {known.asked}"


def _range(least: float | None, most: float | None) -> str:
    parts = ([f"{_number(least)} or more"] if least is not None else []) + (
        [f"{_number(most)} or less"] if most is not None else []
    )
    return ", ".join(parts)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _values(effectives: list[Effective]) -> Iterator[tuple[str, str]]:
    for index, one in enumerate(effectives):
        value = "none" if one.value is None else one.value
        yield "" if index else "value", f"{one.place}: {value} ({one.origin})"
