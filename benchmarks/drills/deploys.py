"""Terraform changes the connector: another plugin, another capacity."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.drills.measuring import Drill
from tests.rehearsal.pipeline.deployed import Deployed


@contextmanager
def another_plugin(world: Deployed) -> Iterator[Callable[[], None]]:
    """A ZIP with other content: the connector is destroyed, and created again."""
    with TemporaryDirectory() as folder:
        before, other = Path(world.archive), Path(folder, "other.zip")
        copyfile(before, other)
        with zipfile.ZipFile(other, "a") as archive:
            archive.writestr("debezium-mysql/note.txt", "another content")
        yield lambda: world.deploy(archive=other)
        world.deploy(archive=before)


@contextmanager
def more_capacity(world: Deployed) -> Iterator[Callable[[], None]]:
    """Two MCU instead of one, and one again."""
    yield lambda: world.deploy(capacity={"mcu": 2})
    world.deploy(capacity={"mcu": 1})


_APPLY: Final = "the deploy itself: a few seconds here, ten to twenty minutes on AWS"
DRILLS: Final = (
    Drill("plugin replaced", another_plugin, _APPLY),
    Drill("capacity changed", more_capacity, "the deploy itself"),
)
