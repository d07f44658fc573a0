"""The lock file is valid, or all its errors are reported; the repository's own lock file is valid."""

from pathlib import Path

import pytest

from modules.artifacts.lock import Coordinates, LockError, load, parse

SHA256 = "ab" * 32
FILE = f'{{maven = "org.example:lib:1.0", size = 3, licence = "MIT", sha256 = "{SHA256}"}}'
LOCK = f"""
[plugins.orders]
connector = "org.example.Orders"
parts = ["lib"]
extras = ["lib"]
[workers."3.7.x"]
java = 17
jars = "lib"
[sets.lib]
why = "a reason"
roots = ["org.example:lib:1.0"]
files = [{FILE}]
"""
PUBLISHED = "https://example.org/lib.jar"


@pytest.mark.parametrize(
    ("text", "path", "library"),
    [
        ("org.example:lib:1.0", "org/example/lib/1.0/lib-1.0.jar", "org.example:lib"),
        ("org.example:lib:1.0:zip", "org/example/lib/1.0/lib-1.0.zip", "org.example:lib"),
        ("org.example:lib_2.13:1.0.Final:jar:all", "org/example/lib_2.13/1.0.Final/lib_2.13-1.0.Final-all.jar", None),
    ],
)
def test_coordinates(text: str, path: str, library: str | None) -> None:
    coordinates = Coordinates.parse(text)
    assert str(coordinates) == text
    assert coordinates.path == path
    assert coordinates.library == (library or "org.example:lib_2.13:all")


@pytest.mark.parametrize(
    "text",
    ["", "org.example:lib", "org.example:lib:1.0:jar:all:x", "org.example:lib:..", "a:../b:1", "a:b:1.0/c", "a::1"],
)
def test_invalid_coordinates(text: str) -> None:
    with pytest.raises(ValueError, match="coordinates must be group:artifact:version"):
        Coordinates.parse(text)


def test_a_valid_lock_file() -> None:
    lock = parse(LOCK, file="lock")
    assert lock.sets["lib"].files[0].maven == Coordinates("org.example", "lib", "1.0")
    assert parse(LOCK.replace("size = 3", f'url = "{PUBLISHED}"'), file="lock").sets["lib"].files[0].url == PUBLISHED


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (SHA256, "AB" * 32, f"sets.lib.files[0].sha256: must be 64 lower-case hex digits, got '{'AB' * 32}'"),
        (SHA256, "ab", "sets.lib.files[0].sha256: must be 64 lower-case hex digits, got 'ab'"),
        ("size = 3", "size = 0", "sets.lib.files[0].size: must be more than 0, got 0"),
        ("size = 3", "size = '3 MB'", "sets.lib.files[0].size: must be a whole number, got '3 MB'"),
        ("size = 3", "length = 3", "sets.lib.files[0].length: unknown key"),
        ('licence = "MIT", ', "", "sets.lib.files[0].licence: is missing"),
        ('licence = "MIT"', 'licence = ""', "sets.lib.files[0].licence: must not be empty"),
        (
            f"[{FILE}]",
            f"[{FILE.replace('lib:1.0', 'lib')}]",
            "sets.lib.files[0].maven: coordinates must be group:artifact:version[:packaging[:classifier]],"
            " got 'org.example:lib'",
        ),
        (
            "size = 3",
            'url = "http://example.org/lib.jar"',
            "sets.lib.files[0].url: must be an https:// address without credentials, got 'http://example.org/lib.jar'",
        ),
        (
            "size = 3",
            'url = "https://me:hush@example.org/lib.jar"',
            "sets.lib.files[0].url: must be an https:// address without credentials, got (hidden)",
        ),
        (f"[{FILE}]", "[]", "sets.lib.files: must not be empty"),
        (f"[{FILE}]", f"[{FILE}, {FILE}]", "sets.lib.files: must contain org.example:lib:1.0 once, got it 2 times"),
        (
            f"[{FILE}]",
            f"[{FILE.replace('size = 3', 'first = 3')}]",
            "sets.lib.files[0].size: must be given for a part of a file",
        ),
        ('why = "a reason"\n', "", "sets.lib.why: is missing"),
        (
            'parts = ["lib"]',
            'parts = ["lob"]',
            "plugins.orders.parts[0]: must be one of sets (lib); did you mean lib?, got 'lob'",
        ),
        ('extras = ["lib"]', 'extras = ["x"]', "plugins.orders.extras[0]: must be one of sets (lib), got 'x'"),
        ('jars = "lib"', 'jars = "x"', "workers.3.7.x.jars: must be one of sets (lib), got 'x'"),
        ("java = 17", "java = 21", "workers.3.7.x.java: must be 11 or 17, got 21"),
        ("[sets.lib]", "[sets.lib", "must be TOML: Expected ']' at the end of a table declaration (at line 9"),
    ],
)
def test_an_invalid_lock_file(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "lock.toml"
    assert old in LOCK
    path.write_text(LOCK.replace(old, new))
    with pytest.raises(LockError) as caught:
        load(path)
    assert str(caught.value).partition(", column")[0] == f"{path}: {message}"


def test_one_file_with_two_hashes() -> None:
    other = LOCK + f'[sets.other]\nwhy = "x"\nfiles = [{FILE.replace("ab" * 32, "cd" * 32)}]\n'
    with pytest.raises(LockError, match=rf"^lock: sets.other.files\[0\].sha256: must be {SHA256}, as in lib"):
        parse(other, file="lock")


def test_all_errors_are_reported_together() -> None:
    with pytest.raises(LockError) as caught:
        parse(LOCK.replace(SHA256, "ab").replace("java = 17", "java = 8").replace("size = 3", "size = -1"), file="lock")
    assert len(str(caught.value).splitlines()) == 3


def test_a_missing_lock_file(tmp_path: Path) -> None:
    with pytest.raises(LockError, match="cannot be read: no such file or directory"):
        load(tmp_path / "lock.toml")


def test_the_lock_file_of_this_repository() -> None:
    lock = load()
    login = Coordinates.parse("software.amazon.msk:aws-msk-iam-auth:2.3.9:jar:all")
    assert {name for name, set_ in lock.sets.items() if login.library in {f.maven.library for f in set_.files}} == {
        lock.workers["3.7.x"].jars
    }
    for name, set_ in lock.sets.items():
        assert {root.library for root in set_.roots} <= {file.maven.library for file in set_.files}, name
        assert all(file.size for file in set_.files if not file.url), name
        libraries = [(file.maven.library, file.first) for file in set_.files]
        assert len(libraries) == len(set(libraries)), name


def test_a_worker_has_one_logging_binding() -> None:
    lock = load()
    bindings = {"slf4j-reload4j", "slf4j-log4j12", "slf4j-simple", "slf4j-nop", "slf4j-jdk14", "logback-classic"}
    for worker in lock.workers.values():
        names = [file.maven.artifact for file in lock.sets[worker.jars].files]
        assert len(bindings.intersection(names)) == 1
