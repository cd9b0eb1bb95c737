"""Every rule of the lawfulness test as a table: facts in, finding out, in two languages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ledger.lawfulness import examples, rules, words

if TYPE_CHECKING:
    from ledger.lawfulness.examples import Example

ALL = examples.read()


@pytest.mark.parametrize("example", ALL, ids=lambda each: each.rule)
def test_a_rule_finds_what_its_table_says(example: Example) -> None:
    found = example.found()

    assert (found and found.amount_cents) == example.finds


@pytest.mark.parametrize("example", [each for each in ALL if each.says], ids=lambda each: each.rule)
def test_a_finding_reads_as_its_table_says(example: Example) -> None:
    found = example.found()

    assert found is not None
    for language, sentence in example.says.items():
        assert words.says(found, language=language) == sentence


def test_every_rule_has_an_example_that_fails_and_one_that_does_not() -> None:
    for code in rules.CODES:
        finds = [each.finds is not None for each in ALL if each.rule == code]
        assert {True, False} <= set(finds), code


def test_what_is_found_reads_in_both_languages() -> None:
    for example in ALL:
        assert (example.finds is not None) == ({*example.says} == {"nl", "en"}), example


def test_control_findings_have_no_criterion_and_all_others_do() -> None:
    for group in (rules.SPENT, rules.CAME_BACK, rules.EVIDENCE, rules.PURCHASES):
        for rule in group:
            assert (rule.kind == "control") == (rule.criterion is None)


def test_a_reversal_and_a_zero_row_fail_nothing() -> None:
    (fails,) = [each for each in ALL if each.rule == "no-purpose" and each.finds]
    order = fails.told["order"]

    for harmless in ({**order, "amount": "0.00"}, {**order, "amount": "-1.00", "reverses": "b1"}):
        assert replace(fails, told={**fails.told, "order": harmless}).all_found() == ()
    assert fails.all_found() != ()
