"""Picture files of every kind that Look reads, made from the photographs of the sample collection (CC0)."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

EXIF_ORIENTATION = 274


@dataclass(frozen=True)
class Variant:
    """One fixture: its file name, what is special about it, the class its photograph is of, how it is encoded."""

    name: str
    what: str
    photograph_of: str
    encode: Callable[[Image.Image], bytes]


def written(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def rotated_jpeg(orientation: int) -> Callable[[Image.Image], bytes]:
    """Stored so that a reader that ignores the EXIF orientation sees the picture turned or upside down."""
    back = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}

    def encode(image: Image.Image) -> bytes:
        exif = Image.Exif()
        exif[EXIF_ORIENTATION] = orientation
        return written(image.transpose(back[orientation]), "JPEG", quality=80, exif=exif)

    return encode


def soft_alpha(image: Image.Image) -> Image.Image:
    """Fades to transparent away from the centre, over a colour that shows when alpha is ignored."""
    y, x = np.mgrid[0 : image.height, 0 : image.width]
    radius = np.hypot((x / image.width - 0.5), (y / image.height - 0.5))
    alpha = np.clip(255 * (0.75 - radius) * 2, 0, 255).astype(np.uint8)
    pixels = np.array(image)
    pixels[alpha == 0] = (0, 255, 0)
    return Image.fromarray(np.dstack([pixels, alpha]), "RGBA")


def big_jpeg(image: Image.Image) -> bytes:
    scale = 3200 / max(image.size)
    size = (round(image.width * scale), round(image.height * scale))
    return written(image.resize(size, Image.Resampling.BICUBIC), "JPEG", quality=35, optimize=True, progressive=True)


def png_16_bit(image: Image.Image) -> bytes:
    """RGB with 16 bits a channel; Pillow cannot write that. Both bytes of a sample are the same: v * 257."""
    half = image.resize((image.width // 2, image.height // 2), Image.Resampling.BICUBIC)
    wide = np.asarray(half).astype(">u2") * 257
    rows = b"".join(b"\0" + row.tobytes() for row in wide.astype(">u2"))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", half.width, half.height, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def exchanged_profile() -> bytes:
    """A minimal ICC v4 profile: Display P3 adapted to D50, its red and green exchanged, with the curve of sRGB.

    Display P3 itself is so near to sRGB that a reader which ignores profiles would pass. See ICC.1:2010, 8.3 and 10.16; the colorants are those of the CSS Color 4 specification, 10.1.
    """

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(fixed(v) for v in values)

    def text(value: str) -> bytes:
        encoded = value.encode("utf-16-be")
        return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(encoded), 28) + encoded

    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0)
    curve += b"".join(fixed(v) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    tags = {
        b"desc": text("Display P3, red and green exchanged"),
        b"cprt": text("No copyright, use freely"),
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"gXYZ": xyz(0.51512, 0.24120, -0.00105),
        b"bXYZ": xyz(0.15710, 0.06657, 0.78407),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    body, table = b"", struct.pack(">I", len(tags))
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    size = start + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x04000000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    header += fixed(0.9642) + fixed(1.0) + fixed(0.8249)
    return header.ljust(128, b"\0") + table + body


VARIANTS = [
    Variant("baseline.jpg", "JPEG", "hat", lambda i: written(i, "JPEG", quality=80)),
    Variant("progressive.jpg", "progressive JPEG", "dress", lambda i: written(i, "JPEG", quality=80, progressive=True)),
    Variant("turned-3.jpg", "JPEG, EXIF orientation 3", "pants", rotated_jpeg(3)),
    Variant("turned-6.jpg", "JPEG, EXIF orientation 6", "shoes", rotated_jpeg(6)),
    Variant("turned-8.jpg", "JPEG, EXIF orientation 8", "shirt", rotated_jpeg(8)),
    Variant("grey.jpg", "greyscale JPEG", "skirt", lambda i: written(i.convert("L"), "JPEG", quality=80)),
    Variant("big.jpg", "JPEG of 3,200 px", "outwear", big_jpeg),
    Variant(
        "profile.jpg",
        "JPEG with a colour profile whose red and green are exchanged",
        "t-shirt",
        lambda i: written(i, "JPEG", quality=85, icc_profile=exchanged_profile()),
    ),
    Variant("opaque.png", "PNG", "longsleeve", lambda i: written(i.resize((150, 200)), "PNG", optimize=True)),
    Variant("alpha.png", "PNG with soft alpha", "hat", lambda i: written(soft_alpha(i.resize((200, 200))), "PNG")),
    Variant("deep.png", "PNG, 16 bits a channel", "shorts", png_16_bit),
    Variant("lossy.webp", "WebP", "shoes", lambda i: written(i, "WEBP", quality=80, method=6)),
    Variant(
        "alpha.webp", "WebP with soft alpha", "dress", lambda i: written(soft_alpha(i), "WEBP", quality=85, method=6)
    ),
    Variant("photo.avif", "AVIF", "outwear", lambda i: written(i, "AVIF", quality=70, speed=6, max_threads=1)),
    Variant("palette.gif", "GIF of 256 colours", "pants", lambda i: written(i.resize((200, 260)).quantize(256), "GIF")),
    Variant("plain.bmp", "BMP", "skirt", lambda i: written(i.resize((120, 160)), "BMP")),
]
