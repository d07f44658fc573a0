"""Rules about where databases are: for each a file that keeps it, and files that do not."""

from tests.unit.environment.connect_cases import connector
from tests.unit.environment.environment_files import Cases, Edits, Refused

CLUSTER = "cluster: orders-prod          # identifier of an existing Aurora MySQL cluster"
AT = "connectors.orders.source.host"
GROUP = "security_group_id: sg-0abc1234def567890"


def host(text: str, *, mark: str = "  # <-") -> Edits:
    return {CLUSTER: f"host: {{{text}}}{mark}"}


def hosts(first: str, second: str) -> Edits:
    """Two connectors, of which the second reads the marked host."""
    edits = connector()
    (place, text), *_ = edits.items()
    return {**host(first, mark=""), place: text.replace("cluster: stock", f"host: {{{second}}}  # <-")}


CASES: Cases = {
    "hosts_are_reached_in_one_way": (
        host(f"address: db.internal, port: 3307, {GROUP}"),
        [
            Refused(
                host("address: db.internal"), AT, "must have security_group_id or cidr_block: what the workers may"
            ),
            Refused(
                host(f"address: db.internal, {GROUP}, cidr_block: 10.8.0.0/16"),
                f"{AT}.cidr_block",
                "must be left out beside security_group_id",
            ),
        ],
    ),
    "hosts_are_elsewhere": (
        host("address: orders.cluster-c1a2b3.us-east-1.rds.amazonaws.com, cidr_block: 10.8.0.0/16"),
        [
            Refused(host(f"address: {address}, {GROUP}"), f"{AT}.address", message)
            for address, message in (
                ("localhost", "must be where the workers reach the server: there it is the worker itself"),
                ("127.0.0.1", "there it is the worker itself, got '127.0.0.1'"),
                ("0.0.0.0", "there it is the worker itself"),
                ("10.8.0.256", "must be an IPv4 address with four numbers up to 255"),
                ("10.8.1", "must be an IPv4 address with four numbers up to 255"),
                ("a.cluster-ro-c1a2.us-east-1.rds.amazonaws.com", "a reader endpoint, and readers have no binary log"),
                ("a.cluster-custom-c1.us-east-1.rds.amazonaws.com", "which may lead to a reader"),
                ("a.proxy-c1a2.cn-north-1.rds.amazonaws.com.cn", "through which no binary log can be read"),
            )
        ],
    ),
    "hosts_are_in_their_range": (
        host("address: 10.8.4.7, cidr_block: 10.8.4.0/24"),
        [
            Refused(
                host("address: 10.8.5.7, cidr_block: 10.8.4.0/24"),
                f"{AT}.cidr_block",
                "must contain the address 10.8.5.7: the workers' security group allows this range only",
            )
        ],
    ),
    "one_server_is_reached_in_one_way": (
        hosts(f"address: db.internal, {GROUP}", f"address: db.internal, {GROUP}"),
        [
            Refused(
                hosts(f"address: db.internal, {GROUP}", "address: db.internal, cidr_block: 10.8.0.0/16"),
                "connectors.stock.source.host",
                "must be the same as of connector orders, which reads the same server",
            )
        ],
    ),
}

ADVICE = {
    "rds_finds_its_own_endpoints": Refused(
        host(f"address: orders.cluster-c1a2b3.us-east-1.rds.amazonaws.com, {GROUP}"),
        f"{AT}.address",
        "of a database in this account, source.cluster: orders finds the endpoint, checks it, and adds both rules",
    ),
    "groups_are_referenced_in_reach": Refused(
        {**host(f"address: db.internal, {GROUP}"), "nat: per_zone": "externally_routed: true"},
        f"{AT}.security_group_id",
        "AWS takes a group of another VPC only where a transit gateway references security groups",
    ),
}
