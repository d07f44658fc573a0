"""The blocks of an environment, synthesized now."""

from pathlib import Path
from tempfile import TemporaryDirectory

from cdc.delivery.export import manifest
from cdc.diagram.blocks import Blocks
from modules.environment.environment import Environment
from modules.user_files.bounds import parsed_json


def blocks(environment: Environment) -> Blocks:
    """Of all stacks; raises what the synthesis raises."""
    prefix = f"{environment.name}-"
    with TemporaryDirectory(prefix="msk-cdc-") as folder:
        stacks = manifest([environment], Path(folder))
        return Blocks(
            {
                name.removeprefix(prefix): parsed_json(Path(folder, stack["synthesizedStackPath"]).read_text())
                for name, stack in stacks.items()
            }
        )
