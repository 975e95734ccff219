"""Custom properties of a Word file: where form, edition and reference stand."""

from lxml import etree

from formservice.adapters.word.names import (
    CUSTOM_NAMESPACE,
    CUSTOM_VALUES,
    PROPERTY_EDITION,
    PROPERTY_FORM,
    PROPERTY_REFERENCE,
)
from formservice.domain.form import FormRef

NO_PROPERTIES = f'<Properties xmlns="{CUSTOM_NAMESPACE}" xmlns:vt="{CUSTOM_VALUES}"/>'.encode()
"""A part of custom properties without any."""

# The format id that every custom property of an Office document carries.
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


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
