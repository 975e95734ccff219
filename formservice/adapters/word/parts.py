"""A Word file whose parts are changed: what is read, added, related and written again."""

from posixpath import dirname, join, normpath, relpath

from lxml import etree

from formservice.adapters.word.names import (
    CUSTOM_NAMESPACE,
    CUSTOM_VALUES,
    PROPERTY_EDITION,
    PROPERTY_FORM,
    PROPERTY_REFERENCE,
)
from formservice.adapters.word.package import TYPES_PART, Package, parse
from formservice.adapters.word.zip import word_file
from formservice.domain.errors import InputError
from formservice.domain.form import FormRef

_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_NO_RELATIONS = f'<Relationships xmlns="{_RELATIONS}"/>'.encode()
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NO_PROPERTIES = f'<Properties xmlns="{CUSTOM_NAMESPACE}" xmlns:vt="{CUSTOM_VALUES}"/>'.encode()
"""A part of custom properties without any."""

# The format id that every custom property of an Office document carries.
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


class Parts:
    """The parts of one Word file. Only what was changed is written anew."""

    def __init__(self, docx: bytes) -> None:
        """Open ``docx``; InputError if it cannot be."""
        package = Package(docx)
        self.main = package.main
        self._source = docx
        self._contents = {name: package.read(name) for name in package.names if name[-1:] != "/"}
        self._before = dict(self._contents)
        self._roots: dict[str, etree._Element] = {}

    def contents(self) -> dict[str, bytes]:
        """Return every part by its name."""
        return dict(self._contents)

    def has(self, name: str) -> bool:
        """Say whether there is a part called ``name``."""
        return name in self._contents

    def read(self, name: str) -> bytes:
        """Return the bytes of a part."""
        return self._contents[name]

    def root(self, name: str) -> etree._Element:
        """Return the root of a part, to be changed in place and then ``changed``."""
        if name not in self._roots:
            self._roots[name] = parse(self._contents[name])
        return self._roots[name]

    def changed(self, name: str) -> None:
        """Note that the root of ``name`` was changed."""
        self._contents[name] = etree.tostring(
            self.root(name), xml_declaration=True, encoding="UTF-8", standalone=True
        )

    def write(self, name: str, content: bytes) -> None:
        """Add or replace a part."""
        self._contents[name] = content
        self._roots.pop(name, None)

    def declare(self, name: str, content_type: str) -> None:
        """Say in the list of content types what ``name`` is."""
        types = self.root(TYPES_PART)
        if all(entry.get("PartName") != f"/{name}" for entry in types):
            etree.SubElement(
                types, f"{_TYPES}Override", PartName=f"/{name}", ContentType=content_type
            )
            self.changed(TYPES_PART)

    def declare_png(self) -> None:
        """Say in the list of content types what PNG files are."""
        types = self.root(TYPES_PART)
        if "png" not in {entry.get("Extension", "").lower() for entry in types}:
            types.insert(
                0, etree.Element(f"{_TYPES}Default", Extension="png", ContentType="image/png")
            )
            self.changed(TYPES_PART)

    def relations(self, part: str) -> str:
        """Return the name of the part with the relations of ``part``, made if it is missing."""
        name = _relations_of(part)
        if name not in self._contents:
            self.write(name, _NO_RELATIONS)
        return name

    def targets(self, part: str) -> list[str]:
        """Return the parts that the relations of ``part`` lead to."""
        name = _relations_of(part)
        entries = self.root(name) if self.has(name) else ()
        return [found for entry in entries if (found := self.target(part, entry.get("Id", "")))]

    def target(self, part: str, relation: str) -> str:
        """Return the part that ``relation`` of ``part`` leads to; empty if there is none."""
        name = _relations_of(part)
        for entry in self.root(name) if self.has(name) else ():
            if entry.get("Id") == relation and entry.get("TargetMode") != "External":
                # An absolute target begins anew: join drops what stands before it.
                return normpath(join("/", dirname(part), entry.get("Target", ""))).lstrip("/")
        return ""

    def relate(self, part: str, kind: str, target: str, type_: str = "") -> str:
        """Return the id of a relation of ``part`` to ``target``, added if there is none yet.

        ``kind`` is the last word of an Office relation („image“); ``type_`` any other type.
        """
        name = self.relations(part)
        root, wanted = self.root(name), type_ or f"{_OFFICE}/{kind}"
        for entry in root:
            found = self.target(part, entry.get("Id", ""))
            if entry.get("Type") == wanted and found == target:
                return entry.get("Id", "")
        taken = {entry.get("Id") for entry in root}
        number = next(n for n in range(1, len(taken) + 2) if f"formservice{n}" not in taken)
        place = relpath(target, dirname(part)) if dirname(part) else target
        etree.SubElement(
            root,
            f"{{{_RELATIONS}}}Relationship",
            Id=f"formservice{number}",
            Type=wanted,
            Target=place,
        )
        self.changed(name)
        return f"formservice{number}"

    def lead(self, part: str, relation: str, target: str) -> None:
        """Let ``relation`` of ``part`` lead to ``target``."""
        name = _relations_of(part)
        for entry in self.root(name):
            if entry.get("Id") == relation:
                entry.set("Target", relpath(target, dirname(part)))
        self.changed(name)

    def docx(self) -> bytes:
        """Return the Word file; the very bytes it was opened with if nothing was changed."""
        if self._contents == self._before:
            return self._source
        return word_file(self._contents).with_members([])


def _relations_of(part: str) -> str:
    return join(dirname(part), "_rels", part.rpartition("/")[2] + ".rels")


def opened(docx: bytes) -> Parts | None:
    """Return the parts of ``docx``, None if it is no Word file that can be opened."""
    try:
        return Parts(docx)
    except InputError:
        return None


def write_properties(root: etree._Element, ref: FormRef, reference: str) -> bool:
    """Write form, edition and reference under ``root``; say whether that changed anything."""
    wanted = {
        PROPERTY_FORM: ref.form,
        PROPERTY_EDITION: ref.edition,
        PROPERTY_REFERENCE: reference,
    }
    changed = False
    held = {entry.get("name"): entry for entry in root}
    for name, text in wanted.items():
        entry = held.get(name)
        if entry is not None and "".join(str(piece) for piece in entry.itertext()) == text:
            continue
        if entry is None:
            # Property ids count from 2; 0 and 1 are reserved.
            number = max((int(one.get("pid", "1")) for one in root), default=1) + 1
            entry = etree.SubElement(root, f"{{{CUSTOM_NAMESPACE}}}property")
            entry.attrib.update({"fmtid": _FORMAT_ID, "pid": str(max(number, 2)), "name": name})
        for child in list(entry):
            entry.remove(child)
        etree.SubElement(entry, f"{{{CUSTOM_VALUES}}}lpwstr").text = text
        changed = True
    return changed
