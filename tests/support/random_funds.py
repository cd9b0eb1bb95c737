"""Small random funds that touch every kind of key and every kind of correction.

A fund follows from its seed and its number of rows alone. What comes out is valid: links
obey the rules for reversals and refunds, so that a refusal can only be about a key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from tests.support.funds import as_csv

HEADER: Final = (
    "id", "spent_on", "recorded_on", "booked_on", "amount", "category", "case", "organisation",
    "home", "domain", "advanced_by", "reverses", "refunds", "replaces",
)  # fmt: skip
PERIODS: Final = (
    (date(2025, 11, 1), date(2026, 1, 1)),
    (date(2026, 1, 1), date(2026, 2, 1)),
    (date(2026, 2, 1), date(2026, 4, 1)),
)
SAME: Final = ("organisation", "home", "case", "category", "domain", "advanced_by")
BASE: Final = ("heads", "agreed", "some")
SEEING: Final = (
    "own", "lives", "use", "use-home", "save", "save-case", "cap", "cap-case", "most", "most-case",
)  # fmt: skip
MIXED: Final = ("blended", "sliced")


@dataclass(slots=True)
class RandomFund:
    """The files of a fund."""

    agreements: list[bytes]
    spendings: bytes
    savings: bytes


@dataclass(slots=True)
class _Rows:
    rows: list[dict[str, str]] = field(default_factory=list)
    reversed_: set[str] = field(default_factory=set)
    refunded: dict[str, int] = field(default_factory=dict)


def fund(
    seed: int, rows: int, *, ladder: bool = False, settlement: str = "", versions: int = 2
) -> RandomFund:
    """Return a fund of so many rows, in at most so many versions of its agreement."""
    chance = Random(seed)  # noqa: S311 - the same funds every time
    parties = [f"p{number}" for number in range(chance.randint(2, 6))]
    outside = [f"x{number}" for number in range(chance.randint(0, 2))]
    first_end = chance.choice([None, None, date(2026, 2, 10)]) if versions > 1 else None
    agreements = [
        _agreement(chance, parties, outside, (date(2025, 1, 1), first_end), ladder, settlement)
    ]
    if first_end is not None:
        stay = [party for party in parties if party == "p0" or chance.random() < 0.8]
        joined = [*stay, *(["n0"] if chance.random() < 0.3 else [])]
        chance.shuffle(joined)
        agreements.append(
            _agreement(chance, joined, outside, (first_end, None), ladder, settlement)
        )
    made = _Rows()
    for number in range(rows):
        made.rows.append(_row(chance, made, f"s{number}", [*parties, *outside]))
    header, lines = HEADER, [[row[column] for column in HEADER] for row in made.rows]
    chance.shuffle(lines)
    savings = [
        [row["id"], party, chance.choice(["5.00", "5.00", "7.50", "100.00", "0.00", "-3.00"])]
        for row in made.rows
        for party in chance.choices([*parties, *outside], k=chance.choice([0, 0, 1, 2, 3]))
        if not row["reverses"]
    ]
    return RandomFund(
        agreements, as_csv(header, lines), as_csv(("spending", "party", "amount"), savings)
    )


def _agreement(
    chance: Random,
    parties: list[str],
    outside: list[str],
    valid: tuple[date, date | None],
    ladder: bool,
    settlement: str,
) -> bytes:
    until = f"valid_until = {valid[1]}\n" if valid[1] else ""
    text = (
        'schema = 1\n[fund]\ncode = "random"\nname = "Random"\ncurrency = "EUR"\n'
        'timezone = "Europe/Amsterdam"\n[agreement]\n'
        f"version = {1 + (valid[0].year > 2025)}\nvalid_from = {valid[0]}\n{until}"
        f'approval = "all"\naccount_holder = "p0"\n[settlement]\n{settlement}\n'
    )
    for party in [*parties, *outside]:
        stays = party == "p0" or party in outside
        begin = "" if stays or chance.random() < 0.8 else "from = 2026-01-20\n"
        end = "" if stays or chance.random() < 0.7 else "until = 2026-03-05\n"
        inhabitants = chance.choice([0, 1, 3, 17, 119345]) if party != "p0" else 7
        text += (
            f'[[party]]\ncode = "{party}"\nname = "{party}"\nkind = "other"\n'
            f"participant = {'false' if party in outside else 'true'}\n{begin}{end}"
            f"measures = {{ inhabitants = {inhabitants} }}\n"
        )
        if chance.random() < 0.5 and party not in outside:
            text += (
                f'[[contribution]]\nparty = "{party}"\n'
                f'due_on = {chance.choice(["2026-01-15", "2026-02-15"])}\namount = "40.00"\n'
            )
    keys = _keys(chance, parties)
    return (text + keys + _assignments(chance, parties) + _ladder(chance, parties, ladder)).encode()


def _keys(chance: Random, parties: list[str]) -> str:
    ninths = [f'{party} = "1/{9 * len(parties)}"' for party in parties if party != "p0"]
    rest = 9 * len(parties) - len(ninths)
    shares = ", ".join([*ninths, f'p0 = "{rest}/{9 * len(parties)}"'])
    some = ", ".join(f'"{party}"' for party in parties if party == "p0" or chance.random() < 0.5)
    lower = [*BASE, "own", "lives", "use"]

    def base() -> str:
        return chance.choice(BASE)

    def level() -> str:
        return chance.choice(["spending", "case"])

    return f"""
