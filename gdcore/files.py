"""Files that are whole or not there: written beside their place, then moved into it."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

_OLD = 3600.0  # seconds after which a part belongs to no process that still writes


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that its name holds the old content or the new, never a piece of either.

    Raises OSError that names the path where it cannot be written: the disk may be full.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_native_id()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        raise OSError(error.errno, f"could not be written: {error.strerror or error}", str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def remove_stale_parts(folder: Path) -> None:
    """Remove what killed processes left behind while they wrote into this folder."""
    for part in folder.glob("*.part"):
        writer = part.suffixes[-2].lstrip(".").partition("-")[0] if len(part.suffixes) > 1 else ""
        if writer.isdecimal() and _is_stale(part, int(writer)):
            part.unlink(missing_ok=True)


def _is_stale(part: Path, writer: int) -> bool:
    """Whether its writer has ended, or it has not changed for an hour."""
    try:
        if time.time() - part.stat().st_mtime > _OLD:
            return True
        if sys.platform != "win32":  # there, signal 0 would end the process
            os.kill(writer, 0)
    except FileNotFoundError:
        return False
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
