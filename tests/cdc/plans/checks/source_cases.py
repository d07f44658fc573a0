"""Databases that are others than at the last apply, under the same name."""

from typing import Any, Final

from tests.cdc.plans.connector import CONNECTOR, connector
from tests.cdc.plans.small import Case, plan, same
from tests.synthesized import Document

BLUE: Final = {"resource_id": "cluster-BLUE", "mysql": "8.0"}
GREEN: Final = {"resource_id": "cluster-GREEN", "mysql": "8.0"}
RULE: Final = "source-replaced"


def sources(before: Any, after: Any) -> Document:
    """The output, beside a connector that does not change and reads ``orders``."""
    return plan(same(CONNECTOR, connector()), outputs={"databases": (before, after)})


REFUSED: Final = {
    "another cluster": Case(sources({"orders": BLUE}, {"orders": GREEN}), RULE),
    "the same cluster with another MySQL": Case(sources({"orders": BLUE}, {"orders": {**BLUE, "mysql": "8.4"}}), RULE),
    "one of two": Case(sources({"orders": BLUE, "stock": BLUE}, {"stock": GREEN, "orders": BLUE}), RULE),
    "an instance, of which less is known": Case(
        sources({"orders": {"resource_id": "db-A"}}, {"orders": {"resource_id": "db-B"}}), RULE
    ),
    "what identifies it is more now": Case(
        sources({"orders": {"resource_id": "cluster-BLUE"}}, {"orders": GREEN}), RULE
    ),
}
ALLOWED: Final = {
    "the same": Case(sources({"orders": BLUE}, {"orders": BLUE}), near=RULE),
    "the first plan that has the output": Case(sources(None, {"orders": BLUE}), near=RULE),
    "a database that is new": Case(sources({"orders": BLUE}, {"orders": BLUE, "stock": GREEN}), near=RULE),
    "a database that nobody reads any more": Case(
        sources({"orders": BLUE, "stock": BLUE}, {"orders": BLUE}), near=RULE
    ),
    "the version is known from now on": Case(
        sources({"orders": {"resource_id": "cluster-BLUE"}}, {"orders": BLUE}), near=RULE
    ),
    "an output of another meaning": Case(sources("orders", ["stock"]), near=RULE),
    "an output of another shape": Case(sources({"orders": "a"}, {"orders": "b"}), near=RULE),
}
