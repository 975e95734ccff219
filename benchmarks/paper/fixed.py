"""The small fixed set that tests hold the bound on: pictures kept with their truth.

Fonts differ between machines, so these scans are made once (``python -m benchmarks.paper.fixed
DIR``) and committed: in few shades of grey and at most 200 dpi, to be small. They come from
the evaluation set; no limit is chosen on them.
"""

import io
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from benchmarks.paper.answers import Answer
from benchmarks.paper.pages import Scan, scan, services, subjects
from benchmarks.paper.typed import Picture
from formservice.domain.form import FormDefinition

_SEED = 2027
_LARGEST = 118_000
_LONGEST = 2339  # pixels: A4 at 200 dpi
_STRATA = (
    *["typed/clean"] * 5,
    *["typed/office"] * 6,
    *["typed/copier"] * 4,
    *["typed/photo"] * 2,
    *["hand/office"] * 3,
)
_PLAIN = ("key", "kind", "text", "signed", "state", "review")


def make(folder: Path) -> None:
    """Write the pictures and ``truth.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for number, stratum in enumerate(_STRATA):
        definition, page = subjects()[(number * 3 + number // 11) % len(subjects())]
        chance = np.random.default_rng([_SEED, number])
        made = scan(f"{number:02}", "evaluation", stratum, definition, page, chance)
        data, suffix = (made.data, made.suffix) if made.binary else squeezed(made.picture)
        name = f"{number:02}-{stratum.replace('/', '-')}{suffix}"
        (folder / name).write_bytes(data)
        listed.append(
            {
                "file": name,
                "form": str(made.ref),
                "page": page,
                "stratum": stratum,
                "font": made.font,
                "answers": [_told(answer) for answer in made.answers],
            }
        )
    text = json.dumps(listed, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")


def _told(answer: Answer) -> dict[str, object]:
    """Return an answer as plain data, what is empty left out."""
    told: dict[str, object] = {name: getattr(answer, name) for name in _PLAIN}
    told |= {"on": list(answer.on), "day": answer.day.isoformat() if answer.day else ""}
    return {name: value for name, value in told.items() if value}


def squeezed(picture: Picture) -> tuple[bytes, str]:
    """Return a picture as a small file; little is lost."""
    scale = _LONGEST / max(picture.shape)
    if scale < 1:
        picture = np.asarray(
            cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
    for shades in (16, 8, 4):
        step = 256 // shades
        levels = np.clip((picture.astype(np.int16) + step // 2) // step, 0, shades - 1)
        flat = Image.fromarray(levels.astype(np.uint8)).convert("P")
        flat.putpalette(
            [
                min(255, one * step) if one < shades - 1 else 255
                for one in range(shades)
                for _ in range(3)
            ]
        )
        out = io.BytesIO()
        flat.save(out, "PNG", optimize=True, bits=4, dpi=(200, 200))
        if out.tell() <= _LARGEST:
            return out.getvalue(), ".png"
    soft = Image.fromarray(np.asarray(cv2.bilateralFilter(picture, 5, 20, 3), np.uint8))
    for quality in (60, 45, 32, 25, 20):
        out = io.BytesIO()
        soft.save(out, "JPEG", quality=quality, optimize=True, dpi=(200, 200))
        if out.tell() <= _LARGEST:
            break
    return out.getvalue(), ".jpg"


def load(folder: Path) -> Iterator[Scan]:
    """Yield the scans of a folder, as they were made."""
    for told in json.loads((folder / "truth.json").read_text(encoding="utf-8")):
        definition = services().forms.get(told["form"])
        path = folder / told["file"]
        how, level = told["stratum"].split("/")
        answers = tuple(_answer(definition, one) for one in told["answers"])
        yield Scan(
            path.stem,
            path.read_bytes(),
            path.suffix,
            definition.ref,
            told["page"],
            answers,
            how,
            level,
            told["font"],
            200,
            path.suffix == ".tif",
        )


def _answer(definition: FormDefinition, told: Mapping[str, object]) -> Answer:
    values = dict(told)
    anchors = definition.field(str(told["key"])).anchors
    zones = definition.layout.zones if definition.layout else ()
    on, day = values.pop("on", ()), str(values.pop("day", ""))
    return Answer(
        zones=tuple(zone for zone in zones if zone.key in anchors),
        on=tuple(on) if isinstance(on, list) else (),
        day=date.fromisoformat(day) if day else None,
        **values,  # type: ignore[arg-type] # plain data as _told wrote it
    )


if __name__ == "__main__":
    make(Path(sys.argv[1]))
