"""The trail: what is hashed is canonical, and the way from any head to any event is short."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger import canonical_json, commitments, trail

if TYPE_CHECKING:
    from uuid import UUID

WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
NAMES = st.text(st.characters(max_codepoint=127), max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=6)
INSTANTS = st.datetimes(
    datetime(1900, 1, 1), datetime(2999, 1, 1),  # noqa: DTZ001 - they get their zone below
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-5))]),
)  # fmt: skip
CODES = st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True)
KINDS = st.sampled_from(["spending.recorded", "fund.created", "reservation.made"])


@given(VALUES)
def test_what_the_trail_holds_is_written_as_rfc_8785_says(value: Any) -> None:
    canonical_json.assert_canonical(value)

    assert canonical_json.text(value).encode() == rfc8785.dumps(value)


@given(st.none() | TEXTS)
def test_a_single_value_is_written_as_rfc_8785_says(value: str | None) -> None:
    assert canonical_json.of_value(value) == rfc8785.dumps(value)


@given(CODES, st.integers(1, 2**40), INSTANTS, KINDS, st.uuids(), BODIES)
def test_the_content_is_hashed_as_the_canonical_json_of_all_members(
    fund: str, sequence: int, at: datetime, kind: str, actor: UUID, body: dict[str, Any]
) -> None:
    whole: dict[str, Any] = {
        "actor": str(actor),
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "body": body,
        "fund": fund,
        "kind": kind,
        "sequence": sequence,
    }

    digest = trail.content_digest(
        fund, sequence=sequence, at=at, kind=kind, actor_id=actor, body=canonical_json.text(body)
    )

    assert digest == hashlib.sha256(rfc8785.dumps(whole)).digest()


@given(st.integers(1, 2**40), st.data())
def test_the_way_to_any_event_is_short_and_each_step_of_it_is_a_link(
    head: int, data: st.DataObject
) -> None:
    sequence = data.draw(st.integers(1, head) | st.integers(max(1, head - 1000), head))

    way = [*trail.way(head, sequence)]

    assert (way[0], way[-1]) == (head, sequence)
    assert all(to in {at - 1, at & (at - 1)} for at, to in pairwise(way))
    bits = head.bit_length()
    assert len(way) - 1 <= bits * (bits + 1) // 2


@given(st.binary(min_size=16, max_size=16), st.dictionaries(NAMES, st.none() | TEXTS, max_size=9))
def test_one_commitment_binds_every_value_under_a_salt_of_its_own(
    salt: bytes, values: dict[str, str | None]
) -> None:
    sealed = {
        name: hashlib.sha256(
            hmac.new(salt, name.encode(), hashlib.sha256).digest() + rfc8785.dumps(value)
        ).hexdigest()
        for name, value in values.items()
    }

    assert commitments.of_fields(salt, values) == commitments.together(sealed)
    for name, value in values.items():
        assert commitments.of_value(commitments.field_salt(salt, name), value) == sealed[name]
    assert commitments.together(sealed) == hashlib.sha256(rfc8785.dumps(sealed)).hexdigest()
