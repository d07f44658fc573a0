"""Content that is made at synthesis, as a file that CDKTF copies beside the stack."""

import atexit
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from modules.synthesis.sdk import AssetType, Construct, TerraformAsset

_STORED: Final[dict[tuple[bytes, str], Path]] = {}  # by content and name


def asset(scope: Construct, id_: str, content: bytes, *, name: str) -> TerraformAsset:
    """An asset with ``content`` in a file ``name``."""
    return TerraformAsset(scope, id_, path=str(_stored(content, name)), type=AssetType.FILE)


def _stored(content: bytes, name: str) -> Path:
    """The file, which exists until this process ends, or its temporary folder is removed."""
    file = _STORED.get((content, name))
    if file is None or not file.exists():
        folder = TemporaryDirectory(prefix="msk-cdc-")
        atexit.register(folder.cleanup)
        file = _STORED[content, name] = Path(folder.name) / name
        file.write_bytes(content)
    return file
