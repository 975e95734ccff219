"""Writes pictures as PNG."""

import struct
import zlib

GREY, RGB = 0, 2
"""What a pixel is, as PNG numbers it."""


def png_file(width: int, height: int, lines: bytes, *, depth: int, colour: int) -> bytes:
    """Return a PNG of ``lines``, each of them begun with the number of its filter (0: none)."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(lines))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
