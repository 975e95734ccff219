"""What ``generate`` takes for one edition of a form, as JSON Schema 2020-12.

The schema is for those who send data: programs before us, forms in a portal. It says the same as
``domain.values``, as far as one value at a time can be judged; only there are days held against
the calendar, and entries against each other (a field given twice, two boxes of one choice).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from formservice.domain.errors import Problem
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef, Group
from formservice.domain.groups import MOST_ITEMS
from formservice.domain.text import LONGEST_LINE, LONGEST_TEXT

Schema: TypeAlias = dict[str, object]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
# An index as it is written by everybody: no leading zero, below MOST_ITEMS.
_INDEX = rf"\[([0-9]|[1-{(MOST_ITEMS - 1) // 10 - 1}][0-9]|{(MOST_ITEMS - 1) // 10}[0-8])\]"
_ISO = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_GERMAN = r"[0-9]{1,2}\s*\.\s*[0-9]{1,2}\s*\.\s*[0-9]{4}"
# Both kinds of „ä“, composed and with a combining mark.
_WRITTEN = r"[0-9]{1,2}\s*(\.\s*)?[A-Za-zÄä\u0308]{3,10}\.?\s+[0-9]{4}"
_DATE = rf"^\s*(({_ISO}|{_GERMAN}|{_WRITTEN})\s*)?$"
_HOW_LISTS = (
    " Was sich wiederholt, steht in Listen oder unter Schlüsseln mit der Nummer des Eintrags,"
    " gezählt ab 0; beides darf gemischt werden."
)
_HOW_DATES = "JJJJ-MM-TT, TT.MM.JJJJ oder „27. März 2026“."


def schema(definition: FormDefinition) -> Schema:
    """Return the schema of the data of one edition: nested lists, or flat keys, or both."""
    return _Writer(definition).whole()


@dataclass(frozen=True, slots=True)
class _Writer:
    definition: FormDefinition

    def whole(self) -> Schema:
        form = self.definition
        members = form.members or form.fields
        definitions = dict(self._definitions(members))
        return {
            "$schema": _DIALECT,
            "$id": f"urn:formservice:{form.ref.form}:{form.ref.edition}",
            "title": form.title,
            "description": f"Angaben für „formservice generate {form.ref}“. Jede darf fehlen"
            f" oder null sein.{_HOW_LISTS if form.members else ''}",
            "x-form": form.ref.form,
            "x-edition": form.ref.edition,
            **_given({"x-notice": form.notice}),
            **_why(form, form),
            "type": "object",
            **self._object(members, ""),
            **({"$defs": definitions} if definitions else {}),
        }

    def _object(self, members: Iterable[Field | Group], start: str) -> Schema:
        """Return the keywords of an object with ``members``, whose keys begin with ``start``."""
        properties: Schema = {}
        flat: Schema = {}
        for member in members:
            name = member.key.removeprefix(start)
            if isinstance(member, Group):
                properties[name] = self._list(member)
                flat |= {f"^{key}$": inner for key, inner in self._flat(member, name)}
            else:
                properties |= {name + end: one for end, one in self._places(member)}
        more = {"patternProperties": flat} if flat else {}
        return {"properties": properties, **more, "additionalProperties": False}

    def _flat(self, group: Group, name: str) -> Iterator[tuple[str, Schema]]:
        """Yield the expression of every flat key below ``group``, with what may stand there."""
        item = name.replace(".", r"\.") + _INDEX
        yield item, _pointer(_name(f"{group.key}[]"))
        if group.single:
            return
        for member in group.members:
            below = rf"{item}\.{member.key.removeprefix(f'{group.key}[].')}"
            if isinstance(member, Group):
                yield below, self._list(member)
                for key, inner in self._flat(member, member.key.removeprefix(f"{group.key}[].")):
                    yield rf"{item}\.{key}", inner
            else:
                for end, _ in self._places(member):
                    yield below + end.replace(".", r"\."), _pointer(_name(member.key) + end)

    def _list(self, group: Group) -> Schema:
        return {
            "title": group.title,
            "description": f"Höchstens {MOST_ITEMS} Einträge, von denen der Druck {group.rows}"
            " auf den gewöhnlichen Seiten hat. null hält einen Platz frei.",
            "type": ["array", "null"],
            "maxItems": MOST_ITEMS,
            "items": _pointer(_name(f"{group.key}[]")),
            "x-rows": group.rows,
        }

    def _definitions(self, members: Iterable[Field | Group]) -> Iterator[tuple[str, Schema]]:
        """Yield what is named in more than one place: items and the fields of items."""
        for group in (one for one in members if isinstance(one, Group)):
            if not group.single:
                item = self._object(group.members, f"{group.key}[].")
                yield (
                    _name(f"{group.key}[]"),
                    {"title": group.title, "type": ["object", "null"], **item},
                )
            for member in group.members:
                if isinstance(member, Field):
                    for end, one in self._places(member):
                        yield _name(member.key) + end, one
            yield from self._definitions(group.members)

    def _places(self, field: Field) -> Iterator[tuple[str, Schema]]:
        """Yield the field and each box of a choice, by what follows the field's key."""
        about = {
            "title": _untold(field.name),
            "description": field.help or _untold(field.label) or field.name,
            "x-label": field.label,
            "x-kind": field.kind.value,
            **({"x-o-ton": True} if field.o_ton else {}),
            **({"x-zeitangabe": True} if field.zeitangabe else {}),
            **_why(field, self.definition),
        }
        yield "", about | _content(field)
        if field.kind is FieldKind.CHOICE:
            for option in field.options:
                title = f"{about['title']}: {option.label}"
                yield f".{option.key}", about | {"title": title, "type": ["boolean", "null"]}


