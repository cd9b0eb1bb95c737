"""The same pages of code as machine code, where numba can be had.

Importing numba takes longer than settling a small quarter, so it is imported only for
runs that are large enough to gain by it.
"""

from __future__ import annotations

from functools import cache
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any, Final

from settlement import certificate, forest, shares, tree

MODULES: Final = (shares, tree, forest, certificate)
ENTRIES: Final = (
    shares.share_lines,
    forest.add_lines,
    forest.balance,
    forest.close,
    certificate.certify,
)
"""The pages that a division calls."""

CELLS_MIN: Final = 60_000
"""From so many cells on, machine code is faster than plain Python, its loading included."""


def pages(cells: int) -> Any:
    """Return the pages to run with: compiled for many cells, plain for few.

    Where numba cannot be imported the plain ones serve for any number.
    """
    if cells < CELLS_MIN:
        return plain()
    try:
        return machine_code()
    except ImportError:
        return plain()


@cache
def plain() -> Any:
    """Return all pages as plain Python."""
    return SimpleNamespace(
        arrays=False, **{page.__name__: page for module in MODULES for page in module.PAGES}
    )


@cache
def machine_code() -> Any:
    """Return all pages compiled.

    Raises:
        ImportError: There is no numba on this machine.
    """
    import numba  # noqa: PLC0415 - takes a second; small runs do without

    compiled: dict[str, Any] = {}
    options: dict[str, Any] = {
        "cache": True,
        "nogil": True,
        "error_model": "numpy",
        # Pages take no memory. Without numba's own administration of memory no references to
        # their arrays are counted at every call: that took most of the time, measured.
        "_nrt": False,
    }
    for module in MODULES:
        names = {**vars(module), **compiled}
        for page in module.PAGES:
            compile_ = numba.njit(**options, forceinline=page not in ENTRIES)
            compiled[page.__name__] = names[page.__name__] = compile_(_copied(page, names, module))
    return SimpleNamespace(arrays=True, **compiled)


def _copied(page: FunctionType, names: dict[str, Any], module: ModuleType) -> FunctionType:
    """Return a page that calls the compiled pages instead of the plain ones."""
    copy = FunctionType(page.__code__, names, page.__name__, page.__defaults__)
    copy.__module__ = module.__name__
    copy.__qualname__ = page.__qualname__
    return copy
