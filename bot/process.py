"""Who this process is, in a form that lets the next one on this machine see at once that it is gone."""

import os
import socket
from pathlib import Path


def identity() -> str:
    """`host|pid namespace|pid|start`: start, in clock ticks since boot, tells a reused pid from the old process."""
    return "|".join((socket.gethostname(), _namespace(), str(os.getpid()), _started(os.getpid())))


def is_dead(holder: str) -> bool:
    """Whether a holder is known to be gone. A process elsewhere never is: its lease has to run out."""
    host, namespace, pid, start = (holder.split("|") + [""] * 4)[:4]
    if (host, namespace) != (socket.gethostname(), _namespace()) or not namespace or not pid.isdigit():
        return False
    return _started(int(pid)) != start


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""  # not Linux: nobody is known to be dead


def _started(pid: int) -> str:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]  # a zombie runs nothing
