"""Run a command, and print what it took: seconds, CPU seconds, the peak of its memory in MiB, its exit code.

A process of its own, and a small one: no process' peak is less than the memory of the one that started it.
"""

import os
import sys
import time

printed = (os.POSIX_SPAWN_OPEN, 1, "printed", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
started = time.perf_counter()
process = os.posix_spawn(
    sys.argv[1], sys.argv[1:], os.environ, file_actions=[printed, (os.POSIX_SPAWN_DUP2, 1, 2)]
)
_, status, usage = os.wait4(process, 0)
seconds = time.perf_counter() - started
print(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))  # noqa: T201  its result
