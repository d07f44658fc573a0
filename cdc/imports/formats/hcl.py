"""Connectors in Terraform's syntax: reads literals, locals of the same file, and calls such as ``merge``."""

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import hcl2
from lark import Token, Tree
from lark.exceptions import LarkError

from cdc.imports.formats import msk_connect, terraform
from cdc.imports.formats.described import Content, InputError, Unresolved, properties

Node = Tree[Token] | Token
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPED: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)


def read(text: str, source: str) -> Content:
    """The connectors and worker configurations of ``text``; raises InputError if the syntax is not Terraform's."""
    try:
        tree = hcl2.parses_to_tree(text)
    except (LarkError, RecursionError) as error:
        line = getattr(error, "line", None)
        place = f"{source}:{line}" if isinstance(line, int) and line > 0 else source
        raise InputError(f"{place}: is not valid Terraform syntax") from None
    reader = _Reader()
    document = reader.body(_only(tree, "body"))
    found = terraform.content(terraform.configured(document), source)
    found.connectors += _calls(document, source)
    return found


def _calls(document: Mapping[str, Any], source: str) -> Iterator[Any]:
    """Modules with a connector's configuration as an input variable of any name."""
    for modules in document.get("module", []):
        for name, body in modules.items():
            config = body.get(msk_connect.CONFIGURATION) or next(
                (value for value in body.values() if isinstance(value, Mapping) and "connector.class" in value), None
            )
            if isinstance(config, Mapping) and properties(config)[0]:
                fields = {**msk_connect.snake(body), msk_connect.CONFIGURATION: config}
                yield msk_connect.connector(fields, source, label=f"module.{name}")


class _Reader:
    """Converts a syntax tree to the structure of Terraform's JSON; unknown values are Unresolved."""

    def __init__(self) -> None:
        self._locals: dict[str, Node] = {}
        self._open: set[str] = set()

    def body(self, body: Tree[Token]) -> dict[str, Any]:
        for block in _children(body, "block"):
            if _names(block)[0] == "locals":
                attributes = _children(_only(block, "body"), "attribute")
                self._locals |= {_names(one)[0]: one.children[-1] for one in attributes}
        return self._body(body)

    def _body(self, body: Tree[Token]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for attribute in _children(body, "attribute"):
            found[_names(attribute)[0]] = self.value(attribute.children[-1])
        for block in _children(body, "block"):
            name, *labels = _names(block)
            inner: Any = {} if name == "locals" else self._body(_only(block, "body"))
            for label in reversed(labels):
                inner = {label: inner}
            found.setdefault(name, []).append(inner)
        return found

    def value(self, node: Node) -> Any:
        """A scalar, a list, a dict, or Unresolved."""
        node = _bare(node)
        if isinstance(node, Tree) and (read := self._readers.get(str(node.data))):
            return read(self, node)
        return self._unresolved(node)

    def _string(self, node: Tree[Token]) -> Any:
        parts = [self._part(part) for part in _children(node, "string_part")]
        return "".join(parts) if all(isinstance(part, str) for part in parts) else self._unresolved(node)

    def _part(self, part: Tree[Token]) -> Any:
        only = part.children[0]
        if isinstance(only, Token):
            if only.type.startswith("ESCAPED_"):
                return self._escaped(str(only)[1:])
            return _ESCAPED.sub(_unescaped, str(only))
        if only.data == "interpolation":
            value = self.value(only.children[1])
            return _text(value) if isinstance(value, str | int | float) else value
        return Unresolved("%{")

    def _escaped(self, text: str) -> Any:
        """``${provider:${local.name}``: unlike Terraform, the grammar ends the escaped part at the first brace."""
        start, _, rest = text[2:].partition("${")
        if not rest.endswith("}"):
            return text
        try:
            tree = hcl2.parses_to_tree(f"x = {rest[:-1]}\n")
        except LarkError:
            return Unresolved(text)
        value = self.value(_only(_only(tree, "body"), "attribute").children[-1])
        return f"${{{start}{value}" if isinstance(value, str) else Unresolved(text)

    def _heredoc(self, node: Tree[Token]) -> Any:
        lines = str(node.children[0]).splitlines()
        text = "\n".join(lines[1:-1])
        plain = terraform.template(textwrap.dedent(text) if node.data.endswith("trim") else text)
        return f"{plain}\n" if isinstance(plain, str) and plain else plain

    def _object(self, node: Tree[Token]) -> Any:
        found: dict[str, Any] = {}
        for element in _children(node, "object_elem"):
            key = self._key(_only(element, "object_elem_key"))
            if isinstance(key, str):
                found[key] = self.value(element.children[-1])
            else:
                found[f"({key})"] = Unresolved(str(key))
        return found

    def _key(self, node: Tree[Token]) -> Any:
        inner = node.children[0]
        bare = _bare(inner)
        # In parentheses, a word is an expression; otherwise it is the key.
        if isinstance(bare, Tree) and bare.data in ("identifier", "keyword", "literal_value"):
            in_parentheses = isinstance(inner, Tree) and isinstance(inner.children[0], Token)
            return self.value(inner) if in_parentheses else str(bare.children[0])
        value = self.value(inner)
        return _text(value) if isinstance(value, str | int | float) else value

    def _tuple(self, node: Tree[Token]) -> list[Any]:
        return [self.value(child) for child in _inner(node)]

    def _literal(self, node: Tree[Token]) -> Any:
        return {"true": True, "false": False, "null": None}[str(node.children[0])]

    def _number(self, node: Tree[Token]) -> Any:
        text = str(node.children[0])
        return int(text) if re.fullmatch(r"-?\d+", text) else float(text)

    def _attribute(self, node: Tree[Token]) -> Any:
        """Resolves ``local.name`` and its parts; all other references are Unresolved."""
        source = self._source(node)
        first, *rest = source.split(".")
        if first != "local" or not rest or rest[0] not in self._locals or rest[0] in self._open:
            return Unresolved(source)
        self._open.add(rest[0])
        value = self.value(self._locals[rest[0]])
        self._open.discard(rest[0])
        for step in rest[1:]:
            value = value.get(step, Unresolved(source)) if isinstance(value, dict) else Unresolved(source)
        return value

    def _call(self, node: Tree[Token]) -> Any:
        name, arguments = _names(node)[0], [self.value(each) for each in self._arguments(node)]
        value = _FUNCTIONS[name](*arguments) if name in _FUNCTIONS else None
        return self._unresolved(node) if value is None else value

    def _arguments(self, node: Tree[Token]) -> list[Tree[Token]]:
        return [child for arguments in _children(node, "arguments") for child in _inner(arguments)]

    def _unresolved(self, node: Node) -> Unresolved:
        return Unresolved(self._source(node))

    def _source(self, node: Node) -> str:
        """The expression without spaces."""
        if isinstance(node, Token):
            return str(node)
        return "".join(map(str, node.scan_values(lambda value: isinstance(value, Token))))

    _readers: Final[Mapping[str, Callable[["_Reader", Tree[Token]], Any]]] = {
        "string": _string,
        "object": _object,
        "tuple": _tuple,
        "literal_value": _literal,
        "int_lit": _number,
        "float_lit": _number,
        "heredoc_template": _heredoc,
        "heredoc_template_trim": _heredoc,
        "get_attr_expr_term": _attribute,
        "function_call": _call,
    }


def _merge(*parts: Any) -> Any:
    """Later keys have priority; an unknown part is added under its own expression as key."""
    found: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, Mapping):
            found |= part
        elif isinstance(part, Unresolved):
            found[str(part)] = part
    return found


