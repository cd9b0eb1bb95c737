"""Which key applies to which spendings, and the steps after the division, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.agreement.schema import Limit, RiskPool

if TYPE_CHECKING:
    from ledger.agreement.schema import Assignment, Step
    from ledger.agreement.words.voice import Voice


def assignment_in_words(voice: Voice, assignment: Assignment, *, only: bool = False) -> str:
    """Return which spendings an assignment is about, and by which key they are divided.

    Args:
        voice: Speaks.
        assignment: What is described.
        only: Whether no other assignment comes before it.
    """
    return voice.say(
        "assignment",
        spendings=spendings(voice, assignment, only=only),
        key=voice.key(assignment.key),
    )


def spendings(voice: Voice, assignment: Assignment, *, only: bool = False) -> str:
    """Return which spendings an assignment is about."""
    if assignment.matches_everything:
        return voice.say("assignment.all" if only else "assignment.rest")
    said = [voice.say("assignment.spendings")]
    if assignment.category:
        chosen = voice.either(map(voice.category, assignment.category))
        said.append(voice.say("assignment.category", categories=chosen))
    if assignment.domain:
        domains = voice.either(voice.word("domain", code) for code in assignment.domain)
        said.append(voice.say("assignment.domain", domains=domains))
    if assignment.party:
        parties = voice.either(map(voice.party, assignment.party))
        said.append(voice.say("assignment.party", parties=parties))
    if assignment.spent_from:
        said.append(voice.say("assignment.from", day=voice.day(assignment.spent_from)))
    if assignment.spent_until:
        said.append(voice.say("assignment.until", day=voice.last_day(assignment.spent_until)))
    return " ".join(said)


def step_in_words(voice: Voice, step: Step) -> str:
    """Return a floor, a cap or a risk pool as a sentence."""
    over, per = voice.key(step.over), voice.say(f"step.per.{step.per}")
    match step:
        case Limit():
            return voice.say(
                f"step.{step.kind}",
                party=voice.party(step.party),
                amount=voice.money(step.amount),
                per=per,
                over=over,
            )
        case _:
            return voice.say(
                "step.risk-pool",
                threshold=voice.money(step.threshold),
                amount=voice.money(step.amount),
                end=voice.money(step.threshold + step.amount),
                per=per,
                over=over,
            )


def step_name(voice: Voice, step: Step) -> str:
    """Return what a step is called: ``Plafond van Sliedrecht``."""
    if isinstance(step, RiskPool):
        return voice.say("step.name.risk-pool")
    return voice.say(f"step.name.{step.kind}", party=voice.party(step.party))
