"""Weigh a period a second time: from the raw files, in exact fractions, without the engine.

Written from the settlement rules alone. It shares no code with the rooms that it checks,
looks everything up anew for every line and caches almost nothing: slow and obvious. What
it finds is, per settled spending in canonical order, the assigned key, the exact share of
every party and whether the line stands in the chain of the allocation contract.
"""

from __future__ import annotations

import csv
import io
import json
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Shares: TypeAlias = dict[str, Fraction]
Table: TypeAlias = list[dict[str, str]]
ZERO = Fraction(0)


class Refused(Exception):
    """A key, part or tier gives nobody a weight and has no fallback."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """How one spending is borne."""

    spending: str
    key: str
    shares: Shares
    in_chain: bool
    late: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A spending as the file has it; amounts are cents."""

    id: str
    spent_on: date
    order_by: date
    booked_on: date
    amount: int
    category: str
    case: str
    domain: str
    organisation: str
    home: str
    reverses: str
    refunds: str
    replaces: str


class Earlier:
    """What an earlier run wrote."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        about = json.loads(files["settlement.json"])
        self.start = date.fromisoformat(about["period"]["from"])
        self.until = date.fromisoformat(about["period"]["until"])
        self.lines = {line["spending"]: line for line in table(files["lines.csv"])}
        self.vectors: dict[str, Shares] = {}
        for row in table(files["vectors.csv"]):
            share = Fraction(int(row["numerator"]), int(row["denominator"]))
            self.vectors.setdefault(row["vector"], {})[row["organisation"]] = share


@dataclass(slots=True)
class Claim:
    """An amount that a key capped per case is asked to weigh."""

    row: Row
    key: str
    allowed: set[str]
    amount: Fraction


class Reference:
    """One run, weighed again.

    Args:
        agreements: The files of all versions.
        spendings: The file of spendings.
        savings: The file of savings, if there is one.
        period: From and until; ``None`` for all rows.
        previous: The files of earlier runs, by name.
    """

    def __init__(
        self,
        agreements: Sequence[bytes],
        spendings: bytes,
        savings: bytes | None,
        *,
        period: tuple[date, date] | None = None,
        previous: Sequence[Mapping[str, bytes]] = (),
    ) -> None:
        self.versions = sorted(
            (tomllib.loads(text.decode(), parse_float=Decimal) for text in agreements),
            key=lambda version: version["agreement"]["valid_from"],
        )
        self.rows = {row["id"]: _row(row) for row in table(spendings)}
        self.saved: dict[tuple[str, str], int] = {}
        for line in table(savings) if savings is not None else []:
            pair = line["spending"], line["party"]
            self.saved[pair] = self.saved.get(pair, 0) + _cents(line["amount"])
        self.of_case: dict[str, list[Row]] = {}
        for row in self.rows.values():
            self.of_case.setdefault(row.case, []).append(row)
        self.saved_by: dict[str, dict[str, int]] = {}
        for (spending, party), cents in self.saved.items():
            self.saved_by.setdefault(spending, {})[party] = max(0, cents)
        self.earlier = [Earlier(files) for files in previous]
        self.given = period is not None
        booked = [row.booked_on for row in self.rows.values()]
        self.start, self.until = period or (min(booked), max(booked) + timedelta(days=1))
        self.reversal_of = {row.reverses: row for row in self.rows.values() if row.reverses}
        self.now = _View(self, self.until)
        self.settled = sorted(
            (row for row in self.rows.values() if self._is_settled(row)),
            key=lambda row: (row.order_by, row.id),
        )
        self.here = {row.id for row in self.settled}

    def weigh(self) -> list[Weighed]:
        """Return every settled line, in canonical order."""
        return [self._line(row) for row in self.settled]

    def counts_on(self, row: Row) -> date:
        """When a row counts: a correction not before what it corrects, or what undoes that."""
        about = [self.rows.get(row.reverses or row.refunds or row.replaces)]
        about += [self.reversal_of.get(row.replaces)] if row.replaces else []
        return max([row.booked_on, *(self.counts_on(each) for each in about if each)])

    def run_of(self, spending: str) -> Earlier | None:
        """The earlier run that settled a spending."""
        return next((run for run in self.earlier if spending in run.lines), None)

    def is_reversed_here(self, row: Row) -> bool:
        """Whether this run settles the reversal of a row too."""
        return row.id in self.reversal_of and self.reversal_of[row.id].id in self.here

    def _is_settled(self, row: Row) -> bool:
        day = self.counts_on(row)
        if day >= self.until or self.run_of(row.id):
            return False
        return day >= self.start or bool(self.earlier)

    def _line(self, row: Row) -> Weighed:
        key, shares = self._key_and_shares(row)
        in_chain = not (row.reverses or row.replaces or self.is_reversed_here(row))
        return Weighed(row.id, key, shares, in_chain, row.booked_on < self.start)

    def _key_and_shares(self, row: Row) -> tuple[str, Shares]:
        if original := row.reverses or row.refunds:
            if run := self.run_of(original):
                line = run.lines[original]
                return line["key"], run.vectors[line["vector"]]
            return self._key_and_shares(self.rows[original])
        view = self._replaced(row) if row.replaces else self.now
        key = view.assigned(row)
        return key, view.weigh(row, key)

    def _replaced(self, row: Row) -> _View:
        """What was known when the replaced spending was settled, the corrected fact replaced."""
        way = [row.replaces]
        while (before := self.rows.get(way[-1])) and before.replaces:
            way.append(before.replaces)
        run, original = self.run_of(way[-1]), self.rows.get(way[-1])
        view = _View(self, run.until if run else self.until, start=run.start if run else None)
        view.instead_of = set(way)
        view.instead = row
        view.rules_of = original.spent_on if original else row.spent_on
        return view


class _View:
    """The rules and what was known at the end of a period."""

    def __init__(self, run: Reference, until: date, *, start: date | None = None) -> None:
        self.run = run
        self.until = until
        self.start = start or run.start
        self.instead: Row | None = None
        self.instead_of: set[str] = set()
        self.rules_of: date | None = None
        self.gathered: list[Claim] | None = None
        self._case_totals: dict[str, dict[str, int]] = {}

    def version(self, row: Row) -> dict[str, Any]:
        """The agreement in force when the money was spent."""
        day = self.rules_of or row.spent_on
        for version in self.run.versions:
            terms = version["agreement"]
            end = terms.get("valid_until", date.max)
            if terms["valid_from"] <= day < end:
                return version
        raise Refused(f"no version is in force on {day}")

    def participants(self, row: Row) -> set[str]:
        """Who takes part when the money was spent."""
        day = self.rules_of or row.spent_on
        return {
            party["code"]
            for party in self.version(row)["party"]
            if party["participant"]
            and party.get("from", date.min) <= day < party.get("until", date.max)
        }

    def assigned(self, row: Row) -> str:
        """The key of the first assignment that matches."""
        day = self.rules_of or row.spent_on
        for each in self.version(row)["assignment"]:
            if (
                row.category in each.get("category", [row.category])
                and ("domain" not in each or row.domain in each["domain"])
                and row.organisation in each.get("party", [row.organisation])
                and each.get("spent_from", date.min) <= day < each.get("spent_until", date.max)
            ):
                key: str = each["key"]
                return key
        raise Refused("no assignment matches")

    def weigh(self, row: Row, key: str) -> Shares:
        """The exact shares of a line; they sum to one."""
        found = self.by_key(row, key, self.participants(row), Fraction(abs(row.amount)))
        if found is None:
            raise Refused(key)
        return normal(found)

    def by_key(self, row: Row, code: str, allowed: set[str], amount: Fraction) -> Shares | None:
        """Weights by one key over some parties, or nothing."""
        key = next(each for each in self.version(row)["key"] if each["code"] == code)
        kind = key["kind"]
        if kind in {"blend", "tiered"}:
            return self._together(row, self._parts(row, key, amount), allowed)
        found = only(
            getattr(self, "_" + kind.replace("-", "_"))(row, key, allowed, amount), allowed
        )
        if not found and "fallback" in key:
            return self.by_key(row, key["fallback"], allowed, amount)
        return found or None

    def _measure(self, row: Row, key: dict[str, Any], _: set[str], __: Fraction) -> Shares:
        parties = self.version(row)["party"]
        return {
            party["code"]: exact(party.get("measures", {}).get(key["measure"], 0))
            for party in parties
        }

    def _fixed(self, _: Row, key: dict[str, Any], __: set[str], ___: Fraction) -> Shares:
        return {party: exact(share) for party, share in key["shares"].items()}

    def _equal(self, _: Row, key: dict[str, Any], allowed: set[str], __: Fraction) -> Shares:
        return dict.fromkeys(key.get("parties", allowed), Fraction(1))

    def _home(self, row: Row, key: dict[str, Any], _: set[str], __: Fraction) -> Shares:
        return {getattr(row, key.get("by", "organisation")): Fraction(1)}

    def _usage(self, _: Row, key: dict[str, Any], __: set[str], ___: Fraction) -> Shares:
        assert self.run.given, "a usage key needs a period"
        begin, by = self._window(key["periods"]), key.get("by", "organisation")
        sums: dict[str, int] = {}
        for row in self.run.rows.values():
            if begin <= row.booked_on < self.start:
                sums[getattr(row, by)] = sums.get(getattr(row, by), 0) + row.amount
        return {party: Fraction(max(0, cents)) for party, cents in sums.items()}

    def _window(self, periods: int) -> date:
        if self.start.day != 1 or self.until.day != 1:
            return self.start - periods * (self.until - self.start)
        month = self.start.year * 12 + self.start.month
        month -= periods * (self.until.year * 12 + self.until.month - month)
        return date((month - 1) // 12, (month - 1) % 12 + 1, 1)

    def _largest_saving(
        self, row: Row, key: dict[str, Any], allowed: set[str], amount: Fraction
    ) -> Shares:
        saved = only(self.savings(row, key), allowed)
        tied = {party for party, cents in saved.items() if cents == max(saved.values())}
        if len(tied) > 1 and "ties" in key:
            try:
                shared = self.by_key(row, key["ties"], tied, amount)
            except Refused:
                shared = None
            if shared:
                return shared
        return dict.fromkeys(tied, Fraction(1))

    def _savings(
        self, row: Row, key: dict[str, Any], allowed: set[str], amount: Fraction
    ) -> Shares:
        saved = only(self.savings(row, key), allowed)
        if not saved or not key.get("capped") or not amount:
            return saved
        claim = Claim(row, key["code"], allowed, amount)
        if key["level"] == "spending":
            return self._capped([claim])[0]
        if self.gathered is not None:
            self.gathered.append(claim)
            return saved
        claims = self._claims_of_case(claim)
        return self._capped(claims)[claims.index(claim)]

    def savings(self, row: Row, key: dict[str, Any]) -> Shares:
        """What parties save by this line: of its own, or of its case."""
        if key["level"] == "spending" or not row.case:
            return _fractions(self.run.saved_by.get(row.id, {}))
        if row.case not in self._case_totals:
            sums: dict[str, int] = {}
            for other in self.run.of_case[row.case]:
                if self._counts(other):
                    for party, cents in self.run.saved_by.get(other.id, {}).items():
                        sums[party] = sums.get(party, 0) + cents
            self._case_totals[row.case] = sums
        return _fractions(self._case_totals[row.case])

    def _counts(self, row: Row) -> bool:
        """Whether a row is known, no reversal and not known to be reversed."""
        if row.id in self.instead_of:
            return False
        if self.instead and row.id == self.instead.id:
            return True
        reversal = self.run.reversal_of.get(row.id)
        return (
            self.run.counts_on(row) < self.until
            and not row.reverses
            and not (reversal and self.run.counts_on(reversal) < self.until)
        )

    def _claims_of_case(self, claim: Claim) -> list[Claim]:
        """All that the period's lines of a case ask of one capped key; that claim is among it."""
        if self.instead or self.run.is_reversed_here(claim.row) or not claim.row.case:
            return self._asked([claim.row], claim)
        lines = [
            row
            for row in self.run.settled
            if row.case == claim.row.case
            and not (row.reverses or row.refunds or row.replaces)
            and not self.run.is_reversed_here(row)
        ]
        return self._asked(lines, claim)

    def _asked(self, lines: Iterable[Row], claim: Claim) -> list[Claim]:
        self.gathered = []
        for row in lines:
            self.weigh(row, self.assigned(row))
        asked = [each for each in self.gathered if each.key == claim.key]
        self.gathered = None
        return asked

    def _capped(self, claims: list[Claim]) -> list[Shares]:
        """Nobody pays more than it saves; what is left goes by the fallback."""
        rules = [
            next(key for key in self.version(claim.row)["key"] if key["code"] == claim.key)
            for claim in claims
        ]
        saved = self.savings(claims[0].row, rules[0])
        bearing = _Bearing(saved, [claim.amount for claim in claims])
        bearing.pay([only(saved, claim.allowed) for claim in claims], bounded=True)
        while any(bearing.left):
            full = bearing.full()
            fallbacks = [
                self._perhaps(claim, rule["fallback"], claim.allowed - full)
                for claim, rule in zip(claims, rules, strict=True)
            ]
            if not bearing.pay(fallbacks, bounded=True):
                plain = [
                    self._perhaps(claim, rule["fallback"], claim.allowed)
                    for claim, rule in zip(claims, rules, strict=True)
                ]
                bearing.pay(plain, bounded=False)
        return bearing.paid

    def _perhaps(self, claim: Claim, key: str, allowed: set[str]) -> Shares | None:
        try:
            return self.by_key(claim.row, key, allowed, claim.amount)
        except Refused:
            return None

    def _parts(
        self, row: Row, key: dict[str, Any], amount: Fraction
    ) -> list[tuple[str, Fraction, Fraction]]:
        """Key, share of the line and amount of every part of a blend or tier of the spending."""
        if key["kind"] == "blend":
            shares = [(part["key"], exact(part["share"])) for part in key["parts"]]
            return [(code, share, share * amount) for code, share in shares]
        spent = Fraction(abs(row.amount))
        if not spent:
            return [(key["tiers"][0]["key"], Fraction(1), ZERO)]
        slices, below = [], ZERO
        for tier in key["tiers"]:
            above = min(spent, Fraction(_cents(tier["up_to"]))) if "up_to" in tier else spent
            if above > below:
                share = (above - below) / spent
                slices.append((tier["key"], share, share * amount))
                below = above
        return slices

    def _together(
        self, row: Row, parts: Sequence[tuple[str, Fraction, Fraction]], allowed: set[str]
    ) -> Shares:
        together: Shares = {}
        for code, share, amount in parts:
            found = self.by_key(row, code, allowed, amount)
            if not found:
                raise Refused(code)
            for party, weight in normal(found).items():
                together[party] = together.get(party, ZERO) + share * weight
        return together


