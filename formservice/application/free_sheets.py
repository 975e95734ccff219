"""Gives each free sheet of a file to the document it belongs to: what it answers is there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from formservice.application.read_document import ReadDocument
from formservice.application.sheets import answered, belongs, is_free
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import Severity
from formservice.domain.frist import Calendar
from formservice.domain.rules import check


def with_free_sheets(
    read: Sequence[ReadDocument], received: date, calendar: Calendar
) -> list[ReadDocument]:
    """Return the documents with each free sheet given to the one it belongs to.

    A sheet that does not say enough goes with the only form it may belong to, and a person is
    asked.
    """
    sheets = [one for one in read if _is_free_sheet(one)]
    mains = [one for one in read if not _is_free_sheet(one)]
    for sheet in sheets:
        said = [(number, _belongs(sheet, main)) for number, main in enumerate(mains)]
        sure = [number for number, verdict in said if verdict]
        perhaps = [number for number, verdict in said if verdict is None]
        homes = sure or perhaps
        if len(homes) == 1:
            home = homes[0]
            mains[home] = _joined(mains[home], sheet, received, calendar, sure=bool(sure))
        else:
            mains.append(sheet)
    return sorted(mains, key=lambda one: one.page_numbers)


def _joined(
    main: ReadDocument, sheet: ReadDocument, received: date, calendar: Calendar, *, sure: bool
) -> ReadDocument:
    """Return ``main`` with a free sheet: what it answers is asked for no more."""
    form, record, before, old = main.definition, main.record, main.checked, main.result
    if form is None or record is None or before is None or old is None:
        raise AssertionError("only what was read and checked takes a sheet")
    if sheet.definition is None or sheet.record is None:
        raise AssertionError("a sheet was read")
    key = answered(sheet.definition, sheet.record, form, record)
    more, after = record, before
    if key is not None and key not in record.elsewhere:
        more = replace(record, elsewhere=record.elsewhere | {key})
        after = check(form, more, received=received, calendar=calendar)
    spared = [one for one in before.findings if one not in after.findings]
    new = [one for one in after.findings if one not in before.findings]
    findings = [one for one in old.findings if one not in spared]
    findings += [*new, *_about_sheet(sheet, key, sure=sure)]
    archivable = after.archivable and _text_is_sure(sheet)
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
        sheets=(*main.sheets, replace(sheet, answers=key)),
    )


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


def _about_sheet(sheet: ReadDocument, key: str | None, *, sure: bool) -> list[Finding]:
    """Return what a person has to know about a free sheet, as findings of its form."""
    continuation = sheet.definition.continuation if sheet.definition else None
    where = f"Beiblatt (Seite {sheet.page_numbers[0]}): "
    found = [
        replace(one, field=key, message=where + one.message)
        for one in (sheet.result.findings if sheet.result else ())
        if continuation is not None and one.field == continuation.text
    ]
    if not sure:
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
