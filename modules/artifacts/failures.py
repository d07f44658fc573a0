"""What went wrong on the way, in words without addresses: a redirect's may hold a signature."""

import ssl

import urllib3
from requests import exceptions


def reason(error: Exception, *, connect: float, stall: float) -> tuple[bool, str]:
    """Whether another attempt may help, and what happened; the two limits are in seconds."""
    root = _root(error)
    if isinstance(root, ssl.SSLCertVerificationError):
        return False, f"certificate: {root.verify_message}; REQUESTS_CA_BUNDLE names the authorities to trust"
    if isinstance(error, exceptions.TooManyRedirects):
        return False, "redirects without end"
    if isinstance(error, exceptions.ProxyError):
        return True, "the proxy does not connect"
    if isinstance(error, exceptions.ConnectTimeout):
        return True, f"no connection within {connect:g} s"
    if isinstance(error, exceptions.ReadTimeout | urllib3.exceptions.ReadTimeoutError):
        return True, f"stalled: nothing received for {stall:g} s"
    if isinstance(error, exceptions.ConnectionError | urllib3.exceptions.HTTPError):
        return True, (root.strerror if isinstance(root, OSError) else None) or "the connection broke"
    return False, "redirects to an address that cannot be one"


def _root(error: BaseException) -> BaseException:
    while inner := error.__cause__ or error.__context__:
        error = inner
    return error
