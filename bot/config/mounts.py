"""Whether a path is on a network file system.

SQLite's locks and its WAL are not reliable on one (DESIGN.md section 3).
"""

import os
import re
from pathlib import Path

_KERNEL = (
    "9p afs beegfs ceph cifs coda davfs drvfs gfs2 glusterfs gpfs lustre moosefs ncpfs nfs nfs4 ocfs2 "
    "orangefs prl_fs pvfs2 smb2 smb3 smbfs vboxsf"
)
_FUSE = "blobfuse blobfuse2 ceph davfs2 gcsfuse glusterfs goofys juicefs mfs rclone s3fs sshfs vmhgfs-fuse"
NETWORK = frozenset((*_KERNEL.split(), *(f"fuse.{kind}" for kind in _FUSE.split())))
"""Types, as the first field after the separator of a line of /proc/self/mountinfo tells them."""

_MOUNTINFO = Path("/proc/self/mountinfo")
_OCTAL = re.compile(r"\\([0-7]{3})")


def read_mounts() -> str:
    """This process's mount table; empty where the system has none to read (then nothing is refused)."""
    try:
        return _MOUNTINFO.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def filesystem_of(path: Path, mountinfo: str) -> str:
    """The type of file system that `path` is or would be on; empty when the table does not tell.

    `mountinfo` is the text of /proc/self/mountinfo (proc(5)). Of two mounts at one place the later one
    counts, since it covers the earlier. Links are resolved first: the database is where they lead.
    """
    place = os.path.realpath(path)
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        head, separator, tail = line.partition(" - ")
        fields = head.split(" ")
        if not separator or len(fields) < 5:
            continue
        mount = _OCTAL.sub(lambda code: chr(int(code[1], 8)), fields[4])
        below = mount if mount.endswith("/") else mount + "/"
        if (place == mount or place.startswith(below)) and len(mount) >= best:
            best, kind = len(mount), tail.split(" ", 1)[0]
    return kind


def network_filesystem(path: Path, mountinfo: str) -> str | None:
    """The type when `path` is on a network file system, else None."""
    kind = filesystem_of(path, mountinfo)
    return kind if kind in NETWORK else None
