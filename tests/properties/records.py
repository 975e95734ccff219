"""Any record a form can hold, as Hypothesis strategies: nasty texts, any number of items."""

import io
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TypeAlias

import pikepdf
from hypothesis import strategies as st

from formservice.domain.errors import InvalidDataError
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef, Group
from formservice.domain.values import is_placeholder, values_from_data
from tests import known

ROOT = Path(__file__).parent.parent.parent
SERVICES = known.services(lambda: "PROBE")
FORMS = list(SERVICES.forms)
RECEIVED = date(2026, 3, 27)
# So many items more than one print has rows.
_BEYOND = 2

_AWKWARD = [
    "A & B <C> „x“ “y” 'z' \"w\"",
    "{{ name }} {% if %} {_{ }}",
    "\tTab\t\tzwei  Leerzeichen ",
    "eins\n\nzwei\n  drei\n",
    "مرحبا بالعالم 123",
    "Nguyễn Thị Đặng Ģirts Łukasz",
    "👩‍👩‍👧 🇩🇪 🙂",
    "Trenn\u00adstrich und\u2011fest",
    "(weiter)\\ \\n \\u0041 %s %%",
    "=SUMME(A1) ziele[0].text {n}",
    "x" * 300,
    "Wort " * 1200,
]
_LETTERS = (
    "abcdefghijklmnopqrstuvwxyzäöüßABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜéèçñšžćłąőűđğıảữαβжяії"
    "0123456789.,;!?()-–„“/&%§+'"
)


_Data: TypeAlias = st.SearchStrategy[dict[str, object]]
_Texts: TypeAlias = Callable[[Field], st.SearchStrategy[str]]


def record_of(definition: FormDefinition, *, nasty: bool = True) -> _Data:
    """Return any record of a form as data: every field may be there or not, lists nested.

    Texts are ``nasty``, or such as people write.
    """
    texts = _nasty if nasty else _written
    return _object(definition.members or definition.fields, "", texts)


def _object(members: Iterable[Field | Group], start: str, texts: _Texts) -> _Data:
    entries = {
        one.key.removeprefix(start): _value(one, texts)
        if isinstance(one, Field)
        else _items(one, texts)
        for one in members
    }
    return st.fixed_dictionaries({}, optional=entries)


def _items(group: Group, texts: _Texts) -> st.SearchStrategy[object]:
    """Return lists of items, blank ones among them, and more than one print has rows."""
    if group.single:
        (field,) = (one for one in group.members if isinstance(one, Field))
        item: st.SearchStrategy[object] = st.none() | _value(field, texts)
    else:
        item = _object(group.members, f"{group.key}[].", texts)
    return st.lists(item, max_size=group.rows + _BEYOND)


def _value(field: Field, texts: _Texts) -> st.SearchStrategy[object]:
    if field.kind is FieldKind.DATE:
        return st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(date.isoformat)
    if field.kind is FieldKind.CHOICE:
        option = st.sampled_from([option.key for option in field.options])
        return st.lists(option, unique=True, min_size=1) if field.several else option
    if field.kind in (FieldKind.TICK, FieldKind.SIGNATURE):
        return st.just(True)
    return texts(field)


def _nasty(field: Field) -> st.SearchStrategy[str]:
    free = st.text(st.characters(exclude_categories=["Cs", "Cn"]), min_size=1, max_size=80)
    text = st.one_of(st.sampled_from(_AWKWARD), free, st.lists(free, max_size=6).map("\n".join))
    return text.filter(lambda one: may_be_typed(field, one) and not is_placeholder(field, one))


def may_be_typed(field: Field, text: str) -> bool:
    """Say whether a text is something that may stand in a field."""
    try:
        return bool(values_from_data(_alone(field), {field.key: text}))
    except InvalidDataError:
        return False


def _alone(field: Field) -> FormDefinition:
    return FormDefinition(FormRef("probe", "1"), "Probe", "de-DE", (), (field,))


def _written(field: Field) -> st.SearchStrategy[str]:
    """Return words of European letters, over several lines where there is room for them."""
    word = st.text(st.sampled_from(_LETTERS), min_size=1, max_size=18)
    line = st.lists(word, min_size=1, max_size=30).map(" ".join)
    text = st.lists(line, min_size=1, max_size=5).map("\n".join)
    return text if field.kind is FieldKind.MULTILINE else line


def full(definition: FormDefinition, items: int = 0) -> dict[str, object]:
    """Return a plain value for every field, each another; ``items`` more than rows in groups."""
    counter = iter(range(1, 10_000))
    return _full(definition.members or definition.fields, "", items, counter)


def _full(members: Iterable[Field | Group], start: str, items: int, counter) -> dict[str, object]:
    data: dict[str, object] = {}
    for one in members:
        name = one.key.removeprefix(start)
        if isinstance(one, Field):
            data[name] = _plain(one, next(counter))
        elif one.single:
            (field,) = one.members
            assert isinstance(field, Field)
            data[name] = [_plain(field, next(counter)) for _ in range(one.rows + items)]
        else:
            data[name] = [
                _full(one.members, f"{one.key}[].", items, counter)
                for _ in range(one.rows + items)
            ]
    return data


def _plain(field: Field, number: int) -> object:
    match field.kind:
        case FieldKind.DATE:
            return date.fromordinal(730_000 + number).isoformat()
        case FieldKind.CHOICE:
            option = field.options[number % len(field.options)].key
            return [option] if field.several else option
        case FieldKind.TICK | FieldKind.SIGNATURE:
            return True
        case FieldKind.MULTILINE:
            return f"Schritt {number}: anrufen und fragen."
        case FieldKind.TEXT:
            return f"Straße {number}"


def unmarked(data: bytes) -> bytes:
    """Return a flattened form without the values our looks hold beside what they draw."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form":
                content = item.read_bytes()
                if b"FormserviceValue" in content:
                    item.write(content.replace(b"FormserviceValue", b"Span"))
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()
