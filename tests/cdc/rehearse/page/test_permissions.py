"""Who may do what, and what the rehearsal used of it."""

from typing import Any

from cdc.rehearse.page.elements import document, element
from cdc.rehearse.page.permissions import matrix
from tests.html_pages import Shown


def permission(
    name: str, action: str, *, kind: str = "connector", roles: tuple[str, ...] = ("worker",)
) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": name,
        "roles": list(roles),
        "policy": f"{name}-policy",
        "statement": "S",
        "action": action,
        "resources": ["topic/a", "topic/b"],
        "needed_for": f"{action} is needed",
        "without": "it fails",
    }


def use(name: str, action: str) -> dict[str, str]:
    return {"policy": f"{name}-policy", "statement": "S", "action": action, "resource": "arn:a"}


def report(role: str, *, used: Any = (), unused: Any = (), denied: Any = ()) -> dict[str, Any]:
    return {"role": role, "used": used, "unused": unused, "denied": denied}


def cells(explained: list[dict[str, Any]], reports: list[dict[str, Any]]) -> dict[str, list[str]]:
    """By action, the sign in each column."""
    box, *_ = matrix(explained, reports)
    _, *rows = box.iter("tr")
    texts = (["".join(cell.itertext()) for cell in row] for row in rows)
    return {action: signs for action, *signs in texts}


def test_used_unused_denied_and_not_allowed() -> None:
    explained = [
        permission("shop", "k:Write"),
        permission("shop", "k:Describe"),
        permission("search", "k:Read", kind="consumer", roles=("app",)),
        permission("idle", "k:Read", kind="consumer", roles=("idle",)),
    ]
    denied = {"action": "k:Alter", "resource": "arn:aws:kafka:us-east-1:1:topic/c/u/x", "why": "no statement allows it"}
    reports = [
        report("worker", used=[use("shop", "k:Write")], unused=[use("shop", "k:Describe")], denied=[denied]),
        report("app", used=[use("search", "k:Read")]),
    ]
    assert cells(explained, reports) == {
        "k:Alter": ["✕", "", ""],
        "k:Describe": ["○", "", ""],
        "k:Read": ["", "●", "○"],
        "k:Write": ["●", "", ""],
    }


def test_a_role_that_the_rehearsal_gave_the_policy_counts() -> None:
    explained = [permission("search", "k:Read", kind="consumer", roles=())]
    assert cells(explained, [report("rehearsal-search", used=[use("search", "k:Read")])]) == {"k:Read": ["●"]}
    assert cells(explained, [report("another", used=[use("other", "k:Read")])]) == {"k:Read": ["○"]}


def test_a_denial_has_its_reason_below() -> None:
    denied = {"action": "k:Write", "resource": "arn:aws:kafka:us-east-1:1:topic/c/u/orders", "why": "no statement"}
    explained = [permission("shop", "k:Write")]
    found = matrix(explained, [report("worker", used=[use("shop", "k:Write")], denied=[denied])])
    text = Shown.of(document(element("main", *found), lambda text: text)).text
    assert "denied: worker may not k:Write on topic/orders: no statement" in text


def test_reasons_are_in_the_details() -> None:
    found = matrix([permission("shop", "k:Write")], [])
    shown = Shown.of(document(element("main", *found), lambda text: text))
    assert "k:Write is needed" in shown.texts("td")
    assert "topic/a, topic/b" in shown.texts("td")
    assert "allowed, and its role made no request" in shown.texts("td")


def test_without_roles_it_says_so() -> None:
    text = Shown.of(document(element("main", *matrix([], [])), lambda text: text)).text
    assert "no role has a permission to explain" in text