[[key]]
code = "heads"
kind = "measure"
measure = "inhabitants"
[[key]]
code = "agreed"
kind = "fixed"
shares = {{ {shares} }}
[[key]]
code = "some"
kind = "equal"
parties = [{some}]
[[key]]
code = "own"
kind = "home"
fallback = "{base()}"
[[key]]
code = "lives"
kind = "home"
by = "home"
fallback = "{chance.choice(["own", base()])}"
[[key]]
code = "use"
kind = "usage"
periods = {chance.randint(1, 3)}
fallback = "{base()}"
[[key]]
code = "use-home"
kind = "usage"
periods = 1
by = "home"
fallback = "use"
[[key]]
code = "save"
kind = "savings"
level = "spending"
fallback = "{chance.choice(lower)}"
[[key]]
code = "save-case"
kind = "savings"
level = "case"
fallback = "{chance.choice(lower)}"
[[key]]
code = "cap"
kind = "savings"
level = "spending"
capped = true
fallback = "{chance.choice([*lower, "save"])}"
[[key]]
code = "cap-case"
kind = "savings"
level = "case"
capped = true
fallback = "{chance.choice(lower)}"
[[key]]
code = "most"
kind = "largest-saving"
level = "{level()}"
fallback = "{chance.choice(lower)}"
[[key]]
code = "most-case"
kind = "largest-saving"
level = "case"
ties = "{chance.choice([*lower, "save"])}"
fallback = "{chance.choice(lower)}"
[[key]]
code = "blended"
kind = "blend"
parts = [
  {{ key = "{chance.choice(SEEING)}", share = "0.35" }},
  {{ key = "{chance.choice(SEEING)}", share = "1/20" }},
  {{ key = "{base()}", share = "0.6" }},
]
[[key]]
code = "sliced"
kind = "tiered"
tiers = [
  {{ up_to = "1.00", key = "{base()}" }},
  {{ up_to = "25.00", key = "{chance.choice([*SEEING, "blended"])}" }},
  {{ key = "{chance.choice(SEEING)}" }},
]
"""


def _assignments(chance: Random, parties: list[str]) -> str:
    codes = [*BASE, *SEEING, *SEEING, *MIXED]
    few = chance.sample(codes, 4)
    return f"""