def _content(field: Field) -> Schema:
    match field.kind:
        case FieldKind.TICK | FieldKind.SIGNATURE:
            return {"type": ["boolean", "null"]}
        case FieldKind.CHOICE:
            return _choice(field)
        case FieldKind.DATE:
            return _date(field)
        case FieldKind.TEXT:
            return {"type": ["string", "null"], "maxLength": LONGEST_LINE}
        case FieldKind.MULTILINE:
            return {"type": ["string", "null"], "maxLength": LONGEST_TEXT}


def _date(field: Field) -> Schema:
    iso = {"type": "string", "format": "date", "pattern": f"^{_ISO}$"}
    other = {"type": "string", "pattern": _DATE, "maxLength": LONGEST_TEXT}
    help_ = f"{field.help} Schreibweise: {_HOW_DATES}" if field.help else _HOW_DATES
    return {"description": help_, "anyOf": [iso, other, {"type": "null"}]}


def _choice(field: Field) -> Schema:
    """Return the options with what is printed beside them; where several may be, also a list."""
    keys = [option.key for option in field.options]
    one: Schema = {
        "type": "string",
        "enum": keys,
        "oneOf": [{"const": option.key, "title": option.label} for option in field.options],
    }
    listed: Schema = {"type": "array", "items": {"type": "string", "enum": keys}}
    if not field.several:
        listed["maxItems"] = 1
    yes_or_no = [{"type": "boolean"}] if set(keys) == {"ja", "nein"} else []
    return {"anyOf": [one, listed, *yes_or_no, {"type": "null"}]}


def _why(about: Field | FormDefinition, form: FormDefinition) -> Schema:
    """Return why the value may be held and how long: said of the field, else of the form."""
    return _given(
        {
            "x-purpose": about.purpose or form.purpose,
            "x-legal-basis": about.legal_basis or form.legal_basis,
            "x-deletion-class": about.deletion_class or form.deletion_class,
        }
    )


def _given(texts: Mapping[str, str]) -> Schema:
    return {key: text for key, text in texts.items() if text}


def _untold(text: str) -> str:
    """Return a label without the number of the item, which no schema knows."""
    return " ".join(text.replace("{n}", "").split()).rstrip(" :")


def _name(key: str) -> str:
    """Return the name of ``key`` below ``$defs``: brackets would have to be escaped there."""
    return key.replace("[]", "")


def _pointer(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


_Check: TypeAlias = Callable[[object], Iterable[Sequence[str | int]]]


class Schemas:
    """Holds data against the schema of their form; each is compiled when first needed."""

    def __init__(self) -> None:
        """Begin with none: most commands need none."""
        self._compiled: dict[FormRef, tuple[FormDefinition, _Check]] = {}

    def problems(self, definition: FormDefinition, data: object) -> list[Problem]:
        """Return the places where ``data`` break the schema; no content is named."""
        known = self._compiled.get(definition.ref)
        if known is None or known[0] is not definition:
            known = (definition, _compiled(schema(definition)))
            self._compiled[definition.ref] = known
        sentence = "Die Angabe passt nicht zum Schema des Formulars („formservice forms schema“)."
        return [Problem(_key(path), sentence) for path in known[1](data)]


def _compiled(of_form: Schema) -> _Check:
    """Return a function that yields the path of every entry that breaks the schema."""
    import jsonschema.validators

    usual = jsonschema.Draft202012Validator
    # Data handed over inside the program hold tuples and mappings as well.
    types = usual.TYPE_CHECKER.redefine_many(
        {
            "array": lambda _, one: isinstance(one, list | tuple),
            "object": lambda _, one: isinstance(one, Mapping),
        }
    )
    validator = jsonschema.validators.extend(usual, type_checker=types)(of_form)

    def paths(data: object) -> Iterator[Sequence[str | int]]:
        for error in validator.iter_errors(data):
            yield tuple(error.absolute_path)

    return paths


def _key(path: Sequence[str | int]) -> str:
    """Return the place as a field key: ``ziele``, 0, ``text`` is ``ziele[0].text``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")
