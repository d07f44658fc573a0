"""String constants in compiled classes: a property without a definition is read under one of them."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

# CONSTANT_Utf8, Java Virtual Machine Specification 4.4.7: tag 1, two bytes of length, as many of text.
NAME = re.compile(rb"\x01\x00(.)([a-z][\w.]*)", re.DOTALL)


def names(jars: Iterable[Path]) -> frozenset[str]:
    """The constants of all classes in ``jars`` that can be a property's name, or the first or last part of one."""
    return frozenset(name for content in _classes(jars) for name in _names(content))


def _names(content: bytes) -> Iterator[str]:
    for length, text in NAME.findall(content):
        if len(text) >= length[0]:
            yield text[: length[0]].decode()


def _classes(jars: Iterable[Path]) -> Iterator[bytes]:
    for jar in jars:
        with zipfile.ZipFile(jar) as opened:
            yield from (opened.read(name) for name in opened.namelist() if name.endswith(".class"))


def spelt_out(keys: Iterable[str], known: Set[str]) -> set[str]:
    """Those of ``keys`` that are among ``known``, complete or as a prefix with its dot and the rest."""
    return {key for key in keys if key in known or any({*split} <= known for split in _splits(key))}


def _splits(key: str) -> Iterator[tuple[str, str]]:
    return ((key[: i + 1], key[i + 1 :]) for i, sign in enumerate(key) if sign == ".")
