"""A feed as a process of its own: ``python feed_process.py PORT [hangs] [bare] [everywhere] [CERT KEY]``.

It may wait for an AWS that does not respond, lack waitress, and listen on all addresses.
"""

import sys
import time
from pathlib import Path

from ecs_steps.feed.server import FeedOptions, serve
from feed.account import MemoryAccount


def hang(_: str) -> None:
    time.sleep(60)


if __name__ == "__main__":
    port, *words = sys.argv[1:]
    account = MemoryAccount({"orders": list(range(1, 13)), "OrdersApi": [1]})
    if "hangs" in words:
        account.before_call = hang
    if "bare" in words:
        sys.modules["waitress"] = None  # type: ignore[assignment]  # as where it is not installed
    chain, key = [Path(word) for word in words if word.startswith("/")] or (None, None)
    host = "0.0.0.0" if "everywhere" in words else "127.0.0.1"  # noqa: S104  what is refused
    options = FeedOptions(host=host, port=int(port), tls_cert=chain, tls_key=key)
    serve(options, source=account)
