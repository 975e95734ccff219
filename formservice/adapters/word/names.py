"""Names of our own in Word files: put there by templates and filling, looked for when read."""

# Custom properties of every form; the identifier in Dublin Core says the same in one line.
PROPERTY_FORM = "formservice.form"
PROPERTY_EDITION = "formservice.edition"
PROPERTY_REFERENCE = "formservice.reference"
CUSTOM_PART = "docProps/custom.xml"
CORE_PART = "docProps/core.xml"
IDENTIFIER = "{http://purl.org/dc/elements/1.1/}identifier"

# The pictures in the header: „formservice-qr-2“ for page 2, „formservice-square-…“ in the corners.
QR = "formservice-qr-"
SQUARE = "formservice-square-"
