"""AWS's errors for requests that are not signed with a key of the embedded AWS, in the protocol of their service."""

from typing import Final

from moto.core.request import Request
from werkzeug.wrappers import Response

from rehearsal.aws.request_signatures import Refusal
from rehearsal.aws.service import ServiceError, error_response, protocol

_FORBIDDEN: Final = 403
_DENIED: Final = 400  # of services with JSON and one path
_FORM: Final = "application/x-www-form-urlencoded"
# Source: "Common Errors" of the API references of STS, KMS and EC2; "Error responses" of S3's.
_QUERY: Final = {
    Refusal.UNSIGNED: "MissingAuthenticationToken",
    Refusal.UNKNOWN_KEY: "InvalidClientTokenId",
    Refusal.EXPIRED: "ExpiredToken",
    Refusal.MISMATCH: "SignatureDoesNotMatch",
}
_JSON: Final = {
    Refusal.UNSIGNED: "MissingAuthenticationTokenException",
    Refusal.UNKNOWN_KEY: "UnrecognizedClientException",
    Refusal.EXPIRED: "ExpiredTokenException",
    Refusal.MISMATCH: "InvalidSignatureException",
}
_S3: Final = {**_QUERY, Refusal.UNSIGNED: "AccessDenied", Refusal.UNKNOWN_KEY: "InvalidAccessKeyId"}
_EC2: Final = {**dict.fromkeys(Refusal, "AuthFailure"), Refusal.UNSIGNED: "MissingAuthenticationToken"}
# A service of each protocol, for requests that do not say which service they are for, or to one of many protocols.
_OF_TARGET: Final = "dynamodb"
_OF_FORM: Final = "sts"
_OF_PATH: Final = "s3"


def denial(service: str) -> tuple[str, int]:
    """Code and status of AWS's error for a request that its sender may not send; ``service`` is a signing name."""
    if service == "ec2":
        return "UnauthorizedOperation", _FORBIDDEN
    spoken = protocol(service) if _is_known(service) else ""
    if "json" not in spoken:
        return "AccessDenied", _FORBIDDEN
    return "AccessDeniedException", _FORBIDDEN if spoken == "rest-json" else _DENIED


def response(service: str, operation: str, request: Request, refusal: Refusal) -> Response:
    """The error, with status 403; ``service`` is a signing name, empty where the request does not say."""
    known = service if _is_known(service) else _guess(request)
    code = _codes(known)[refusal]
    named = operation if known == service else ""
    return error_response(known, named, ServiceError(code, refusal.value), status=_FORBIDDEN)


def _is_known(service: str) -> bool:
    try:
        return bool(service and protocol(service))
    except LookupError:
        return False


def _guess(request: Request) -> str:
    if "X-Amz-Target" in request.headers:
        return _OF_TARGET
    return _OF_FORM if request.mimetype == _FORM else _OF_PATH


def _codes(service: str) -> dict[Refusal, str]:
    if service in ("s3", "ec2"):
        return _S3 if service == "s3" else _EC2
    return _JSON if "json" in protocol(service) else _QUERY
