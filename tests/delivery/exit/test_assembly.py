"""The newest bindings refer from one submodule to another: the reduced assembly has both, and no others."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from modules.synthesis.assembly import cut
from tests.unit.synthesis.test_bindings import FILES, NAME, assembly, described, unpacked

REFERRING: Final[dict[str, Any]] = {
    f"{NAME}.vpc.Vpc": {"parameters": [{"type": {"fqn": f"{NAME}.subnet.Subnet"}}]},
    f"{NAME}.subnet.Subnet": {},
}
REQUIRING: Final = {"lib/vpc/index.js": 'require("../subnet/index")'}


def test_a_reduced_assembly_has_the_referenced_submodules(tmp_path: Path) -> None:
    source = assembly(tmp_path, FILES | REQUIRING | {".jsii": described(types=REFERRING)})
    files = unpacked(cut(source, name=NAME, types=[f"{NAME}.vpc.Vpc"]))
    assert json.loads(files["package/.jsii"])["types"] == REFERRING
    assert {"package/lib/vpc/index.js", "package/lib/subnet/index.js"} <= files.keys()
    assert files["package/lib/index.js"].splitlines() == [
        'exports.subnet = require("./subnet");',
        'exports.vpc = require("./vpc");',
    ]


def test_without_a_reference_no_other_submodule_is_kept(tmp_path: Path) -> None:
    source = assembly(tmp_path, FILES | {".jsii": described(types=REFERRING)})
    files = unpacked(cut(source, name=NAME, types=[f"{NAME}.subnet.Subnet"]))
    assert "package/lib/vpc/index.js" not in files


@pytest.mark.parametrize("required", ["../subnet/index", "../vpc/../subnet/index", "../../index"])
def test_a_required_file_without_a_type_reference_is_an_error(tmp_path: Path, required: str) -> None:
    source = assembly(tmp_path, FILES | {"lib/vpc/index.js": f'require("{required}")'})
    with pytest.raises(ValueError, match="must require only"):
        cut(source, name=NAME, types=[f"{NAME}.vpc.Vpc"])
