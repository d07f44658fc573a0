"""The synthesized stacks of an environment, with the overrides of a rehearsal."""

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
    """The root modules of ``environment``, synthesized below ``folder``; ``terraform`` takes a stack's folder.

    State is where the environment says. HCP Terraform is out of reach here: such state is in local files.
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
        """The parts in the order in which they are applied."""
        return [*([STATE] if self.makes_state_store else []), PLATFORM, CONNECT]

    def prepare(self, part: str, *, local: bool = False, destroyable: bool = False) -> Terraform:
        """Writes the stack's override file; ``local`` puts its state in a file, ``destroyable`` allows a destroy."""
        stack = self[part]
        document = stack.document
        layers = [overrides.limited_retries(document)]
        if local or isinstance(self.environment.state, CloudState):
            layers.append(overrides.local_backend(self._state_file(part)))
        if isinstance(self.environment.state, CloudState):
            layers.append(
                overrides.remote_states(document, {f"{self.environment.name}-{PLATFORM}": self._state_file(PLATFORM)})
            )
        if destroyable:
            layers.append(overrides.destroyable(document))
        stack.override(overrides.merge(*layers))
        return stack

    def _state_file(self, part: str) -> str:
        return str(self.folder / f"{self.environment.name}-{part}.tfstate")
