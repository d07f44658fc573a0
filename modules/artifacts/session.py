"""The HTTP session for downloads: credentials are sent only with TLS."""

from urllib.parse import urljoin

import requests

from modules.artifacts.sources import protected


class RedirectRefusedError(Exception):
    """A redirect from https to http."""


def _anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class Session(requests.Session):
    """Reads proxies, certificates and ``~/.netrc`` like requests; no password and no redirect goes to plain http."""

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        if request.auth is None and not protected(request.url):
            request.auth = _anonymous  # else requests uses ~/.netrc
        return super().prepare_request(request)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target = super().get_redirect_target(resp)
        try:
            leaves = target and protected(resp.url) and not protected(urljoin(resp.url, target))
        except ValueError as error:
            raise requests.exceptions.InvalidURL(str(error)) from error
        if leaves:
            raise RedirectRefusedError("redirects from https to http, which is refused")
        return target

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        if protected(prepared_request.url or ""):
            super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]
        else:
            prepared_request.headers.pop("Authorization", None)
