"""Mistakes in definitions, folders and what was built."""

import shutil

from tests.adapters.planting import (
    PLAN,
    TEMPLATES,
    Mistakes,
    built,
    copied,
    field,
    file,
    fill_in_name,
    last_page_gone,
    match,
    moved,
    no_fields,
    printed,
    swap,
    word,
    yaml,
)

CUSTOM = "docProps/custom.xml"

MISTAKES: Mistakes = {
    # what was built
    "a field is built as another kind": (
        built(field("vorname", kind="date")),
        "fields.json",
        "vorname: .*„date“",
    ),
    "a field has no place": (
        built(field("vorname", box=[0.5, 0.5, 0.5, 0.5])),
        "fields.json",
        "vorname: Der Platz",
    ),
    "a field is off the page": (
        built(field("vorname", box=[0.5, 0.5, 1.5, 0.6])),
        "fields.json",
        "vorname: ",
    ),
    "a field is on a page there is not": (
        built(field("vorname", page=7)),
        "fields.json",
        "vorname: .*Seite 7",
    ),
    "a field lies on the QR code": (
        built(field("vorname", box=[0.88, 0.03, 0.95, 0.06])),
        "fields.json",
        "vorname: .*QR-Code",
    ),
    "a field is built twice": (
        built(lambda layout: layout["fields"].append(dict(layout["fields"][0]))),
        "fields.json",
        "zweimal",
    ),
    "there is a page too many": (
        built(lambda layout: layout["pages"].append({"width": 595, "height": 842})),
        "fields.json",
        "Seite 3",
    ),
    "the QR codes are missing": (
        built(lambda layout: layout.pop("qr")),
        "fields.json",
        "qr: Seite 1",
    ),
    "the printed text is missing": (
        built(lambda layout: layout.pop("flow")),
        "fields.json",
        "flow: ",
    ),
    "what is printed again is missing": (
        built(lambda layout: layout.pop("echoes"), PLAN),
        "fields.json",
        "echoes: ",
    ),
    "the PDF is empty": (file("form.pdf", b""), "form.pdf", "kein lesbares PDF"),
    "the PDF has a password": (
        printed(lambda _pdf: None, "x"),
        "form.pdf",
        "mit einem Kennwort geschützt",
    ),
    "the PDF is an export without fields": (printed(no_fields), "form.pdf", "keine ausfüllbaren"),
    "the PDF lacks a page": (printed(last_page_gone), "form.pdf", "hat 1 statt 2"),
    "the PDF was filled in": (printed(fill_in_name), "form.pdf", "name: .*ausgefüllt"),
    "the PDF is that of another form": (
        copied(f"form_templates/{PLAN}/form.pdf", f"{TEMPLATES}/form.pdf"),
        "form.pdf",
        "weitere: ",
    ),
    # files and folders
    "the Word file is that of another form": (
        copied(f"form_templates/{PLAN}/form.docx", f"{TEMPLATES}/form.docx"),
        "form.docx",
        "formservice.form: .*„integrationsfoerderplan“",
    ),
    "the Word file says another edition": (
        word(swap(">2023-09-22<", ">2020-01<"), CUSTOM),
        "form.docx",
        "edition: .*„2020-01“",
    ),
    "the Word file has two endings": (
        moved(f"{TEMPLATES}/form.docx", f"{TEMPLATES}/form.docx.docx"),
        "form.docx",
        "fehlt; .*form.docx.docx",
    ),
    "the folder of the edition is misspelt": (
        moved(TEMPLATES, "form_templates/feedbackbogen/2023-09-23"),
        "form.docx",
        "2023-09-23",
    ),
    "there are no templates": (
        lambda home: shutil.rmtree(home / "form_templates"),
        "form_templates",
        "Den Ordner",
    ),
    "there are no definitions": (
        lambda home: shutil.rmtree(home / "mappings"),
        "mappings",
        "Den Ordner",
    ),
    "the definition is a text file": (
        moved(f"mappings/{PLAN}.yaml", f"mappings/{PLAN}.yaml.txt"),
        ".yaml.txt",
        "liest niemand",
    ),
    "the definition is in no folder": (
        moved(f"mappings/{PLAN}.yaml", "mappings/plan.yaml"),
        "plan.yaml",
        "liest niemand",
    ),
    "the definition is in the folder of another form": (
        moved(f"mappings/{PLAN}.yaml", "mappings/feedbackbogen/2017-11.yaml"),
        "2017-11.yaml",
        "form .*Ablageort",
    ),
    # in the definition
    "the key of all fields is misspelt": (
        yaml(swap("\nfields:", "\nfeilds:")),
        ".yaml",
        "feilds .*„fields“",
    ),
    "the key of a group's fields is misspelt": (
        yaml(swap("\n    fields:", "\n    feilds:"), PLAN),
        ".yaml",
        "feilds .*„fields“",
    ),
    "the key of options is misspelt": (
        yaml(swap("\n    options:", "\n    optionen:")),
        ".yaml",
        "optionen .*„options“",
    ),
    "a group has no fields": (
        yaml(
            match(
                r"(title: Teilziel\n        rows: 3\n)        item:.*?(?=      leistungen_k)",
                r"\1        fields: {}\n",
            ),
            PLAN,
        ),
        ".yaml",
        "teilziele .*entweder",
    ),
    "a field is renamed in the definition only": (
        yaml(swap("\n  q8_danach:", "\n  q8_plan:")),
        ".yaml",
        "q8_danach gibt es nicht",
    ),
    "a field has a hyphen": (
        yaml(swap("\n  q8_danach:", "\n  q8-danach:")),
        ".yaml",
        "q8-danach .*Kleinbuchstaben",
    ),
    "more rows are wanted than were built": (
        yaml(swap("rows: 3", "rows: 5"), PLAN),
        "fields.json",
        "teilziele",
    ),
    "two options are called alike": (
        yaml(swap("{ja: Ja, nein: Nein}", "{ja: Ja, nein: Ja}"), PLAN),
        ".yaml",
        "ebenso beschr",
    ),
    "a mark stands twice": (
        yaml(match(r"(marks:\n)(  - [^\n]*\n)", r"\1\2\2")),
        ".yaml",
        r"marks\[1\] .*zweimal",
    ),
    "a rule names a field twice": (
        yaml(
            swap(
                "fields: [teilnahme_bis, teilnahme_von]", "fields: [teilnahme_bis, teilnahme_bis]"
            )
        ),
        ".yaml",
        r"fields\[1\] .*zweimal",
    ),
    "a rule is put to items it says nothing of": (
        yaml(
            match(
                r"each: ziele\n(    fields: \[\"ziele\[\]\.text\"\])",
                r"each: ziele[].teilziele\n\1",
            ),
            PLAN,
        ),
        ".yaml",
        "each .*weglassen",
    ),
    "a rule never applies": (
        yaml(
            swap(
                "    when: {anlass: [regulaer]}",
                "    when: {anlass: [regulaer]}\n    unless: {anlass: [regulaer]}",
            )
        ),
        ".yaml",
        "unless.anlass .*nie",
    ),
    "the gap of a message is shaped": (
        yaml(swap("{field}", "{field:>9}")),
        ".yaml",
        "message .*mehr als ihr Name",
    ),
}
