"""Reads the architecture from the synthesized stacks."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from cdc.diagram import grants
from cdc.diagram.architecture import Architecture, Connector, Consumer, Kafka, Network, Peering, Service, Zone
from cdc.diagram.blocks import Blocks, Body

_DATABASES: Final = {"aws_rds_cluster": "Aurora MySQL", "aws_db_instance": "RDS for MySQL"}
_ACCOUNT: Final = "ACCOUNT"


def architecture(blocks: Blocks, environment: str) -> Architecture:
    """What ``environment`` consists of."""
    network = _network(blocks)
    return Architecture(
        environment=environment,
        region=blocks.region,
        network=network,
        kafka=_kafka(blocks, network),
        connectors=tuple(_connector(blocks, place) for place in blocks.resources("aws_mskconnect_connector")),
        consumers=tuple(_consumer(blocks, place) for place in blocks.resources("aws_iam_policy", "connect")),
        plugins=_plugins(blocks),
        secrets=_secrets(blocks),
        watching=_watching(blocks),
        key=_key(blocks),
        reactions=tuple(_reactions(blocks)),
        state=_state(blocks),
        registries=tuple(_registries(blocks)),
        grants=grants.grants(blocks),
    )


def _network(blocks: Blocks) -> Network:
    peerings = blocks.resources("aws_vpc_peering_connection")
    subnets = blocks.resources("aws_subnet")
    vpc = next(iter(blocks.resources("aws_vpc").values()), None)
    address = vpc["cidr_block"] if vpc else next(iter(blocks.lookups("aws_vpc").values()))["id"]
    nat = {
        str(blocks.referred(one["subnet_id"]).get("cidr_block")) for one in blocks.resources("aws_nat_gateway").values()
    }
    return Network(
        address=str(address),
        existing=vpc is None,
        zones=_zones(subnets, nat)
        if vpc
        else tuple(Zone("", str(one["id"])) for one in blocks.lookups("aws_subnet").values()),
        peerings=tuple(Peering(place.split("/")[-2], str(one["peer_vpc_id"])) for place, one in peerings.items()),
        endpoints=tuple(
            str(one["service_name"]).rsplit(".", 1)[-1] for one in blocks.resources("aws_vpc_endpoint").values()
        ),
        internet=bool(blocks.resources("aws_internet_gateway")),
    )


def _zones(subnets: dict[str, Body], nat: set[str]) -> tuple[Zone, ...]:
    public = {one["availability_zone"]: one["cidr_block"] for place, one in subnets.items() if "/public-" in place}
    private = {one["availability_zone"]: one["cidr_block"] for place, one in subnets.items() if "/private-" in place}
    return tuple(Zone(zone, cidr, public.get(zone), public.get(zone) in nat) for zone, cidr in sorted(private.items()))


def _kafka(blocks: Blocks, network: Network) -> Kafka:
    found = next(iter(blocks.resources("aws_msk_cluster").values()), None)
    if found is None:
        lookup = next(iter(blocks.lookups("aws_msk_bootstrap_brokers").values()))
        return Kafka(str(lookup["cluster_arn"]).split("/")[1], existing=True, facts=(), brokers=())
    nodes, number = found["broker_node_group_info"], int(found["number_of_broker_nodes"])
    version = str(found["kafka_version"])
    volume = nodes.get("storage_info", {}).get("ebs_storage_info", {}).get("volume_size")
    facts = [
        f"Kafka {version.removesuffix('.kraft')}, {'KRaft' if version.endswith('.kraft') else 'ZooKeeper'}",
        f"{number} x {nodes['instance_type']}" + (f", {volume} GiB each" if volume else ""),
    ]
    zones = [zone.name or zone.private for zone in network.zones]
    return Kafka(
        name=str(found["cluster_name"]),
        existing=False,
        facts=tuple(facts),
        brokers=tuple(zones[broker % len(zones)] for broker in range(number)),
    )


def _connector(blocks: Blocks, place: str) -> Connector:
    parent = place.rpartition("/")[0]
    body = blocks.resources("aws_mskconnect_connector")[place]
    properties = body["connector_configuration"]
    host = str(properties["database.hostname"])
    database = blocks.referred(host)
    kind = next((name for type_, name in _DATABASES.items() if type_ in host), "MySQL")
    capacity = body["capacity"]["provisioned_capacity"]
    plugin = blocks.referred(body["plugin"][0]["custom_plugin"]["arn"])
    tables = properties.get("table.include.list") or properties.get("database.include.list", "")
    secrets = [
        one for path, one in blocks.lookups("aws_secretsmanager_secret").items() if path.startswith(f"{parent}/")
    ]
    policy = blocks.resources("aws_iam_role_policy")[f"{parent}/permissions"]
    logs = body["log_delivery"]["worker_log_delivery"]["cloudwatch_logs"]["log_group"]
    return Connector(
        key=parent.rpartition("/")[2],
        name=str(body["name"]),
        database=str(database.get("cluster_identifier") or database.get("db_instance_identifier") or host),
        database_kind=kind,
        version=str(body["kafkaconnect_version"]),
        capacity=f"{capacity['mcu_count']} MCU x {capacity['worker_count']} worker",
        plugin=str(plugin.get("name", "an existing plugin")),
        tables=tuple(_table(one) for one in tables.split(",") if one),
        topics=grants.writable_topics(policy),
        secrets=tuple(str(one["name"]) for one in secrets),
        role=str(blocks.resources("aws_iam_role")[f"{parent}/role"]["name"]),
        log_group=str(blocks.referred(logs).get("name", logs)),
    )


def _table(pattern: str) -> str:
    """A name, or a name with ``*``, of the pattern that Debezium reads."""
    return pattern.replace("[^.]*", "*").replace("\\", "")


def _consumer(blocks: Blocks, place: str) -> Consumer:
    found = grants.statements(blocks.resources("aws_iam_policy", "connect")[place])
    read = [one for one in found if "kafka-cluster:ReadData" in one["Action"]]
    key = place.split("/")[1]
    mappings = blocks.resources("aws_lambda_event_source_mapping").items()
    functions = [str(one["function_name"]) for path, one in mappings if path.startswith(f"consumers/{key}/")]
    return Consumer(
        key=key,
        topics=tuple(topic for one in read for topic in grants.topics(one)),
        groups=tuple(group for one in found for group in grants.groups(one)),
        roles=grants.attached(blocks, place),
        function=functions[0].rpartition(":function:")[2] if functions else "",
    )


def _plugins(blocks: Blocks) -> Service:
    lines = []
    for path, plugin in blocks.resources("aws_mskconnect_custom_plugin").items():
        arn = plugin["location"]["s3"]["bucket_arn"]
        bucket = str(blocks.referred(arn).get("bucket") or arn).rsplit(":", 1)[-1]
        lines += [_named(bucket), f"ZIP of {path.split('/')[1]}"]
    return Service("bucket", "S3: plugins", tuple(dict.fromkeys(lines)) or ("plugins that exist",))


def _secrets(blocks: Blocks) -> Service:
    names = dict.fromkeys(str(one["name"]) for one in blocks.lookups("aws_secretsmanager_secret").values())
    return Service("secret", "Secrets Manager", (*names, "read by workers only"))


def _watching(blocks: Blocks) -> Service:
    groups = [str(one["name"]) for one in blocks.resources("aws_cloudwatch_log_group").values()]
    alarms = Counter(place.split("/")[1] for place in blocks.resources("aws_cloudwatch_metric_alarm"))
    subjects = {"connectors": "connectors", "kafka": "brokers", "self-healing": "self-healing"}
    counts = ", ".join(f"{alarms[key]} on {name}" for key, name in subjects.items() if alarms[key])
    composites = len(blocks.resources("aws_cloudwatch_composite_alarm"))
    lines = [
        f"{len(groups)} log groups",
        f"{sum(alarms.values())} alarms: {counts}",
        f"{composites} composite alarm{'s' * (composites != 1)}",
    ]
    lines += [f"dashboard {one['dashboard_name']}" for one in blocks.resources("aws_cloudwatch_dashboard").values()]
    metrics = [
        one["metric_transformation"]["name"] for one in blocks.resources("aws_cloudwatch_log_metric_filter").values()
    ]
    if metrics:
        lines.append(f"metrics from logs: {', '.join(sorted(set(metrics)))}")
    return Service("watch", "CloudWatch", tuple(lines))


def _key(blocks: Blocks) -> Service:
    aliases = [str(one["name"]) for one in blocks.resources("aws_kms_alias", "platform").values()]
    used = {"aws_msk_cluster": "volumes", "aws_cloudwatch_log_group": "logs", "aws_s3_bucket": "plugins"}
    types = {type_ for part in ("platform", "connect") for type_ in used if blocks.resources(type_, part)}
    return Service("key", "KMS key", (*aliases, ", ".join(word for type_, word in used.items() if type_ in types)))


def _reactions(blocks: Blocks) -> list[Service]:
    """What alarms start, and whom they notify."""
    found = [
        Service("function", "Lambda", (str(one["function_name"]), "restarts failed tasks"))
        for one in blocks.resources("aws_lambda_function").values()
    ]
    topics = {
        str(blocks.referred(action).get("name") or str(action).rsplit(":", 1)[-1])
        for one in blocks.resources("aws_cloudwatch_composite_alarm").values()
        for action in one.get("alarm_actions", ())
    }
    return [*found, *(Service("message", "SNS topic", (topic,)) for topic in sorted(topics))]


def _registries(blocks: Blocks) -> Iterator[Service]:
    """Glue's, which is created or exists; one by URL has no resource."""
    for one in blocks.resources("aws_glue_registry").values():
        yield Service("table", "Schema registry", (f"Glue {one['registry_name']}",))
    for one in blocks.lookups("aws_glue_registry").values():
        yield Service("table", "Schema registry", (f"Glue {one['name']}", "existing"))


def _state(blocks: Blocks) -> Service:
    kind, settings = blocks.backend()
    if kind == "s3":
        locks = [f"lock: DynamoDB {settings['dynamodb_table']}"] if settings.get("dynamodb_table") else []
        locks += ["lock: object in S3"] if settings.get("use_lockfile") else []
        return Service("table", "Terraform state", (f"S3 {settings['bucket']}", *locks))
    if kind == "cloud":
        return Service("table", "Terraform state", ("HCP Terraform", str(settings["organization"])))
    return Service("table", "Terraform state", ("a local file",))


def _named(text: str) -> str:
    """``text`` with the account's number, which only a plan knows, as a word."""
    return text.replace("${data.aws_caller_identity.account.account_id}", _ACCOUNT)
