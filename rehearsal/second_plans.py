"""Every stack is planned again, and then destroyed: the end of a rehearsal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from rehearsal.deploy.stacks import CONNECT, STATE, Stacks
from rehearsal.processes.background import Background

# Nothing refers to it, and the provider waits almost a minute for it.
_ALONE: Final = "aws_s3_bucket_lifecycle_configuration."


def is_settled(pending: frozenset[str]) -> bool:
    """Whether resources that are still being created cannot change the plan of another stack."""
    return all(address.startswith(_ALONE) for address in pending)


@dataclass
class SecondPlans:
    """The second plans of ``stacks``; with ``retire`` each stack's destroy is planned, too, for ``Stacks.destroy``.

    A stack can be planned before the others are complete, as soon as these are settled: see ``is_settled``.
    """

    stacks: Stacks
    retire: bool
    _plans: dict[str, Background[bool]] = field(default_factory=dict)

    def start(self, part: str, *, after: Callable[[], object] = lambda: None) -> None:
        """Plans the stack in the background, once ``after`` has returned; the first call counts."""
        if part not in self._plans:
            self._plans[part] = Background(partial(self._plan, part, after))

    def result(self) -> bool:
        """Plans the other stacks; returns whether all plans are empty. Raises TerraformError."""
        for part in self.stacks.parts:
            self.start(part)
        results = [plan.result() for plan in self._plans.values()]  # each is waited for
        return all(results)

    def _plan(self, part: str, after: Callable[[], object]) -> bool:
        after()
        if not self.retire:
            return self.stacks[part].plan_is_empty()
        if part == CONNECT:
            # Everything waits for these two. That a destroy is allowed changes no plan.
            stack = self.stacks.prepare(part, destroyable=True)
            destroy = Background(stack.plan_destroy)
            empty = stack.plan_is_empty()
            destroy.result()
            return empty
        empty = self.stacks[part].plan_is_empty()
        self._plan_destroy(part)
        return empty

    def _plan_destroy(self, part: str) -> None:
        """Removes what protects the stack from destruction, as an operator would who retires the environment.

        The state stack's own state is in a local file from here on.
        """
        stack = self.stacks.prepare(part, local=part == STATE, destroyable=True)
        if part == STATE:
            stack.init("-migrate-state", "-force-copy")
        stack.plan_destroy()