class _Bearing:
    """Lines that share a cap while they are borne, round after round."""

    def __init__(self, saved: Shares, amounts: list[Fraction]) -> None:
        self.saved = saved
        self.room = dict(saved)
        self.left = list(amounts)
        self.paid: list[Shares] = [{} for _ in amounts]

    def full(self) -> set[str]:
        """Who saves something, and pays all of it already."""
        return {party for party, cents in self.room.items() if self.saved[party] and not cents}

    def pay(self, borne_by: Sequence[Shares | None], *, bounded: bool) -> bool:
        """Let every line be borne for one and the same proportion of what it has left."""
        asks = [
            {party: left * share for party, share in normal(shares or {}).items() if left}
            for left, shares in zip(self.left, borne_by, strict=True)
        ]
        together = {party: sum((ask.get(party, ZERO) for ask in asks), ZERO) for party in self.room}
        bounds = [
            self.room[party] / asked
            for party, asked in together.items()
            if bounded and asked and self.saved[party]
        ]
        proportion = min([Fraction(1), *bounds])
        for at, ask in enumerate(asks):
            for party, cents in ask.items():
                self.paid[at][party] = self.paid[at].get(party, ZERO) + cents * proportion
                self.left[at] -= cents * proportion
                if party in self.room:
                    self.room[party] -= cents * proportion
        return any(asks)


