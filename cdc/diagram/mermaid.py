"""The diagram as Mermaid's text, which GitHub and GitLab draw."""

from collections.abc import Iterator, Sequence

from cdc.diagram.architecture import Architecture, Service


def text(shown: Architecture) -> str:
    """A flowchart; its ids are numbers, so that no name of an environment can break it."""
    return "\n".join(_lines(shown)) + "\n"


def _lines(shown: Architecture) -> Iterator[str]:
    yield "flowchart LR"
    databases = {(one.database_kind, one.database): number for number, one in enumerate(shown.connectors)}
    for (kind, name), number in databases.items():
        yield f'  db{number}[("{_label(kind, name, "existing")}")]'
    yield from _network(shown)
    for number, consumer in enumerate(shown.consumers):
        yield f'  app{number}["{_label(consumer.key, "reads " + ", ".join(consumer.topics))}"]'
    services = {"s3": shown.plugins, "secrets": shown.secrets, "watch": shown.watching, "kms": shown.key}
    for id_, service in services.items():
        yield f"  {id_}[{_service(service)}]"
    for number, service in enumerate(shown.reactions):
        yield f"  reaction{number}[{_service(service)}]"
    for number, service in enumerate(shown.registries):
        yield f"  registry{number}[({_service(service)})]"
    yield f"  state[({_service(shown.state)})]"
    yield from _arrows(shown, [databases[one.database_kind, one.database] for one in shown.connectors])


def _network(shown: Architecture) -> Iterator[str]:
    network = shown.network
    yield f'  subgraph vpc["{_title(f"VPC {network.address}", "existing" if network.existing else shown.region)}"]'
    public = [zone for zone in network.zones if zone.public]
    if public:
        yield '    subgraph public["public subnets"]'
        for number, zone in enumerate(public):
            nat = ["NAT gateway"] if zone.nat else []
            yield f'      public{number}["{_label(zone.name, str(zone.public), *nat)}"]'
        yield "    end"
    private = ", ".join(zone.name or zone.private for zone in network.zones)
    yield f'    subgraph private["{_title("private subnets", private)}"]'
    yield '      subgraph connect["MSK Connect"]'
    for number, connector in enumerate(shown.connectors):
        yield f'        connector{number}["{_label(connector.name, connector.capacity, *connector.tables)}"]'
    yield "      end"
    yield f'      subgraph msk["{_title("MSK " + shown.kafka.name, *shown.kafka.facts)}"]'
    for number, connector in enumerate(shown.connectors):
        yield f'        topics{number}["{_label(*connector.topics)}"]'
    yield "      end"
    yield "    end"
    yield "  end"


def _arrows(shown: Architecture, databases: Sequence[int]) -> Iterator[str]:
    for number, (connector, database) in enumerate(zip(shown.connectors, databases, strict=True)):
        yield f"  db{database} -->|binlog| connector{number}"
        yield f"  connector{number} -->|IAM 9098| topics{number}"
        readers = shown.readers(connector)
        yield from (f"  topics{number} -->|IAM 9098| app{shown.consumers.index(one)}" for one in readers)
    yield "  s3 -.->|plugin| connect"
    yield "  secrets -.->|password| connect"
    yield "  connect -.->|logs, metrics| watch"
    if not shown.kafka.existing:
        yield "  msk -.->|logs, metrics| watch"
    yield from (f"  watch -.->|alarms| reaction{number}" for number in range(len(shown.reactions)))


def _service(service: Service) -> str:
    return f'"{_label(service.title, *service.lines)}"'


def _title(*parts: str) -> str:
    """Of a subgraph: one line, since what is in it would cover a second."""
    return _label(": ".join((parts[0], ", ".join(parts[1:]))) if parts[1:] else parts[0])


def _label(*lines: str) -> str:
    """Lines of a label; what Mermaid or HTML would read is escaped as its numbers."""
    return "<br/>".join("".join(c if c.isalnum() or c in " .,:_-/*" else f"#{ord(c)};" for c in line) for line in lines)
