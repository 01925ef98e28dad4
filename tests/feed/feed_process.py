"""A feed as a process of its own: ``python feed_process.py PORT [hangs] [CERT KEY]``."""

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
    files = [Path(word) for word in words if word != "hangs"]
    chain, key = files or (None, None)
    options = FeedOptions(port=int(port), tls_cert=chain, tls_key=key)
    sys.exit(serve(options, source=account))
