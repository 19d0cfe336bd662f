"""Pictures are what they were when somebody last looked at them."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.render.pictures import FAILED, GOLDEN, PICTURES, PINNED, difference, keep_for_a_look, tolerated


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_as_it_was_approved(name: str) -> None:
    got, want = PICTURES[name](), (GOLDEN / f"{name}.png").read_bytes()
    share = difference(got, want)
    if share > tolerated():
        keep_for_a_look(name, got, want)
    assert share <= tolerated(), f"{share:.2%} of the pixels differ, see {FAILED}/{name}.*.png"


def test_every_golden_picture_is_drawn() -> None:
    assert {path.stem for path in GOLDEN.glob("*.png")} == set(PICTURES)


def test_a_changed_pixel_is_seen(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    want = (GOLDEN / "day_calendar_light.png").read_bytes()
    with Image.open(io.BytesIO(want)) as image, image.convert("RGB") as copy:
        copy.paste((255, 0, 0), (100, 100, 400, 200))
        out = io.BytesIO()
        copy.save(out, "PNG")
    assert difference(out.getvalue(), want) > tolerated()
    assert difference(want, want) == 0
    with Image.open(io.BytesIO(want)) as image, image.crop((0, 0, 10, 10)) as other:
        out = io.BytesIO()
        other.save(out, "PNG")
    assert difference(out.getvalue(), want) == 1.0


@pytest.mark.skipif(not PINNED, reason="bytes are equal on the pinned Pillow only")
def test_the_bytes_are_equal_too() -> None:
    assert PICTURES["day_lt_light"]() == (GOLDEN / "day_lt_light.png").read_bytes()
