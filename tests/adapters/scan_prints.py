"""A made-up form, drawn, filled in, printed and badly scanned, all at fixed seeds."""

import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from formservice.domain.document import Box
from formservice.domain.form import FormRef, Layout, Zone
from formservice.domain.reference import payload

Grey = npt.NDArray[np.uint8]
WIDTH, HEIGHT = 595.28, 841.89
PRINT_DPI = 300
REF = FormRef("probebogen", "2026-01")
OTHER = FormRef("fremdbogen", "2026-01")
REFERENCE = "01JTEST0000000000000000000"
_MM = 72 / 25.4
FONT = Path("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf")

needs_fonts = pytest.mark.skipif(not FONT.exists(), reason="Liberation Sans fehlt")

_ROWS = (
    ("name", "text", "Name der teilnehmenden Person:", 120, 20),
    ("von", "date", "Teilnahme von:", 150, 20),
    ("traeger", "text", "Träger des Angebots:", 180, 20),
    ("erwartung", "multiline", "Welche Erwartungen hat die Person an das Angebot?", 240, 90),
    ("gruende", "multiline", "Gründe für das vorzeitige Ende der Teilnahme:", 360, 90),
)
_TICKS = {
    "anlass.nichtantritt": ("Nichtantritt der Person", 480),
    "anlass.abbruch": ("Abbruch vor dem geplanten Ende", 502),
    "anlass.regulaer": ("Regulärer Abschluss des Angebotes", 524),
    "kopie": ("Eine Kopie wurde ausgehändigt", 560),
}
_TICK_SIDE = 9.5
_SIGNATURE = (320.0, 640.0, 520.0, 680.0)


def _fraction(left: float, top: float, right: float, bottom: float) -> Box:
    return Box(left / WIDTH, top / HEIGHT, right / WIDTH, bottom / HEIGHT)


def _square(left_mm: float, top_mm: float) -> Box:
    left, top, side = left_mm * _MM, top_mm * _MM, 5 * _MM
    return _fraction(left, top, left + side, top + side)


SQUARES = (_square(8, 8), _square(8, 297 - 13), _square(210 - 13, 297 - 13))
QR = _fraction((210 - 8 - 17) * _MM, 8 * _MM, (210 - 8) * _MM, 25 * _MM)


