"""Many files as one: a ZIP file that is sent while it is made."""

import io
import zipfile
from collections.abc import Iterator

from starlette.responses import StreamingResponse

ZIP = "application/zip"


def zipped(folder: str, count: int, files: Iterator[tuple[str, bytes]]) -> StreamingResponse:
    """Return an answer with ``count`` files (name, contents) in a folder of that name.

    Each is made when it is its turn, so that the first bytes leave at once. ``x-files`` says how
    many there are: who fetches them counts how often the folder's name has come, and knows how
    far it is.
    """
    headers = {
        "content-disposition": f'attachment; filename="{folder}.zip"',
        "x-files": str(count),
    }
    return StreamingResponse(_parts(folder, files), media_type=ZIP, headers=headers)


class _Growing(io.RawIOBase):
    """What a ZIP file is written to that is sent while it grows."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # any buffer
        self._parts.append(bytes(data))
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def taken(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def _parts(folder: str, files: Iterator[tuple[str, bytes]]) -> Iterator[bytes]:
    target = _Growing()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files:
            archive.writestr(f"{folder}/{name}", data)
            yield target.taken()
    yield target.taken()
