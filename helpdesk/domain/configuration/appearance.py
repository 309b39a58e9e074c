"""How the installation looks: its name, its logo, its colour in both themes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from helpdesk.core.colours import (
    READABLE,
    at_luminance,
    is_colour,
    least_contrast,
    luminance,
    nearest_readable,
)
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.pictures import kind_of
from helpdesk.core.storage import storage
from helpdesk.core.words import N_
from helpdesk.domain.configuration.actions import Thing, What, apply, record_change
from helpdesk.domain.configuration.models import Appearance

if TYPE_CHECKING:
    from helpdesk.domain.accounts.models import Person

# There is one appearance, and this is its id.
THE_ONE = 1

MOST_LOGO_BYTES = 200_000
# What every browser and every mail program draws.
LOGO_TYPES = frozenset({"image/png", "image/jpeg", "image/webp"})
LEAST_LOGO_SIDE, MOST_LOGO_SIDE = 16, 2000

# Where text in the accent stands (static/css/tokens.css), and what is written on the accent.
GROUNDS: Mapping[str, tuple[str, ...]] = {
    "light": ("#ffffff", "#f6f8f9", "#edf1f3", "#e9eef1", "#fff8dc"),
    "dark": ("#10161a", "#161e23", "#1e282e", "#0b1013", "#222d34", "#2a2614"),
}
# How light the soft grounds are that text of every kind is read on; a soft ground of another hue
# is as light as ours, so every pair that is readable on ours is readable on it.
_SOFT = {"light": luminance("#e0f0f1"), "dark": luminance("#15343a")}
_SOFT_SATURATION = {"light": 0.6, "dark": 0.45}
# In the dark the fill carries white words and has to be seen on the page (1.4.11).
_DARK_FILL = luminance("#1c7783")
_DARK_FILL_HOVER = luminance("#1e7d89")

OURS = {"light": "#0c6470", "dark": "#58bfc9"}


@dataclass(frozen=True, slots=True)
class Look:
    """The appearance as plain values; an empty one is ours."""

    name: str = ""
    accent: str = ""
    accent_dark: str = ""
    logo_sha256: str = ""
    logo_type: str = ""
    version: int = 0


def look() -> Look:
    """How the installation looks now."""
    row = _row()
    if row is None:
        return Look()
    return Look(
        row.name,
        row.accent,
        row.accent_dark,
        row.logo_sha256 or "",
        row.logo_type,
        row.version,
    )


def change_appearance(values: Mapping[str, str], *, by: Person | None, now: datetime) -> None:
    """Set `name`, `accent` and `accent_dark`; Invalid for a colour that would not be read."""
    _check_colour("accent", values.get("accent", ""), "light")
    _check_colour("accent_dark", values.get("accent_dark", ""), "dark")
    _apply(values, by=by, now=now)


def change_logo(data: bytes, *, by: Person | None, now: datetime) -> None:
    """Use this picture; Invalid for what is no small PNG, JPEG or WebP."""
    if len(data) > MOST_LOGO_BYTES:
        raise Invalid(
            "logo",
            N_("The picture is %(size)s kB; the limit is %(most)s kB. Make it smaller."),
            size=len(data) // 1000,
            most=MOST_LOGO_BYTES // 1000,
        )
    picture = kind_of(BytesIO(data))
    if picture is None or picture.media_type not in LOGO_TYPES:
        raise Invalid("logo", N_("This is no PNG, JPEG or WebP picture. Save it as one of them."))
    sides = (picture.width, picture.height)
    if min(sides) < LEAST_LOGO_SIDE or max(sides) > MOST_LOGO_SIDE:
        raise Invalid(
            "logo",
            N_(
                "The picture is %(width)s × %(height)s pixels; each side may have "
                "%(least)s–%(most)s."
            ),
            width=picture.width,
            height=picture.height,
            least=LEAST_LOGO_SIDE,
            most=MOST_LOGO_SIDE,
        )
    values = {"logo_sha256": storage().keep(data), "logo_type": picture.media_type}
    _apply(values, by=by, now=now)


def remove_logo(*, by: Person | None, now: datetime) -> None:
    """Show our own mark again."""
    _apply({"logo_sha256": None, "logo_type": ""}, by=by, now=now)


def colours_of(shown: Look) -> dict[str, dict[str, str]]:
    """The tokens that follow from the accent, by theme; {} while it is ours."""
    light, dark = accents_of(shown)
    if not light and not dark:
        return {}
    light, dark = light or OURS["light"], dark or OURS["dark"]
    light_hover = at_luminance(light, luminance(light) * 0.6)
    light_soft = at_luminance(light, _SOFT["light"], saturation=_SOFT_SATURATION["light"])
    dark_hover = at_luminance(dark, min(luminance(dark) * 1.25, 0.9))
    dark_soft = at_luminance(dark, _SOFT["dark"], saturation=_SOFT_SATURATION["dark"])
    return {
        "light": {
            "accent": light,
            "accent-hover": light_hover,
            "accent-fill": light,
            "accent-fill-hover": light_hover,
            "accent-soft": light_soft,
            "on-accent-soft": nearest_readable(light_hover, (light_soft,)),
            "open": nearest_readable(light, (*GROUNDS["light"], light_soft)),
            "open-soft": light_soft,
        },
        "dark": {
            "accent": dark,
            "accent-hover": dark_hover,
            "accent-fill": at_luminance(dark, _DARK_FILL),
            "accent-fill-hover": at_luminance(dark, _DARK_FILL_HOVER),
            "accent-soft": dark_soft,
            "on-accent-soft": nearest_readable(dark_hover, (dark_soft,)),
            "open": nearest_readable(dark_hover, (*GROUNDS["dark"], dark_soft)),
            "open-soft": dark_soft,
        },
    }


def accents_of(shown: Look) -> tuple[str, str]:
    """The accent of the light and of the dark theme; where only one is chosen, the other follows.

    Two empty ones are ours.
    """
    light, dark = shown.accent, shown.accent_dark
    if light and not dark:
        dark = nearest_readable(light, GROUNDS["dark"])
    if dark and not light:
        light = nearest_readable(dark, GROUNDS["light"])
    return light, dark


def _check_colour(field: str, colour: str, theme: str) -> None:
    if not colour:
        return
    if not is_colour(colour):
        raise Invalid(field, N_("Write a colour as # and six digits, like #0c6470."))
    found = least_contrast(colour, GROUNDS[theme])
    if found < READABLE:
        raise Invalid(
            field,
            N_(
                "This colour reads at %(found)s : 1 where it reads worst; 4.5 : 1 is needed. The "
                "nearest that would do is %(nearest)s."
            ),
            # Rounded down: 4.49 is not 4.5.
            found=f"{int(found * 100) / 100:.2f}",
            nearest=nearest_readable(colour, GROUNDS[theme]),
        )


def _apply(values: Mapping[str, Any], *, by: Person | None, now: datetime) -> None:
    row = _row()
    if row is None:
        row = Appearance(id=THE_ONE, name="", accent="", accent_dark="", logo_type="", version=0)
        db.session.add(row)
    changes = apply(row, values)
    if not changes:
        return
    row.version += 1
    db.session.flush()
    # Its type follows from the picture and says nothing to people.
    changes.pop("logo_type", None)
    record_change(
        Thing.APPEARANCE,
        thing_id=THE_ONE,
        name=row.name,
        what=What.CHANGED,
        changes=changes,
        by=by,
        now=now,
    )


def _row() -> Appearance | None:
    return db.session.scalar(select(Appearance).where(Appearance.id == THE_ONE))
