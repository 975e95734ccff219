"""What patterns of a Zielsystem may ask for, and that nothing else gets as far as a delivery."""

import time

import pytest

from formservice.adapters.handover.pattern_language import FILTERS
from formservice.adapters.handover.patterns import (
    NAMES,
    OF_FILE,
    OF_INDEX,
    Pattern,
    Values,
    mistakes,
    names_in,
)
from formservice.domain.errors import EngineError

OF_NAME, IN_INDEX = (*NAMES, *OF_FILE), (*NAMES, *OF_INDEX)
FIELDS = {"name", "vorname"}
KNOWN = {
    "id": "d1",
    "form": "feedbackbogen",
    "version": "2",
    "fields": Values(name="Öztürk"),
    "files": [{"what": "copy", "name": "a.pdf", "sha256": "0" * 64, "size": 9}] * 2,
}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ id }}_{{ fields.name | lower }}", "d1_öztürk"),
        ("{{ fields['name'] }}{{ fields.vorname|default('-', true) }}", "Öztürk-"),
        ("{{ id|replace('d', 'x')|upper }}", "X1"),
        ("{% if form == 'feedbackbogen' and not fields.vorname %}F{% else %}E{% endif %}", "F"),
        ("{{ 'neu' if version in ('1', '2') else 'alt' }}", "neu"),
        ("{{ form[:4] }}{# nothing #}{% raw %}{{{% endraw %}", "feed{{"),
        (
            "{% for one in files if one.what %}{{ loop.index }}{{ one.name }} {% endfor %}",
            "1a.pdf 2a.pdf ",
        ),
        ("{{ files|length }}", "2"),
    ],
)
def test_names_filters_conditions_and_the_list_of_files_do_what_they_say(text, told):
    assert list(mistakes(text, IN_INDEX, FIELDS)) == []
    assert Pattern(text).text(KNOWN) == told


@pytest.mark.parametrize(
    "text",
    [
        "{{ id * 999999999 }}",
        "{{ id.ljust(3000000000) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ id ~ id }}",
        "{{ -1 }}",
        "{{ id|center(999999999) }}",
        "{{ id|replace('d', id) }}",
        "{{ id|list }}",
        "{{ id|safe }}",
        "{{ fields|tojson(indent=99999999) }}",
        "{{ range(99999999) }}",
        "{% for a in range(9) %}{% endfor %}",
        "{% for a in files %}{% for b in files %}x{% endfor %}{% endfor %}",
        "{% for a in files recursive %}{{ loop(files) }}{% endfor %}",
        "{% for a, b in files %}{% endfor %}",
        "{% include '/etc/passwd' %}",
        "{% extends 'x' %}",
        "{% import 'x' as y %}",
        "{% macro x() %}{{ x() }}{% endmacro %}{{ x() }}",
        "{% set x = id %}",
        "{% filter upper %}a{% endfilter %}",
        "{% block x %}{% endblock %}",
        "{{ id.__class__.__mro__ }}",
        "{{ fields.__class__ }}",
        "{{ fields['__class__'] }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ fields.items() }}",
        "{{ fields[id] }}",
        "{{ files[0].name }}",
        "{{ id is mapping }}",
        "{{ (1, 2)|sum }}",
        "{{ id ",
        "{{ " + "(" * 5000 + "id" + ")" * 5000 + " }}",
        "{{ id" + "|upper" * 200 + " }}",
        "{% if id %}" * 40 + "{% endif %}" * 40,
        "{{ " + "9" * 5000 + " }}",
        "{{ gibtsnicht }}",
        "{{ fields.gibtsnicht }}",
    ],
)
def test_everything_else_is_refused_when_it_is_read_and_at_once(text):
    begin = time.monotonic()
    assert list(mistakes(text, IN_INDEX, FIELDS))
    assert not isinstance(names_in(text), str)
    assert time.monotonic() - begin < 5


def test_a_name_of_a_file_goes_through_no_list():
    assert list(mistakes("{% for one in files %}x{% endfor %}", OF_NAME, FIELDS))


def test_replacing_again_and_again_does_not_fill_the_memory():
    text = "{{ id" + f"|replace('1', '{'1' * 300}')" * 5 + " }}"
    assert list(mistakes(text, OF_NAME, FIELDS)) == []
    with pytest.raises(EngineError):
        Pattern(text).text(KNOWN)


def test_what_gets_too_long_is_an_error_and_no_text():
    with pytest.raises(EngineError):
        Pattern("{% for one in files %}{{ id }}{% endfor %}").text(KNOWN, longest=3)
    for text in ("{{ fields.vorname }}", "a/" * 40 + "{{ id }}", "x" * 5000):
        with pytest.raises(EngineError):
            Pattern(text).path(KNOWN)


def test_no_filter_undoes_what_makes_values_harmless():
    pattern = Pattern("{{ fields.name|upper }}{{ fields.name|trim }}", xml=True)
    assert pattern.text({"fields": Values(name="<b>")}) == "&lt;B&gt;&lt;b&gt;"
    assert not {"safe", "e", "escape", "forceescape"} & FILTERS.keys()
