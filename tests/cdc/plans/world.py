"""Production, applied by the real Terraform and provider to an embedded AWS without servers, and planned again.

So every plan here is what ``terraform show -json`` writes of a change to what is deployed.
"""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import yaml

from cdc import terraform as cli
from cdc.deployer.stacks import policy_of
from modules.environment.environment import Environment
from rehearsal.deploy import overrides
from tests.account import Account, account
from tests.real_terraform import Terraform, started_provider
from tests.synthesized import Document, Stack, changed, synthesize, with_another
from tests.terraform.variants import PROD, with_stock

# Plans against an empty state.
EMPTY_STATE: Final = "-state=nowhere.tfstate"
# The provider waits a minute for each: they are in the first plan only.
_SLOW: Final = "aws_s3_bucket_lifecycle_configuration"


def production(archive: Path) -> Document:
    """Three connectors, two of them of one database, and a plugin of each kind; local states."""
    base = changed(PROD, state={"kind": "local"})
    base = with_stock(base, plugin="uploaded", properties={"decimal.handling.mode": "double"})
    source = {**PROD["connectors"]["orders"]["source"], "server_id": 5403, "tables": ["orders.refunds"]}
    base = with_another(base, "refunds", source=source, signals=None)
    base["plugins"]["uploaded"] = {"archive": str(archive)}
    return base


@dataclass
class World:
    """What is deployed; ``base`` is the environment file that it was deployed from.

    Terraform runs as a deployer with the policy of ``cdc deployer-policy``; ``denials`` are those while it applied.
    """

    folder: Path
    variables: Mapping[str, str]
    base: Document
    account: Account
    denials: list[str] = field(default_factory=list)
    _number: "count[int]" = field(default_factory=count)

    def synthesize(self, part: str, content: Document) -> Stack:
        """A new folder next to the others, so that they share the states. Only a state in S3 has a state stack."""
        if part == "state":
            content = changed(content, state=content["state"] if content["state"]["kind"] == "s3" else PROD["state"])
        return synthesize(self.folder / f"synthesized-{next(self._number)}", content)[part]

    def prepare(self, stack: Stack, part: str, edit: Callable[[Document], object]) -> Path:
        folder = stack.file.parent
        edit(document := stack.json)
        stack.file.write_text(json.dumps(document))
        layers = [overrides.limited_retries(document)]
        if part == "state":
            layers.append(overrides.local_backend("../../../terraform.prod-state.tfstate"))
        (folder / "test_override.tf.json").write_text(json.dumps(overrides.merge(*layers)))
        if (assets := folder / "assets").is_dir():  # where the provider looks, which all stacks share
            shutil.copytree(assets, self.folder / "assets", dirs_exist_ok=True)
        self.run(folder, "init")
        return folder

    def run(self, folder: Path, *arguments: str) -> str:
        return cli.run(folder, *arguments, variables=self.variables).stdout

    def apply(self) -> None:
        """Every stack; that of the state meanwhile, for which nothing else waits."""
        state, platform, connect = (
            self.prepare(self.synthesize(part, self.base), part, _without_slow)
            for part in ("state", "platform", "connect")
        )
        with ThreadPoolExecutor() as pool:
            beside = pool.submit(self.run, state, "apply", "-auto-approve")
            self.run(platform, "apply", "-auto-approve")
            self.run(connect, "apply", "-auto-approve")
            beside.result()

    def plan(
        self, part: str, content: Document, *flags: str, edit: Callable[[Document], object] = lambda _: None
    ) -> Document:
        """``terraform show -json`` of a plan of ``content``, its JSON changed by ``edit``."""

        def edited(document: Document) -> None:
            if EMPTY_STATE not in flags:
                _without_slow(document)
            edit(document)

        folder = self.prepare(self.synthesize(part, content), part, edited)
        self.run(folder, "plan", "-refresh=false", "-lock=false", "-out=tfplan", *flags)
        document: Document = json.loads(self.run(folder, "show", "-json", "tfplan"))
        return document


def _without_slow(document: Document) -> None:
    document["resource"].pop(_SLOW, None)


@contextmanager
def deployed(folder: Path, terraform: Terraform) -> Iterator[World]:
    """All stacks applied."""
    with zipfile.ZipFile(archive := folder / "debezium.zip", "w") as bundle:
        bundle.writestr("debezium/connector.jar", b"not a connector")
    base = production(archive)
    (file := folder / "prod.yaml").write_text(yaml.safe_dump(base))
    with account(file) as aws:
        policy = policy_of(Environment.model_validate({"name": "prod", **changed(base, state=PROD["state"])}))
        given = {**aws.variables(terraform.variables, region=base["region"]), **aws.deployer(policy.documents)}
        with started_provider(terraform.providers, given, folder) as variables:
            world = World(folder, variables, base, aws)
            world.apply()
            world.denials = aws.denials
            yield world
