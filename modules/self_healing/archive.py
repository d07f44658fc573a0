"""The function's ZIP: these very files, byte for byte the same on every machine."""

import io
import zipfile
from pathlib import Path
from typing import Final

from modules import self_healing

HANDLER: Final = "modules/self_healing/function.handle"
RUNTIME: Final = "python3.13"
_FOLDER: Final = Path(self_healing.__file__).parent
_FILES: Final = ("__init__.py", "causes.py", "function.py")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o644 << 16


def archive() -> bytes:
    """The ZIP; it is stored, not compressed: another zlib would give other bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as zipped:
        _add(zipped, "modules/__init__.py", b"")
        for name in _FILES:
            _add(zipped, f"modules/self_healing/{name}", (_FOLDER / name).read_bytes())
    return content.getvalue()


def _add(zipped: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system = 3  # Unix: Lambda needs readable files
    entry.external_attr = _READABLE
    zipped.writestr(entry, content)
