"""What people call the fields of a document that was read."""

from typing import Any  # readings have the shape of the JSON contract

from formservice.bootstrap import Services
from formservice.domain.copies import reshaped
from formservice.domain.form import FormDefinition
from formservice.domain.groups import shape_of


def names(services: Services, found: dict[str, Any]) -> dict[str, str]:
    """Return what people call the fields of a document that was read."""
    whole = _definition(services, found)
    return {} if whole is None else {field.key: field.name for field in whole.fields}


def labels(services: Services, found: dict[str, Any]) -> dict[str, str]:
    """Return the same with the options of choices, under the keys of their boxes."""
    whole = _definition(services, found)
    if whole is None:
        return {}
    options = {
        f"{field.key}.{option.key}": option.label
        for field in whole.fields
        for option in field.options
    }
    return options | names(services, found)


def _definition(services: Services, found: dict[str, Any]) -> FormDefinition | None:
    form = found.get("form")
    if not form:
        return None
    definition = services.forms.get(form["id"], form["edition"])
    # Items that were sent and did not come back are named as well.
    keys = (*found["fields"], *(found.get("against") or {"fields": ()})["fields"])
    return reshaped(definition, shape_of(definition, keys))
