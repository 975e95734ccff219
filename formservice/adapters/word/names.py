"""Names of our own in Word files: put there by templates and filling, looked for when read."""

from formservice.domain.form import FieldKind, FormDefinition

# Custom properties of every form; the identifier in Dublin Core says the same in one line.
PROPERTY_FORM = "formservice.form"
PROPERTY_EDITION = "formservice.edition"
PROPERTY_REFERENCE = "formservice.reference"
CUSTOM_PART = "docProps/custom.xml"
CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
CUSTOM_NAMESPACE, CUSTOM_VALUES = f"{_OFFICE}/custom-properties", f"{_OFFICE}/docPropsVTypes"
CORE_PART = "docProps/core.xml"
IDENTIFIER = "{http://purl.org/dc/elements/1.1/}identifier"

# The pictures in the header: „formservice-qr-2“ for page 2, „formservice-square-…“ in the corners.
QR = "formservice-qr-"
SQUARE = "formservice-square-"

# What the settings of a control are called that make it something else than rich text.
CONTROL_KINDS = (
    "text",
    "date",
    "checkbox",
    "picture",
    "comboBox",
    "dropDownList",
    "docPartObj",
    "docPartList",
    "equation",
    "citation",
    "bibliography",
    "group",
)

# A control whose tag begins with this prints something again: „=vorname“, „=ziele[]“. It is
# written and never read.
ECHO = "="


def titles(definition: FormDefinition) -> dict[str, str]:
    """Return what the control of every anchor is called: a box of a choice „choice: option“."""
    found: dict[str, str] = {}
    for field in definition.fields:
        if field.kind is FieldKind.CHOICE:
            called = [f"{field.name}: {option.label}" for option in field.options]
        else:
            called = [field.name]
        found.update(zip(field.anchors, called, strict=True))
    return found
