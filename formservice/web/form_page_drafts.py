"""What somebody typed into the page of a form, as it is kept in a draft and shown again."""

from collections.abc import Mapping, Sequence
from typing import Any  # a draft is what an earlier edition may have written

from formservice.domain.canonical import digest
from formservice.domain.form import FormDefinition
from formservice.domain.groups import groups, pattern, patterns
from formservice.web.form_page_posted import Posted


def as_body(said: Posted) -> dict[str, Any]:
    """Return a page as JSON."""
    return {
        "typed": {key: list(typed) for key, typed in said.typed.items()},
        "items": {key: list(order) for key, order in said.items.items()},
        "right": sorted(said.right),
        "unreadable": sorted(said.unreadable),
    }


def imprint(body: Mapping[str, Any]) -> str:
    """Return what tells the words of a draft from any others.

    A summary carries it, so that nothing is handed in but what it showed (§ 36a SGB I).
    """
    return digest(body)


def from_body(definition: FormDefinition, body: Mapping[str, Any]) -> Posted:
    """Return the page that a draft keeps; what the form does not have (any more) is left out."""
    members = definition.members or definition.fields
    fields = {one.key for one in patterns(members)}
    lists = {one.key for one in groups(members)}

    def known(keys: Sequence[str]) -> frozenset[str]:
        return frozenset(key for key in keys if pattern(key) in fields)

    return Posted(
        {
            key: tuple(str(one) for one in typed)
            for key, typed in (body.get("typed") or {}).items()
            if pattern(key) in fields
        },
        {
            key: tuple(one if isinstance(one, int) else None for one in order)
            for key, order in (body.get("items") or {}).items()
            if pattern(key) in lists
        },
        known(body.get("right") or ()),
        known(body.get("unreadable") or ()),
    )
