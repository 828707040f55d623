"""Which kind of file system a file is on: SQLite works on a disk of this machine alone."""

from pathlib import Path

# Its write-ahead log needs memory that all who use the file share, and locks that hold; these give neither.
REMOTE = {"nfs", "nfs4", "cifs", "smbfs", "smb3", "fuse.sshfs", "ceph", "fuse.glusterfs"}
BORROWED = {"9p"}  # the host's folder in a virtual machine, or a whole sandbox: right for one process at least
TABLE = Path("/proc/self/mounts")


def kind_of(path: Path, *, table: Path = TABLE) -> str:
    """The kind of file system, as the system calls it; empty where it does not say.

    Args:
        path: it need not be there yet.
    """
    try:
        mounts = [line.split()[1:3] for line in table.read_text().splitlines()]
    except OSError:
        return ""
    above = {str(one) for one in (path.absolute(), *path.absolute().parents)}
    around = ((where, kind) for where, kind in mounts if where in above)
    return max(around, key=lambda mount: len(mount[0]), default=("", ""))[1]
