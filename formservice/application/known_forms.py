"""What is asked of all definitions again and again: titles, the newest, the form of a reading."""

from collections.abc import Iterable, Mapping
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.ports import Forms
from formservice.domain.findings import FindingCode
from formservice.domain.form import FormDefinition, FormRef
from formservice.domain.search_query import Vocabulary, all_fields


def titles(forms: Iterable[FormDefinition]) -> dict[str, str]:
    """Return what forms are called, by their ids."""
    return {one.ref.form: one.title for one in forms}


def edition_title(one: FormDefinition, forms: Iterable[FormDefinition]) -> str:
    """Return what an edition is called: by its title alone where no other edition has it."""
    same = sum(other.title == one.title for other in forms)
    return f"{one.title} ({one.ref.edition})" if same > 1 else one.title


def form_read(reading: Mapping[str, Any], forms: Forms) -> FormDefinition | None:
    """Return the form that a document was read as; None if it is not known."""
    form = reading.get("form")
    if not isinstance(form, Mapping):
        return None
    return forms.find(FormRef(str(form.get("id")), str(form.get("edition"))))


def newest(forms: Iterable[FormDefinition]) -> dict[str, FormDefinition]:
    """Return the newest released edition of every form of these, by its id, in order of titles."""
    released = sorted((one for one in forms if one.released), key=lambda one: one.ref.edition)
    found = {one.ref.form: one for one in released}
    return dict(sorted(found.items(), key=lambda one: one[1].title))


def vocabulary(forms: Iterable[FormDefinition]) -> Vocabulary:
    """Return what a search among documents of these forms can name."""
    found = list(forms)
    keys = {field.key for one in found for field in one.fields}
    own = {rule.code for one in found for rule in one.rules if rule.code}
    ids = frozenset(one.ref.form for one in found)
    return Vocabulary(all_fields(keys), ids, frozenset(own | set(FindingCode)))
