"""Published figures and learning events among the files that pages take in."""

from casework.admin.imports import FileKind, register_kind
from reviews.importing import learning, published_figures
from reviews.models import LearningAttendance, LearningEvent, PublishedFigure

for kind in (
    FileKind(
        published_figures.PublishedFigureImport,
        "Published figures",
        (published_figures.TABLE,),
        (PublishedFigure,),
    ),
    FileKind(
        learning.LearningEventImport,
        "Learning events",
        (learning.TABLE,),
        (LearningEvent, LearningAttendance),
    ),
):
    register_kind(kind)
