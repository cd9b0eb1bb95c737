"""Files that are no proof: what is wrong with each is said in one line."""

from __future__ import annotations

from typing import Final

import pytest

from ledger import proofs, ways
from ledger.errors import WrongInput
from ledger.orders import COMMITTED
from tests.support.proofs import proved

VALUES: Final = {name: f"the {name}" for name in COMMITTED}
SOUND: Final = proofs.written(proved([bytes(32)] * 5, VALUES, place=2, show=["payee"]))
HEAD: Final = SOUND.split('"head": "')[1][:64]

CHANGED: Final = [
    ("{", "[{", "is no JSON"),
    ("overbrug-proof-1", "overbrug-proof-2", "proof: is not 'overbrug-proof-1'"),
    ('"proof"', '"prove"', "must be an object with the members proof, head"),
    ('"head": "', '"head": "0', "head: must be 64 hexadecimal digits"),
    (HEAD, HEAD.upper(), "head: must be 64 hexadecimal digits in lower case"),
    ('"amount": 1250', '"amount": 1250, "amount": 1', "is no JSON"),
    ('"amount": 1250', '"amount": 1250.0', "content.body.amount: is not what the event"),
    ('"amount": 1250', '"amount": true', "content.body.amount: is not what the event"),
    ('"amount": 1250', '"amount": 1250, "more": NaN', "is no JSON"),
    ('"amount": 1250', '"amount": 1250, "more": "\\ud800"', "is no JSON"),
    ('"amount": 1250', '"amount": 1250, "more": ' + "[" * 99_999, "is no JSON"),
    ('"2026-02-10"', '"2026-02-30"', "content.body.spent_on: is no date"),
    ('"sequence": 3', '"sequence": "3"', "content.sequence: is not what the event"),
    ('"fund": "fund"', '"fond": "fund"', "content: must be an object with the members actor"),
    ('"case": "', '"name": "', "sealed: must be an object whose members are among case"),
    ('"value": "the payee"', '"value": 7', "shown.payee.value: must be a text or null"),
    ('"value": "the payee"', '"worth": 7', "shown.payee: must be an object with the members value"),
    ('"way": [', '"way": [7,', "way[0]: must be an object with the members previous"),
    ('"skip": "', '"skip": "x', "way[0].skip: must be 64 hexadecimal digits"),
]


@pytest.mark.parametrize(("old", "new", "what"), CHANGED)
def test_what_is_wrong_with_a_file_is_said(old: str, new: str, what: str) -> None:
    assert [*proofs.misfits(proofs.read("p.json", SOUND.encode()))] == []
    assert old in SOUND

    with pytest.raises(WrongInput) as caught:
        proofs.read("p.json", SOUND.replace(old, new, 1).encode())

    (mistake,) = caught.value.mistakes
    assert str(mistake).startswith(f"p.json: {what}")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is no JSON"),
        (b"\xff", "is no JSON"),
        (b"7", "must be an object"),
        (b" " * (ways.BYTES_MAX + 1), "is larger than 5000000 bytes"),
        (SOUND[: SOUND.index('"way"')].encode() + b'"way": []}', "way: must be a list of the"),
    ],
)
def test_what_is_no_proof_at_all_is_said(content: bytes, what: str) -> None:
    with pytest.raises(WrongInput, match=f"^p.json: {what}"):
        proofs.read("p.json", content)
