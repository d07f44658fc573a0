"""The options of ``cdc rehearse``."""

from pathlib import Path
from typing import Annotated

import typer

KeepOption = Annotated[bool, typer.Option("--keep", help="Keep it running, and print how to reach each part.")]
StopOption = Annotated[bool, typer.Option("--stop", help="Stop the kept rehearsals of ENV.")]
ApplyOption = Annotated[
    bool, typer.Option("--apply", help="Apply the changed ENV to its kept rehearsal, and judge it again.")
]
ExplainOption = Annotated[
    bool, typer.Option("--explain-permissions", help="Print each role's permissions with reasons; run nothing.")
]
SchemaOption = Annotated[
    Path | None, typer.Option("--schema", metavar="FILE", help="SQL that creates the source tables.")
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="FILE", help="SQL with changes of your own, instead of generated ones."),
]
MysqldOption = Annotated[
    Path | None,
    typer.Option("--mysqld", metavar="FILE", help="The MySQL server to run, of a version that you choose."),
]
BrokersOption = Annotated[
    int | None, typer.Option("--brokers", min=1, metavar="N", help="Run at most N brokers, for a small machine.")
]
EnforceOption = Annotated[
    bool,
    typer.Option("--enforce-deployer", help="Run Terraform with the policy of cdc deployer-policy, and no more."),
]
JunitOption = Annotated[
    Path | None,
    typer.Option("--junit", metavar="FILE", dir_okay=False, help="Write the steps as JUnit's XML, for a pipeline."),
]
ReportOption = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Write the result as one page of HTML, also of a failed rehearsal."),
]
