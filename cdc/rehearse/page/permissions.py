"""Who may do what: the permissions of each role, and what the rehearsal used of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element

from cdc.rehearse.page.elements import Child, element, table
from cdc.rehearse.permissions import short

Explained = Mapping[str, Any]
Report = Mapping[str, Any]
_MOST_HOLDERS: Final = 20
# What became of a permission, and how it is shown.
_USED: Final = ("●", "used", "good")
_UNUSED: Final = ("○", "allowed, not used in this rehearsal", "faint")
_UNTRIED: Final = ("○", "allowed, and its role made no request", "faint")
_DENIED: Final = ("✕", "denied", "bad")
Mark = tuple[str, str, str]


def matrix(explained: Sequence[Explained], reports: Sequence[Report]) -> Iterator[Element]:
    """A column for each holder of a policy, a row for each action; ``reports`` are those of the rehearsal."""
    if not explained:
        yield element("p", "no role has a permission to explain", class_="note")
        return
    holders = list(dict.fromkeys((one["kind"], one["name"]) for one in explained))
    marks = _marks(explained, reports)
    actions = sorted(dict.fromkeys(action for _, action in marks))
    rows = [[action, *(_shown(marks.get((holder, action))) for holder in holders)] for action in actions]
    yield table(["action", *(f"{kind} {name}" for kind, name in holders)], rows, class_="matrix")
    words = [f"{sign} {meaning}" for sign, meaning, _ in (_USED, _UNUSED, _DENIED)]
    yield element("p", "; ".join(words) + "; empty: not allowed", class_="note")
    for holder in holders[:_MOST_HOLDERS]:
        yield _details(holder, [one for one in explained if (one["kind"], one["name"]) == holder], marks)
    if len(holders) > _MOST_HOLDERS:
        yield element("p", f"the reasons of {len(holders) - _MOST_HOLDERS} more: --explain-permissions", class_="note")
    yield from _denied(reports)


def _marks(explained: Sequence[Explained], reports: Sequence[Report]) -> dict[tuple[tuple[str, str], str], Mark]:
    """By holder and action; used once is used, denied once is denied."""
    found: dict[tuple[tuple[str, str], str], Mark] = {}
    for one in explained:
        holder, action = (one["kind"], one["name"]), one["action"]
        mine = [report for report in reports if _holds(report, one)]
        used = any(
            (use["policy"], use["statement"], use["action"]) == (one["policy"], one["statement"], action)
            for report in mine
            for use in report["used"]
        )
        if found.get((holder, action)) != _USED:
            found[holder, action] = _USED if used else _UNUSED if mine else _UNTRIED
        for report in mine:
            found |= {(holder, denial["action"]): _DENIED for denial in report["denied"]}
    return found


def _holds(report: Report, one: Explained) -> bool:
    """Whether the role of ``report`` has the policy: in a rehearsal, an application without a role gets one."""
    policies = (permission["policy"] for kind in ("used", "unused") for permission in report[kind])
    return report["role"] in one["roles"] or one["policy"] in policies


def _shown(mark: Mark | None) -> Child:
    if mark is None:
        return ""
    sign, meaning, kind = mark
    return element("span", sign, class_=kind, title=meaning, aria_label=meaning)


def _details(holder: tuple[str, str], held: Sequence[Explained], marks: Mapping[Any, Mark]) -> Element:
    roles = ", ".join(dict.fromkeys(role for one in held for role in one["roles"])) or "none yet"
    rows = [
        [
            one["action"],
            ", ".join(one["resources"]),
            marks[holder, one["action"]][1],
            one["needed_for"],
            one["without"],
        ]
        for one in held
    ]
    title = element("summary", f"{holder[0]} {holder[1]}: policy {held[0]['policy']}, role {roles}; with reasons")
    return element("details", title, table(["action", "on", "here", "needed for", "without it"], rows, class_="words"))


def _denied(reports: Sequence[Report]) -> Iterator[Element]:
    for report in reports:
        for one in report["denied"]:
            text = f"denied: {report['role']} may not {one['action']} on {short(one['resource'])}: {one['why']}"
            yield element("p", text, class_="bad")
