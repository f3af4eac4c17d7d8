"""Photos with everything in them that a phone writes: place, time, device, and more; plainly made up."""

from __future__ import annotations

import io

from PIL import ExifTags, Image, PngImagePlugin

LAT, LON = 289_775_000, 615_503_000
DEVICE = "Madeup Phone 7"
SECRET = b"the secret place"


def exif(orientation: int = 6) -> Image.Exif:
    """EXIF with a place (28.9775 N 61.5503 E), a time and a device."""
    made = Image.Exif()
    made[ExifTags.Base.Make] = "Madeup"
    made[ExifTags.Base.Model] = "Phone 7"
    made[ExifTags.Base.Orientation] = orientation
    made[ExifTags.Base.Artist] = "A. Nobody"
    inner = made.get_ifd(ExifTags.IFD.Exif)
    inner[ExifTags.Base.DateTimeOriginal] = "2026:04:22 14:05:10"
    inner[ExifTags.Base.OffsetTimeOriginal] = "+03:30"
    gps = made.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (28.0, 58.0, 39.0)
    gps[ExifTags.GPS.GPSLongitudeRef] = "E"
    gps[ExifTags.GPS.GPSLongitude] = (61.0, 33.0, 1.08)
    gps[ExifTags.GPS.GPSAltitude] = 920.0
    return made


def picture(width: int = 320, height: int = 200, mode: str = "RGB") -> Image.Image:
    """A dusk over hills: a gradient with a line in it."""
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            hill = y > height * (0.62 + 0.12 * ((x * 7 // width) % 3 - 1) / 2)
            image.putpixel(
                (x, y),
                (70, 62, 54) if hill else (235 - y * 120 // height, 170 - y * 60 // height, 120 + y * 80 // height),
            )
    return image.convert(mode)


def photo(form: str = "JPEG", orientation: int = 6, width: int = 320, height: int = 200) -> bytes:
    """A whole file with EXIF, XMP, a comment or text, and bytes after its end."""
    out = io.BytesIO()
    own: dict[str, dict[str, object]] = {"JPEG": {"comment": SECRET, "quality": 88}, "WEBP": {"lossless": True}}
    more = own.get(form, {})
    if form == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", SECRET.decode())
        info.add_itxt("XML:com.adobe.xmp", "<x>" + SECRET.decode() + "</x>")
        more["pnginfo"] = info
    else:
        more["xmp"] = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    picture(width, height).save(out, form, exif=exif(orientation), **more)
    return out.getvalue() + b"trailing " + SECRET
