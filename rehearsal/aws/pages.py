"""The control API of the embedded AWS: JSON below ``/_rehearsal/``."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Final

from pydantic import ValidationError
from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.wrappers import Request, Response

from rehearsal.aws.faults import Fault, Faults
from rehearsal.aws.journal import Journal

PREFIX: Final = "/_rehearsal/"
_MAX_POLL_SECONDS: Final = 20.0

# Returns JSON data; raises ValueError for a bad request.
Page = Callable[[Request], object]


class Pages:
    """Serves ``requests`` (the journal: ``?after=N&wait=SECONDS``), ``faults`` (GET, POST, DELETE) and ``pages``."""

    def __init__(self, pages: Mapping[str, Page], *, journal: Journal, faults: Faults) -> None:
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

    def _requests(self, request: Request) -> object:
        after = request.args.get("after", 0, type=int)
        wait = min(request.args.get("wait", 0.0, type=float), _MAX_POLL_SECONDS)
        return [asdict(entry) for entry in self._journal.after(after, seconds=wait)]

    def _fault_requests(self, request: Request) -> object:
        if request.method == "POST":
            try:
                self._faults.add(Fault.model_validate_json(request.get_data()))
            except ValidationError as error:
                raise BadRequest(str(error)) from error
        elif request.method == "DELETE":
            self._faults.clear()
        return [fault.model_dump() for fault in self._faults.pending]


def _json(content: object, *, status: int) -> Response:
    return Response(json.dumps(content), status, content_type="application/json")
