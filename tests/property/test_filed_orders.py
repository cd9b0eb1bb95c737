"""A file of corrections can be recorded however its rows stand, if it could be at all."""

from __future__ import annotations

from datetime import date
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import facts_files, filed_orders
from ledger.orders import Order
from tests.support.ledger_model import Model, Spent

DAY: Final = date(2026, 1, 15)
STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(["refunds", "reverses", "refunds", "reverses", "replaces", "plain"]),
        st.integers(0, 8),
        st.sampled_from([6_00, 4_00]),
    ),
    min_size=15,
    max_size=25,
)


def history(steps: list[tuple[str, int, int]], names: list[str]) -> list[Order]:
    """Return orders that fit one after another; what does not fit is left out."""
    model = Model()
    made: list[Order] = []
    for (kind, which, amount), name in zip(steps, names, strict=False):
        link = {}
        if kind != "plain" and made:
            to = made[which % len(made)]
            link = {kind: to.id}
            signs = {"reverses": -to.amount_cents, "refunds": -amount, "replaces": amount}
            cents = signs[kind]
        else:
            cents = 10_00
        order = Order(
            id=name, spent_on=DAY, amount_cents=cents, category="rent", organisation="a",
            **link,  # type: ignore[arg-type]
        )  # fmt: skip
        if order.link is None or model.fits(order):
            model.spent[name] = Spent(order, "anybody")
            made.append(order)
    return made


# Nothing is read or written here: ten times as many as elsewhere.
@settings(max_examples=10 * settings().max_examples)
@given(steps=STEPS, names=st.permutations([f"s{number:02d}" for number in range(25)]))
def test_every_order_comes_after_what_it_needs(
    steps: list[tuple[str, int, int]], names: list[str]
) -> None:
    orders = sorted(history(steps, names), key=lambda order: order.id)

    turn = filed_orders.in_turn(orders)

    assert sorted(turn) == [*range(len(orders))]
    model = Model()
    for order in (orders[position] for position in turn):
        if order.link is not None:
            assert order.link[1] in model.spent
            assert model.fits(order)
        model.spent[order.id] = Spent(order, "anybody")


def test_orders_in_a_circle_come_out_too() -> None:
    both = [
        Order(id=one, spent_on=DAY, amount_cents=1, category="c", organisation="a", reverses=other)
        for one, other in (("x", "y"), ("y", "x"))
    ]

    assert sorted(filed_orders.in_turn(both)) == [0, 1]


def test_a_long_chain_of_corrections_is_followed() -> None:
    orders = [
        Order(id="s0", spent_on=DAY, amount_cents=1, category="c", organisation="a"),
        *(
            Order(id=f"s{number}", spent_on=DAY, amount_cents=1, category="c", organisation="a",
                  replaces=f"s{number - 1}")
            for number in range(1, 5_000)
        ),
    ]  # fmt: skip

    turn = filed_orders.in_turn(orders[::-1])

    assert turn == [*range(4_999, -1, -1)]


def test_rows_become_orders_with_the_days_that_they_stand_for() -> None:
    content = (
        b"id,spent_on,amount,category,case,organisation,recorded_on,booked_on,vat,advanced_by\n"
        b"s2,2026-01-15,12.50,rent,,a,,,,\n"
        b"s1,2026-01-16,-1.00,food,K1,b,2026-01-20,2026-04-01,0.00,professional\n"
    )

    first, second = filed_orders.of(facts_files.spendings("f.csv", content, parties=["a", "b"]))

    assert first == Order(
        id="s2", spent_on=DAY, amount_cents=12_50, category="rent", organisation="a",
        recorded_on=DAY,
    )  # fmt: skip
    assert second == Order(
        id="s1", spent_on=date(2026, 1, 16), amount_cents=-1_00, category="food",
        organisation="b", case="K1", recorded_on=date(2026, 1, 20), booked_on=date(2026, 4, 1),
        vat_cents=0, advanced_by="professional",
    )  # fmt: skip