[[assignment]]
category = ["food"]
key = "{few[0]}"
[[assignment]]
domain = ["work", "home"]
category = ["rent"]
key = "{few[1]}"
[[assignment]]
party = ["{chance.choice(parties)}"]
spent_from = 2026-01-10
spent_until = 2026-03-01
key = "{few[2]}"
[[assignment]]
key = "{few[3]}"
"""


def _ladder(chance: Random, parties: list[str], wanted: bool) -> str:
    if not wanted:
        return ""
    per = chance.choice(["year", "settlement"])
    capped = chance.sample(parties, chance.randint(1, len(parties)))
    text = "".join(
        f'[[ladder]]\nkind = "cap"\nparty = "{party}"\namount = "{chance.randint(20, 90)}.00"\n'
        f'per = "{per}"\nover = "heads"\n'
        for party in capped
    )
    text += (
        f'[[ladder]]\nkind = "floor"\nparty = "{parties[-1]}"\namount = "15.01"\n'
        f'per = "{per}"\nover = "agreed"\n'
    )
    return text + (
        '[[ladder]]\nkind = "risk-pool"\nthreshold = "50.00"\namount = "33.33"\nover = "heads"\n'
    )


def _row(chance: Random, made: _Rows, code: str, parties: list[str]) -> dict[str, str]:
    draw = chance.random()
    if draw < 0.12 and (row := _reversal(chance, made)):
        return row | {"id": code}
    if draw < 0.24 and (row := _refund(chance, made)):
        return row | {"id": code}
    spent_on = date(2026, 1, 1) - timedelta(days=40) + timedelta(days=chance.randint(0, 125))
    row = dict.fromkeys(HEADER, "") | {
        "id": code,
        "spent_on": str(spent_on),
        "recorded_on": chance.choice(["", str(spent_on + timedelta(days=chance.randint(0, 30)))]),
        "booked_on": chance.choice(["", "", str(spent_on + timedelta(days=chance.randint(0, 40)))]),
        "amount": chance.choice(
            ["0.00", "0.01", "0.05", "1.00", "3.33", "25.00", "99.97", "-4.01"]
        ),
        "category": chance.choice(["food", "rent", "glasses"]),
        "case": chance.choice(["", "k1", "k2", "k3"]),
        "organisation": chance.choice(parties),
        "home": chance.choice(["", *parties]),
        "domain": chance.choice(["", "work", "home", "health"]),
        "advanced_by": chance.choice(["", "pool", "professional", *parties]),
    }
    if draw > 0.9 and (wrong := _replaceable(chance, made)):
        row |= {"replaces": wrong["id"]}
    return row


def _later(chance: Random, original: dict[str, str]) -> dict[str, str]:
    day = date.fromisoformat(original["spent_on"]) + timedelta(days=chance.randint(0, 60))
    return (
        dict.fromkeys(HEADER, "")
        | {name: original[name] for name in SAME}
        | {"spent_on": str(min(day, date(2026, 3, 31)))}
    )


def _reversal(chance: Random, made: _Rows) -> dict[str, str] | None:
    able = [
        row
        for row in made.rows
        if not row["reverses"]
        and row["id"] not in made.reversed_
        and not made.refunded.get(row["id"])
    ]
    if not able:
        return None
    original = chance.choice(able)
    made.reversed_.add(original["id"])
    if original["refunds"]:
        made.refunded[original["refunds"]] += _cents(original["amount"])
    amount = _text(-_cents(original["amount"]))
    return _later(chance, original) | {"amount": amount, "reverses": original["id"]}


def _refund(chance: Random, made: _Rows) -> dict[str, str] | None:
    able = [
        row
        for row in made.rows
        if not row["reverses"]
        and not row["refunds"]
        and row["id"] not in made.reversed_
        and _cents(row["amount"]) > made.refunded.get(row["id"], 0)
    ]
    if not able:
        return None
    original = chance.choice(able)
    left = _cents(original["amount"]) - made.refunded.get(original["id"], 0)
    back = chance.randint(1, left)
    made.refunded[original["id"]] = made.refunded.get(original["id"], 0) + back
    return _later(chance, original) | {"amount": _text(-back), "refunds": original["id"]}


def _replaceable(chance: Random, made: _Rows) -> dict[str, str] | None:
    able = [row for row in made.rows if row["id"] in made.reversed_ and not row["refunds"]]
    return chance.choice(able) if able else None


def _cents(text: str) -> int:
    return int(text.replace(".", ""))


def _text(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
