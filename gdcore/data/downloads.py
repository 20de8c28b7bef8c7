"""Downloads of image sets: bounded in size and time, checked, stored whole or not at all."""

from __future__ import annotations

import queue
import re
import threading
import time
import urllib.error
import urllib.request
from http.client import HTTPMessage
from pathlib import Path
from typing import IO, Any

from tqdm.auto import tqdm

from gdcore.data.idx import unpacked
from gdcore.data.images import ImageSet, cache, check_set, digest_of, find, is_safe, named_folder
from gdcore.files import remove_stale_parts, write_whole

MOST_SECONDS = 900.0  # for one file from one origin
_QUIET_SECONDS = 30.0  # after which an origin that sends nothing is given up


def download(which: ImageSet, folder: str | Path | None = None) -> Path:
    """Download the missing files of `MNIST` or `FASHION_MNIST`. Returns their folder.

    They go into `folder`, by default the user's cache, under the set's name. A file gets its name
    only when it is complete and its content has the right SHA-256. Each origin is given up that
    fails in any way, sends more than the set allows, or takes longer than a quarter of an hour.

    Raises ConnectionError where no origin gives the right file; FileExistsError where another file
    of this name lies in a folder that you name, which is left as it is; OSError where it cannot be
    written.

    Example: `load_images(MNIST, download(MNIST, "~/data"))`.
    """
    check_set(which)
    target = _target(which, folder)
    target.mkdir(parents=True, exist_ok=True)
    remove_stale_parts(target)
    missing = [file for file in which.digests if find(which, file, [target])[0] is None]
    if folder is not None:
        for file in missing:
            _refuse_to_overwrite(target / f"{file}.gz", find(which, file, [target])[1])
    for file in missing:
        write_whole(target / f"{file}.gz", _fetch(which, file))
    return target


def _target(which: ImageSet, folder: str | Path | None) -> Path:
    """The folder that the files go into."""
    base = cache() if folder is None else named_folder("folder", folder)
    if base is None:
        raise ValueError("folder must be named where no home folder is known, got None")
    return base / which.name


def _refuse_to_overwrite(path: Path, wrong: list[str]) -> None:
    if path.exists():
        raise FileExistsError(
            f"{path} lies there and is not the file of this name: {'; '.join(wrong) or 'it is no file'}; "
            "move it away or name another folder"
        )


def _fetch(which: ImageSet, file: str) -> bytes:
    """The gzipped file from the first origin that has it right."""
    failures = []
    for origin in which.origins:
        try:
            compressed = _read_address(f"{origin.rstrip('/')}/{file}.gz", file, which.most_bytes)
            if (got := digest_of(unpacked(compressed, which.most_bytes))) == which.digests[file]:
                return compressed
            failures.append(f"{origin}: SHA-256 of the content must be {which.digests[file]}, got {got}")
        except Exception as error:  # whatever an origin does wrong, the next may do right
            failures.append(f"{origin}: {error or type(error).__name__}")
    raise ConnectionError(f"no origin of {which.name} gave {file}: {'; '.join(failures) or 'it has none'}")


def _read_address(address: str, label: str, most_bytes: int) -> bytes:
    """What an address gives.

    A thread of its own waits for the network, since names, handshakes and headers know no common
    limit of time; this one looks at the clock.
    """
    arrived: queue.SimpleQueue[int | bytes | Exception | None] = queue.SimpleQueue()
    given_up = threading.Event()
    threading.Thread(target=_receive, args=(address, most_bytes, arrived, given_up), daemon=True).start()
    end, pieces = time.monotonic() + MOST_SECONDS, []
    try:
        with tqdm(desc=label, unit="B", unit_scale=True) as bar:
            while (piece := _next(arrived, end)) is not None:
                if isinstance(piece, int):
                    bar.reset(piece)
                else:
                    pieces.append(piece)
                    bar.update(len(piece))
    finally:
        given_up.set()
    return b"".join(pieces)


def _next(arrived: queue.SimpleQueue[Any], end: float) -> int | bytes | None:
    """What the thread sends next: the size, then the pieces, then None. Raises its error."""
    try:
        piece = arrived.get(timeout=max(0.0, end - time.monotonic()))
    except queue.Empty:
        raise TimeoutError(f"it took longer than {MOST_SECONDS:g} s") from None
    if isinstance(piece, Exception):
        raise piece
    return piece


def _receive(address: str, most_bytes: int, arrived: queue.SimpleQueue[Any], given_up: threading.Event) -> None:
    """Send on what an address gives, piece by piece, until it ends or is given up."""
    try:
        opener = urllib.request.build_opener(_SafeRedirects)
        with opener.open(address, timeout=_QUIET_SECONDS) as response:
            said = response.headers.get("Content-Length", "")
            size, got = int(said) if re.fullmatch("[0-9]{1,18}", said) else None, 0
            if size is not None:
                arrived.put(size)
            while not given_up.is_set() and (piece := response.read1(1 << 16)):
                got += len(piece)
                if got > most_bytes:
                    raise ValueError(f"it sends more than {most_bytes} bytes")
                arrived.put(piece)
        if size is not None and got != size:
            raise EOFError(f"it ended after {got} of {size} bytes")
        arrived.put(None)
    except Exception as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        arrived.put(error)


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to safe addresses alone, and closes what it does not follow."""

    def http_error_302(self, req: Any, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage) -> Any:
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except BaseException:
            fp.close()
            raise

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def redirect_request(self, req: Any, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str) -> Any:
        if not is_safe(newurl):
            raise urllib.error.URLError(f"it redirects to {newurl}, which does not begin with https://")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