def table(content: bytes) -> Table:
    """Read a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def normal(weights: Shares) -> Shares:
    """Weights as positive shares that sum to one."""
    together = sum(weights.values(), ZERO)
    return {party: weight / together for party, weight in weights.items() if weight}


def only(weights: Shares, allowed: set[str]) -> Shares:
    """Positive weights of these parties."""
    return {party: weight for party, weight in weights.items() if weight and party in allowed}


def exact(number: object) -> Fraction:
    """An exact number from TOML: whole, decimal or text such as ``1/3``."""
    return Fraction(str(number))


def _fractions(cents: Mapping[str, int]) -> Shares:
    return {party: Fraction(amount) for party, amount in cents.items()}


def _cents(text: str) -> int:
    return int(Decimal(text) * 100)


def _row(row: dict[str, str]) -> Row:
    spent_on = date.fromisoformat(row["spent_on"])

    def day(column: str) -> date:
        return date.fromisoformat(row[column]) if row.get(column) else spent_on

    return Row(
        id=row["id"],
        spent_on=spent_on,
        order_by=day("recorded_on"),
        booked_on=day("booked_on"),
        amount=_cents(row["amount"]),
        **{
            column: row.get(column) or ""
            for column in (
                "category",
                "case",
                "domain",
                "organisation",
                "home",
                "reverses",
                "refunds",
                "replaces",
            )
        },
    )