def text_box(key: str) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of a text zone in points."""
    _, kind, _, top, height = next(row for row in _ROWS if row[0] == key)
    return (60, top, 535, top + height) if kind == "multiline" else (240, top, 535, top + height)


LAYOUT = Layout(
    ref=REF,
    pages=((WIDTH, HEIGHT),),
    zones=(
        *(Zone(key, kind, 1, _fraction(*text_box(key))) for key, kind, *_ in _ROWS),
        *(
            Zone(key, "tick", 1, _fraction(60, top, 60 + _TICK_SIDE, top + _TICK_SIDE))
            for key, (_, top) in _TICKS.items()
        ),
        Zone("unterschrift", "signature", 1, _fraction(*_SIGNATURE)),
    ),
    qr=((1, QR),),
    squares=tuple((1, square) for square in SQUARES),
)
# The same marks on paper, other wording: what must never be taken for the form above.
OTHER_LAYOUT = Layout(OTHER, LAYOUT.pages, LAYOUT.zones, qr=LAYOUT.qr, squares=LAYOUT.squares)


@dataclass(frozen=True)
class Filling:
    """What stands on a printed form. ``ticked`` is drawn as a cross, ``smudged`` as a dot."""

    texts: dict[str, str] = field(default_factory=dict)
    ticked: tuple[str, ...] = ()
    smudged: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    signed: bool = False
    qr: bool = True
    payload: str = payload(REF, 1, REFERENCE)


class _Paper:
    """A page being drawn, in points."""

    def __init__(self) -> None:
        self.scale = PRINT_DPI / 72
        self.image = Image.new("L", (round(WIDTH * self.scale), round(HEIGHT * self.scale)), 255)
        self.draw = ImageDraw.Draw(self.image)

    def box(self, box: Box, **how: int) -> None:
        width, height = self.image.size
        self.draw.rectangle(
            (box.left * width, box.top * height, box.right * width, box.bottom * height), **how
        )

    def text(self, x: float, y: float, text: str, size: float = 10) -> None:
        font = ImageFont.truetype(str(FONT), round(size * self.scale))
        self.draw.text((x * self.scale, y * self.scale), text, font=font, fill=0, spacing=12)

    def line(self, *points: float, width: float = 1.0) -> None:
        self.draw.line([p * self.scale for p in points], fill=0, width=round(width * self.scale))


def _blank(title: str, labels: dict[str, str]) -> _Paper:
    paper = _Paper()
    paper.text(60, 60, title, 16)
    for key, kind, label, top, _ in _ROWS:
        label = labels.get(key, label)
        paper.text(60, top - 16 if kind == "multiline" else top + 3, label)
        box = text_box(key)
        paper.draw.rectangle([p * paper.scale for p in box], outline=0, width=2)
    for key, (label, top) in _TICKS.items():
        side = _TICK_SIDE
        paper.draw.rectangle(
            [p * paper.scale for p in (60, top, 60 + side, top + side)], outline=0, width=3
        )
        paper.text(78, top - 1, labels.get(key, label))
    left, _, right, bottom = _SIGNATURE
    paper.line(left, bottom, right, bottom, width=0.7)
    paper.text(left, bottom + 3, "Unterschrift")
    for square in SQUARES:
        paper.box(square, fill=0)
    paper.text(250, 800, f"{title} · Seite 1 von 1", 8)
    return paper


def _pdf(paper: _Paper) -> bytes:
    stream = io.BytesIO()
    paper.image.save(stream, "PDF", resolution=PRINT_DPI)
    return stream.getvalue()


@cache
def blank_pdf(ref: FormRef) -> bytes:
    """Return the blank form of ``REF``, or of ``OTHER`` with the same marks, as ``form.pdf``."""
    if ref == REF:
        return _pdf(_blank("Probebogen für Tests", {}))
    words = "Ganz andere Frage nach etwas ganz anderem, Zeile"
    labels = {key: f"{words} {place}" for place, key in enumerate([r[0] for r in _ROWS])}
    return _pdf(_blank("Fremdbogen eines anderen Amtes", labels | dict.fromkeys(_TICKS, words)))


def printed(filling: Filling) -> Grey:
    """Return the filled form as printed, at ``PRINT_DPI``."""
    paper = _blank("Probebogen für Tests", {})
    for key, text in filling.texts.items():
        left, top, _, _ = text_box(key)
        paper.text(left + 4, top + 4, text)
    for key in (*filling.ticked, *filling.smudged, *filling.filled):
        top, side = _TICKS[key][1], _TICK_SIDE
        if key in filling.ticked:
            paper.line(61, top + 1, 59 + side, top + side - 1, width=1.2)
            paper.line(61, top + side - 1, 59 + side, top + 1, width=1.2)
        elif key in filling.smudged:
            paper.line(63.5, top + 4, 66.2, top + 5.8, width=1.0)
        else:
            paper.draw.rectangle(
                [p * paper.scale for p in (60, top, 60 + side, top + side)], fill=0
            )
    if filling.signed:
        points = [(330 + 6 * i, 660 + 9 * np.sin(i * 1.7)) for i in range(25)]
        paper.line(*(float(value) for point in points for value in point), width=1.1)
    picture = np.array(paper.image)
    if filling.qr:
        _stamp(picture, filling.payload)
    return picture


def _stamp(picture: Grey, text: str) -> None:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    symbol = np.array(code.to_image(scale=4, add_quiet_zones=False), dtype=np.uint8)
    height, width = picture.shape
    left, right = round(QR.left * width), round(QR.right * width)
    top, bottom = round(QR.top * height), round(QR.bottom * height)
    picture[top:bottom, left:right] = cv2.resize(
        symbol, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST
    )


@dataclass(frozen=True)
class Scan:
    """How badly something was scanned: degrees, scale, millimetres, corner shift, grain, blur."""

    dpi: int = 200
    turn: float = 0.0
    scale: float = 1.0
    shift_mm: tuple[float, float] = (0.0, 0.0)
    trapezoid: float = 0.0
    grain: float = 0.0
    blur: float = 0.0
    shadow: float = 0.0
    jpeg: int | None = None
    quarter_turns: int = 0
    seed: int = 7

    def of(self, picture: Grey, from_dpi: int = PRINT_DPI) -> tuple[Grey, npt.NDArray[np.float64]]:
        """Return the scan and the matrix from points on the form to its pixels."""
        source_h, source_w = picture.shape
        per_point = self.dpi / 72
        width, height = round(WIDTH * per_point), round(HEIGHT * per_point)
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), self.turn, self.scale)
        matrix = np.vstack([turn, [0, 0, 1]]) @ np.diag([per_point, per_point, 1.0])
        matrix[:2, 2] += np.array(self.shift_mm) / 25.4 * self.dpi
        if self.trapezoid:
            corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
            bent = corners + np.array(
                [(1, 0), (-1, 0.5), (0, 0), (0, 0)], np.float32
            ) * np.float32(self.trapezoid * width)
            matrix = cv2.getPerspectiveTransform(corners, bent) @ matrix
        soft = cv2.GaussianBlur(picture, (0, 0), max(0.3, 0.4 * from_dpi / self.dpi))
        # Pixels are counted at their centres, points at edges.
        matrix = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]]) @ matrix
        point = 72 / from_dpi
        from_points = np.array([[point, 0, point / 2], [0, point, point / 2], [0, 0, 1.0]])
        laid = cv2.warpPerspective(
            soft, matrix @ from_points, (width, height), flags=cv2.INTER_LINEAR, borderValue=255
        ).astype(np.float32)
        assert source_h > source_w
        turned = np.rot90(self._worn(laid), self.quarter_turns).copy()
        for _ in range(self.quarter_turns % 4):
            # A quarter turn anticlockwise takes (x, y) to (y, width - x).
            matrix = np.array([[0, 1, 0], [-1, 0, width - 1], [0, 0, 1.0]]) @ matrix
            width, height = height, width
        return turned, matrix

    def _worn(self, picture: npt.NDArray[np.float32]) -> Grey:
        chance = np.random.default_rng(self.seed)
        if self.blur:
            picture = cv2.GaussianBlur(picture, (0, 0), self.blur).astype(np.float32)
        if self.shadow:
            slope = np.linspace(1 - self.shadow, 1, picture.shape[1], dtype=np.float32)
            picture *= slope
        if self.grain:
            grain = chance.normal(0, self.grain, picture.shape).astype(np.float32)
            picture = picture * np.float32(0.94) + grain
        worn = np.clip(picture, 0, 255).astype(np.uint8)
        if self.jpeg:
            _, packed = cv2.imencode(".jpg", worn, [cv2.IMWRITE_JPEG_QUALITY, self.jpeg])
            worn = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
        return worn


CLEAN = Scan()
MILD = Scan(turn=0.7, scale=0.98, shift_mm=(2, -1.5), grain=5, blur=0.6, jpeg=85)
MODERATE = Scan(
    turn=-2.0, scale=0.95, shift_mm=(-3, 4), trapezoid=0.004, grain=8, blur=0.8,
    shadow=0.25, jpeg=65,
)  # fmt: skip
FINE = Scan(dpi=300, turn=-0.5, grain=4, jpeg=88)


def file_of(picture: Grey, kind: str = "PNG", dpi: int = 200, **how: object) -> bytes:
    """Return the picture as bytes of a PNG, JPEG or TIFF file."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, kind, dpi=(dpi, dpi), **how)
    return stream.getvalue()
