"""What people call all that the data names by code: German, told once."""

from collections.abc import Callable, Mapping
from typing import Any  # the body of an event is any JSON

from formservice.application.ports_store import FORM_COPY, PICTURE_COPY, SERVICE
from formservice.domain.case import BROWSER, NAMES, PORTAL, Role, State
from formservice.domain.chain import Link
from formservice.domain.changes import COMPARED, FAITHFUL
from formservice.domain.document import Medium, Method, ReadingBy
from formservice.domain.findings import FindingCode
from formservice.domain.record import Reading

REFERENCE = "Kennung auf dem Formular"
"""What the QR code and the short text of a print name it by; „Kennung“ alone is the document's."""
UNKNOWN = "nicht bekannt"

MEDIA: Mapping[str, str] = {
    Medium.DOCX: "Word-Datei",
    Medium.ACROFORM: "ausfüllbares PDF",
    Medium.TEXT: "PDF mit Text",
    Medium.SCAN: "Scan oder Foto",
}
METHODS: Mapping[str, str] = {
    Method.CONTROL: "aus dem Formularfeld",
    Method.BOOKMARK: "an der Textmarke",
    Method.TEXT: "gedruckter Text an seiner Stelle",
    Method.LABEL: "zwischen den Beschriftungen",
    Method.MARK: "am Bild des Kästchens oder der Linie",
    Method.OCR: "am Bild erkannt",
}
NOTHING: Mapping[str, str] = {
    Reading.BLANK: "leer",
    Reading.UNREADABLE: "nicht lesbar",
    Reading.NOT_FOUND: "nicht gefunden",
}
"""What is said instead of a value."""
READINGS: Mapping[str, str] = {
    ReadingBy.ZONE: "Lesung des Feldes",
    ReadingBy.ZONE_LATIN: "Lesung des Feldes, auch für fremde Buchstaben",
    ReadingBy.PAGE: "Lesung der ganzen Seite",
    ReadingBy.PAGE_LATIN: "Lesung der ganzen Seite, auch für fremde Buchstaben",
    ReadingBy.CLOSE: "Lesung des Feldes, vergrößert",
    ReadingBy.CLOSE_LATIN: "Lesung des Feldes, vergrößert, auch für fremde Buchstaben",
    ReadingBy.LABEL: "Lesung der ganzen Seite, zwischen den Beschriftungen",
}
STATUSES: Mapping[str, str] = {
    "ready": "bereit",
    "running": "in Arbeit",
    "waiting": "bei Menschen",
    "done": "erledigt",
    "failed": "zurückgestellt",
}
"""Where a document stands for workers."""
NO_CLOCK = (
    "Der Datenbank fehlen die Tabellen von Procrastinate; nichts Regelmäßiges geschieht"
    " (Übergaben, Erinnerungen, Prüfung der Unversehrtheit), bis „formservice migrate“ sie"
    " angelegt hat."
)
STAGES: Mapping[str, str] = {
    "read": "Lesen",
    "copy": "Archivkopie",
    "deliver": "Übergabe",
    "done": "Bearbeitung",
}
"""What is to be done with a document; after the last stage that is for people."""
SOURCES: Mapping[str, str] = {
    "upload": "Hochladen",
    "portal": "vom Träger hochgeladen",
    "browser": "im Browser ausgefüllt",
    "folder": "Eingangsordner",
    "mail": "E-Mail",
    "batch": "Stapel",
    PORTAL: "Hochladen durch den Träger",
    BROWSER: "im Browser ausgefüllt",
}
"""Which way something arrived."""
COPIES: Mapping[str, str] = {
    FORM_COPY: "Archivkopie",
    PICTURE_COPY: "Abbild mit Transfervermerk",
}
MET: Mapping[bool | None, str] = {True: "eingehalten", False: "versäumt", None: "offen"}
"""What became of a deadline."""
ROLES: Mapping[str, str] = {
    Role.SYSTEM: "Dienst",
    Role.TRAEGER: "Träger",
    Role.IFK: "Fachkraft",
    Role.BACK_OFFICE: "Sachbearbeitung",
    Role.LEAD: "Leitung",
    Role.ADMIN: "Administration",
}
# Names in records of earlier editions.
_EARLIER = {"latin": ReadingBy.ZONE_LATIN}


def reading_by(name: str) -> str:
    """Return what the reading of that name is called; one nobody knows keeps its name."""
    return READINGS.get(_EARLIER.get(name, name), name)


