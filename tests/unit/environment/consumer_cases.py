"""Rules about Lambda functions that consume: for each a file that keeps it, and files that do not."""

from tests.unit.environment.environment_files import Cases, Edits, Refused

TOPIC = "orders.orders.customers"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:receipts"
PREFIX = "{prefix: orders, partitions: 6}"


def function(*lines: str, topics: str = f"{{{TOPIC}: receipts}}", more: str = "") -> Edits:
    """A Lambda consumer ``receipts`` with these further lines, before the other consumers."""
    content = "".join(f"    {line}\n" for line in lines)
    return {"  billing:\n": f"{more}  receipts:\n    kind: lambda\n    topics: {topics}\n{content}  billing:\n"}


def refused(line: str, message: str) -> Refused:
    key = line.split(":")[0]
    return Refused(function(f"{line}  # <-"), f"consumers.receipts.{key}", message)


def refused_topics(topics: str, path: str, message: str) -> Refused:
    return Refused(function(topics=f"{topics}  # <-"), f"consumers.receipts.topics{path}", message)


OWN_GROUP: Edits = {"groups: [billing-*]": "groups: [billing]"}


def application(content: str) -> Edits:
    """A consumer ``search`` after the others."""
    return {"\nalarms:": f"  search: {content}\n\nalarms:"}


ANOTHER = f"  labels: {{kind: lambda, topics: {{orders.orders.order_items: labels, {TOPIC}: labels-of-customers}}}}\n"

CASES: Cases = {
    "functions_are_here": (
        function(f"function: {FUNCTION}:live"),
        [
            refused(f"function: {FUNCTION.replace('us-east-1', 'eu-west-1')}", "must be in us-east-1, got"),
            refused(f"function: {FUNCTION.replace('arn:aws:', 'arn:aws-cn:')}", "must start with arn:aws: in us-east"),
            refused(f"function: {FUNCTION.replace('1234567890', '2109876543')}", "must be in account 123456789012"),
        ],
    ),
    "mappings_have_groups_of_their_own": (
        function(more=ANOTHER),
        [
            Refused(
                function(topics=f"{{{TOPIC}: labels}}  # <-", more=ANOTHER),
                f"consumers.receipts.topics.{TOPIC}",
                "must be a group of its own: consumers.labels.topics.orders.orders.order_items has it, got 'labels'",
            ),
            refused_topics(
                f"{{orders.orders.order_items: receipts, {TOPIC}: receipts}}",
                f".{TOPIC}",
                "must be a group of its own: consumers.receipts.topics.orders.orders.order_items has it",
            ),
        ],
    ),
    "groups_are_of_one_consumer": (
        # One group on topics that differ, and the group of another application on the same topics.
        {
            "groups: [billing-*]": "groups: [billing]",
            "[orders.orders.*]": "[orders.orders.customers]",
            **application("{topics: [orders.orders.order_items], groups: [billing]}"),
        },
        [
            Refused(
                {**OWN_GROUP, **application("{topics: [orders.orders.customers], groups: [other, billing]}  # <-")},
                "consumers.search.groups[1]",
                "must be a group of its own: consumers.billing.groups[0] has it, and each would get a part of the "
                "events of orders.orders.customers, got 'billing'",
            ),
            Refused(
                {**OWN_GROUP, **application("{kind: lambda, topics: {orders.orders.customers: billing}}  # <-")},
                "consumers.search.topics.orders.orders.customers",
                "must be a group of its own: consumers.billing.groups[0] has it",
            ),
        ],
    ),
}

# Errors of other rules, and of the models.
REFUSED = [
    refused("function: receipts", "must be a Lambda function's ARN, such as arn:aws:lambda:REGION:ACCOUNT:function"),
    refused("function_arn: x", "unknown key: it is called function here"),
    refused("starting_position: AT_TIMESTAMP", "must be TRIM_HORIZON or LATEST, got 'AT_TIMESTAMP'"),
    refused("batch_size: 10001", "must be"),
    refused("groups: [receipts]", "unknown key with kind: lambda; it goes with kind: application"),
    refused("security_group_ids: [sg-0abc1234def567890]", "unknown key with kind: lambda; it goes with kind: app"),
    refused_topics("{}", "", "must have 1 or more entries, got 0"),
    refused_topics(f"[{TOPIC}]", "", "must be a mapping"),
    refused_topics("{orders.orders.*: receipts}", ".orders.orders.*", "the name must be letters, digits, . _ and -"),
    refused_topics("{5: receipts}", ".5", "the name must be letters, digits, . _ and -"),
    refused_topics(f'{{{TOPIC}: "receipts-*"}}', f".{TOPIC}", "must be a consumer group's name, without *"),
    refused_topics(f"{{{TOPIC}: orders-schemahistory}}", f".{TOPIC}", "must match groups of the application only"),
    refused_topics("{schema-history.orders: receipts}", ".schema-history.orders", "must match topics of events only"),
    Refused(
        {"    topics: [orders.orders.*]": "    kind: lamda  # <-\n    topics: [orders.orders.*]"},
        "consumers.billing.kind",
        "must be application or lambda, got 'lamda'",
    ),
    Refused(
        {"    groups: [billing-*]": f"    groups: [billing-*]\n    function: {FUNCTION}  # <-"},
        "consumers.billing.function",
        "unknown key with kind: application; it goes with kind: lambda",
    ),
]

ADVICE = {
    "groups_stay_apart": Refused(
        application("{topics: [orders.orders.c*], groups: [billing-eu]}  # <-"),
        "consumers.search.groups[0]",
        "consumers.billing.groups[0] (billing-*) allows groups of the same name: in one group, each application gets a "
        "part of the events of orders.orders.c*, got 'billing-eu'",
    ),
    "events_fit_an_invocation": Refused(
        {**function(topics=f"{{{TOPIC}: receipts}}  # <-"), PREFIX: "{prefix: orders, max_message_bytes: 4500001}"},
        f"consumers.receipts.topics.{TOPIC}",
        "connector orders may write events of 4500001 bytes there, and Lambda cannot be invoked with one of more than",
    ),
}
# Of two patterns no group is of both, or no topic is.
APART = [
    application("{topics: [orders.orders.*], groups: [billing, bill-*]}"),
    application("{kind: lambda, topics: {orders.orders.customers: billing}}"),
    {"[orders.orders.*]": "[orders.orders.c*]", **application("{topics: [orders.orders.o*], groups: [billing-*]}")},
]
FITS = {**function(), PREFIX: "{prefix: orders, max_message_bytes: 4500000}"}
