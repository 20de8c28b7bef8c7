"""One build of a book at a time: a second one waits."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import IO

from sphinx.util import logging

logger = logging.getLogger(__name__)

if sys.platform == "win32":
    import msvcrt

    def take(file: IO[bytes]) -> None:
        """Lock the file for this process, or raise OSError."""
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def take(file: IO[bytes]) -> None:
        """Lock the file for this process, but not for those that it forks, or raise OSError."""
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class BuildLock:
    """A file that one process holds. The system frees it when that process ends in any way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """Wait until no other process holds the lock, and say so once."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("ab")
        told = False
        while True:
            try:
                return take(self._file)
            except OSError:
                if not told:
                    logger.info("Another build of this book is running; this one waits for it.")
                told = True
                time.sleep(0.2)

    def release(self) -> None:
        """Let the next one in."""
        if self._file is not None:
            self._file.close()
            self._file = None