FOUND: Mapping[str, str] = {
    FindingCode.REQUIRED: "Angabe fehlt",
    FindingCode.UNREADABLE: "Angabe nicht lesbar",
    FindingCode.DOUBTFUL: "Angabe zweifelhaft",
    FindingCode.CONFLICT: "Angaben widersprechen sich",
    FindingCode.CHANGED: "Angabe geändert",
    FindingCode.MALFORMED: "Angabe passt nicht in das Feld",
    FindingCode.NOT_FOUND: "Angabe nicht gefunden",
    FindingCode.DIRECTION: "Schreibrichtung eines Namens umgekehrt",
    FindingCode.RULE: "Angaben passen nicht zusammen",
    FindingCode.DEADLINE_MISSED: "Frist versäumt",
    FindingCode.DEADLINE_ASSUMED: "Frist angenommen",
    FindingCode.DEADLINE_UNKNOWN: "Frist nicht zu prüfen",
    FindingCode.UNIDENTIFIED: "Formular nicht erkannt",
    FindingCode.OTHER_FORM: "anderes Formular",
    FindingCode.WORDING: "Wortlaut des Formulars geändert",
    FindingCode.OUTSIDE: "Text außerhalb der Felder",
    FindingCode.INCOMPLETE: "Seiten fehlen",
    FindingCode.PUT_TOGETHER: "aus mehreren Formularen zusammengesetzt",
    FindingCode.PAGE_BLANK: "leere Seite",
    FindingCode.PAGE_SEPARATOR: "Trennblatt",
    FindingCode.PAGE_UNREADABLE: "Seite nicht lesbar",
    FindingCode.PAGE_TWICE: "Seite doppelt",
}
"""What findings are called in a history, by their codes; those of later editions keep theirs."""


def person_of(user: str, people: Mapping[str, str]) -> str:
    """Return what people call a user: the name, if it is known."""
    if user == SERVICE.id:
        return "formservice (automatisch)"
    return people.get(user, user)


def state_of(name: object) -> str:
    """Return what a state is called; one nobody knows keeps its name."""
    return NAMES[State(str(name))] if name in set(State) else str(name)


def about_of(code: str, name: str | None) -> str:
    """Return what a reason was given for: a state, or a finding about the field of that name."""
    kind, _, state = code.partition(".")
    if kind == "state":
        return f"Stand „{state_of(state)}“"
    if code == FAITHFUL:
        return "Sichtprüfung des Abbilds"
    if code == COMPARED:
        return f"O-Ton „{name}“ mit dem Original verglichen"
    return f"Befund zu „{name}“ ({code})" if name else f"Befund ({code})"


def told_of(link: Link) -> str:
    """Return an event as people say it; of a later edition, as it is called."""
    told = EVENTS.get(link.type)
    if told is None:
        return link.type
    return told if isinstance(told, str) else told(link.body)


def _moved(body: Mapping[str, Any]) -> str:
    return f"von „{state_of(body.get('from'))}“ zu „{state_of(body.get('to'))}“"


def _acknowledged(body: Mapping[str, Any]) -> str:
    code = body.get("code")
    if code == FAITHFUL:
        return "Sichtprüfung des Abbilds bestätigt"
    if code == COMPARED:
        return "O-Ton mit dem Original verglichen"
    return f"Befund verantwortet: {FOUND.get(str(code), code)}"


def _copied(body: Mapping[str, Any]) -> str:
    kind = str(body.get("kind"))
    return f"{COPIES.get(kind, kind)} erzeugt, Fassung {body.get('version')}"


_FORMATS: Mapping[str, str] = {"docx": "Word", "pdf": "PDF"}


_CALLED: Mapping[str, str] = {
    "number": "Kundennummer",
    "name": "Name",
    "vorname": "Vorname",
    "geburtsdatum": "Geburtsdatum",
    "ended": "Ende des Falls",
    "massnahme": "Maßnahme",
    "von": "Beginn",
    "bis": "Ende",
    "ifk": "Fachkraft",
}
"""What people call what is known of persons, cases and participations."""


def called(key: str) -> str:
    """Return what people call a field of a person, a case or a participation."""
    return _CALLED.get(key, key)


def _fields_of(told: str) -> Callable[[Mapping[str, Any]], str]:
    def sentence(body: Mapping[str, Any]) -> str:
        names = ", ".join(called(str(one)) for one in body.get("fields") or ())
        return f"{told}: {names}" if names else told

    return sentence


def _stage(told: str) -> Callable[[Mapping[str, Any]], str]:
    def sentence(body: Mapping[str, Any]) -> str:
        stage = str(body.get("stage"))
        return f"{STAGES.get(stage, stage)}: {told}"

    return sentence


