"""What all pictured pages share: blank forms and Tesseract, loaded once, when first needed."""

from collections.abc import Callable, Iterable

from formservice.adapters.scan.ocr import Ocr, ocr
from formservice.adapters.scan.template import Templates
from formservice.domain.characters import CharacterRules
from formservice.domain.form import FormRef, Layout


class Recognition:
    """The blank forms of this installation and the engine that reads words."""

    def __init__(
        self,
        templates: Callable[[FormRef], bytes],
        engine: Callable[[], Ocr] = ocr,
        layouts: Callable[[], Iterable[Layout]] = tuple,
        readings: int | None = None,
        characters: CharacterRules | None = None,
    ) -> None:
        """Take blank forms (the bytes of ``form.pdf``) from ``templates``.

        ``layouts`` gives all forms that a page without a legible code may be compared with.
        ``readings`` is how many there are of a text at most, 1 or 2; None for as many as it needs.
        ``characters`` name what needs no second look; nothing if they are not given.
        """
        self.templates = Templates(templates)
        self.layouts = layouts
        self.readings = readings
        self.characters = characters or CharacterRules()
        self._engine = engine
        self._ocr: Ocr | None = None

    @property
    def ocr(self) -> Ocr:
        """The engine; EngineMissingError names what is not installed."""
        if self._ocr is None:
            self._ocr = self._engine()
        return self._ocr

    def warm(self, *, forms: bool = True) -> None:
        """Load now what forked children would each load again: the engine, and all blank forms.

        The forms take seconds and pay with many pages only; without ``forms`` they are left.
        EngineMissingError names what is not installed.
        """
        self.ocr  # noqa: B018 - asked for once, it is kept
        if forms:
            for layout in self.layouts():
                for page in range(1, len(layout.pages) + 1):
                    self.templates.page(layout, page).warm()
