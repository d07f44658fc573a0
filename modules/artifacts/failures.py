"""Messages for network errors, without URLs: the URL of a redirect may contain a signature."""

import ssl

import urllib3
from requests import exceptions


def reason(error: Exception, *, connect: float, stall: float) -> tuple[bool, str]:
    """Whether another attempt may succeed, and a message; the two limits are in seconds."""
    root = _root(error)
    if isinstance(root, ssl.SSLCertVerificationError):
        return (
            False,
            f"certificate: {root.verify_message}; set REQUESTS_CA_BUNDLE to your certificate authorities",
        )
    if isinstance(error, exceptions.TooManyRedirects):
        return False, "too many redirects"
    if isinstance(error, exceptions.ProxyError):
        return True, "cannot connect through the proxy"
    if isinstance(error, exceptions.ConnectTimeout):
        return True, f"no connection within {connect:g} s"
    if isinstance(error, exceptions.ReadTimeout | urllib3.exceptions.ReadTimeoutError):
        return True, f"stalled: nothing received for {stall:g} s"
    if isinstance(error, exceptions.ConnectionError | urllib3.exceptions.HTTPError):
        return True, (root.strerror if isinstance(root, OSError) else None) or "connection lost"
    return False, "redirects to an invalid URL"


def _root(error: BaseException) -> BaseException:
    while inner := error.__cause__ or error.__context__:
        error = inner
    return error
