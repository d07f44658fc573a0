"""The control API of the embedded AWS: JSON below ``/_rehearsal/``.

Its pages read secrets and start programs. So they need the rehearsal's token, and a method that no web page and no
link can use without it.
"""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Final

from pydantic import ValidationError
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from rehearsal.aws.access import TOKEN_HEADER
from rehearsal.aws.faults import Fault, Faults
from rehearsal.aws.journal import Journal

PREFIX: Final = "/_rehearsal/"
# AWS's SDKs in a worker read it with GET; the page itself checks the worker's own token.
CREDENTIALS: Final = "iam/credentials"
_METHODS: Final = ("POST", "DELETE")
_MAX_POLL_SECONDS: Final = 20.0

# Returns JSON data; raises ValueError for a bad request.
Page = Callable[[Request], object]


class Pages:
    """Serves ``requests`` (the journal: ``?after=N&wait=SECONDS``), ``faults`` and ``pages``, with POST and ``token``.

    A POST to ``faults`` with a body adds one, a DELETE removes all; each returns those that are left.
    """

    def __init__(self, pages: Mapping[str, Page], *, token: str, journal: Journal, faults: Faults) -> None:
        self._token = token
        self._pages = pages
        self._journal = journal
        self._faults = faults

    def answer(self, request: Request) -> Response:
        try:
            return _json(self._content(request), status=200)
        except HTTPException as error:
            return _json({"error": error.description}, status=error.code or 500)

    def _content(self, request: Request) -> object:
        name = request.path.removeprefix(PREFIX)
        if name != CREDENTIALS:
            self._check(request)
        if name == "requests":
            return self._requests(request)
        if name == "faults":
            return self._fault_requests(request)
        if name not in self._pages:
            known = ", ".join(sorted({"faults", "requests", *self._pages}))
            raise NotFound(f"no page {name!r}; there are: {known}")
        try:
            return self._pages[name](request)
        except ValueError as error:
            raise BadRequest(str(error)) from error

    def _check(self, request: Request) -> None:
        """Raises Forbidden without the token, MethodNotAllowed for a method that reads."""
        if not hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), self._token.encode()):
            raise Forbidden(f"{TOKEN_HEADER} must be this rehearsal's token")
        if request.method not in _METHODS:
            raise MethodNotAllowed(_METHODS, f"the method must be {' or '.join(_METHODS)}, got {request.method}")

    def _requests(self, request: Request) -> object:
        after = request.args.get("after", 0, type=int)
        wait = min(request.args.get("wait", 0.0, type=float), _MAX_POLL_SECONDS)
        return [asdict(entry) for entry in self._journal.after(after, seconds=wait)]

    def _fault_requests(self, request: Request) -> object:
        if request.method == "DELETE":
            self._faults.clear()
        elif body := request.get_data():
            try:
                self._faults.add(Fault.model_validate_json(body))
            except ValidationError as error:
                raise BadRequest(str(error)) from error
        return [fault.model_dump() for fault in self._faults.pending]


def _json(content: object, *, status: int) -> Response:
    return Response(json.dumps(content), status, content_type="application/json")
