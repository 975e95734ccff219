"""What became of every file and page of a batch: pages in = pages filed + pages rejected."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # the objects have the shape of the JSON contract

from formservice.application.report import error_data
from formservice.domain.errors import FormServiceError, StorageError
from formservice.domain.findings import FindingCode
from formservice.domain.form import Severity

_WHOSE_PAGES = (FindingCode.PUT_TOGETHER, FindingCode.PAGE_TWICE)
# Nobody has to look at these.
_EXPECTED = (FindingCode.PAGE_BLANK, FindingCode.PAGE_SEPARATOR)


def own_pages(data: Mapping[str, Any]) -> int:
    """Return how many pages of its own file an object stands for."""
    if "error" in data:
        return int(data.get("pages", 0))
    if "pages" in data:
        return sum(one["sha256"] == data["sha256"] for one in data["pages"])
    return len(data["page_numbers"])


def parts_others(objects: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether a file holds nothing but separator sheets: what lies around it stays apart."""
    codes = [one["findings"][0]["code"] for one in objects if one.get("findings")]
    return bool(codes) and codes == [FindingCode.PAGE_SEPARATOR] * len(objects)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file: its objects for the report, and how many pages it has.

    ``error`` says why it was refused.
    """

    file: str
    objects: list[dict[str, Any]]
    pages: int
    error: FormServiceError | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """What the command line knows: how to get a file, what to tell, how to name a bug.

    ``tell`` takes how many pages were recognised, and how many there are; ``say`` what is done
    before and after, and of how many files: done, and all.
    """

    content: Callable[[str], bytes]
    tell: Callable[[int, int], None]
    bug: Callable[[Exception], FormServiceError]
    say: Callable[[str, int, int], None] = lambda _what, _done, _total: None


def filed(name: str, objects: Sequence[dict[str, Any]], pages: int) -> Taken:
    """Return that a file was read and is kept now."""
    return Taken(name, [{**one, "already_known": False} for one in objects], pages)


def known_before(name: str, readings: Sequence[dict[str, Any]]) -> Taken:
    """Return that a file was kept before, with what was read then."""
    objects = [{**one, "file": name, "already_known": True} for one in readings]
    return Taken(name, objects, sum(own_pages(one) for one in objects))


def not_taken(name: str, pages: int, error: FormServiceError) -> Taken:
    """Return that a file was refused."""
    told: dict[str, Any] = error_data(error, name)
    return Taken(name, [told | {"pages": pages} if pages else told], pages, error)


class Report:
    """The account of one batch, file by file."""

    def __init__(self, given: Sequence[str] = ()) -> None:
        """Begin with nothing; ``given`` are the files that are to be taken in."""
        self.given = given
        self.files: Counter[str] = Counter(received=0, filed=0, known=0, refused=0)
        self.reasons: Counter[str] = Counter()
        self.pages_in = 0
        self.filed = 0
        self.documents = 0
        self.incomplete: list[dict[str, object]] = []
        self.unidentified: list[dict[str, object]] = []
        self.unreadable: list[dict[str, object]] = []
        self.questions: list[dict[str, object]] = []
        """Documents of which it is asked which pages are theirs."""
        self.unopened: list[str] = []
        """Files that could not be opened: nobody knows how many pages they have."""
        self.left_out: list[str] = []
        """What was found where files were looked for, and not taken."""
        self.pictures = self.recognised = 0
        """How many pages have to be recognised, and how many are: those are not done again."""
        self.broken_off = False
        """Whether the call ended early: of some files this may not tell."""
        self._told: Counter[str] = Counter()

    @property
    def rejected(self) -> int:
        """How many pages are in no document."""
        return self.reasons.total()

    @property
    def is_balanced(self) -> bool:
        """Whether every page that came in is filed or rejected; anything else is a bug."""
        return self.pages_in == self.filed + self.rejected

    @property
    def needs_a_person(self) -> bool:
        """Whether something has to be looked at now."""
        named = self.incomplete or self.unidentified or self.unreadable
        return bool(self.files["refused"] or named)

    @property
    def unreached(self) -> list[str]:
        """Files of which nothing became, for the call ended: none of their pages is counted."""
        told, found = self._told.copy(), []
        for name in self.given if self.broken_off else ():
            if told[name]:
                told[name] -= 1
            else:
                found.append(name)
        return found

    def tell(self, done: int, total: int) -> None:
        """Take note of how many pages are recognised, and how many there are."""
        self.recognised, self.pictures = done, total

    def add(self, taken: Taken) -> None:
        """Add a file; one that could not be stored is the last one."""
        self.pages_in += taken.pages
        self.files["received"] += 1
        known = any(one.get("already_known") for one in taken.objects)
        self.files["refused" if taken.error else "known" if known else "filed"] += 1
        self.broken_off = self.broken_off or isinstance(taken.error, StorageError)
        if taken.pages or not isinstance(taken.error, StorageError):
            self._told[taken.file] += 1
            if taken.error and not taken.pages:
                self.unopened.append(taken.file)
        for one in taken.objects:
            self._add(taken.file, one)

    def data(self) -> dict[str, object]:
        """Return the report as the last element of ``intake --json``."""
        return {
            "pages_in": self.pages_in,
            "pages_filed": self.filed,
            "pages_rejected": self.rejected,
            "rejected": dict(sorted(self.reasons.items())),
            "documents": self.documents,
            "incomplete": self.incomplete,
            "unidentified": self.unidentified,
            "unreadable": self.unreadable,
            "questions": self.questions,
            "unopened": self.unopened,
            "left_out": self.left_out,
            "broken_off": self.broken_off,
            "unreached": self.unreached,
            "pictures": self.pictures,
            "recognised": self.recognised,
            "files": self._counted(),
        }

    def _counted(self) -> dict[str, int]:
        """Return how many files came, and of how many nothing is known yet."""
        counts = dict(self.files)
        done = counts["filed"] + counts["known"] + counts["refused"]
        counts["received"] = max(len(self.given), counts["received"])
        return {**counts, "open": counts["received"] - done}

    def _add(self, file: str, one: Mapping[str, Any]) -> None:
        count = own_pages(one)
        if "error" in one:
            if count:
                self.reasons[one["error"]["code"]] += count
            return
        if one["form"] is None:
            code = str(one["findings"][0]["code"])
            self.reasons[code] += count
            if code in _EXPECTED or "part_of" in one:
                return
            named = self.unreadable if code == FindingCode.PAGE_UNREADABLE else self.unidentified
            named.append(_where(file, one) | {"message": str(one["findings"][0]["message"])})
            return
        self.filed += count
        if "part_of" in one:
            return
        self.documents += 1
        self.questions += (
            _where(file, one) | {"message": str(found["message"])}
            for found in one["findings"]
            if found["code"] in _WHOSE_PAGES and found["severity"] == Severity.ASKS
        )
        lacking = [f for f in one["findings"] if f["code"] == FindingCode.INCOMPLETE]
        if lacking:
            form = f"{one['form']['id']}/{one['form']['edition']}"
            told = {"form": form, "message": lacking[0]["message"]}
            self.incomplete.append(_where(file, one) | told)


def _where(file: str, one: Mapping[str, Any]) -> dict[str, object]:
    if "pages" in one:
        return {
            "file": file,
            "pages": [{"file": p["file"], "page": p["page"]} for p in one["pages"]],
        }
    return {"file": file, "page_numbers": list(one["page_numbers"])}
