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
ROUTE_REMOVED: Final = Rule(
    name="route-removed",
    grade=Grade.TO_CONFIRM,
    finds="a route, or a subnet's route table, is removed or leads elsewhere",
    example="`aws_route` to a NAT gateway or a peering is destroyed",
    why=f"connectors may no longer reach databases, brokers or AWS services, and {_UNTIL_PURGED}",
    instead="keep the route, or create another to the same destination in the same plan",
)
GATEWAY_REMOVED: Final = Rule(
    name="gateway-removed",
    grade=Grade.TO_CONFIRM,
    finds="a NAT or internet gateway is destroyed, and no route leads to another instead",
    example="`aws_nat_gateway` is destroyed, and its route stays",
    why=f"connectors no longer reach Secrets Manager and other AWS services, and {_UNTIL_PURGED}",
    instead="keep the gateway, or move its routes to another one in the same plan",
)
ENDPOINT_REMOVED: Final = Rule(
    name="endpoint-removed",
    grade=Grade.TO_CONFIRM,
    finds="a VPC endpoint is destroyed, or serves fewer subnets or route tables",
    example="the endpoint of `secretsmanager` or `s3` is destroyed",
    why=f"without NAT connectors no longer reach the service, and {_UNTIL_PURGED}; with NAT, its traffic goes there",
    instead="keep the endpoint while a connector runs in the VPC",
)
ACCESS_REMOVED: Final = Rule(
    name="access-removed",
    grade=Grade.TO_CONFIRM,
    finds="a security group no longer allows a connection of a connector that stays",
    example="Aurora's ingress rule on port 3306 is destroyed",
    why=f"connectors no longer reach their database, the brokers or AWS services, and {_UNTIL_PURGED}",
    instead="keep the rule while the connector runs",
)
PERMISSIONS_REMOVED: Final = Rule(
    name="permissions-removed",
    grade=Grade.TO_CONFIRM,
    finds="the role of a connector that stays loses permissions, or is destroyed",
    example="the statement `SchemaHistory` leaves the worker's policy",
    why=f"tasks fail, at once or at their next start, and {_UNTIL_PURGED}",
    instead="keep the statement while the connector runs",
)
