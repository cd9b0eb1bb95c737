"""Every constraint of every table, violated once by one wrong cell, is refused by its name.

SQLite does not say which foreign key was violated, nor the name of a UNIQUE: there its check
of foreign keys and the columns of the message tell.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Integer, UniqueConstraint, text
from sqlalchemy.exc import IntegrityError

from ledger.backup import kinds
from ledger.money import AMOUNT_MAX
from ledger.tables.base import METADATA
from tests.support import databases, rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, PrimaryKeyConstraint, Table

    from tests.support.databases import Database

WRONG: Final[dict[str, dict[str, Any]]] = {
    "ck_acceptance_decision_members_of_kind": {"mandate": "director"},
    "ck_acceptance_decision_present": {"present": 10},
    "ck_acceptance_moratorium": {"moratorium": 11},
    "ck_agreement_version": {"version": 0},
    "ck_agreement_validity": {"valid_until": date(2026, 1, 1)},
    "ck_authorisation_amount_positive": {"amount_cents": 0},
    "ck_catalogue_version": {"version": 0},
    "ck_bank_statement_days": {"first_day": date(2027, 1, 1)},
    "ck_bank_line_amount": {"amount_cents": 0},
    "ck_bank_line_iban_of_credits": {"iban": "NL91ABNA0417164300", "amount_cents": -1},
    "ck_bank_match_payment": {"party": "nobody"},
    "ck_bank_reason_of_one": {"account": None},
    "ck_finding_criterion": {"criterion": None},
    "ck_finding_amount_positive": {"amount_cents": 0},
    "ck_finding_version": {"version": 0},
    "ck_receipt_reminder_nth": {"nth": 3},
    "ck_escalation_amount_positive": {"amount_cents": 0},
    "ck_escalation_promised": {"decide_by": date(2025, 12, 31)},
    "ck_escalation_decision_room_if_granted": {"outcome": "declined", "reservation": 11},
    "ck_moratorium_promised": {"decide_by": date(2025, 12, 31)},
    "ck_moratorium_rules": {"rules": ""},
    "ck_moratorium_validity": {"until": date(2026, 1, 1)},
    "ck_moratorium_decision_validity": {"granted": True},
    "ck_proposal_period": {"period_until": "period_from"},
    "ck_proposal_number": {"number": 0},
    "ck_proposal_frozen": {"frozen": "sequence"},
    "ck_settlement_position_due": {"balance_cents": 8},
    "ck_settlement_position_carried": {"carried_out_cents": 1},
    "ck_settlement_transfer_amount_positive": {"amount_cents": 0},
    "ck_settlement_transfer_two_parties": {"payee": "payer"},
    "ck_signature_how": {"how": "nonsense", "second_id": UUID(int=999_999)},
    "ck_signature_two_people": {"second_id": "person_id"},
    "ck_signature_paper_by_two": {"how": "paper"},
    "ck_role_validity": {"valid_until": date(2025, 12, 31)},
    "ck_transfer_amount_positive": {"amount_cents": 0},
    "ck_transfer_two_accounts": {"credit": "debit"},
    "ck_contribution_amount": {"amount_cents": 0},
    "ck_reservation_amount_positive": {"amount_cents": 0},
    "ck_reservation_validity": {"until": date(2026, 1, 1)},
    "ck_spending_amount": {"amount_cents": AMOUNT_MAX + 1},
    "ck_spending_one_link": {"reverses": "sequence", "replaces": "sequence"},
    "ck_spending_refund_is_negative": {"refunds": "sequence"},
    "ck_spending_vat_within_amount": {"vat_cents": -1},
}
"""The wrong cells for each CHECK; the name of a column stands for its value.

