"""The properties of one transform, as a check reads them."""

from modules.debezium.checks.finding import Finding, error
from modules.debezium.checks.subject import Subject


class Transform:
    """Values are trimmed text, empty where there is none; ``start`` comes before each name."""

    def __init__(self, subject: Subject, alias: str) -> None:
        self.subject = subject
        self.alias = alias
        self.start = f"transforms.{alias}."

    def __getitem__(self, name: str) -> str:
        return self.subject.effective.get(self.start + name, "").strip()

    @property
    def is_first(self) -> bool:
        return self.subject.listed("transforms")[0] == self.alias

    def has(self, name: str) -> bool:
        return self.start + name in self.subject.effective

    def members(self, name: str) -> list[str]:
        return [each.strip() for each in self[name].split(",")] if self[name] else []

    def error(self, name: str, message: str, *, acceptable: bool = False) -> Finding:
        key = self.start + name
        return error(key, message, self.subject.effective.get(key), acceptable=acceptable)
