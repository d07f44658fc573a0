"""What the mappings of a Lambda function need besides their topics and groups: from AWS's documentation, not tried."""

from typing import Final

_INTERFACE: Final = "a network interface in the brokers' subnets, through which the pollers reach the brokers"
_UNREACHED: Final = "the mapping is refused, or stays in the state Creating"

# Statement, action, what it is needed for, and what happens without it.
NEEDED: Final[tuple[tuple[str, str, str, str], ...]] = (
    (
        "BrokerSettings",
        "kafka-cluster:DescribeClusterDynamicConfiguration",
        "the pollers of an event source mapping read the brokers' configuration",
        "the mapping reports that its authorization failed",
    ),
    (
        "Brokers",
        "kafka:DescribeClusterV2",
        "Lambda finds the subnets and the security group of the cluster",
        _UNREACHED,
    ),
    ("BrokerAddresses", "kafka:GetBootstrapBrokers", "Lambda finds the brokers' addresses", _UNREACHED),
    ("NetworkInterfaces", "ec2:CreateNetworkInterface", f"Lambda creates {_INTERFACE}", _UNREACHED),
    (
        "NetworkInterfaces",
        "ec2:DeleteNetworkInterface",
        f"Lambda deletes {_INTERFACE}",
        "it is left over, and its subnet and security group cannot be deleted",
    ),
    *(
        ("Networks", f"ec2:Describe{what}", f"Lambda looks up {kind} of the cluster for its pollers", _UNREACHED)
        for what, kind in (
            ("NetworkInterfaces", "the network interfaces"),
            ("SecurityGroups", "the security groups"),
            ("Subnets", "the subnets"),
            ("Vpcs", "the VPC"),
        )
    ),
    ("Logs", "logs:CreateLogGroup", "the function's log group is created at its first run", "there is no log"),
    ("Logs", "logs:CreateLogStream", "each instance of the function has a log stream", "there is no log"),
    ("Logs", "logs:PutLogEvents", "what the function logs is kept", "there is no log"),
)
