"""The blocks of an environment, synthesized now."""

from pathlib import Path
from tempfile import TemporaryDirectory

from cdc.delivery.export import manifest
from cdc.diagram.blocks import Blocks
from modules.environment import ca_bundles
from modules.environment.environment import Environment
from modules.environment.plugin_archives import findings
from modules.messages.problems import EnvironmentErrors
from modules.user_files.bounds import parsed_json


def blocks(environment: Environment) -> Blocks:
    """Of all stacks; raises EnvironmentErrors for plugins and certificates that cannot be read."""
    if problems := (*findings(environment).errors, *ca_bundles.problems(environment)):
        raise EnvironmentErrors(problems)
    prefix = f"{environment.name}-"
    with TemporaryDirectory(prefix="msk-cdc-") as folder:
        stacks = manifest([environment], Path(folder))
        return Blocks(
            {
                name.removeprefix(prefix): parsed_json(Path(folder, stack["synthesizedStackPath"]).read_text())
                for name, stack in stacks.items()
            }
        )
