"""Tells the example year to a ledger: every act through its own use-case, at its own instant.

Ids of people and salts come from chance that falls the same way everywhere, so that the
whole ledger does, up to the head of its trail.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from api.example import account, deeds, hours, judging
from api.example.dice import Dice
from api.example.material import FOLDER
from ledger import contributions, correcting, funds, ids, people, pool, spendings, store
from ledger.acts import Act
from ledger.agreement import reading
from ledger.bank_account import by_hand, on_record, statements
from ledger.bank_account.rows import Place
from ledger.decisions import authorising, moratoria, reminding, table
from ledger.lawfulness import again, receipts
from ledger.savings import amounts, catalogues, observations, picks
from settlement import agreeing, booking, proposals
from settlement.drafts import Choices

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from sqlalchemy import Engine
    from sqlmodel import Session

    from api.example.deeds import Done
    from ledger.agreement.schema import Agreement
    from settlement.results import Settlement

AGREEMENT: Final = "agreement.toml"
CATALOGUE: Final = "effects.toml"
BANK_KEY: Final = b"the key of the example, no secret"
"""Hashes lines of the example's account, in which there is nothing to hide."""


@cache
def agreement() -> Agreement:
    """Return the agreement of the example fund."""
    return reading.read(*_file(AGREEMENT))


def fund() -> str:
    """Return the code of the example fund."""
    return agreement().fund.code


def person(handle: str) -> UUID:
    """Return the id of somebody who works in the example fund."""
    return ids.made_at(hours.on(hours.OPENED_ON, "09:00"), Dice(f"person {handle}").bytes)


def tell(engine: Engine, done: Done, *, record: Callable[[Settlement], bytes]) -> None:
    """Do one act of the year, in a transaction of its own.

    Args:
        engine: Of a database that was told all that was done before.
        done: The act.
        record: Writes a settlement as JSON: its ``settlement.json``.
    """
    chance = Dice(f"salts {done.at.isoformat()} {done.who}")
    act = Act(actor=person(done.who), at=done.at, random=chance.bytes)
    if isinstance(done.deed, deeds.Proposed):
        deed = done.deed
        choices = Choices(period=deed.period, dated=deed.dated, set_apart=deed.set_apart)
        with store.reading(engine) as session:
            draft = proposals.prepare(session, fund(), choices)
        with store.writing(engine) as session:
            proposals.propose(
                session, draft, act=act, record=record, unreconciled=deed.unreconciled
            )
        return
    with store.writing(engine) as session:
        if isinstance(done.deed, deeds.Opened):
            people.ensure(session, done.who, new_id=act.actor)
        _DO[type(done.deed)](session, done.deed, act)


def _file(name: str) -> tuple[str, bytes]:
    return name, (FOLDER / name).read_bytes()


def _opened(session: Session, _: deeds.Opened, act: Act) -> None:
    funds.create(session, [_file(AGREEMENT)], act=act)


def _catalogued(session: Session, _: deeds.Catalogued, act: Act) -> None:
    catalogues.file(session, fund(), *_file(CATALOGUE), act=act)


def _granted(session: Session, deed: deeds.Granted, act: Act) -> None:
    people.grant(
        session,
        fund(),
        deed.handle,
        role=deed.role,
        organisation=deed.organisation,
        mandate=deed.mandate,
        valid_from=deed.valid_from,
        new_id=person(deed.handle),
        act=act,
    )


def _received(session: Session, deed: deeds.Received, act: Act) -> None:
    contributions.receive(session, fund(), [deed.receipt], act=act)


def statement(session: Session, deed: deeds.Imported) -> tuple[str, bytes]:
    """Return a statement of the pool's account: a name, and its bytes (camt.053)."""
    return account.statement(session, funds.known(session, fund()), deed, agreement())


def _imported(session: Session, deed: deeds.Imported, act: Act) -> None:
    statements.import_statement(session, fund(), *statement(session, deed), key=BANK_KEY, act=act)


def _explained(session: Session, deed: deeds.Explained, act: Act) -> None:
    line = on_record.LINE
    asked = select(line.c.sequence, line.c.line).where(line.c.reference == deed.reference)
    place = Place(*session.connection().execute(asked).one())
    by_hand.explain(session, fund(), place, deed.reason, act=act)


def _recorded(session: Session, deed: deeds.Recorded, act: Act) -> None:
    spendings.record(session, fund(), [deed.order], act=act)


def _reversed(session: Session, deed: deeds.Reversed, act: Act) -> None:
    correcting.reverse(
        session, fund(), deed.spending, new_id=deed.new_id, reason=deed.reason, act=act
    )


def _corrected(session: Session, deed: deeds.Corrected, act: Act) -> None:
    correcting.correct(
        session,
        fund(),
        deed.spending,
        changed=deed.changed,
        new_ids=deed.new_ids,
        reason=deed.reason,
        act=act,
    )