A CHECK that a column holds one of some texts needs none: it is given another text.
"""

BESIDES: Final[dict[str, dict[str, Any]]] = {
    "fk_acceptance_fund_id_moratorium": {"ground": "moratorium"},
    "fk_bank_match_fund_id_party": {"act": 11},  # an event that is there
    "fk_bank_reason_fund_id_of_sequence_of_line": {"account": None},
    "fk_proposal_fund_id_frozen": {"frozen": -1},
    "fk_spending_fund_id_refunds": {"amount_cents": -1, "vat_cents": None},
}
"""Cells that must say something in particular for a foreign key to be all that is wrong."""

_ONE_OF: Final = re.compile(r"(\w+) IN \('")
_OTHER: Final = {"integer": 999_999, "text": "nobody", "uuid": UUID(int=999_999)}


@pytest.fixture(scope="module", params=databases.DIALECTS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """One database for all cases: each takes back what it wrote."""
    server: databases.Sqlite | databases.Postgresql = request.getfixturevalue(
        f"{request.param}_server"
    )
    with server.new() as made:
        yield made


def constraints(kind: type[Any]) -> Iterator[tuple[Table, Any]]:
    for table in METADATA.sorted_tables:
        for each in sorted(table.constraints, key=lambda each: str(each.name)):
            if isinstance(each, kind):
                yield table, each


def named(kind: type[Any]) -> pytest.MarkDecorator:
    """Return all constraints of a kind as the parameters of a test."""
    return pytest.mark.parametrize(
        ("table", "constraint"),
        [pytest.param(*each, id=str(each[1].name)) for each in constraints(kind)],
    )


def wrong_cells(constraint: CheckConstraint) -> dict[str, Any]:
    one_of = _ONE_OF.match(str(constraint.sqltext))
    if str(constraint.name) not in WRONG and one_of is not None:
        return {one_of[1]: "nonsense"}
    assert constraint.name in WRONG, f"say in WRONG what violates {constraint.name}"
    return WRONG[str(constraint.name)]


def refusal(connection: Connection, table: Table, row: dict[str, Any]) -> IntegrityError:
    """Return why a row is refused; the transaction goes on as if it had not been tried."""
    with pytest.raises(IntegrityError) as caught, connection.begin_nested():
        rows.insert(connection, table, row)
    return caught.value


def name_of(error: IntegrityError, candidates: Iterable[Any]) -> str | None:
    """Return the name of the constraint that a database says was violated."""
    told: Any = error.orig
    if hasattr(told, "diag"):
        return str(told.diag.constraint_name)
    said = str(told)
    if (check := re.fullmatch(r"CHECK constraint failed: (\w+)", said)) is not None:
        return check[1]
    columns = re.fullmatch(r"UNIQUE constraint failed: (.+)", said)
    for each in candidates:
        names = ", ".join(f"{column.table.name}.{column.name}" for column in each.columns)
        if columns is not None and columns[1] == names:
            return str(each.name)
    return said


def another(value: Any) -> Any:
    """Return a value that is not the same."""
    match value:
        case UUID():
            return UUID(int=value.int + 1)
        case date():
            return value.replace(day=28)
        case str():
            return f"{value}x"
        case bytes():
            return value + b"x"
        case _:
            return (value or 0) + 1


def apart(table: Table, constraint: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row that is alike in the columns of one constraint, and in no other's."""
    different = dict(row)
    uniques = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    for other in {table.primary_key, *uniques} - {constraint}:
        column = next(
            each
            for each in other.columns
            if each.name not in constraint.columns and each.name != "fund_id"
        )
        different[column.name] = another(row[column.name])
    return different


@named(CheckConstraint)
def test_a_check_refuses_what_it_is_there_for(
    database: Database, table: Table, constraint: CheckConstraint
) -> None:
    with database.owner.connect() as connection:
        row = rows.Rows(connection=connection, metadata=METADATA).valid(table.name)
        wrong = {
            column: row.get(value, value) if isinstance(value, str) else value
            for column, value in wrong_cells(constraint).items()
        }

        error = refusal(connection, table, row | wrong)
        rows.insert(connection, table, row)  # which is not refused

    assert name_of(error, ()) == constraint.name


