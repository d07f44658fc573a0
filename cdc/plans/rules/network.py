"""Rules about what connectors reach, and may do: they stop without it, and can be started again with it."""

from typing import Final

from cdc.plans.rules.rule import Grade, Rule

_UNTIL_PURGED: Final = "their binlog positions are purged when the binlog retention has passed"

PEERING_REMOVED: Final = Rule(
    name="peering-removed",
    grade=Grade.TO_CONFIRM,
    finds="a VPC peering is destroyed",
    example="the key `orders` leaves `network.peerings`",
    why=f"connectors no longer reach the databases behind it, and {_UNTIL_PURGED}",
    instead="keep the peering while a connector reads a database in that VPC",
)