def _join(separator: Any = None, *lists: Any) -> Any:
    items = _concat(*lists)
    if not isinstance(separator, str) or items is None or not all(isinstance(item, str | int) for item in items):
        return None
    return separator.join(map(_text, items))


def _concat(*lists: Any) -> Any:
    return [item for each in lists for item in each] if all(isinstance(each, list) for each in lists) else None


def _same(value: Any = None, *_: Any) -> Any:
    return value


_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "merge": _merge,
    "join": _join,
    "tostring": _same,
    "tonumber": _same,
    "tomap": _same,
    "nonsensitive": _same,
    "sensitive": _same,
    "trimspace": lambda value=None: value.strip() if isinstance(value, str) else None,
    "chomp": lambda value=None: value.rstrip("\n") if isinstance(value, str) else None,
    "concat": _concat,
}


def _text(value: str | int | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unescaped(match: "re.Match[str]") -> str:
    short, long, single = match.groups()
    return chr(int(short or long, 16)) if short or long else _ESCAPES.get(single, match[0])


def _bare(node: Node) -> Node:
    """``tree`` without its parentheses and wrappers."""
    while isinstance(node, Tree) and node.data in ("expr_term", "expression", "template_string"):
        if len(inner := _inner(node)) != 1:
            break
        node = inner[0]
    return node


def _inner(node: Tree[Token]) -> list[Tree[Token]]:
    return [child for child in node.children if isinstance(child, Tree) and child.data != "new_line_or_comment"]


def _children(node: Tree[Token], kind: str) -> list[Tree[Token]]:
    return [child for child in node.children if isinstance(child, Tree) and child.data == kind]


def _only(node: Tree[Token], kind: str) -> Tree[Token]:
    return _children(node, kind)[0]


def _names(node: Tree[Token]) -> list[str]:
    """The words and strings in a block's head, or an attribute's name."""
    found = []
    for child in node.children:
        if not isinstance(child, Tree) or child.data in ("body", "arguments"):
            continue
        if child.data in ("identifier", "keyword", "literal_value"):
            found.append(str(child.children[0]))
        elif child.data == "string":
            found.append("".join(str(part.children[0]) for part in _children(child, "string_part")))
        else:
            break
    return found
