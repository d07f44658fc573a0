"""Content that is made at synthesis, as a file that CDKTF copies beside the stack."""

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from modules.synthesis.sdk import AssetType, Construct, TerraformAsset


def asset(scope: Construct, id_: str, content: bytes, *, name: str) -> TerraformAsset:
    """An asset with ``content`` in a file ``name``."""
    return TerraformAsset(scope, id_, path=str(_stored(content, name)), type=AssetType.FILE)


@cache
def _stored(content: bytes, name: str) -> Path:
    """The file, which exists until this process ends."""
    folder = TemporaryDirectory(prefix="msk-cdc-")
    atexit.register(folder.cleanup)
    file = Path(folder.name) / name
    file.write_bytes(content)
    return file
