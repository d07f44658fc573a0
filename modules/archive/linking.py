"""References from a plugin to classes of its worker, resolved like Java does at run time (JVMS 5.4.3)."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Final

from modules.archive.classfile import Access, ClassFile, Kind, Reference
from modules.archive.classpath import ClassPath
from modules.archive.plugins import dotted
from modules.archive.worker import PROVIDED, Worker, shared

OBJECT: Final = "java/lang/Object"
# Object's methods, which every class and interface has.
OBJECT_METHODS: Final = {
    ("<init>", "()V"), ("clone", "()Ljava/lang/Object;"), ("equals", "(Ljava/lang/Object;)Z"), ("finalize", "()V"),
    ("getClass", "()Ljava/lang/Class;"), ("hashCode", "()I"), ("notify", "()V"), ("notifyAll", "()V"),
    ("toString", "()Ljava/lang/String;"), ("wait", "()V"), ("wait", "(J)V"), ("wait", "(JI)V"),
}  # fmt: skip
# Interfaces of Kafka's command line tools, which a library may implement: no worker loads these implementations.
TOOLS: Final = "org/apache/kafka/tools/"
# Java's own classes may have any method; these common superclasses have no fields to inherit.
WITHOUT_FIELDS: Final = {
    OBJECT, "java/lang/Enum", "java/lang/Record", "java/lang/Throwable", "java/lang/Exception",
    "java/lang/RuntimeException",
}  # fmt: skip


@dataclass(frozen=True, order=True, slots=True)
class Missing:
    """``target``, in Java notation, is missing for ``user``, a class of ``jar``; ``owner`` is an internal name."""

    jar: str
    target: str
    user: str
    owner: str


@dataclass(frozen=True, slots=True)
class _Lineage:
    """A class and its supers in the order of resolution, and the names of supers that are unknown."""

    classes: tuple[ClassFile, ...]
    ends: frozenset[str]


def unresolved(plugin: ClassPath, worker: Worker, *, left_out: Set[str] = frozenset()) -> tuple[Missing, ...]:
    """References of ``plugin`` that cannot be resolved on ``worker``, sorted.

    Checked are references to what a worker must provide: its own libraries, and the classes ``left_out`` (internal
    names) of a plugin because the worker has them. Kafka classes in a plugin are ignored where Connect loads the
    worker's.
    """
    return tuple(sorted(_Linker(plugin, worker, left_out).missing()))


class _Linker:
    def __init__(self, plugin: ClassPath, worker: Worker, left_out: Set[str]) -> None:
        self._plugin = plugin
        self._worker = worker.classes
        self._left_out = left_out
        self._lineages: dict[str, _Lineage] = {}
        self._found: dict[Reference, bool] = {}

    def missing(self) -> Iterator[Missing]:
        for jar, user in self._plugin:
            if shared(user.name):
                continue
            absent = {name for name in user.classes if self._provided(name) and self._find(name) is None}
            for name in absent:
                yield Missing(jar.name, dotted(name), dotted(user.name), name)
            for reference in user.references:
                if reference.owner not in absent and not self._resolves(reference):
                    yield Missing(jar.name, shown(reference), dotted(user.name), reference.owner)

    def _provided(self, name: str) -> bool:
        return (name.startswith(PROVIDED) and not name.startswith(TOOLS)) or name in self._left_out

    def _find(self, name: str) -> ClassFile | None:
        own = None if shared(name) else self._plugin.find(name)
        return own or self._worker.find(name)

    def _resolves(self, reference: Reference) -> bool:
        if reference not in self._found:
            self._found[reference] = self._search(reference)
        return self._found[reference]

    def _search(self, reference: Reference) -> bool:
        """True also for the unknown: members of classes that neither side has."""
        lineage = self._lineage(reference.owner)
        if not any(self._provided(known.name) for known in lineage.classes):
            return True
        member = reference.name, reference.descriptor
        if reference.kind == Kind.FIELD:
            return not lineage.ends <= WITHOUT_FIELDS or any(member in known.fields for known in lineage.classes)
        owner_is_interface = bool(lineage.classes[0].access & Access.INTERFACE)
        if owner_is_interface is not (reference.kind == Kind.INTERFACE_METHOD):
            return False
        found = any(member in known.methods for known in lineage.classes) or member in OBJECT_METHODS
        return found or not lineage.ends <= {OBJECT}

    def _lineage(self, name: str) -> _Lineage:
        if name not in self._lineages:
            self._lineages[name] = self._ancestors(name)
        return self._lineages[name]

    def _ancestors(self, name: str) -> _Lineage:
        classes: dict[str, ClassFile] = {}
        ends: set[str] = set()
        names = [name]
        while names:
            name = names.pop(0)
            if known := self._find(name):
                classes[name] = known
                names += [parent for parent in known.supers if parent not in classes]
            else:
                ends.add(name)
        return _Lineage(tuple(classes.values()), frozenset(ends))


def shown(reference: Reference) -> str:
    """``org.example.Topic.rename(String, int)``."""
    member = f"{dotted(reference.owner)}.{reference.name}"
    if reference.kind == Kind.FIELD:
        return member
    return f"{member}({', '.join(_parameters(reference.descriptor))})"


PRIMITIVES: Final = {
    "B": "byte", "C": "char", "D": "double", "F": "float", "I": "int", "J": "long", "S": "short", "Z": "boolean",
}  # fmt: skip


def _parameters(descriptor: str) -> Iterator[str]:
    """Types without their packages (JVMS 4.3.3)."""
    rest = descriptor[1 : descriptor.rindex(")")]
    while rest:
        base = rest.lstrip("[")
        arrays = "[]" * (len(rest) - len(base))
        if base[0] == "L":
            name, _, rest = base[1:].partition(";")
            yield name.rpartition("/")[2] + arrays
        else:
            yield PRIMITIVES[base[0]] + arrays
            rest = base[1:]
