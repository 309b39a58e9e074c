"""Whatever comes, it ends somewhere: once, with words, and nobody else's mail suffers."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mail.letters import Road, letter, mail_row
from tests.mail.road_rules import Filing
from tests.mail.test_parse_properties import PIECES

FOLDER = Path(__file__).parent.parent / "mails"
MAILS = [mail.read_bytes() for mail in sorted(FOLDER.glob("*/*.eml"))]
# The world of a test stays between the examples: mails that came before are a part of it.
on_one_road = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=40).map(b"".join))
@on_one_road
def test_any_heap_of_pieces_ends_somewhere(road: Road, raw: bytes) -> None:
    assert Filing(road.settings).fault(raw) == ""


@given(st.data())
@on_one_road
def test_a_mail_that_was_damaged_on_its_way_ends_somewhere(road: Road, data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(MAILS)))
    for _ in range(data.draw(st.integers(0, 6))):
        start = data.draw(st.integers(0, min(len(raw), 2000)))
        end = min(len(raw), start + data.draw(st.integers(0, 40)))
        raw[start:end] = data.draw(st.one_of(PIECES, st.binary(max_size=20)))
    filing = Filing(road.settings, count=data.draw(st.integers(0, 30)))

    assert filing.fault(bytes(raw)) == ""


@given(st.lists(st.sampled_from(MAILS), min_size=1, max_size=6))
@on_one_road
def test_mails_that_come_together_leave_room_for_a_good_one(road: Road, mails: list[bytes]) -> None:
    for raw in mails:
        road.keep(raw)
    good = road.keep(letter())
    road.file()

    row = mail_row(good)
    assert row.state == "filed", (row.state, row.error)
    assert row.message_id is not None
