"""Writes zip files whose bytes depend on nothing but their content."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_STORED, _DEFLATED = 0, 8
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION = 20
_UTF8_NAME = 0x800
# 1 January 1980, 00:00: the earliest time a zip file can hold.
_TIME, _DATE = 0, 0x21
# Level 9 costs ten times the time of level 1 and saves a sixth; made once, it is worth it.
_SMALL, _FAST = 9, 1


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive, packed: all that is written about it but its place."""

    name: bytes
    method: int
    checksum: int
    packed: bytes
    size: int

    def local(self) -> bytes:
        """Return the local header and the packed bytes."""
        about = (self.checksum, len(self.packed), self.size, len(self.name), 0)
        head = (b"PK\x03\x04", _VERSION, _UTF8_NAME, self.method, _TIME, _DATE)
        return _LOCAL.pack(*head, *about) + self.name + self.packed

    def central(self, offset: int) -> bytes:
        """Return the entry of the directory for a member that starts at ``offset``."""
        about = (self.checksum, len(self.packed), self.size, len(self.name), 0, 0, 0, 0, 0)
        head = (b"PK\x01\x02", _VERSION, _VERSION, _UTF8_NAME, self.method, _TIME, _DATE)
        return _CENTRAL.pack(*head, *about, offset) + self.name


def small(name: str, content: bytes) -> Member:
    """Return ``content`` packed as well as possible."""
    return _packed(name, content, _SMALL)


def fast(name: str, content: bytes) -> Member:
    """Return ``content`` packed quickly."""
    return _packed(name, content, _FAST)


def stored(name: str, content: bytes) -> Member:
    """Return ``content`` as it is: for pictures, which are packed already."""
    return Member(name.encode(), _STORED, zlib.crc32(content), content, len(content))


def _packed(name: str, content: bytes, level: int) -> Member:
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    return Member(name.encode(), _DEFLATED, zlib.crc32(content), packed, len(content))


# The content types come first: some programs tell the kind of file by its beginning.
_CONTENT_TYPES = "[Content_Types].xml"
_PACKED_ALREADY = (".png", ".jpg", ".jpeg")


def word_file(contents: Mapping[str, bytes]) -> "Base":
    """Return the parts of a Word file laid out in an order of their own."""
    names = sorted(contents, key=lambda name: (name != _CONTENT_TYPES, name))
    return Base(
        [
            (stored if name.endswith(_PACKED_ALREADY) else small)(name, contents[name])
            for name in names
        ]
    )


class Base:
    """An archive's unchanging members, laid out once."""

    def __init__(self, members: Sequence[Member]) -> None:
        """Lay out ``members`` in their order."""
        local, central, offset = [], [], 0
        for member in members:
            local.append(member.local())
            central.append(member.central(offset))
            offset += len(local[-1])
        self._local, self._central = b"".join(local), b"".join(central)
        self._count = len(members)

    def with_members(self, members: Sequence[Member]) -> bytes:
        """Return the archive with ``members`` added at the end."""
        local, central, offset = [self._local], [self._central], len(self._local)
        for member in members:
            local.append(member.local())
            central.append(member.central(offset))
            offset += len(local[-1])
        directory = b"".join(central)
        count = self._count + len(members)
        end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), offset, 0)
        return b"".join((*local, directory, end))
