"""Mistakes made in Word."""

from tests.adapters.planting import (
    CONSENT,
    HEADER,
    PLAN,
    SETTINGS,
    Mistakes,
    around,
    both,
    inside,
    instead,
    match,
    picture,
    run,
    swap,
    word,
)

TITLE = '<w:t xml:space="preserve">Feedbackbogen</w:t></w:r>'
CHANGED = 'w:id="900" w:author="A" w:date="2026-01-01T10:00:00Z"'
ELSEWHERE = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/attachedTemplate" Target="file:///X:/a.dotm" TargetMode="External"/>'
    "</Relationships>"
)
FORMTEXT = '<w:r><w:instrText xml:space="preserve"> FORMTEXT </w:instrText></w:r>'

MISTAKES: Mistakes = {
    # in Word: the controls
    "two tags are exchanged": (
        word(
            both(
                inside("name", 'tag w:val="name"', 'tag w:val="?"'),
                inside("vorname", 'tag w:val="vorname"', 'tag w:val="name"'),
                swap('tag w:val="?"', 'tag w:val="vorname"'),
            )
        ),
        "form.docx",
        "vorname: Titel und Textmarke gehören",
    ),
    "a tag ends with a blank": (
        word(inside("name", 'w:val="name"', 'w:val="name "')),
        "form.docx",
        "name",
    ),
    "the day of a date is already chosen": (
        word(inside("erstellt_am", "<w:date>", '<w:date w:fullDate="2026-01-01T00:00:00Z">')),
        "form.docx",
        "erstellt_am: In der Datumsauswahl",
    ),
    "the content of a field is locked": (
        word(inside("name", '"sdtLocked"', '"sdtContentLocked"')),
        "form.docx",
        "name: Der Inhalt",
    ),
    "a field can be deleted": (
        word(inside("name", '<w:lock w:val="sdtLocked"/>', "")),
        "form.docx",
        "name: Das Feld ist nicht gegen Löschen",
    ),
    "a control goes when somebody writes in it": (
        word(inside("name", "<w:showingPlcHdr/>", "<w:temporary/><w:showingPlcHdr/>")),
        "form.docx",
        "name: Das Element verschwindet",
    ),
    "a control is bound to data": (
        word(inside("name", "<w:showingPlcHdr/>", "<w:dataBinding/><w:showingPlcHdr/>")),
        "form.docx",
        "name: Das Element ist mit Daten",
    ),
    "rows repeat as Word does it": (
        word(
            inside(
                "ziele[].wiedervorlage",
                "<w:showingPlcHdr/>",
                "<w:showingPlcHdr/><w15:repeatingSection/>",
            ),
            form=PLAN,
        ),
        "form.docx",
        "wiedervorlage: Wiederholte Abschnitte",
    ),
    "a field stands in a text box": (
        word(
            around(
                "name",
                "<w:r><w:pict><w:txbxContent><w:p>",
                "</w:p></w:txbxContent></w:pict></w:r>",
                marked=True,
            )
        ),
        "form.docx",
        "name: Das Feld steht in einem Textfeld",
    ),
    "a field is hidden": (
        word(inside("name", "<w:rPr>", "<w:rPr><w:vanish/>")),
        "form.docx",
        "name: .*ausgeblendet",
    ),
    "a field is written in white": (
        word(
            inside(
                "name",
                "<w:sdtContent><w:r><w:rPr>",
                '<w:sdtContent><w:r><w:rPr><w:color w:val="FFFFFF"/>',
            )
        ),
        "form.docx",
        "name: Die Schrift",
    ),
    "a bookmark goes on over the next field": (
        word(
            both(
                match(
                    r'(<w:sdt>(?:(?!<w:sdt>).)*tag w:val="name".*?</w:sdt>)(<w:bookmarkEnd '
                    r'w:id="\d+"/>)(.*?</w:sdt>)',
                    r"\1\3\2",
                )
            )
        ),
        "form.docx",
        "name: Die Textmarke umschließt auch",
    ),
    "an old form field stands beside": (
        word(around("name", "", FORMTEXT, marked=True)),
        "form.docx",
        "altes Formularfeld",
    ),
    "a value is put in by braces": (
        word(instead("name", run("{{ name }}"))),
        "form.docx",
        "Werte werden nicht",
    ),
    "all rows have a fixed height": (
        word(match('hRule="atLeast"', 'hRule="exact"', 0)),
        "form.docx",
        "weitere: .*feste Höhe",
    ),
    # in Word: the text
    "a label is hidden": (
        word(
            match(
                r'<w:rPr>(<w:lang w:val="de-DE"/></w:rPr><w:t xml:space="preserve">Name<)',
                r"<w:rPr><w:vanish/>\1",
            )
        ),
        "form.docx",
        "„Name“: Der Text ist ausgeblendet",
    ),
    "a label stands in signs": (
        word(
            match(
                r'<w:rPr>(<w:lang w:val="de-DE"/></w:rPr><w:t xml:space="preserve">Name<)',
                r'<w:rPr><w:rFonts w:ascii="Wingdings"/>\1',
            )
        ),
        "form.docx",
        "„Name“: .*Zeichenschrift Wingdings",
    ),
    "a hint is added and nothing built": (
        word(swap(TITLE, f"{TITLE}{run(' Bitte deutlich schreiben.')}")),
        "fields.json",
        "flow: Der gedruckte Text",
    ),
    "a word of a consent is changed": (
        word(
            match(
                r'(<w:t xml:space="preserve">[^<]{60,}?) (nicht|kann|werden|sind) ', r"\1 immer "
            ),
            form=CONSENT,
        ),
        "fields.json",
        "template_flow: Der gedruckte Text",
    ),
    # in Word: what stays behind
    "an insertion is tracked": (
        word(swap(TITLE, f"{TITLE}<w:ins {CHANGED}>{run('neu')}</w:ins>")),
        "form.docx",
        "nachverfolgte Änderung",
    ),
    "a field is deleted and tracked": (
        word(around("name", f"<w:del {CHANGED}>", "</w:del>")),
        "form.docx",
        "name: .*gelöscht",
    ),
    "changes are being tracked": (
        word(swap("<w:zoom", "<w:trackRevisions/><w:zoom"), SETTINGS),
        "form.docx",
        "Änderungsverfolgung",
    ),
    "nobody may edit the file": (
        word(
            swap("<w:zoom", '<w:documentProtection w:edit="readOnly" w:enforcement="1"/><w:zoom'),
            SETTINGS,
        ),
        "form.docx",
        "geschützt",
    ),
    "a comment is left": (
        word(swap(TITLE, f'{TITLE}<w:r><w:commentReference w:id="0"/></w:r>')),
        "form.docx",
        "Kommentar",
    ),
    "a file with macros is renamed": (
        word(None, word__vbaProject_DOT_bin="x"),
        "form.docx",
        "Makros",
    ),
    "a template of Word is renamed": (
        word(swap("document.main+xml", "template.main+xml"), "[Content_Types].xml"),
        "form.docx",
        "Dokumentvorlage",
    ),
    "a template on a drive is attached": (
        word(None, word___rels__settings_DOT_xml_DOT_rels=ELSEWHERE),
        "form.docx",
        "word/settings.xml: .*verknüpft",
    ),
    "a field for serial letters is left": (
        word(swap(TITLE, f"{TITLE}{FORMTEXT.replace('FORMTEXT', 'MERGEFIELD Name')}")),
        "form.docx",
        "Seriendruckfeld",
    ),
    # in Word: pages, headers, footers
    "a square is dragged into the text": (
        word(
            picture("formservice-square", match(r"(positionV.*?posOffset>)\d+", r"\g<1>3000000")),
            HEADER,
        ),
        "form.docx",
        "square.*nicht mehr in seiner Ecke",
    ),
    "a square is enlarged": (
        word(picture("formservice-square", swap('cx="180000"', 'cx="540000"')), HEADER),
        "form.docx",
        "square.*15 mm breit",
    ),
    "the QR code is dragged into the text": (
        word(
            picture("formservice-qr", match(r"(positionV.*?posOffset>)\d+", r"\g<1>3000000")),
            HEADER,
        ),
        "form.docx",
        "qr-1: .*Ecke",
    ),
    "the QR code is made tiny": (
        word(picture("formservice-qr", match(r'cx="\d+"', 'cx="180000"')), HEADER),
        "form.docx",
        "qr-1: .*5 mm breit",
    ),
    "the first page has the QR code of the second": (
        word(match("formservice-qr-1", "formservice-qr-2", 0), HEADER),
        "form.docx",
        "qr-",
    ),
    "only the second page has no header": (
        word(match(r'<w:headerReference w:type="default"[^>]*/>', "")),
        "form.docx",
        "ab der zweiten fehlt die Kopfzeile",
    ),
    "only the first page has no footer": (
        word(match(r'<w:footerReference w:type="first"[^>]*/>', "")),
        "form.docx",
        "ersten Seite fehlt die Fußzeile",
    ),
    "a section before has no header": (
        word(
            swap(
                TITLE,
                f'{TITLE}</w:p><w:p><w:pPr><w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
                "</w:sectPr></w:pPr>",
            )
        ),
        "form.docx",
        "fehlt die Kopfzeile",
    ),
    "the paper is Letter": (
        word(match(r"<w:pgSz [^>]*/>", '<w:pgSz w:w="12240" w:h="15840"/>')),
        "form.docx",
        "Seitenformat: .*216 × 279 mm",
    ),
    "the page is turned and its header is not": (
        word(match(r"<w:pgSz [^>]*/>", '<w:pgSz w:w="16838" w:h="11906"/>')),
        "form.docx",
        "nicht mehr in seiner Ecke",
    ),
    "there are no margins": (
        word(
            match(r"<w:pgMar [^>]*/>", '<w:pgMar w:top="0" w:right="0" w:bottom="0" w:left="0"/>')
        ),
        "form.docx",
        "Seitenränder",
    ),
    # in Word: loops
    "the loop over the goals does not begin": (
        word(swap("{%p for ziel in ziele %}", ""), form=PLAN),
        "form.docx",
        "fehlt davor",
    ),
    "the loop over the goals lacks a sign": (
        word(swap("{%p for ziel", "{p for ziel"), form=PLAN),
        "form.docx",
        "nicht vollständig",
    ),
}
