"""An attachment as the macros show it: to be saved, and a picture or a PDF also to be seen."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.pictures import PDF
from helpdesk.domain.tickets.models import Attachment
from helpdesk.web.files import LARGEST_SEEN, really
from helpdesk.web.filters import file_size


@dataclass(frozen=True, slots=True)
class ShownFile:
    """What the macro `attachment` reads; a picture has its size in dots, so that nothing jumps."""

    filename: str
    url: str
    size: str
    content_type: str
    infected_with: str = ""
    picture_url: str = ""
    view_url: str = ""
    width: int = 0
    height: int = 0


def shown_file(file: Attachment, url: str, view_url: str) -> ShownFile:
    """An attachment with the address where it is saved, and the one where a PDF is shown."""
    kind = really(file)
    drawn = kind is not None and kind.may_be_drawn and file.size <= LARGEST_SEEN
    return ShownFile(
        file.filename,
        url,
        file_size(file.size),
        file.content_type,
        file.infected_with,
        picture_url=url if drawn else "",
        view_url=view_url if kind is not None and kind.media_type == PDF else "",
        width=kind.width if kind and drawn else 0,
        height=kind.height if kind and drawn else 0,
    )
