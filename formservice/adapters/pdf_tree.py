"""The tree of form fields in a PDF file, shared by building and filling.

The full name of a field is the names of its branches, put together with dots: ``anlass.abbruch``
hangs below ``anlass``, ``ziele[0].text`` below ``ziele[0]``. A dot inside a name is forbidden.
"""

from collections.abc import Iterator, Mapping

import pikepdf


def fields(pdf: pikepdf.Pdf) -> Iterator[tuple[str, pikepdf.Object]]:
    """Yield every field of the form with its full name; a field of ours has one widget."""

    def below(kids: pikepdf.Object, prefix: str) -> Iterator[tuple[str, pikepdf.Object]]:
        for kid in kids:
            name = f"{prefix}{kid.T}"
            if "/Kids" in kid:
                yield from below(kid.Kids, f"{name}.")
            else:
                yield name, kid

    yield from below(pdf.Root.AcroForm.Fields, "")


class FieldTree:
    """The branches fields hang below; made when the first field needs them."""

    def __init__(self, pdf: pikepdf.Pdf, top: pikepdf.Object, titles: Mapping[str, str]) -> None:
        """Begin with the fields in the array ``top``; ``titles`` are spoken names of branches."""
        self._pdf = pdf
        self._top = top
        self._titles = titles
        self._branches: dict[str, pikepdf.Object] = {}
        self._note(top, "")

    def _note(self, kids: pikepdf.Object, prefix: str) -> None:
        for kid in kids:
            if "/Kids" in kid:
                name = f"{prefix}{kid.T}"
                self._branches[name] = kid
                self._note(kid.Kids, f"{name}.")

    def hang(self, widget: pikepdf.Object, name: str) -> None:
        """Give ``widget`` the full ``name``, and its place in the tree."""
        above, _, widget.T = name.rpartition(".")
        if above:
            parent = self._branch(above)
            widget.Parent = parent
            parent.Kids.append(widget)
            if "/FT" in widget and "[" in name:
                # Programs that copy pages lose branches; „text“ alone would be any item's.
                widget.TM = name
        else:
            self._top.append(widget)

    def _branch(self, name: str) -> pikepdf.Object:
        found = self._branches.get(name)
        if found is None:
            found = self._pdf.make_indirect(pikepdf.Dictionary(Kids=pikepdf.Array()))
            if name in self._titles:
                found.TU = self._titles[name]
            self.hang(found, name)
            self._branches[name] = found
        return found
