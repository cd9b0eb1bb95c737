"""The secret from which each fund's key is derived: in a file of its own, made on first use.

It lies outside the database and its backups: whoever has only one of the two learns nothing
about people from the hashes of bank lines. Keep a copy of it elsewhere.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
import tempfile
from pathlib import Path
from typing import Final

from ledger.errors import Mistake, WrongInput

VARIABLE: Final = "OVERBRUG_KEY_FILE"
_NAME: Final = "overbrug.key"
_BYTES: Final = 32
_DIGITS: Final = re.compile("[0-9a-f]{64}")


def path() -> Path:
    """Return where the key file is: where the environment says, else beside the user's data."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given)
    import platformdirs  # noqa: PLC0415 - only where nothing is given

    return platformdirs.user_data_path("overbrug") / _NAME


def of_fund(fund: str) -> bytes:
    """Return the key of a fund for hashes of bank lines; the file is made where there is none.

    Args:
        fund: Code of the fund.

    Raises:
        WrongInput: The file cannot be read or made, is no key file, or others may read it.
    """
    file = path()
    try:
        if not file.exists():
            _make(file)
        mode, text = file.stat().st_mode, file.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no key file"
        raise _wrong(file, f"cannot be used: {reason}") from None
    if stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise _wrong(file, "may be read by others than its owner; run chmod 600 on it")
    if not _DIGITS.fullmatch(text):
        raise _wrong(file, "is no key file, which holds 64 hexadecimal digits; put it back")
    return hmac.digest(bytes.fromhex(text), f"bank:{fund}".encode(), "sha256")


def _make(file: Path) -> None:
    """Write a new secret, whole or not at all; where another was quicker, its file stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, made = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as sink:
            sink.write(f"{secrets.token_hex(_BYTES)}\n")
            sink.flush()
            os.fsync(sink.fileno())
        os.link(made, file)
    except FileExistsError:
        pass
    finally:
        Path(made).unlink()


def _wrong(file: Path, what: str) -> WrongInput:
    return WrongInput([Mistake(f"{VARIABLE} ({file})", what)])
