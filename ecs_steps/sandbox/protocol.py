"""Requests and replies as bytes: AWS' JSON and query protocols, by botocore's own models."""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape, quoteattr

from attrs import field, frozen
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.loaders import Loader
from botocore.parsers import create_parser
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import QueryParser
from moto.core.serialize import QuerySerializer, SerializationContext

LOADER = Loader()
"""botocore's models, read from disk once for all sandboxes of the process."""

_SERVICES = (
    "ecs",
    "cloudformation",
    "logs",
    "elbv2",
    "iam",
    "sts",
    "s3",
    "ecr",
    "cloudwatch",
    "application-autoscaling",
    "secretsmanager",
    "ssm",
    "ec2",
    "efs",
    "service-quotas",
)
"""Services whose operations a fault or a quota may name; the models of the first ones are loaded anyway."""
_SIGNED_AS = {
    "elasticfilesystem": "efs",
    "monitoring": "cloudwatch",
    "elasticloadbalancing": "elbv2",
    "servicequotas": "service-quotas",
}
_FIRST_ERROR = 300
_FIRST_SERVER_ERROR = 500


@frozen(kw_only=True)
class Request:
    """One request: what botocore calls the service and the operation, and the parameters as sent.

    Of a service that speaks neither protocol (S3) the parameters are not read.
    """

    service: str
    region: str
    operation: str = ""
    params: Mapping[str, Any] = field(factory=dict)


def read_request(http_request: AWSPreparedRequest, operation: str = "") -> Request:
    """Decode a request. Members that botocore's model does not know are kept where the protocol is JSON.

    `operation` names it where the request itself does not (S3).
    """
    service, region = _signed_for(http_request)
    target = _text(http_request.headers.get("X-Amz-Target"))
    if target:
        params = json.loads(_text(http_request.body) or "{}")
        return Request(service=service, region=region, operation=target.rpartition(".")[2], params=params)
    if "x-www-form-urlencoded" in _text(http_request.headers.get("Content-Type")):
        values = dict(parse_qsl(_text(http_request.body), keep_blank_values=True))
        operation = values["Action"]
        params = QueryParser(operation_model(service, operation)).parse({"values": values})  # type: ignore[typeddict-item]
        return Request(service=service, region=region, operation=operation, params=params)
    return Request(service=service, region=region, operation=operation)


@frozen(kw_only=True)
class Envelope:
    """What every response to one request carries, and the ways to fill it."""

    url: str
    service: str
    at: datetime
    request_id: str

    def reply(self, operation: str, reply: Mapping[str, Any]) -> AWSResponse:
        """Encode a reply in botocore's output shape; JSON carries members that the model does not know."""
        if speaks_json(self.service):
            return self._sealed(200, json.dumps(reply, default=datetime.timestamp))
        context = SerializationContext(self.request_id)
        return self._sealed(
            200, _Serializer(operation_model(self.service, operation), context).serialize(reply)["body"]
        )

    def error(self, code: str, message: str, status: int) -> AWSResponse:
        """Encode an error."""
        protocol = service_model(self.service).resolved_protocol
        if protocol in ("json", "rest-json"):
            return self._sealed(status, json.dumps({"__type": code, "message": message}))
        details = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        request_id = f"<RequestId>{self.request_id}</RequestId>"
        if speaks_rest(self.service):
            return self._sealed(status, f"<Error>{details}{request_id}</Error>")
        if protocol == "ec2":
            errors = f"<Errors><Error>{details}</Error></Errors>"
            return self._sealed(
                status, f"<Response>{errors}<RequestID>{self.request_id}</RequestID></Response>"
            )
        fault = "Receiver" if status >= _FIRST_SERVER_ERROR else "Sender"
        return self._sealed(
            status, f"<ErrorResponse><Error><Type>{fault}</Type>{details}</Error>{request_id}</ErrorResponse>"
        )

    def _sealed(self, status: int, body: str | bytes) -> AWSResponse:
        version = service_model(self.service).metadata.get("jsonVersion")
        headers = HTTPHeaders()
        headers["Content-Type"] = f"application/x-amz-json-{version}" if version else "text/xml"
        headers["Date"] = self.at.strftime("%a, %d %b %Y %H:%M:%S GMT")
        headers["x-amzn-RequestId"] = self.request_id
        return AWSResponse(
            self.url, status, headers, RawBody(body if isinstance(body, bytes) else body.encode())
        )


