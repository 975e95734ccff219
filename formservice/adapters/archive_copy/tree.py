"""Walks over the structure tree of a PDF."""

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary


def kids(element: pikepdf.Object) -> list[object]:
    """Return what an element holds, as a list; one kid may stand there alone, or none."""
    found = element.get("/K")
    if found is None:
        return []
    return list(found) if isinstance(found, Array) else [found]


def elements(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Yield all elements below one, in the order they are read aloud."""
    for kid in kids(element):
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def leaves(
    element: pikepdf.Object, page: pikepdf.Object | None = None
) -> Iterator[tuple[tuple[int, int], int | tuple[int, int]]]:
    """Yield what the tree holds in reading order: page and number of a marked content, or object.

    Pages and objects are named by their object numbers.
    """
    page = element.get("/Pg", page)
    for kid in kids(element):
        if isinstance(kid, int):
            if page is not None:
                yield page.objgen, kid
        elif not isinstance(kid, Dictionary):
            continue
        elif "/S" in kid:
            yield from leaves(kid, page)
        elif "/MCID" in kid:
            owner = kid.get("/Pg", page)
            if owner is not None:
                yield owner.objgen, int(kid.MCID)
        elif "/Obj" in kid and "/P" in kid.Obj:
            yield kid.Obj.P.objgen, kid.Obj.objgen
