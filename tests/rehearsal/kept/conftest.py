"""One kept rehearsal for all tests here; each leaves it as it was, but for changes that were applied to it."""

from collections.abc import Iterator

import pytest

from tests.rehearsal.commands import Command, is_gone
from tests.rehearsal.kept.lab import NAME, Kept


@pytest.fixture(scope="package")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept")
    try:
        yield (found := Kept(folder))
    finally:
        with Command(f"{NAME}.yaml", "--stop", "--json", folder=folder) as stopping:
            assert stopping.end() == 0, stopping.said
            assert stopping.document()["stopped"] == [{"rehearsal": found.run.folder.name, "left_behind": []}]
    assert is_gone(found.run.folder)
