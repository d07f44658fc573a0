"""How a part of moto is replaced."""

from types import ModuleType


def replace(owner: type | ModuleType, **parts: object) -> None:
    """Puts ``parts`` in the place of the owner's own; raises AttributeError where it has none of that name."""
    for name, part in parts.items():
        getattr(owner, name)
        setattr(owner, name, part)


def add(owner: type, **parts: object) -> None:
    """Gives ``parts`` to an owner that has none of that name."""
    for name, part in parts.items():
        setattr(owner, name, part)
