"""Reads a picture that anybody may have made: run as a process of its own, with little memory and time.

``python decoder.py facts FILE`` prints what EXIF tells as JSON.  ``python decoder.py view FILE TO EDGE``
writes a JPEG of at most EDGE pixels a side, turned the right way up, with nothing told besides it.
Whatever goes wrong here ends this process only.  It imports nothing of ours.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from PIL import ExifTags, Image, ImageOps

MEMORY_BYTES = 1_500_000_000
SECONDS = 30
LONGEST = 200
Image.MAX_IMAGE_PIXELS = None  # the caller has checked the size before


def limit() -> None:
    """Give back what is not needed."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000_000, 20_000_000))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def text(value: Any) -> str:
    """A value as one short line."""
    plain = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return "".join(c for c in plain if c.isprintable()).strip()[:LONGEST]


def degrees(parts: Any, letter: Any) -> float:
    """Degrees, minutes and seconds with their letter, as signed degrees."""
    d, m, s = (float(part) for part in parts)
    return (d + m / 60 + s / 3600) * (-1 if text(letter) in ("S", "W") else 1)


def place(gps: dict[int, Any]) -> dict[str, Any] | None:
    """Latitude and longitude in 1e-7 degrees, altitude in metres where told."""
    tag = ExifTags.GPS
    if tag.GPSLatitude not in gps or tag.GPSLongitude not in gps:
        return None
    lat = degrees(gps[tag.GPSLatitude], gps.get(tag.GPSLatitudeRef, "N"))
    lon = degrees(gps[tag.GPSLongitude], gps.get(tag.GPSLongitudeRef, "E"))
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        return None
    height = gps.get(tag.GPSAltitude)
    return {
        "lat": round(lat * 1e7),
        "lon": round(lon * 1e7),
        "altitude_m": None if height is None else round(float(height)),
    }


def facts(path: str) -> dict[str, Any]:
    """What EXIF tells: when, where, by which device, and the names of what else it tells."""
    tag = ExifTags.Base
    with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as image:
        exif = image.getexif()
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    taken = inner.get(tag.DateTimeOriginal) or exif.get(tag.DateTime) or ""
    offset = inner.get(tag.OffsetTimeOriginal) or exif.get(tag.OffsetTime) or ""
    device = [exif.get(tag.Make), exif.get(tag.Model), inner.get(tag.BodySerialNumber), inner.get(tag.CameraOwnerName)]
    shown = {tag.DateTimeOriginal, tag.OffsetTimeOriginal, tag.DateTime, tag.OffsetTime, tag.Make, tag.Model}
    shown |= {tag.BodySerialNumber, tag.CameraOwnerName, tag.Orientation, tag.ExifOffset, tag.GPSInfo}
    names = {ExifTags.TAGS.get(key, "") for key in (*exif, *inner) if key not in shown} - {""}
    return {
        "taken": text(taken),
        "offset": text(offset),
        "device": " ".join(text(part) for part in device if part)[:LONGEST],
        "place": place(exif.get_ifd(ExifTags.IFD.GPSInfo)),
        "others": sorted(names)[:40],
    }


def view(path: str, to: str, edge: int) -> None:
    """Write the small view."""
    with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as image:
        image.draft("RGB", (edge, edge))
        turned = ImageOps.exif_transpose(image)
        turned.thumbnail((edge, edge))
        flat = Image.new("RGB", turned.size, "white")
        whole = turned.convert("RGBA")
        flat.paste(whole, mask=whole.getchannel("A"))
        flat.save(to, "JPEG", quality=82, optimize=True)


def main() -> None:
    """Do as the arguments say."""
    limit()
    if sys.argv[1] == "facts":
        sys.stdout.write(json.dumps(facts(sys.argv[2])))
    else:
        view(sys.argv[2], sys.argv[3], int(sys.argv[4]))


if __name__ == "__main__":
    main()
