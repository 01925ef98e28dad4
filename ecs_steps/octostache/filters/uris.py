"""The filter `UriPart`."""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import quote, unquote

from attrs import frozen

from ecs_steps.octostache.bounds import OctostacheError
from ecs_steps.octostache.numerals import SPACE

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21, "ldap": 389, "gopher": 70, "telnet": 23}
_URI = re.compile(
    r"""([A-Za-z][A-Za-z0-9+.\-]*+):
        (?://(?:([^/?\#@]*+)@)?(\[[^\]/?\#]*+\]|[^/?\#@:]*+)(?::([0-9]{0,5}+))?(?=[/?\#]|\Z))?
        ([^?\#]*+) (\?[^\#]*+)? (\#.*+)?""",
    re.VERBOSE | re.DOTALL,
)
_LEGAL = ";/?:@&=+$,#[]!'()*%"
_LARGEST_PORT = 65535


@frozen
class _Uri:
    """An absolute URI, spelled as .NET spells it."""

    scheme: str
    user: str
    host: str
    port: int
    path: str
    query: str
    fragment: str

    @property
    def authority(self) -> str:
        return self.host if self.is_default_port else f"{self.host}:{self.port}"

    @property
    def is_default_port(self) -> bool:
        return self.port == _PORTS.get(self.scheme, -1)

    @property
    def safe_host(self) -> str:
        return self.host.strip("[]")

    @property
    def host_type(self) -> str:
        if not self.host:
            return "Basic"
        try:
            return f"IPv{ipaddress.ip_address(self.safe_host).version}"
        except ValueError:
            return "Dns"

    @property
    def is_loopback(self) -> bool:
        if self.host in {"localhost", "loopback"}:
            return True
        return (
            self.host_type != "Dns" and bool(self.host) and ipaddress.ip_address(self.safe_host).is_loopback
        )

    def part(self, name: str) -> str | None:
        user = f"{self.user}@" if self.user else ""
        slashes = "//" if self.host else ""
        parts = {
            "absolutepath": self.path,
            "absoluteuri": (
                f"{self.scheme}:{slashes}{user}{self.authority}{self.path}{self.query}{self.fragment}"
            ),
            "authority": self.authority,
            "dnssafehost": self.safe_host,
            "fragment": self.fragment,
            "host": self.host,
            "hostandport": f"{self.host}:{self.port}" if self.port >= 0 else self.host,
            "hostnametype": self.host_type,
            "isabsoluteuri": "true",
            "isdefaultport": str(self.is_default_port).lower(),
            "isfile": "false",
            "isloopback": str(self.is_loopback).lower(),
            "isunc": "false",
            "path": unquote(self.path),
            "pathandquery": self.path + self.query,
            "port": str(self.port),
            "query": self.query,
            "scheme": self.scheme,
            "schemeandserver": f"{self.scheme}:{slashes}{self.authority}",
            "userinfo": self.user,
        }
        return parts.get(name)


def uri_part(text: str | None, options: Sequence[str]) -> str | None:
    """Take one part of a URI, named as .NET's `Uri` names it.

    Raises:
        OctostacheError: No part is named, the text is no absolute URI, or it is a file's. Octopus writes
            such errors into the text.
    """
    if text is None:
        return None
    if not options:
        raise OctostacheError("no part is named")
    name = options[0].lower()
    uri = _read(text.strip(SPACE))
    if uri is None and name == "isabsoluteuri":
        return "false"
    if uri is None:
        raise OctostacheError("the text is not an absolute URI")
    if uri.scheme == "file":
        raise OctostacheError("the URI of a file is not supported")
    part = uri.part(name)
    if part is None:
        raise OctostacheError("there is no such part")
    return part


def _read(text: str) -> _Uri | None:
    found = _URI.fullmatch(text)
    if found is None:
        return None
    scheme, user, host, port, path, query, fragment = (group or "" for group in found.groups())
    scheme = scheme.lower()
    if int(port or 0) > _LARGEST_PORT or (scheme in _PORTS and not host):
        return None
    return _Uri(
        scheme=scheme,
        user=user,
        host=host.lower(),
        port=int(port) if port else _PORTS.get(scheme, -1),
        path=_legal(_without_dots(path) or ("/" if host else "")) if host else _legal(path),
        query=_legal(query),
        fragment=_legal(fragment),
    )


def _legal(part: str) -> str:
    return quote(part, safe=_LEGAL, errors="replace")


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == ".." and len(kept) > 1:
            kept.pop()
        elif segment not in {".", ".."}:
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)
