"""Statutory holidays of one Land from the PyPI library ``holidays``, plus local ones."""

from collections.abc import Iterable, Mapping
from datetime import date
from importlib.metadata import version

from formservice.domain.errors import UsageError

LAENDER: Mapping[str, str] = {
    "BW": "Baden-Württemberg",
    "BY": "Bayern",
    "BE": "Berlin",
    "BB": "Brandenburg",
    "HB": "Bremen",
    "HH": "Hamburg",
    "HE": "Hessen",
    "MV": "Mecklenburg-Vorpommern",
    "NI": "Niedersachsen",
    "NW": "Nordrhein-Westfalen",
    "RP": "Rheinland-Pfalz",
    "SL": "Saarland",
    "SN": "Sachsen",
    "ST": "Sachsen-Anhalt",
    "SH": "Schleswig-Holstein",
    "TH": "Thüringen",
}
_LOCAL = "örtlicher Feiertag"


class Feiertage:
    """The calendar of the Land in which the receiving authority sits.

    Only the library's category ``public`` counts: its ``catholic`` days switch on for a whole
    Land what holds in some municipalities only. Those come as ``local``: days, or a mapping
    from day to name. The library knows the years 1991 to 2100; no other day is a holiday.
    """

    def __init__(self, land: str = "NI", local: Iterable[date] = ()) -> None:
        """Build the calendar; UsageError if there is no such Land."""
        import holidays  # noqa: PLC0415 - slow to import, and commands without deadlines need none

        if land not in LAENDER:
            raise UsageError(
                "Die Einstellung FORMSERVICE_LAND nennt kein Land.",
                f"Bitte auf eine dieser Abkürzungen setzen: {', '.join(LAENDER)}.",
            )
        names = local if isinstance(local, Mapping) else {}
        self._local = {day: str(names.get(day) or _LOCAL) for day in sorted(local)}
        self._days = holidays.country_holidays("DE", subdiv=land, language="de")
        self._land = land
        closed = "".join(f" +{day.isoformat()}" for day in self._local)
        self._source = f"holidays {version('holidays')} DE-{land}{closed}"

    @property
    def land(self) -> str:
        """The name of the Land, for sentences."""
        return LAENDER[self._land]

    @property
    def source(self) -> str:
        """Library with version, Land and local days, to be kept with every result."""
        return self._source

    def holiday(self, day: date) -> str | None:
        """Return the German name of the holiday, None on other days."""
        if day in self._local:
            return self._local[day]
        name: str | None = self._days.get(day)
        return name
