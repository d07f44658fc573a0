"""``cdc cost``: what an environment costs a month, by component."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

import typer

from cdc.console import fail, out, table
from cdc.cost import output
from cdc.cost.cheaper import Priced, suggestions
from cdc.cost.committed import CommitError, at_commit
from cdc.cost.estimating import estimate
from cdc.cost.usage import Usage
from cdc.diagram.synthesized import blocks
from cdc.environments import UnknownEnvironmentError, files
from cdc.options import EnvArgument, JsonOption
from cdc.pricing.lines import Estimate
from cdc.pricing.prices import PricesError, for_region
from modules.environment.loading import load_all
from modules.messages.problems import EnvironmentErrors

_COLUMNS: Final = ("component", "quantity", "price", "a month")
_DEFAULT: Final = Usage()


def cost(
    name: EnvArgument,
    against: Annotated[
        str | None, typer.Option("--against", metavar="ENV", help="Print the difference to this one, as Markdown.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="COMMIT", help="Print the difference to the file of this commit.")
    ] = None,
    prices: Annotated[Path | None, typer.Option(metavar="FILE", help="A table of prices, as YAML.")] = None,
    events_per_second: Annotated[float, typer.Option(min=0, help="Of all connectors.")] = 100,
    event_bytes: Annotated[float, typer.Option(min=0, help="Of one event, as it is in Kafka.")] = 1000,
    retention_hours: Annotated[float, typer.Option(min=0, help="How long brokers keep events.")] = 168,
    log_gb: Annotated[float, typer.Option(min=0, help="GB of logs a month.")] = 5,
    service_gb: Annotated[float, typer.Option(min=0, help="GB a month to AWS services, by NAT or endpoints.")] = 1,
    stored_gb: Annotated[float, typer.Option(min=0, help="GB in the buckets of states and plugins.")] = 1,
    readers: Annotated[
        int | None, typer.Option(min=0, help="Applications that read all events; default: the consumers.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Estimate what an environment costs a month, by component.

    Counts what the synthesized stacks contain, and takes list prices from a dated table. What the table does not have
    is named, and not priced. Discounts, taxes, free tiers and the database itself are left out. Ends with changes of
    the file that make it cheaper and keep what it promises, if there are any.
    """
    usage = Usage(
        _decimal(events_per_second), _decimal(event_bytes), _decimal(retention_hours), _decimal(log_gb),
        _decimal(service_gb), _decimal(stored_gb), readers,
    )  # fmt: skip
    if against and since:
        fail("--against and --since cannot be used together", status=2)
    try:
        now = _priced(files([name])[0], prices, usage)
        before = _before(now.file, against, since, prices, usage)
        cheaper = [] if before else suggestions(now)
    except (UnknownEnvironmentError, EnvironmentErrors, PricesError, CommitError) as error:
        fail(error)
    if as_json:
        more = {"before": output.document(before, usage)} if before else {"suggestions": output.suggested(cheaper)}
        out.print_json(json.dumps(output.document(now.estimate, usage) | more))
    elif before:
        for line in output.difference(before, now.estimate):
            typer.echo(line)
    else:
        out.print(table("", _COLUMNS, output.rows(now.estimate)))
        for line in (*output.notes(now.estimate, usage), *output.cheaper(cheaper)):
            out.print(line, markup=False, soft_wrap=True)


def _before(file: Path, against: str | None, since: str | None, prices: Path | None, usage: Usage) -> Estimate | None:
    if against:
        other = files([against])[0]
        found = _priced(other, prices, usage).estimate
        return replace(found, environment=str(other)) if other.stem == file.stem and other != file else found
    if not since:
        return None
    with at_commit(file, since) as there:
        found = _priced(there, prices, usage).estimate
    return replace(found, environment=f"{found.environment} at {since}")


def _priced(file: Path, prices: Path | None, usage: Usage) -> Priced:
    environment = load_all([file])[0]
    table_of_prices = for_region(environment.region, prices)
    found = blocks(environment)
    return Priced(
        file, environment, found, estimate(found, environment.name, table_of_prices, usage), table_of_prices, usage
    )


def _decimal(value: float) -> Decimal:
    """The number that was typed."""
    return Decimal(repr(value))
