"""The tables of rules in docs/plans.md."""

from pathlib import Path
from typing import Final

from cdc.plans.rules.catalog import RULES
from cdc.plans.rules.rule import Grade

PAGE: Final = Path(__file__).parents[3] / "docs" / "plans.md"


def generated(page: str) -> str:
    """``page`` with the current table of each grade, between its marks; raises ValueError if marks are missing."""
    for grade in Grade:
        start, end = f"<!-- rules {grade} -->\n", f"<!-- end of rules {grade} -->\n"
        before, first, rest = page.partition(start)
        _, last, after = rest.partition(end)
        if not first or not last:
            raise ValueError(f"must have the lines {start.strip()} and {end.strip()}")
        page = before + start + _table(grade) + end + after
    return page


def _table(grade: Grade) -> str:
    rows = (
        f"| `{rule.name}` | {rule.finds} | {rule.example} | {rule.why} |"
        for rule in RULES.values()
        if rule.grade is grade
    )
    return "\n".join(("", "| rule | finds | for example | because |", "|---|---|---|---|", *rows, "", ""))


def main() -> None:
    PAGE.write_text(generated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
