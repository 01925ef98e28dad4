"""Connections to hosts that are not AWS: the environment's proxies and ``AWS_CA_BUNDLE`` apply, as to AWS."""

import os
import urllib.request
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

import urllib3

MAX_CONNECTIONS: Final = 8


def proxy_of(scheme: str, netloc: str) -> str:
    """Return the proxy that the environment names for a host; empty where it names none."""
    proxies: Mapping[str, str] = urllib.request.getproxies()
    proxy = proxies.get(scheme) or proxies.get("all") or ""
    return "" if proxy and urllib.request.proxy_bypass(netloc) else proxy


def open_pool(proxy: str, timeout: urllib3.Timeout) -> urllib3.PoolManager:
    """Open connections by a proxy, or directly where it is empty."""
    options: dict[str, Any] = {
        "maxsize": MAX_CONNECTIONS,
        "timeout": timeout,
        "ca_certs": os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE"),
    }
    if not proxy:
        return urllib3.PoolManager(**options)
    login = urllib3.util.parse_url(proxy).auth
    headers = urllib3.make_headers(proxy_basic_auth=unquote(login)) if login else None
    return urllib3.ProxyManager(proxy, proxy_headers=headers, **options)


def failure_text(error: Exception) -> str:
    """Return what went wrong with a connection, without the address that urllib3 puts in front of it."""
    return str(error).rpartition("): ")[2] or type(error).__name__
