"""How badly sheets are treated: five levels, for either set by means of its own.

The levels are those the accuracy tables use: ``clean`` and ``office`` together are mild,
``copier`` is moderate, ``heavy`` and ``photo`` are what they say.
"""

from typing import NamedTuple

from benchmarks.paper import dirt
from benchmarks.paper.answers import Chance
from benchmarks.paper.dirt import Dirt

LEVELS = ("clean", "office", "copier", "photo", "heavy")


class Level(NamedTuple):
    """Bounds of what happens to a sheet of this level; lengths in mm, angles in degrees."""

    dpi: tuple[int, ...]
    angle: float
    shift: float
    scale: tuple[float, float]
    quality: tuple[int, int] | None
    strength: tuple[float, float]
    always: tuple[Dirt, ...]
    some: tuple[Dirt, ...] = ()
    times: tuple[int, int] = (0, 0)
    turned: float = 0.0
    binary: float = 0.0


_OF_COPIERS = (
    dirt.shadow,
    dirt.folds,
    dirt.rollers,
    dirt.spread,
    dirt.loss,
    dirt.specks,
    dirt.see_through,
)
CALIBRATION = {
    "clean": Level((200, 300), 0.25, 1, (0.99, 1.0), None, (0.3, 0.5), (dirt.grain,)),
    "office": Level(
        (200, 300),
        0.7,
        2,
        (0.97, 1.0),
        (80, 92),
        (0.4, 0.7),
        (dirt.blur, dirt.grain),
        (dirt.see_through, dirt.specks, dirt.uneven),
        (0, 2),
    ),
    "copier": Level(
        (150, 200, 200, 300),
        2.0,
        5,
        (0.94, 1.03),
        (50, 70),
        (0.7, 1.1),
        (dirt.blur, dirt.grain),
        _OF_COPIERS,
        (2, 4),
        turned=0.2,
        binary=0.12,
    ),
    "heavy": Level(
        (150, 200),
        3.0,
        8,
        (0.92, 1.04),
        (30, 50),
        (1.2, 1.8),
        (dirt.blur, dirt.grain),
        (*_OF_COPIERS, dirt.pale),
        (3, 5),
        turned=0.35,
        binary=0.15,
    ),
    "photo": Level(
        (200,),
        4.0,
        0,
        (0.8, 0.95),
        (60, 85),
        (0.4, 0.9),
        (dirt.grain,),
        (dirt.folds, dirt.shadow),
        (0, 2),
        turned=0.2,
    ),
}
EVALUATION = {
    "clean": Level((200, 300), 0.3, 1.5, (0.985, 1.0), (90, 96), (0.2, 0.5), (dirt.grain,)),
    "office": Level(
        (200, 300),
        0.8,
        2.5,
        (0.965, 1.0),
        (75, 90),
        (0.4, 0.8),
        (dirt.blur, dirt.grain),
        (dirt.fibres, dirt.holes, dirt.staple, dirt.banding),
        (0, 2),
    ),
    "copier": Level(
        (150, 200, 200, 300),
        2.2,
        5,
        (0.94, 1.02),
        (45, 70),
        (0.7, 1.1),
        (dirt.blur, dirt.grain),
        (
            dirt.fibres,
            dirt.bands,
            dirt.holes,
            dirt.coffee,
            dirt.pale,
            dirt.staple,
            dirt.banding,
            dirt.crumpled,
        ),
        (2, 4),
        turned=0.2,
        binary=0.12,
    ),
    "heavy": Level(
        (150, 200),
        3.0,
        8,
        (0.92, 1.03),
        (30, 48),
        (1.2, 1.8),
        (dirt.blur, dirt.grain),
        (
            dirt.fibres,
            dirt.bands,
            dirt.coffee,
            dirt.pale,
            dirt.crumpled,
            dirt.banding,
            dirt.uneven,
            dirt.holes,
        ),
        (3, 5),
        turned=0.35,
        binary=0.15,
    ),
    "photo": Level(
        (200,),
        5.0,
        0,
        (0.78, 0.95),
        (55, 85),
        (0.4, 0.9),
        (dirt.grain,),
        (dirt.crumpled, dirt.uneven, dirt.coffee),
        (0, 2),
        turned=0.2,
    ),
}
SETS = {"calibration": CALIBRATION, "evaluation": EVALUATION}


def chosen(level: Level, chance: Chance) -> list[Dirt]:
    """Return what happens to one sheet, in the order it happens: blur and grain come last."""
    count = int(chance.integers(level.times[0], level.times[1] + 1))
    order = chance.permutation(len(level.some))[:count]
    return [*(level.some[int(number)] for number in order), *level.always]
