"""Pictures that stand for signatures in tests: a stroke, of nobody."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw


def make_png(width: int = 600, height: int = 200, mode: str = "RGBA", **saved: Any) -> bytes:
    """A stroke from corner to corner, as PNG unless told otherwise."""
    image = Image.new("RGBA", (width, height))
    ImageDraw.Draw(image).line((0, 0, width, height), fill="navy", width=9)
    target = BytesIO()
    image.convert(mode).save(target, **({"format": "PNG"} | saved))
    return target.getvalue()
