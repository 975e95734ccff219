"""Pieces of ink in a picture of a page."""

import cv2
import numpy as np

from formservice.adapters.scan.light import boxes_of


def test_pieces_of_ink_are_the_same_wherever_the_paper_around_them_ends() -> None:
    dark = np.zeros((41, 57), dtype=np.uint8)
    dark[7:11, 13:20], dark[7, 31], dark[20:29, 5] = 1, 1, 1
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    assert boxes_of(dark).tolist() == stats[1:].tolist()
    assert boxes_of(np.zeros_like(dark)).shape == (0, 5)
