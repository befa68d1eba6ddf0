"""Becomes another program that the kernel ends with its parent: `python child.py PARENT_PID PROGRAM ARGUMENTS...`.

Run by path and with `-I -S` (see `bound`), so that it costs 20 ms and no memory: it imports nothing of this project.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with(parent: int, with_signal: signal.Signals) -> None:
    """Have the kernel send `with_signal` to this process when the thread that started it ends.

    It stays in force across exec. Raises OSError where the kernel refuses, SystemExit where `parent` has ended.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel refuses to end a process with its parent")
    # The parent may have ended before the line above: then nothing would ever come
    if os.getppid() != parent:
        raise SystemExit(1)


def bound(*command: str) -> list[str]:
    """The command that runs `command` as a process which ends, killed, with the one that calls this."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


if __name__ == "__main__":
    end_with(int(sys.argv[1]), signal.SIGKILL)
    try:
        os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 (the supervisor's own commands)
    except OSError as error:
        sys.exit(f"{sys.argv[2]} cannot be started: {error.strerror}")
