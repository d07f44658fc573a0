"""Replaces attributes of moto's classes and modules."""

from types import ModuleType


def replace(owner: type | ModuleType, **parts: object) -> None:
    """Replaces attributes of ``owner``; raises AttributeError where it has no attribute of that name."""
    for name, part in parts.items():
        getattr(owner, name)
        setattr(owner, name, part)


def add(owner: type, **parts: object) -> None:
    """Adds attributes that ``owner`` does not have."""
    for name, part in parts.items():
        setattr(owner, name, part)
