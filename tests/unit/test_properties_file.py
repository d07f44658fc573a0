"""Properties files, as Java 17's java.util.Properties was seen to read each of these."""

import pytest

from modules.properties_file import as_lines, parse

READ = {
    "a:b": {"a": "b"},
    "a b": {"a": "b"},
    "a\t=\t b": {"a": "b"},
    "a = : b": {"a": ": b"},
    "a\\:b=c": {"a:b": "c"},
    "\\u0061=\\u0062": {"a": "b"},
    "a=b\\\n   c": {"a": "bc"},
    "a=b\\\\\nc=d": {"a": "b\\", "c": "d"},
    "k\\\r\n  ey v": {"key": "v"},
    "#x\\\na=1\n!a=2": {"a": "1"},
    "a=1\ra=2": {"a": "2"},
    "a=b\\\n\n c=d": {"a": "b", "c": "d"},
    "a = b  ": {"a": "b  "},
    "a": {"a": ""},
    # A comment, which no backslash continues, after a line of which nothing is left.
    "\\\n#x\\\na=0": {"a": "0"},
    "a=b\\\n  \\\n c": {"a": "bc"},
}


@pytest.mark.parametrize(("text", "properties"), READ.items())
def test_a_file_is_read_as_java_reads_it(text: str, properties: dict[str, str]) -> None:
    assert parse(text) == properties


def test_an_invalid_escape_is_an_error() -> None:
    with pytest.raises(ValueError, match="u00"):
        parse("a=\\u00")


@pytest.mark.parametrize("key", ["a", "a b", "#a", "!a", "a=b", "a:b", "\\", "é"])
@pytest.mark.parametrize("value", ["", " b ", "b\\", "b\nc", "\ta", "#"])
def test_what_is_written_is_read_again(key: str, value: str) -> None:
    assert parse(as_lines({key: value})) == {key: value}
