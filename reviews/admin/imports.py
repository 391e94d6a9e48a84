"""Published figures among the files that pages take in."""

from casework.admin.imports import FileKind, register_kind
from reviews.importing import TABLE, PublishedFigureImport
from reviews.models import PublishedFigure

register_kind(
    FileKind(PublishedFigureImport, "Published figures", (TABLE,), (PublishedFigure,)),
)
