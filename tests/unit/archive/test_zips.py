"""An archive that is unsafe to unpack is refused, with its name and entry; the fixed archive is read."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable

import pytest

from modules.archive import zips
from modules.archive.zips import Archive, BadArchiveError
from tests.unit.archive.classes import zipped

GOOD = zipped({"plugin/a.jar": b"a" * 1000, "plugin/LICENSE": b"text"})
# Of a central directory's entry (PKWARE's APPNOTE 4.3.12), with their layouts.
FLAGS, METHOD, CRC, SIZE, OFFSET = (8, "<H"), (10, "<H"), (16, "<I"), (24, "<I"), (42, "<I")


def named(*names: str) -> bytes:
    return zipped(dict.fromkeys(names, b"x"))


def twice(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(name, b"2")
    return buffer.getvalue()


def of_mode(mode: int) -> bytes:
    buffer = io.BytesIO()
    entry = zipfile.ZipInfo("plugin/a.jar")
    entry.external_attr = mode << 16
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, b"/etc/passwd")
    return buffer.getvalue()


def patched(field: tuple[int, str], value: int) -> bytes:
    """GOOD with one field of its first entry changed in the central directory."""
    position, layout = field
    data = bytearray(GOOD)
    struct.pack_into(layout, data, data.index(b"PK\x01\x02") + position, value)
    return bytes(data)


def scrambled() -> bytes:
    data = bytearray(GOOD)
    start = data.index(b"plugin/a.jar") + len("plugin/a.jar")
    data[start] = 0xFF
    return bytes(data)


def unpack(data: bytes) -> None:
    archive = Archive(data, "some.zip", unpacked=True)
    for name in archive.files:
        archive.read(name)


BROKEN: dict[str, tuple[bytes, str]] = {
    "no archive": (b"<html>not found</html>", r"some.zip must be a ZIP or JAR, got b'<html>no'"),
    "empty": (b"", r"some.zip must be a ZIP or JAR, got b''"),
    "truncated": (GOOD[:-60], r"some.zip is truncated or damaged: its \d+ bytes .* download it again"),
    "absolute": (named("/etc/cron.d/a"), r"some.zip: entry '/etc/cron.d/a' must have a relative path"),
    "drive": (named("C:a.jar"), r"entry 'C:a.jar' must have a relative path"),
    "backslash": (named("plugin\\a.jar"), r"entry 'plugin\\\\a.jar' must have a name without backslash and NUL"),
    "parent": (named("plugin/../../a.jar"), r"entry 'plugin/../../a.jar' must be inside the archive's folder"),
    "link": (of_mode(stat.S_IFLNK | 0o777), r"entry 'plugin/a.jar' must be a plain file, got a symbolic link"),
    "device": (of_mode(stat.S_IFCHR | 0o666), r"entry 'plugin/a.jar' must be a plain file, got a special file"),
    "twice": (twice("plugin/a.jar"), r"entry 'plugin/a.jar' must be unique, got 'plugin/a.jar' before it"),
    "twice, in other case": (named("plugin/a.jar", "plugin/A.jar"), r"'plugin/A.jar' must be unique, got 'plugin/a"),
    "encrypted": (patched(FLAGS, 1), r"entry 'plugin/a.jar' must not be encrypted"),
    "another compression": (patched(METHOD, 14), r"must be stored or deflated, .* got method 14"),
    "another checksum": (patched(CRC, 1), r"entry 'plugin/a.jar' must have CRC-32 00000001, got [0-9a-f]{8}; download"),
    "scrambled": (scrambled(), r"entry 'plugin/a.jar' cannot be unpacked .*; download the archive again"),
    "more bytes": (patched(SIZE, 999), r"must unpack to the declared 999 bytes, got more"),
    "fewer bytes": (patched(SIZE, 1001), r"must unpack to the declared 1001 bytes, got fewer"),
    "nowhere": (patched(OFFSET, 3), r"entry 'plugin/a.jar' must begin with a ZIP header"),
}


@pytest.mark.parametrize(("data", "message"), BROKEN.values(), ids=BROKEN)
def test_an_unsafe_or_damaged_archive_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(BadArchiveError, match=message):
        unpack(data)


@pytest.mark.parametrize(
    "data",
    [GOOD, zipped({}), named("plugin/a.jar", "plugin/b..jar"), of_mode(stat.S_IFREG | 0o644), of_mode(0)],
    ids=["jars", "nothing", "dots in a name", "a plain file", "no mode at all"],
)
def test_a_valid_archive_is_read(data: bytes) -> None:
    unpack(data)


def test_classes_in_a_jar_may_differ_in_case_only() -> None:
    assert list(Archive(named("a.class", "A.class"), "some.jar").files) == ["a.class", "A.class"]


def overlapping() -> bytes:
    """Two entries that both claim all compressed bytes."""
    data = bytearray(zipped({"a": bytes(range(256)) * 40, "b": b"x"}))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 20 : second + 24] = struct.pack("<I", len(data))
    return bytes(data)


@pytest.mark.parametrize(
    ("limit", "value", "data", "message"),
    [
        ("MOST_ENTRIES", 1, lambda: GOOD, "some.zip must have at most 1 entries, got 2"),
        ("MOST_BYTES", 1003, lambda: GOOD, "some.zip must unpack to at most 1003 bytes, got 1004"),
        (
            "GROWTH_CHECKED_FROM",
            9,
            lambda: zipped({"a": bytes(10**6)}),
            r"at most 100 times its \d+ bytes, got",
        ),
        ("MOST_ENTRIES", 9, overlapping, r"at least the \d+ bytes of its entries, got \d+: they overlap"),
    ],
)
def test_a_bomb_is_refused_by_its_declared_sizes(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int, data: Callable[[], bytes], message: str
) -> None:
    monkeypatch.setattr(zips, limit, value)
    with pytest.raises(BadArchiveError, match=message):
        unpack(data())


def test_small_files_may_have_any_compression_ratio() -> None:
    unpack(zipped({"a": bytes(10**6)}))
