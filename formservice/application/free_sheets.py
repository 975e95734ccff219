"""Gives each sheet of a file to the document it belongs to: what it says is there.

A free sheet answers a field. A sheet with the reference of a form goes on with one of its
answers: it stays with the form, even if nobody could tell which.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from formservice.application.read_document import ReadDocument
from formservice.application.sheets import answered, belongs, is_free
from formservice.domain.document import Doubt, Medium
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import Severity
from formservice.domain.frist import Calendar
from formservice.domain.rules import check


def with_free_sheets(
    read: Sequence[ReadDocument], received: date, calendar: Calendar
) -> list[ReadDocument]:
    """Return the documents with each sheet given to the one it belongs to.

    A sheet that does not say enough goes with the only form it may belong to, and a person is
    asked.
    """
    sheets, mains = list[ReadDocument](), list[ReadDocument]()
    for one in read:
        goes_on = any(_go_together(one, main) for main in read)
        (sheets if goes_on or _is_free_sheet(one) else mains).append(one)
    for sheet in sheets:
        mates = [n for n, main in enumerate(mains) if _go_together(sheet, main)]
        said = [(number, _belongs(sheet, main)) for number, main in enumerate(mains)]
        sure = [number for number, verdict in said if verdict]
        perhaps = [number for number, verdict in said if verdict is None]
        homes = sure or perhaps
        if mates:
            homes = [max(mates, key=lambda number: _before(sheet, mains[number]))]
        if len(homes) == 1:
            home = homes[0]
            key = _answered(sheet, mains[home])
            # One that a person filled may have been printed together with its form.
            free = _is_free_sheet(sheet) and not _is_stranded(sheet) and key and home in sure
            goes_on = bool(mates) and not free
            key = None if goes_on else key
            about = _about_sheet(sheet, key, sure=bool(sure), goes_on=goes_on)
            mains[home] = _joined(
                mains[home], replace(sheet, answers=key), about, received, calendar
            )
        else:
            mains.append(sheet)
    return sorted(mains, key=lambda one: one.page_numbers)


def _joined(
    main: ReadDocument,
    sheet: ReadDocument,
    about: Sequence[Finding],
    received: date,
    calendar: Calendar,
) -> ReadDocument:
    """Return ``main`` with a sheet: what it answers is asked for no more."""
    form, record, before, old = main.definition, main.record, main.checked, main.result
    if form is None or record is None or before is None or old is None:
        raise AssertionError("only what was read and checked takes a sheet")
    key = sheet.answers
    more, after = record, before
    if key is not None and key not in record.elsewhere:
        more = replace(record, elsewhere=record.elsewhere | {key})
        after = check(form, more, received=received, calendar=calendar)
    spared = [one for one in before.findings if one not in after.findings]
    new = [one for one in after.findings if one not in before.findings]
    findings = [one for one in old.findings if one not in spared]
    findings += [*new, *about]
    sheets = (*main.sheets, sheet)
    archivable = after.archivable and all(_text_is_sure(one) for one in sheets)
    return replace(
        main,
        page_numbers=tuple(sorted((*main.page_numbers, *sheet.page_numbers))),
        record=more,
        checked=after,
        result=replace(
            after,
            findings=tuple(findings),
            archivable=archivable and not any(_blocks(one) for one in findings),
        ),
        sheets=sheets,
    )


def _answered(sheet: ReadDocument, main: ReadDocument) -> str | None:
    if main.definition is None or main.record is None:
        raise AssertionError("only what was read takes a sheet")
    if sheet.definition is None or sheet.record is None:
        raise AssertionError("a sheet was read")
    return answered(sheet.definition, sheet.record, main.definition, main.record)


def _is_sheet(one: ReadDocument) -> bool:
    return one.definition is not None and one.definition.continuation is not None


def _go_together(sheet: ReadDocument, main: ReadDocument) -> bool:
    """Say whether a sheet was printed with ``main``, whatever recognition made of its names."""
    if not _is_sheet(sheet) or main.definition is None or main.definition.continuation:
        return False
    if sheet.reference is None or sheet.reference != main.reference:
        return False
    return sheet.medium is Medium.SCAN or not _is_free_sheet(sheet) or _is_stranded(sheet)


def _is_stranded(sheet: ReadDocument) -> bool:
    """Say whether the text of a sheet begins in a field that is not here."""
    continuation = sheet.definition.continuation if sheet.definition else None
    text = sheet.record.fields.get(continuation.text) if sheet.record and continuation else None
    return text is not None and Doubt.OVERFLOW in text.doubts


def _before(sheet: ReadDocument, main: ReadDocument) -> tuple[bool, tuple[int, ...]]:
    """Return by what the nearest of several prints of one form is found: the last one before."""
    return (main.page_numbers < sheet.page_numbers, main.page_numbers)


def _is_free_sheet(one: ReadDocument) -> bool:
    return (
        one.definition is not None
        and one.record is not None
        and is_free(one.definition, one.record)
    )


def _belongs(sheet: ReadDocument, main: ReadDocument) -> bool | None:
    """Say whether a free sheet belongs to ``main``, None when it does not say enough."""
    if main.definition is None or main.record is None or main.definition.continuation:
        return False
    if sheet.definition is None or sheet.record is None:
        return False
    one_reference = sheet.reference is not None and sheet.reference == main.reference
    pair = (sheet.definition, sheet.record), (main.definition, main.record)
    return belongs(*pair, main.reference or "", one_reference=one_reference)


def _about_sheet(
    sheet: ReadDocument, key: str | None, *, sure: bool, goes_on: bool
) -> list[Finding]:
    """Return what a person has to know about a free sheet, as findings of its form."""
    continuation = sheet.definition.continuation if sheet.definition else None
    where = f"Beiblatt (Seite {sheet.page_numbers[0]}): "
    found = [
        replace(one, field=key, message=where + one.message)
        for one in (sheet.result.findings if sheet.result else ())
        if continuation is not None and one.field == continuation.text
    ]
    if goes_on:
        sentence = (
            f"{where}Es ist nicht sicher zu erkennen, welche Antwort hier weitergeht. Bitte im"
            " Original nachsehen und den Text dem richtigen Feld zuordnen."
        )
        found.append(Finding(FindingCode.DOUBTFUL, Severity.ASKS, sentence))
    elif not sure:
        sentence = (
            f"{where}Es sagt nicht sicher, dass es zu diesem Bogen gehört. Bitte prüfen, ob"
            " Formular, Name und Vorname stimmen."
        )
        found.append(Finding(FindingCode.DOUBTFUL, Severity.ASKS, sentence, key))
    return found


def _text_is_sure(sheet: ReadDocument) -> bool:
    continuation = sheet.definition.continuation if sheet.definition else None
    text = sheet.record.fields.get(continuation.text) if sheet.record and continuation else None
    return text is not None and text.accepted


def _blocks(finding: Finding) -> bool:
    return finding.severity is Severity.BLOCKS
