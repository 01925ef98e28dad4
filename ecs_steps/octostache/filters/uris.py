"""The filter `UriPart`: a text -> the parts of a URI, written as .NET writes them -> one of them."""

import ipaddress
from urllib.parse import quote, unquote, urlsplit

from ecs_steps.octostache.bounds import OctostacheError
from ecs_steps.octostache.numerals import SPACE

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21, "ldap": 389, "gopher": 70, "telnet": 23}
_LEGAL = ";/?:@&=+$,#[]!'()*%"


def uri_part(text: str, part: str | None = None, *_more: str) -> str:
    """Take one part of a URI, named as .NET's `Uri` names it.

    Raises:
        OctostacheError: No part is named, the text is no absolute URI, or it is a file's. Octopus writes
            such errors into the text.
    """
    if part is None:
        raise OctostacheError("no part is named")
    name = part.lower()
    parts = _parts(text.strip(SPACE))
    if parts is None and name == "isabsoluteuri":
        return "false"
    if parts is None:
        raise OctostacheError("the text is not an absolute URI")
    if parts["scheme"] == "file":
        raise OctostacheError("the URI of a file is not supported")
    if name not in parts:
        raise OctostacheError("there is no such part")
    return parts[name]


def _parts(text: str) -> dict[str, str] | None:
    """Return every part by its name, or None for what is not absolute or not valid."""
    try:
        uri = urlsplit(text)
        default_port = _PORTS.get(uri.scheme, -1)
        port = default_port if uri.port is None else uri.port
    except ValueError:
        return None
    name = uri.hostname or ""
    if not uri.scheme or (uri.scheme in _PORTS and not name):
        return None
    address = _address(name)
    host = f"[{name}]" if ":" in name else name
    authority = host if port == default_port else f"{host}:{port}"
    user = uri.netloc.rpartition("@")[0]
    path = _legal((_without_dots(uri.path) or "/") if host else uri.path)
    query = f"?{_legal(uri.query)}" if uri.query else ""
    fragment = f"#{_legal(uri.fragment)}" if uri.fragment else ""
    server = f"{uri.scheme}:{'//' if host else ''}"
    return {
        "absolutepath": path,
        "absoluteuri": f"{server}{user}{'@' if user else ''}{authority}{path}{query}{fragment}",
        "authority": authority,
        "dnssafehost": name,
        "fragment": fragment,
        "host": host,
        "hostandport": f"{host}:{port}" if port >= 0 else host,
        "hostnametype": f"IPv{address.version}" if address else "Dns" if name else "Basic",
        "isabsoluteuri": "true",
        "isdefaultport": _bool(port == default_port),
        "isfile": "false",
        "isloopback": _bool(address.is_loopback if address else name in {"localhost", "loopback"}),
        "isunc": "false",
        "path": unquote(path),
        "pathandquery": path + query,
        "port": str(port),
        "query": query,
        "scheme": uri.scheme,
        "schemeandserver": server + authority,
        "userinfo": user,
    }


def _bool(value: bool) -> str:  # noqa: FBT001  it is what is written
    return str(value).lower()


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


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
