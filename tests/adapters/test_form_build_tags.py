"""The structure tree of a built form: what a screen reader is told of its tables."""

import pikepdf
import pytest

from formservice.adapters.building.tags import tag_fields


def _element(pdf: pikepdf.Pdf, kind: str, *kids: pikepdf.Object) -> pikepdf.Object:
    element = pdf.make_indirect(
        pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), K=pikepdf.Array(kids))
    )
    for kid in kids:
        kid.P = element
    return element


@pytest.mark.parametrize("alone", [True, False])
def test_the_heading_of_several_columns_still_reaches_over_them(alone: bool):
    pdf = pikepdf.new()
    text = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.P, K=0))
    wide = pikepdf.Dictionary(O=pikepdf.Name.Table, ColSpan=3)
    drawn = pikepdf.Dictionary(O=pikepdf.Name.Layout, Width=90)
    label = _element(pdf, "TD", text)
    label.A = wide if alone else pikepdf.Array([drawn, wide])
    answer = _element(pdf, "TD", _element(pdf, "Form"))
    table = _element(pdf, "Table", _element(pdf, "TR", label, answer))
    root = _element(pdf, "Document", table)
    root.ParentTree = pikepdf.NumberTree.new(pdf).obj
    pdf.Root.StructTreeRoot = root

    tag_fields(pdf, [], [], {})

    attributes = list(label.A)
    (told,) = [one for one in attributes if str(one.O) == "/Table"]
    assert str(label.S) == "/TH"
    assert (int(told.ColSpan), str(told.Scope)) == (3, "/Row")
    assert [int(one.Width) for one in attributes if str(one.O) == "/Layout"] == [90][alone:]
