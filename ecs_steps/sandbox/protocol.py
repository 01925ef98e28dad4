"""Requests and replies as bytes: AWS' JSON and query protocols, by botocore's own models."""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from attrs import field, frozen
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.loaders import Loader
from botocore.parsers import create_parser
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import QueryParser

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
        return self._sealed(
            200, _query_reply(operation_model(self.service, operation), reply, self.request_id)
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


def _query_reply(model: OperationModel, reply: Mapping[str, Any], request_id: str) -> str:
    """Encode a reply of the query protocol; moto's own serializer takes ten times as long."""
    namespace = model.service_model.metadata.get("xmlNamespace", "")
    shape = model.output_shape
    result = _element(shape.serialization["resultWrapper"], reply, shape) if shape else ""
    metadata = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    return f'<{model.name}Response xmlns="{namespace}">{result}{metadata}</{model.name}Response>'


def _element(name: str, value: Any, shape: Any) -> str:  # noqa: ANN401  what a document holds, by botocore's shape
    match shape.type_name:
        case "structure":
            members = shape.members
            known = [key for key, each in value.items() if each is not None and key in members]
            content = "".join(_element(_name(members[key], key), value[key], members[key]) for key in known)
        case "list":
            name_of_item = _name(shape.member, "member")
            content = "".join(_element(name_of_item, each, shape.member) for each in value)
        case "boolean":
            content = "true" if value else "false"
        case "timestamp":
            content = f"{value:%Y-%m-%dT%H:%M:%S.%fZ}"
        case _:
            content = escape(str(value))
    return f"<{name}>{content}</{name}>"


def _name(shape: Any, otherwise: str) -> str:  # noqa: ANN401  botocore's shape
    return str(shape.serialization.get("name", otherwise))


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
