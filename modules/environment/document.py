"""One YAML file as plain data, that still knows on which line each part of it stands.

Stricter than PyYAML: a repeated key is a problem, and so is whatever YAML reads as something else
than is written there (no as false, 010 as 8, 1:30 as 90, 3.10 as 3.1, 2026-01-01 as a date).
"""

import re
from pathlib import Path as FilePath
from typing import Any, Final, NamedTuple

import yaml

from modules.messages.problems import EnvironmentErrors, Path, Problem, either, nearest
from modules.messages.secrecy import names_secret
from modules.user_files.bounds import LOADER, YamlBoundError, check_yaml
from modules.user_files.reading import read, reason

# A connector takes about 500 bytes.
_MOST_BYTES: Final = 2_000_000
_SHORT: Final = 60
_TAG: Final = "tag:yaml.org,2002:"


class Reading(NamedTuple):
    """``written`` is the text of the file, ``read`` what YAML makes of it: a number, true, false, or a date."""

    written: str
    read: str
    is_bool: bool = False

    @property
    def quoted(self) -> str:
        """The text in quotes, as far as it is short."""
        return f'"{self.written}" in quotes' if len(self.written) <= _SHORT else "in quotes"

    def __str__(self) -> str:
        short = self.written if len(self.written) <= _SHORT else f"{self.written[:_SHORT]}…"
        return f"YAML reads {short} as {self.read}"


class Document:
    """``data`` of the ``text``, and the ``problems`` of its writing that do not keep it from being read.

    ``misread`` are those among them of values that YAML reads as something else.
    """

    def __init__(self, file: FilePath) -> None:
        self.file = str(file)
        self.problems: list[Problem] = []
        self.misread: dict[Problem, Reading] = {}
        self.repeated: set[Path] = set()
        self._judged: set[yaml.Node] = set()
        self.text = _text(file)
        loader = LOADER(self.text)
        try:
            check_yaml(self.text)
            self._root: yaml.Node | None = loader.get_single_node()
            if self._root:
                self._judge(loader, self._root, ())
            data = loader.construct_document(self._root) if self._root else None
        except (yaml.YAMLError, ValueError) as error:
            raise EnvironmentErrors([_not_yaml(error, self.file)]) from None
        finally:
            loader.dispose()
        if not isinstance(data, dict):
            found = "is empty, and" if data is None else "must be a mapping:"
            wanted = f"{found} an environment has region, state, network, kafka, plugins and connectors"
            raise EnvironmentErrors([Problem((), wanted, file=self.file)])
        self.data: dict[Any, Any] = data

    def line(self, path: Path) -> int | None:
        """Where the key at ``path`` stands, or the nearest one above it that is there."""
        return next(reversed(self._lines(path)), None)

    def has(self, path: Path) -> bool:
        return len(self._lines(path)) == len(path)

    def _lines(self, path: Path) -> list[int]:
        """Those of the keys on the way to ``path``, as far as they are there."""
        lines: list[int] = []
        node = self._root
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
            lines.append(line)
        return lines

    def _judge(self, loader: Any, node: yaml.Node, path: Path, *, is_key: bool = False) -> None:
        if node in self._judged:  # an alias
            return
        self._judged.add(node)
        if isinstance(node, yaml.MappingNode):
            lines: dict[str, int] = {}
            for key, value in node.value:
                name = str(key.value)
                here, line = (*path, name), key.start_mark.line + 1
                if name in lines:
                    message = f"must not be repeated, line {lines[name]} has it already"
                    self.problems.append(Problem(here, message, file=self.file, line=line))
                    self.repeated.add(here)
                lines.setdefault(name, line)
                self._judge(loader, key, here, is_key=True)
                self._judge(loader, value, here)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self._judge(loader, item, (*path, index))
        elif isinstance(node, yaml.ScalarNode) and not node.style and (reading := _read_otherwise(loader, node)):
            node.tag = f"{_TAG}str"
            if not names_secret(str(path[-1]) if path else ""):
                wrong = Problem(path, _unless_known(reading, is_key), file=self.file, line=node.start_mark.line + 1)
                self.problems.append(wrong)
                if not is_key:
                    self.misread[wrong] = reading


def _unless_known(reading: Reading, is_key: bool) -> str:
    """What to write, whatever the key takes; a key itself is text."""
    other = "" if is_key or not re.match(r"[-.0-9]|true|false", reading.read) else f", or {reading.read}"
    return f"must be {reading.quoted}{other}: {reading}"


def _child(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    if isinstance(node, yaml.MappingNode):
        # Backwards: construction puts the keys of a merge (<<) before the mapping's own.
        for key, value in reversed(node.value):
            if str(key.value) == str(step):
                return key.start_mark.line + 1, value
    return None


def _read_otherwise(loader: Any, node: yaml.ScalarNode) -> Reading | None:
    """What YAML makes of the value, where that is not the text that is there."""
    kind = node.tag.removeprefix(_TAG)
    if kind == "timestamp":
        return Reading(node.value, "a date")
    if kind not in ("bool", "int", "float"):
        return None
    try:
        value = str(getattr(loader, f"construct_yaml_{kind}")(node)).lower()
    except ValueError:
        return Reading(node.value, f"a broken {kind}")
    return None if value == node.value.lower() else Reading(node.value, value, is_bool=kind == "bool")


def _text(file: FilePath) -> str:
    try:
        return read(file, most=_MOST_BYTES).decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problem = Problem(
            (), f"must be UTF-8 text, got the byte 0x{error.object[error.start]:02x}", file=str(file), line=line
        )
    except FileNotFoundError:
        problem = Problem((), f"no such file{_beside(file)}", file=str(file))
    except OSError as error:
        problem = Problem((), f"cannot be read: {reason(error)}", file=str(file))
    raise EnvironmentErrors([problem]) from None


def _beside(file: FilePath) -> str:
    names = sorted(found.stem for found in file.parent.glob("[!.]*.yaml"))
    if not names:
        return f", nor any other environment in {file.parent}"
    near = nearest(file.stem, names)
    return f"; did you mean {near}?" if near else f"; {file.parent} has {either(names, last='and')}"


def _not_yaml(error: Exception, file: str) -> Problem:
    """One line, without the text around it: that may be a secret."""
    mark = getattr(error, "problem_mark", None)
    message = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "a value that cannot be read")
    context, start = getattr(error, "context", None), getattr(error, "context_mark", None)
    if isinstance(error, YamlBoundError):
        pass
    elif "alias" in message:
        message = "text that starts with * must be in quotes, or name an anchor that is there"
    elif "tag" in message or "expected whitespace or line break" in message:
        message = "text that starts with ! must be in quotes: tags are not read here"
    elif "cannot start any token" in message:
        message = "text cannot start with a tab, % @ or `: indent with spaces, and put text in quotes"
    elif "another document" in message:
        message = "a second document starts here, and a file is one environment"
    elif "unhashable" in message:
        message = "a key must be text, not a mapping or a list"
    elif context and start and mark and start.line != mark.line:
        message += f", {context} that starts in line {start.line + 1}"
    return Problem((), f"not valid YAML: {message}", file=file, line=mark.line + 1 if mark else None)
