"""The picture of a signature, in the room that a letter leaves to sign."""

import base64
from functools import lru_cache
from io import BytesIO

from PIL import Image
from reportlab.lib.utils import ImageReader

from reviews.pdf.tagged import TaggedCanvas

_MOST_WIDTH = 180.0
_CLEARANCE = 4.0  # between the picture and the name below it
_MOST_PIXELS = (750, 220)  # 300 an inch, as fine as paper shows, in a room of 180 by 52 points


class Signature:
    """A part of a page as high as the room it is given, which the picture fills as it can.

    It stays with the name below it, and is one figure of the structure. `picture` is a PNG file in
    base64; ValueError if it is none.
    """

    before = after = 0.0
    keeps_next = True

    def __init__(self, picture: str, name: str, height: float) -> None:
        self.image = _drawable(picture)
        self.alternative = f"Signature of {name}"
        self.height = height
        width, most = self.image.width, height - _CLEARANCE
        scale = min(_MOST_WIDTH / width, most / self.image.height)
        self.size = (width * scale, self.image.height * scale)

    @property
    def least_height(self) -> float:
        return self.height

    def write(self, canvas: TaggedCanvas, x: float, y: float) -> None:
        """Draw it with its lower left corner at (x, y)."""
        width, height = self.size
        y += _CLEARANCE
        with canvas.figure(self.alternative, (x, y, x + width, y + height)):
            canvas.drawImage(ImageReader(self.image), x, y, width, height)


@lru_cache(maxsize=4)  # a round's letters have one signature, which is read once
def _drawable(picture: str) -> Image.Image:
    """On white, since a letter is, and no finer than it is printed."""
    try:
        with Image.open(BytesIO(base64.b64decode(picture)), formats=["PNG"]) as image:
            drawn = image.convert("RGBA")
    except OSError as error:
        raise ValueError("the picture of the signature cannot be read") from error
    paper = Image.new("RGBA", drawn.size, "white")
    paper.alpha_composite(drawn)
    paper.thumbnail(_MOST_PIXELS)
    return paper.convert("RGB")
