"""AWS services defined by botocore's models and implemented by Python methods."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import RLock
from typing import Any, Final, TypeVar

from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from botocore.validate import ParamValidator
from moto.core.exceptions import ServiceException
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS, RequestDict
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import ServiceOperationRouter
from moto.core.serialize import SERIALIZERS, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

# JSON by the members of a botocore shape.
Document = dict[str, Any]
Item = TypeVar("Item")
# An operation of AWS: the input by member name in, the output's members out; raises ServiceError.
Operation = Callable[[Mapping[str, Any]], Document]
_BAD_REQUEST: Final = 400
_PAGE: Final = 100
_QUERY: Final = "query"
# Signing names that are not the names of their models.
_MODELS: Final = {"monitoring": "cloudwatch"}


class ServiceError(ServiceException):
    """An error of the service's model: the error code, the message, and the invalid parameter."""

    def __init__(self, code: str, message: str, *, parameter: str | None = None) -> None:
        super().__init__(code, message)
        # Members of MSK's error shapes; those of MSK Connect have `message` alone.
        self.Message = message
        self.InvalidParameter = parameter


def bad_request(message: str, *, parameter: str | None = None) -> ServiceError:
    return ServiceError("BadRequestException", message, parameter=parameter)


def conflict(message: str, *, parameter: str | None = None) -> ServiceError:
    return ServiceError("ConflictException", message, parameter=parameter)


def not_found(message: str, *, parameter: str | None = None) -> ServiceError:
    return ServiceError("NotFoundException", message, parameter=parameter)


@dataclass(frozen=True)
class Call:
    """A valid request: its operation, its region, and its input by the model's member names.

    MSK's model has ClusterArn where MSK Connect's has connectorArn; ``call["clusterArn"]`` finds either spelling.
    """

    operation: str
    region: str
    input: Document

    def __getitem__(self, name: str) -> Any:
        return self.input[name if name in self.input else name[0].upper() + name[1:]]

    def get(self, name: str, default: Any = None) -> Any:
        return self.input.get(name, self.input.get(name[0].upper() + name[1:], default))


class Service:
    """Answers every operation that one of ``handlers`` has a method for: CreateCluster is ``create_cluster(call)``.

    The method returns the output's members; members that the output's shape does not have are dropped. One method
    runs at a time, under ``lock``.
    """

    def __init__(self, name: str, handlers: Sequence[object], *, lock: RLock) -> None:
        self.name = name
        self._handlers = handlers
        self._lock = lock

    def answer(self, request: Request, region: str) -> Response:
        """The response to a request; errors become error responses."""
        try:
            operation, labels = _router(self.name).match(request)
        except NotFound:
            unknown = not_found(f"{self.name} has no operation {request.method} {request.raw_path}")
            return error_response(self.name, "", unknown, status=404)
        try:
            return _response(operation, self._result(operation, request, labels, region))
        except ServiceError as refusal:
            return _response(operation, refusal)
        except NotImplementedError as error:
            unknown = ServiceError("NotImplementedException", str(error))
            return error_response(self.name, operation.name, unknown, status=501)

    def _result(self, operation: OperationModel, request: Request, labels: Document, region: str) -> Document:
        name = xform_name(operation.name)
        method = next((method for one in self._handlers if (method := getattr(one, name, None))), None)
        if method is None:
            raise NotImplementedError(f"{self.name} {operation.name} is not implemented in a rehearsal")
        call = Call(operation.name, region, _input(operation, request, labels))
        with self._lock:
            result: Document = method(call)
        return result


def operation_name(service: str, request: Request) -> str:
    """The operation of a REST service that a request is for; empty where none matches."""
    try:
        operation, _ = _router(service).match(request)
    except (NotFound, UnknownServiceError):
        return ""
    return str(operation.name)


