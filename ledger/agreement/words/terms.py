"""What the fund is, how its settlements are agreed and paid, and what is signed: in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.agreement import canonical
from ledger.agreement.words.document import Section

if TYPE_CHECKING:
    from ledger.agreement.words.voice import Voice


def fund(voice: Voice) -> Section:
    """Return what the fund is, since when, and who holds its account."""
    fund, terms, say = voice.agreement.fund, voice.agreement.agreement, voice.say
    return Section(
        name="fund",
        heading=say("section.fund"),
        sentences=(
            say("fund.what", name=fund.name),
            say(f"fund.legal_form.{fund.legal_form}"),
            _validity(voice),
            say("fund.account_holder", party=voice.party(terms.account_holder)),
            say("fund.local", currency=voice.currency, timezone=fund.timezone, code=fund.code),
        ),
    )


def approval(voice: Voice) -> Section:
    """Return how the organisations agree on a settlement."""
    terms, say = voice.agreement.agreement, voice.say
    holder = voice.party(terms.account_holder)
    return Section(
        name="approval",
        heading=say("section.approval"),
        sentences=(
            say(f"approval.{terms.approval}", holder=holder),
            say.plural("approval.days", terms.approval_days),
            say(f"approval.silence.{terms.on_silence}"),
        ),
    )


def settlement(voice: Voice) -> Section:
    """Return how a settlement is rounded, funded and paid."""
    terms, say = voice.agreement.settlement, voice.say
    holder = voice.party(voice.agreement.agreement.account_holder)
    minimum = "settlement.minimum" if terms.minimum_transfer else "settlement.no_minimum"
    return Section(
        name="settlement",
        heading=say("section.settlement"),
        sentences=(
            say(f"settlement.funding.{terms.funding}"),
            say(f"settlement.transfers.{terms.transfers}", holder=holder),
            say(minimum, amount=voice.money(terms.minimum_transfer)),
            say(f"settlement.rounding.{terms.rounding}"),
            say(f"settlement.surplus.{terms.surplus}"),
            say.plural("settlement.adjusting", terms.adjusting_days),
            say.plural("settlement.payment", terms.payment_days),
        ),
    )


def fingerprint(voice: Voice) -> Section:
    """Return over what organisations sign: the SHA-256 of the canonical form."""
    return Section(
        name="fingerprint",
        heading=voice.say("section.fingerprint"),
        sentences=(
            voice.say("fingerprint.what", schema=voice.agreement.schema_),
            voice.say("fingerprint.sha256", sha256=canonical.sha256(voice.agreement)),
        ),
    )


def _validity(voice: Voice) -> str:
    terms = voice.agreement.agreement
    start = voice.day(terms.valid_from)
    if terms.valid_until is None:
        return voice.say("fund.valid.open", version=terms.version, start=start)
    end = voice.last_day(terms.valid_until)
    return voice.say("fund.valid.closed", version=terms.version, start=start, end=end)
