"""Properties files, as for ``connect-standalone.sh``."""

from cdc.imports.formats.described import Content, Described, InputError, Worker
from modules.properties_file import parse

CLASS = "connector.class"
_OF_WORKERS = ("key.converter", "offset.storage.topic", "offset.storage.file.filename", "bootstrap.servers")


def read(text: str, source: str) -> Content:
    """The connector or worker configuration in ``text``; raises InputError if it is neither."""
    try:
        found = parse(text)
    except ValueError:
        raise InputError(f"{source}: is not a valid properties file: it has an invalid \\u escape") from None
    if CLASS in found:
        return Content([Described(source, found.get("name"), found)])
    if any(key in found for key in _OF_WORKERS):
        return Content([], [Worker(frozenset(), found)])
    raise InputError(f"{source}: has no {CLASS}, so it describes no connector")