def request_input(service: str, request: Request) -> Document:
    """The input of a request to ``service``, a signing name, by member name; empty where no operation matches it.

    It is not validated. The body can still be read afterwards.
    """
    body = request.get_data()
    request.environ["wsgi.input"] = io.BytesIO(body)
    request.environ["CONTENT_LENGTH"] = str(len(body))
    copy = Request({**request.environ, "wsgi.input": io.BytesIO(body)})
    try:
        operation, labels = _router(service).match(copy)
        spoken = determine_request_protocol(operation.service_model, copy.content_type)
        return _parsed(operation, copy, labels, spoken) if spoken in PROTOCOL_PARSERS else {}
    except (NotFound, NotImplementedError, UnknownServiceError, ServiceError):
        return {}


def answer(service: str, operation: str, request: Request, made: Operation) -> Response:
    """The response of ``made`` to a request for ``operation``, instead of moto's."""
    shape = get_service_model(_MODELS.get(service, service)).operation_model(operation)
    try:
        return _response(shape, made(request_input(service, request)))
    except ServiceError as refusal:
        return error_response(service, operation, refusal, status=_BAD_REQUEST)


def protocol(service: str) -> str:
    """The protocol of ``service``, a signing name; raises LookupError where moto does not know or speak it."""
    try:
        model = get_service_model(_MODELS.get(service, service))
        get_serializer_class(model.service_name, model.protocol)
    except (UnknownServiceError, KeyError) as error:
        raise LookupError(f"no protocol of {service}") from error
    return str(model.protocol)


def error_response(service: str, operation: str, error: ServiceError, *, status: int) -> Response:
    """An error in the protocol of ``service``, a signing name."""
    model = get_service_model(_MODELS.get(service, service))
    try:
        shape = model.operation_model(operation)
    except OperationNotFoundError:
        shape = OperationModel({}, model)
    response = _response(shape, error)
    response.status_code = status
    return response


def page(call: Call, items: Iterable[Item]) -> tuple[list[Item], str | None]:
    """One page of ``items``, and the token of the next page."""
    token = call.get("nextToken") or "0"
    if not token.isdecimal():
        raise bad_request(f"nextToken must be from a previous response, got {token!r}", parameter="nextToken")
    listed, start = list(items), int(token)
    end = start + call.get("maxResults", _PAGE)
    return listed[start:end], str(end) if end < len(listed) else None


@cache
def _router(service: str) -> ServiceOperationRouter:
    return ServiceOperationRouter(get_service_model(_MODELS.get(service, service)))


def _input(operation: OperationModel, request: Request, labels: Document) -> Document:
    """The validated input of an operation, by member name; raises ServiceError."""
    parsed = _parsed(operation, request, labels, operation.service_model.protocol)
    if operation.input_shape is None:
        return {}
    report = ParamValidator().validate(parsed, operation.input_shape)
    if report.has_errors():
        raise bad_request(f"{operation.name}: {report.generate_report()}")
    return parsed


def _parsed(operation: OperationModel, request: Request, labels: Document, spoken: str) -> Document:
    """The input as it was sent; raises ServiceError."""
    received: RequestDict = {
        "method": request.method,
        "values": request.values,
        "headers": request.headers,
        "body": request.data,
        "url_path": request.path,
        "url_params": labels,
    }
    try:
        parsed: Document = PROTOCOL_PARSERS[spoken](operation).parse(received)
    except (ValueError, TypeError, AttributeError) as error:  # a list where the model has a structure, and the like
        raise bad_request(f"{operation.name}: the body does not fit the model: {error}") from error
    return parsed


def _response(operation: OperationModel, result: Document | ServiceError) -> Response:
    model = operation.service_model
    # CloudWatch's newest protocol has no serializer: its clients that speak another one get theirs.
    spoken = model.protocol if model.protocol in SERIALIZERS else _QUERY
    serialized = get_serializer_class(model.service_name, spoken)(operation).serialize(result)
    return Response(serialized["body"], serialized["status_code"], serialized["headers"])
