"""What a photo tells is shown, taken out without touching a pixel, and never decoded inside the node."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from photo_maker import DEVICE, LAT, LON, SECRET, photo
from sarhad.desk.photos import Photos, photo_type, stripped
from sarhad.desk.photos.pieces import NoPicture, dimensions
from sarhad.desk.photos.strip import told

FORMS = ("JPEG", "PNG", "WEBP")
JPEG = photo("JPEG")


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return ImageOps.exif_transpose(image).convert("RGB").tobytes()


@pytest.mark.parametrize("form", FORMS)
async def test_place_time_and_device_are_told(tmp_path: Path, form: str) -> None:
    path = tmp_path / "photo"
    path.write_bytes(photo(form))
    assert photo_type(path) == f"image/{form.lower()}"
    facts = await Photos(tmp_path).facts(path)
    assert facts.place is not None
    assert (facts.place.lat, facts.place.lon, facts.place.altitude_m) == (LAT, LON, 920)
    assert (facts.taken, facts.offset, facts.device) == ("2026:04:22 14:05:10", "+03:30", DEVICE)
    assert "Artist" in facts.others
    assert {"exif", "trailer"} <= set(facts.tells)
    assert (facts.width, facts.height) == (320, 200)


@pytest.mark.parametrize("orientation", [1, 6, 8])
@pytest.mark.parametrize("form", FORMS)
def test_stripping_takes_everything_out_and_changes_no_pixel(form: str, orientation: int) -> None:
    whole = photo(form, orientation)
    clean = stripped(whole)
    assert pixels(clean) == pixels(whole)
    for word in (SECRET, b"Madeup", b"Nobody", b"2026", b"xmpmeta", b"GPS"):
        assert word not in clean
    with Image.open(io.BytesIO(clean)) as image:
        assert set(image.getexif()) <= {0x0112}
        assert image.getexif().get(0x0112, 1) == orientation
    assert set(told(clean)) <= ({"exif"} if orientation != 1 else set())
    assert stripped(clean) == clean


async def test_a_stripped_photo_is_said_to_tell_nothing(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(stripped(photo("JPEG", 6)))
    facts = await Photos(tmp_path).facts(path)
    assert (facts.tells, facts.place, facts.taken, facts.device, facts.others) == ((), None, "", "", ())


def test_the_small_view_in_a_header_goes_too() -> None:
    body = b"JFIF\0\1\2\0\0\1\0\1\2\2" + SECRET[:12]
    whole = JPEG[:2] + b"\xff\xe0" + struct.pack(">H", len(body) + 2) + body + stripped(JPEG)[2:]
    assert SECRET[:12] in whole
    assert SECRET[:12] not in stripped(whole)
    assert pixels(stripped(whole)) == pixels(JPEG)


def test_a_grey_progressive_and_an_indexed_picture_are_stripped_too() -> None:
    for form, mode, more in (
        ("JPEG", "L", {"progressive": True}),
        ("JPEG", "CMYK", {}),
        ("PNG", "P", {}),
        ("PNG", "RGBA", {}),
    ):
        out = io.BytesIO()
        Image.effect_noise((90, 70), 60).convert("RGB").convert(mode).save(out, form, **more)
        assert pixels(stripped(out.getvalue())) == pixels(out.getvalue())


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x20\0\0\0WEBP"]))
def test_any_bytes_are_read_or_refused(rest: bytes, head: bytes) -> None:
    data = head + rest
    try:
        clean = stripped(data)
        dimensions(data)
    except NoPicture:
        return
    assert "exif" not in told(clean) or len(clean) <= len(data) + 40


async def test_a_view_is_small_upright_and_tells_nothing(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 64)
    path.write_bytes(photo("JPEG", 6, 640, 400))
    view = await Photos(tmp_path).view(path, "small")
    with Image.open(view) as image:
        assert (image.format, image.size) == ("JPEG", (200, 320))
        assert len(image.getexif()) == 0
    assert SECRET not in view.read_bytes()
    assert await Photos(tmp_path).view(path, "small") == view


def bomb(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says that it is ``width`` by ``height``."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [bomb(60_000, 60_000), bomb(500, 500) + b"x", JPEG[:900], b"GIF89a", b"", b"<svg onload='alert(1)'/>"],
    ids=["bomb", "no-data", "cut", "gif", "empty", "svg"],
)
async def test_what_is_no_whole_picture_has_no_view(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / ("b" * 64)
    path.write_bytes(data)
    with pytest.raises(NoPicture):
        await Photos(tmp_path).view(path, "small")
