"""HTTP as artifacts are fetched by it: nothing that is secret leaves without TLS."""

from urllib.parse import urljoin

import requests

from modules.artifacts.sources import protected


class RedirectRefusedError(Exception):
    """A redirect that would leave TLS."""


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class Session(requests.Session):
    """Proxies, certificates and ``~/.netrc`` as requests reads them; no password and no way back to plain http."""

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        if request.auth is None and not protected(request.url):
            request.auth = _nobody  # else requests takes it from ~/.netrc
        return super().prepare_request(request)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target = super().get_redirect_target(resp)
        try:
            leaves = target and protected(resp.url) and not protected(urljoin(resp.url, target))
        except ValueError as error:
            raise requests.exceptions.InvalidURL(str(error)) from error
        if leaves:
            raise RedirectRefusedError("redirects to a place without TLS, which is refused")
        return target

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        if protected(prepared_request.url or ""):
            super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]
        else:
            prepared_request.headers.pop("Authorization", None)