def _to_system(told: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda body: told.format(system=f"„{body.get('zielsystem')}“", error=body.get("error"))


EVENTS: Mapping[str, str | Callable[[Mapping[str, Any]], str]] = {
    "document.received": "Eingang",
    "document.found": "in einer empfangenen Datei gefunden",
    "document.aside": "Seiten beiseitegelegt, die kein Vorgang sind",
    "document.moved": _moved,
    "document.renewed": "neue Datei eingesandt",
    "pages.arranged": "Seiten neu geordnet",
    "desk.looked-through": "alle zweifelhaften Angaben angesehen",
    "document.submitted": lambda body: f"eingereicht, Fassung {body.get('version')}",
    "document.exported": "als xdomea-Nachricht ausgegeben",
    "document.deleted": "gelöscht",
    "list.exported": "Liste als Tabelle gespeichert",
    "record.saved": lambda body: f"Datensatz gespeichert, Fassung {body.get('version')}",
    "finding.acknowledged": _acknowledged,
    "finding.withdrawn": lambda body: f"zurückgenommen: {_acknowledged(body)}",
    "copy.made": _copied,
    "delivery.planned": _to_system("Übergabe an {system} vorgemerkt"),
    "delivery.made": _to_system("an {system} übergeben"),
    "delivery.received": _to_system("{system} hat den Empfang bestätigt"),
    "delivery.confirmed": _to_system("{system} hat die Übernahme bestätigt"),
    "delivery.failed": _to_system("Übergabe an {system} gescheitert ({error})"),
    "delivery.retried": _to_system("Übergabe an {system} noch einmal vorgemerkt"),
    "work.done": _stage("erledigt"),
    "work.failed": _stage("zurückgestellt"),
    "work.retried": _stage("noch einmal vorgemerkt"),
    "archive.restored": "aus einer Sicherung wiederhergestellt",
    "archive.exported": lambda body: f"Archiv ausgegeben, Vorgänge: {body.get('documents')}",
    "originals.deleted": "Dateien entfernt, die zu keinem Vorgang gehören",
    "people.imported": "Teilnehmerliste übernommen",
    "webhook.added": "Webhook angelegt",
    "webhook.changed": lambda body: (
        "Webhook eingeschaltet" if body.get("active") else "Webhook ausgeschaltet"
    ),
    "webhook.renewed": "neues Geheimnis für einen Webhook",
    "webhook.removed": "Webhook entfernt",
    "account.added": "Konto angelegt",
    "account.changed": "Rolle oder Träger eines Kontos geändert",
    "account.deactivated": "Konto deaktiviert",
    "account.activated": "Konto wieder zugelassen",
    "account.unlocked": "Konto entsperrt",
    "account.password": "Kennwort geändert",
    "account.password-reset": "neues Startkennwort vergeben",
    "account.second-factor": "zweiter Faktor eingerichtet",
    "account.factor-reset": "zweiter Faktor zurückgesetzt",
    "account.recovery-codes": "neue Ersatzcodes ausgegeben",
    "account.acknowledged": "Pflichten nach § 78 SGB X bestätigt",
    "account.invited": "eingeladen",
    "account.invitation-withdrawn": "Einladung zurückgezogen",
    "account.joined": "Einladung angenommen",
    "account.list-confirmed": "Liste der Personen eines Trägers bestätigt",
    "account.login-given": "Anmeldename und Startkennwort vergeben",
    "account.linked": "Konto mit einem Dienstkonto verknüpft",
    "account.unlinked": "Verknüpfung mit dem Dienstkonto gelöst",
    "account.renamed": "Name eines Kontos vom Dienstkonto übernommen",
    "account.without-role": "ohne Rolle beim Dienstkonto: Anmeldungen und Zugänge beendet",
    "account.elsewhere": "Konto nach Anmeldung beim Dienstkonto angelegt oder geändert",
    "token.made": "Zugang für ein Programm angelegt",
    "token.revoked": "Zugang für ein Programm zurückgezogen",
    "document.assigned": lambda body: (
        "einem Fall zugeordnet" if body.get("case") else "Zuordnung zum Fall aufgehoben"
    ),
    "person.changed": _fields_of("Angaben zur Person geändert"),
    "case.opened": "Fall angelegt",
    "case.changed": _fields_of("Fall geändert"),
    "case.looked-up": "zum Zuordnen eines Formulars gesucht und gezeigt",
    "case.taken": "Fall übernommen",
    "case.handed": "Fall an eine Kollegin oder einen Kollegen übergeben",
    "traeger.opened": "Träger angelegt",
    "traeger.changed": _fields_of("Träger geändert"),
    "massnahme.opened": "Maßnahme angelegt",
    "massnahme.changed": _fields_of("Maßnahme geändert"),
    "participation.opened": "Teilnahme angelegt",
    "participation.changed": _fields_of("Teilnahme geändert"),
    "change.undone": "Änderung rückgängig gemacht",
    "form.issued": lambda body: (  # which one is called by its title where it is shown
        f"Formular ausgegeben ({_FORMATS.get(str(body.get('format')), '?')})"
    ),
    "form.sent": "Formular als versandt vermerkt",
    "form.unsent": "Vermerk „versandt“ zurückgenommen",
    "contact.changed": "Kontaktangaben für Formulare geändert",
    "message.changed": "Vorlage einer Nachricht geändert",
}
"""Every kind of event, as a sentence of what happened."""
