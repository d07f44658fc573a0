"""Holds responses to Terraform's polls until what it waits for has changed.

The provider pauses twice as long after each poll, up to 10 s: without this, it notices a cluster or a connector that
runs up to 10 s late.
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from moto.core.request import Request
from werkzeug.wrappers import Response

_SECONDS: Final = 20.0
_POLL_SECONDS: Final = 0.1
_CLIENT: Final = "terraform"
_STATES: Final = ("state", "connectorState", "customPluginState", "operationState", "connectorOperationState")
_CHANGING: Final = ("CREATING", "UPDATING", "DELETING", "RESTARTING", "REBOOTING_BROKER", "PENDING")
_IN_PROGRESS: Final = "_IN_PROGRESS"


def held(request: Request, operation: str, answer: Callable[[], Response], *, seconds: float = _SECONDS) -> Response:
    """``answer`` once the described resource is in a state that lasts, or after ``seconds``; others at once."""
    response = answer()
    if not operation.startswith("Describe") or _CLIENT not in request.headers.get("User-Agent", "").lower():
        return response
    deadline = time.monotonic() + seconds
    while _is_changing(response) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        response = answer()
    return response


def _is_changing(response: Response) -> bool:
    if not response.is_json or not response.get_data():
        return False
    return any(state in _CHANGING or state.endswith(_IN_PROGRESS) for state in _states(json.loads(response.get_data())))


def _states(document: Any) -> Iterator[str]:
    """The states of the described resource: at the top, or one level below."""
    if not isinstance(document, dict):
        return
    for part in (document, *(value for value in document.values() if isinstance(value, dict))):
        yield from (str(part[key]) for key in _STATES if part.get(key))
