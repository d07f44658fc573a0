"""``cdc drift``: compares what Terraform cannot see with what the file asks for; changes nothing."""

import json
from pathlib import Path

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cdc.console import err, out
from cdc.drift import account
from cdc.drift.account import Account
from cdc.findings import Level, Result, unknown
from cdc.operate.connectors import Place, place
from cdc.options import BrokerCaOption, BrokerHostsOption, EnvArgument, JsonOption
from cdc.report import lines


def drift(
    name: EnvArgument, hosts: BrokerHostsOption = None, ca: BrokerCaOption = None, as_json: JsonOption = False
) -> None:
    """Find what has changed that Terraform cannot see.

    Connectors that the file does not have, operations that failed, plugins and worker configurations that no
    connector uses, topics that differ from the file, and topics that connectors left behind. Changes nothing. What
    cannot be read is skipped, and said. Exit status: 0, or 1 if something was found.
    """
    with place(name) as found, err.status("reading"):
        there = account.read(found.aws, found.environment)
        results = [*account.judge(found.environment, there), *_topics(found, there, hosts, ca)]
    drifted = any(one.finding.level in (Level.ERROR, Level.WARNING) for one in results)
    if as_json:
        out.print_json(json.dumps({"drifted": drifted, "results": [one.document for one in results]}))
    else:
        for line in lines(results):
            out.print(line, markup=False, soft_wrap=True)
    if drifted:
        raise typer.Exit(1)


def _topics(found: Place, there: Account, hosts: Path | None, ca: Path | None) -> list[Result]:
    """Of the topics, where the brokers can be reached from here and accept the caller."""
    from cdc.drift import left_over, topics
    from cdc.kafka.brokers import BrokersError, Tunnels, brokers
    from cdc.kafka.listing import listed

    environment = found.environment
    try:
        read = listed(
            brokers(found.aws, environment, Tunnels(hosts, ca)),
            named=topics.named(environment),
            compared=lambda topic: topics.is_compared(environment, topic),
        )
    except (BrokersError, BotoCoreError, ClientError) as error:
        return [Result("cluster", "topics", unknown(f"skipped: {error}", ""))]
    return [*topics.judge(environment, there, read), *left_over.judge(environment, there, read)]
