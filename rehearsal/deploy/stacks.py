"""The synthesized stacks of an environment, as a rehearsal lays them out and runs them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from modules.environment.environment import Environment
from modules.environment.models.state import CloudState, S3State
from rehearsal.deploy import overrides
from rehearsal.deploy.terraform import Terraform

STATE: Final = "state"
PLATFORM: Final = "platform"
CONNECT: Final = "connect"


@dataclass(frozen=True)
class Stacks:
    """The root modules of ``environment``, synthesized below ``folder``.

    ``terraform`` makes what runs in a stack's folder. State is kept as the environment says; HCP Terraform, which is
    out of reach here, is replaced by files.
    """

    environment: Environment
    folder: Path
    terraform: Callable[[Path], Terraform]

    def __getitem__(self, part: str) -> Terraform:
        return self.terraform(self.folder / f"{self.environment.name}-{part}")

    @property
    def makes_state_store(self) -> bool:
        state = self.environment.state
        return isinstance(state, S3State) and state.create

    @property
    def parts(self) -> list[str]:
        """In the order that they are applied in."""
        return [*([STATE] if self.makes_state_store else []), PLATFORM, CONNECT]

    def prepare(self, part: str, *, local: bool = False, destroyable: bool = False) -> Terraform:
        """The stack with what a rehearsal lays over it; ``local`` keeps its state in a file for now."""
        stack = self[part]
        document = stack.document
        layers = [overrides.bounded(document)]
        if local or isinstance(self.environment.state, CloudState):
            layers.append(overrides.local_backend(self._file(part)))
        if isinstance(self.environment.state, CloudState):
            layers.append(
                overrides.remote_states(document, {f"{self.environment.name}-{PLATFORM}": self._file(PLATFORM)})
            )
        if destroyable:
            layers.append(overrides.destroyable(document))
        stack.override(overrides.merged(*layers))
        return stack

    def _file(self, part: str) -> str:
        return str(self.folder / f"{self.environment.name}-{part}.tfstate")