def _held(session: Session, deed: deeds.Held, act: Act) -> None:
    pool.reserve(session, fund(), deed.hold, act=act)


def _released(session: Session, deed: deeds.Released, act: Act) -> None:
    pool.release(session, fund(), deed.reservation, act=act)


def _expired(session: Session, _: deeds.Expired, act: Act) -> None:
    pool.expire(session, fund(), act=act)


def _picked(session: Session, deed: deeds.Picked, act: Act) -> None:
    picks.pick(session, fund(), deed.spending, deed.effect, act=act)


def _estimated(session: Session, deed: deeds.Estimated, act: Act) -> None:
    asked = [
        amounts.Amount(deed.spending, party, cents) for party, cents in deed.savings_cents.items()
    ]
    amounts.record(session, fund(), asked, act=act)


def _observed(session: Session, deed: deeds.Observed, act: Act) -> None:
    observations.observe(session, fund(), deed.spending, deed.outcome, act=act)


def _agreed(session: Session, deed: deeds.Agreed, act: Act) -> None:
    agreeing.agree(session, fund(), deed.party, act=act)


def _objected(session: Session, deed: deeds.Objected, act: Act) -> None:
    agreeing.object_to(session, fund(), deed.party, deed.spendings, deed.reason, act=act)


def _taken_back(session: Session, _: deeds.TakenBack, act: Act) -> None:
    agreeing.take_back(session, fund(), act=act)


def _booked(session: Session, _: deeds.Booked, act: Act) -> None:
    booking.book(session, fund(), act=act)


def _paid(session: Session, _: deeds.Paid, act: Act) -> None:
    booking.pay(session, fund(), act=act)


def _brought(session: Session, deed: deeds.Brought, act: Act) -> None:
    receipts.receive(
        session, fund(), deed.spending, deed.reference, act=act, amount_cents=deed.amount_cents
    )


def _tested(session: Session, _: deeds.Tested, act: Act) -> None:
    again.test(session, fund(), act=act)


def _reminded(session: Session, _: deeds.Reminded, act: Act) -> None:
    reminding.sent(session, fund(), act=act)


def _moratorium_asked(session: Session, deed: deeds.MoratoriumAsked, act: Act) -> None:
    moratoria.ask(session, fund(), deed.request, act=act)


def _moratorium_decided(session: Session, deed: deeds.MoratoriumDecided, act: Act) -> None:
    moratoria.decide(session, fund(), deed.id, deed.decision, act=act)


def _table_asked(session: Session, deed: deeds.TableAsked, act: Act) -> None:
    table.ask(session, fund(), deed.request, act=act)


def _table_decided(session: Session, deed: deeds.TableDecided, act: Act) -> None:
    table.decide(session, fund(), deed.id, deed.decision, act=act)


def _accepted(session: Session, deed: deeds.Accepted, act: Act) -> None:
    judging.accepted(session, fund(), deed, act)


def _accepted_by_mandate(session: Session, deed: deeds.AcceptedByMandate, act: Act) -> None:
    judging.accepted_by_mandate(session, fund(), deed, act)


def _authorised(session: Session, deed: deeds.Authorised, act: Act) -> None:
    authorising.authorise(session, fund(), deed.asked, act=act)


def _reviewed(session: Session, deed: deeds.Reviewed, act: Act) -> None:
    judging.reviewed(session, fund(), deed, act)


_DO: Final[dict[type[deeds.Deed], Callable[[Session, Any, Act], None]]] = {
    deeds.Opened: _opened,
    deeds.Catalogued: _catalogued,
    deeds.Granted: _granted,
    deeds.Received: _received,
    deeds.Imported: _imported,
    deeds.Explained: _explained,
    deeds.Recorded: _recorded,
    deeds.Reversed: _reversed,
    deeds.Corrected: _corrected,
    deeds.Held: _held,
    deeds.Released: _released,
    deeds.Expired: _expired,
    deeds.Picked: _picked,
    deeds.Estimated: _estimated,
    deeds.Observed: _observed,
    deeds.Agreed: _agreed,
    deeds.Objected: _objected,
    deeds.TakenBack: _taken_back,
    deeds.Booked: _booked,
    deeds.Paid: _paid,
    deeds.Brought: _brought,
    deeds.Tested: _tested,
    deeds.Reminded: _reminded,
    deeds.MoratoriumAsked: _moratorium_asked,
    deeds.MoratoriumDecided: _moratorium_decided,
    deeds.TableAsked: _table_asked,
    deeds.TableDecided: _table_decided,
    deeds.Accepted: _accepted,
    deeds.AcceptedByMandate: _accepted_by_mandate,
    deeds.Authorised: _authorised,
    deeds.Reviewed: _reviewed,
}