class _Serializer(QuerySerializer):
    """moto's own, which writes XML at once instead of by way of events: in an eighth of the time."""

    def _serialize_body(self, body: Mapping[str, Any]) -> str:
        return "".join(_element(name, value) for name, value in body.items())


def _element(name: str, value: Any) -> str:  # noqa: ANN401  what a document holds
    match value:
        case list():
            return "".join(_element(name, item) for item in value)
        case dict():
            attributes = "".join(
                f" {key[1:]}={quoteattr(each)}" for key, each in value.items() if key[0] == "@"
            )
            content = "".join(_element(key, each) for key, each in value.items() if key[0] != "@")
        case _:
            attributes, content = "", escape("" if value is None else str(value))
    return f"<{name}{attributes}>{content}</{name}>"


def error_code(request: Request, response: AWSResponse) -> str:
    """Return the error code that botocore will read from a response; empty where it is a success."""
    if response.status_code < _FIRST_ERROR:
        return ""
    if not request.operation:
        return str(response.status_code)
    model = operation_model(request.service, request.operation)
    parts = {"status_code": response.status_code, "headers": response.headers, "body": response.content}
    parser: Any = create_parser(model.service_model.resolved_protocol)
    return str(parser.parse(parts, model.output_shape)["Error"]["Code"])


class RawBody(BytesIO):
    """A body that is read as urllib3 lets one be read."""

    def stream(self, amount: int = 1024, **_: object) -> Iterator[bytes]:
        while chunk := self.read(amount):
            yield chunk


@lru_cache
def service_model(service: str) -> ServiceModel:
    """Return the model of a service, with what moto's parsers need of it."""
    return ServiceModel(LOADER.load_service_model(service, "service-2"), service)


def operation_model(service: str, operation: str) -> OperationModel:
    """Return the model of an operation; `operation` is request as in the model (``CreateStack``)."""
    model: OperationModel = service_model(service).operation_model(operation)
    return model


def check_operations(names: Iterable[str]) -> None:
    """Check that operations (``UpdateService``) are spelled as in botocore's models.

    Raises:
        ValueError: A service has no such operation; the message suggests the nearest name.
    """
    unknown = set(names)
    known: set[str] = set()
    for service in _SERVICES:
        if not unknown:
            return
        operations = LOADER.load_service_model(service, "service-2")["operations"]
        unknown -= operations.keys()
        known |= operations.keys()
    for name in sorted(unknown):
        nearest = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise ValueError(f"There is no operation {name!r} in {', '.join(_SERVICES)}{hint}")


def speaks_json(service: str) -> bool:
    """Return whether a service's requests and replies are AWS JSON."""
    return bool(service_model(service).resolved_protocol == "json")


def speaks_rest(service: str) -> bool:
    """Return whether a service's requests are methods, paths and bodies, as S3's are."""
    return str(service_model(service).resolved_protocol).startswith("rest")


def _signed_for(http_request: AWSPreparedRequest) -> tuple[str, str]:
    """Read service and region from the signature, else from the host (web identity calls are not signed)."""
    scope = _text(http_request.headers.get("Authorization")).partition("Credential=")[2].split("/")
    if len(scope) > 1:
        _, _, region, name, *_ = scope
    else:
        name, region, *_ = http_request.url.split("/")[2].split(".")
    return _SIGNED_AS.get(name, name), region


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes | bytearray) else str(value or "")
