"""The worked cases that stand beside the project, where there are any."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from types import ModuleType


SHARED: Final = Path(
    os.environ.get("OVERBRUG_SHARED") or Path(__file__).parents[2] / ".." / "shared"
)


def folder(case: str) -> Path:
    """Return the folder of a case, or skip the test that asks for it."""
    path = SHARED / "cases" / case
    if not path.is_dir():
        pytest.skip(f"the case {case} is not here: {path} (or set OVERBRUG_SHARED)")
    return path


def oracle() -> ModuleType:
    """Return the standalone check of allocations, or skip the test that asks for it."""
    path = SHARED / "tools" / "check_allocation.py"
    if not path.is_file():
        pytest.skip(f"the oracle is not here: {path} (or set OVERBRUG_SHARED)")
    spec = importlib.util.spec_from_file_location("check_allocation", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
