"""Values of fields as lists of a page tell them."""

from formservice.domain.form import Field, FieldKind
from formservice.domain.record import Value
from formservice.domain.values import shown


def as_told(field: Field, value: Value | None) -> str:
    """Return a value in words: dates as people write them, options by their labels."""
    if value is None or value is False:
        return ""
    if value is True:
        return "unterschrieben" if field.kind is FieldKind.SIGNATURE else "angekreuzt"
    if field.kind is FieldKind.CHOICE:
        chosen = value if isinstance(value, tuple) else (value,)
        labels = {one.key: one.label for one in field.options}
        return ", ".join(labels.get(str(one), str(one)) for one in chosen)
    return shown(field, value)
