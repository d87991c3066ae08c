"""Opens files as they come: plain, gzip or Zstandard, told by their first bytes."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, cast

from shared.errors import UndertoneError

GZIP, ZSTANDARD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
SKIPPABLE = b"\x2a\x4d\x18"
BUFFER_BYTES = 1 << 20
# Small, because a chunk may decompress to thousands of times its size.
CHUNK_BYTES = 16 * 1024
# Reddit's monthly dumps are made with zstd --long=31.
MAX_WINDOW = 1 << 31
ENDS_EARLY = "it ends in the middle: it was cut off, or isn't whole yet"


class DamagedFile(UndertoneError):
    """A file that can't be read to its end; the message says why."""


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Open a file; yield its text as bytes, and the file itself, whose place shows the progress.

    Reading raises what `reading` translates. Raises OSError and DamagedFile.
    """
    with path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        if magic.startswith(GZIP):
            with gzip.GzipFile(fileobj=file) as text:
                yield cast("BinaryIO", io.BufferedReader(cast("Any", text), BUFFER_BYTES)), file
        elif magic == ZSTANDARD or magic[1:] == SKIPPABLE:
            reader = io.BufferedReader(ZstandardFile(file), BUFFER_BYTES)
            yield cast("BinaryIO", reader), file
        else:
            yield file, file


@contextmanager
def reading() -> Iterator[None]:
    """Raise DamagedFile where a compressed file is damaged or ends early."""
    try:
        yield
    except EOFError as error:
        raise DamagedFile(ENDS_EARLY) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DamagedFile(f"it is damaged ({error})") from error


class ZstandardFile(io.RawIOBase):
    """The text of a file of Zstandard frames.

    Unlike the library's own reader, it notices an end in the middle of a frame.
    """

    def __init__(self, file: BinaryIO) -> None:
        try:
            # Only .zst files need it.
            zstandard = import_module("zstandard")
        except ImportError as error:
            raise DamagedFile(".zst needs the package zstandard: pip install zstandard") from error
        self._file = file
        self._error = zstandard.ZstdError
        self._context = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW)
        self._frame: Any = None
        self._given = b""
        self._text = memoryview(b"")

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some of the text. Raises EOFError and DamagedFile."""
        while not self._text:
            if not self._given and not (given := self._file.read(CHUNK_BYTES)):
                if self._frame is not None:
                    raise EOFError
                return 0
            if not self._given:
                self._given = given
            self._decompress()
        size = min(len(buffer), len(self._text))
        buffer[:size] = self._text[:size]
        self._text = self._text[size:]
        return size

    def _decompress(self) -> None:
        self._frame = self._frame or self._context.decompressobj()
        try:
            self._text = memoryview(self._frame.decompress(self._given))
        except self._error as error:
            raise DamagedFile(f"it is damaged ({error})") from error
        self._given = b""
        if self._frame.eof:
            self._given, self._frame = self._frame.unused_data, None