@named(UniqueConstraint)
def test_a_unique_constraint_refuses_a_second_row(
    database: Database, table: Table, constraint: UniqueConstraint
) -> None:
    _refused_twice(database, table, constraint)


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=str)
def test_a_primary_key_refuses_a_second_row(database: Database, table: Table) -> None:
    _refused_twice(database, table, table.primary_key)


def _refused_twice(
    database: Database, table: Table, constraint: UniqueConstraint | PrimaryKeyConstraint
) -> None:
    with database.owner.connect() as connection:
        made = rows.Rows(connection=connection, metadata=METADATA, filled=True)
        row = made.valid(table.name)
        for column in constraint.columns:  # what is empty equals nothing
            if row[column.name] is None:
                row[column.name] = row["sequence"]
        rows.insert(connection, table, row)

        error = refusal(connection, table, apart(table, constraint, row))

    assert name_of(error, [constraint]) == constraint.name


@named(ForeignKeyConstraint)
def test_a_foreign_key_refuses_what_is_not_there(
    database: Database, table: Table, constraint: ForeignKeyConstraint
) -> None:
    own = [name for name in constraint.column_keys if name != "fund_id"] or ["fund_id"]
    with database.owner.connect() as connection:
        made = rows.Rows(connection=connection, metadata=METADATA)
        row = made.valid(table.name)
        row |= {name: _OTHER[kinds.of(table.columns[name].type).name] for name in own}
        row |= BESIDES.get(str(constraint.name), {})
        if database.dialect == "postgresql":
            _drop_others(connection, table, constraint)

        error = refusal(connection, table, row)

        if database.dialect == "postgresql":
            assert name_of(error, ()) == constraint.name
        else:
            assert str(error.orig) == "FOREIGN KEY constraint failed"
    if database.dialect == "sqlite":
        assert constraint.name in _violated(database, table, row)


def _drop_others(connection: Connection, table: Table, constraint: ForeignKeyConstraint) -> None:
    """Leave one foreign key of a table, which PostgreSQL then must name."""
    for other in table.foreign_key_constraints - {constraint}:
        connection.execute(text(f"ALTER TABLE {table.name} DROP CONSTRAINT {other.name}"))


def _violated(database: Database, table: Table, row: dict[str, Any]) -> set[str]:
    """Return the names of the foreign keys that SQLite finds violated by a row."""
    with database.owner.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        rows.insert(connection, table, row)
        found = {
            number for _, _, _, number in driver.execute(f"PRAGMA foreign_key_check({table.name})")
        }
        listed = driver.execute(f"PRAGMA foreign_key_list({table.name})").fetchall()
        connection.rollback()
        driver.execute("PRAGMA foreign_keys = ON")
    columns = {number: [each[3] for each in listed if each[0] == number] for number in found}
    return {
        str(each.name)
        for each in table.foreign_key_constraints
        if list(each.column_keys) in columns.values()
    }


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=str)
def test_what_must_be_said_cannot_be_left_out(database: Database, table: Table) -> None:
    # SQLite numbers by itself what has a whole number for its key, and no other column in it.
    key = list(table.primary_key.columns)
    numbered = database.dialect == "sqlite" and len(key) == 1
    with database.owner.connect() as connection:
        row = rows.Rows(connection=connection, metadata=METADATA).valid(table.name)
        for column in table.columns:
            is_numbered = numbered and column is key[0] and isinstance(column.type, Integer)
            if not column.nullable and not is_numbered:
                error = refusal(connection, table, row | {column.name: None})
                assert re.search(
                    rf"{column.name}\b.* not-null|{table.name}\.{column.name}$",
                    str(error.orig).splitlines()[0],
                )


def test_no_constraint_goes_without_a_case() -> None:
    checks = {str(each.name) for _, each in constraints(CheckConstraint)}
    keys = {str(each.name) for _, each in constraints(ForeignKeyConstraint)}

    assert WRONG.keys() <= checks
    assert BESIDES.keys() <= keys
    assert all(wrong_cells(each) for _, each in constraints(CheckConstraint))
    assert all(each.name for table in METADATA.tables.values() for each in table.constraints)
