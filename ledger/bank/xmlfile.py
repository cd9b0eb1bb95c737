"""XML from outside, read safely and in one pass.

No document type, so no entities of the file's own and nothing fetched from a disk or a
network; bounds on size, depth and text; what was read is dropped at once.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lxml.etree import _Element

SIZE_MAX: Final = 100_000_000
"""The largest file that is read, in bytes."""

_SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "load_dtd": False,
    "dtd_validation": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(each) for each in ("utf-8", "utf-16-le", "utf-16-be"))
_STEP: Final = 1024  # bytes


def root_tag(name: str, content: bytes) -> tuple[str, int]:
    """Return the tag of the outermost element and its line.

    Args:
        name: What the file is called in messages.
        content: Its bytes.

    Raises:
        WrongInput: The file is empty, too large, no XML, or has a document type.
    """
    _check_bytes(name, content)
    parser = etree.XMLPullParser(events=("start",), **_SAFE)
    try:
        for at in range(0, len(content), _STEP):
            parser.feed(content[at : at + _STEP])
            for _, root in parser.read_events():
                return _root(name, root)
        return _root(name, parser.close())
    except etree.XMLSyntaxError as error:
        raise _broken(name, error) from None


def elements(name: str, content: bytes, tags: Collection[str]) -> Iterator[_Element]:
    """Yield the elements with these tags, each when it is whole, in the order of the file.

    Who has read an element may :func:`drop` it, so that a long file takes little room.

    Args:
        name: What the file is called in messages.
        content: Its bytes, of which :func:`root_tag` was asked first.
        tags: With their namespace, ``{urn:...}Ntry``.

    Raises:
        WrongInput: The file ends too early or is no XML further on.
    """
    try:
        for _, element in etree.iterparse(
            io.BytesIO(content), events=("end",), tag=tuple(tags), **_SAFE
        ):
            yield element
    except etree.XMLSyntaxError as error:
        raise _broken(name, error) from None


def drop(element: _Element) -> None:
    """Forget what is in an element that was read, and the like one before it altogether."""
    element.clear()
    before, parent = element.getprevious(), element.getparent()
    # The element itself must stay: the parser still adds what follows it.
    if before is not None and parent is not None and before.tag == element.tag:
        parent.remove(before)


def text(element: _Element, path: str) -> str | None:
    """Return the text at a path of local names, such as ``Acct/Id/IBAN``; no text is none."""
    found = (element.findtext(_qualified(path)) or "").strip()
    return found or None


def find(element: _Element, path: str) -> _Element | None:
    """Return the first element at a path of local names."""
    return element.find(_qualified(path))


def every(element: _Element, path: str) -> list[_Element]:
    """Return all elements at a path of local names, in the order of the file."""
    return element.findall(_qualified(path))


@lru_cache(maxsize=256)
def _qualified(path: str) -> str:
    return "/".join(f"{{*}}{step}" for step in path.split("/"))


def _check_bytes(name: str, content: bytes) -> None:
    if not content.strip():
        raise WrongInput([Mistake(name, "is empty; a statement of account was expected")])
    if len(content) > SIZE_MAX:
        raise WrongInput(
            [Mistake(name, f"is larger than {SIZE_MAX} bytes; ask the bank for shorter periods")]
        )
    for doctype in _DOCTYPES:
        if (at := content.find(doctype)) >= 0:
            raise _typed(name, content.count(b"\n", 0, at) + 1)


def _root(name: str, root: Any) -> tuple[str, int]:
    # In an encoding that hides it from a search of bytes.
    if root.getroottree().docinfo.internalDTD is not None:
        raise _typed(name, 1)
    return str(root.tag), root.sourceline or 1


def _typed(name: str, line: int) -> WrongInput:
    return WrongInput(
        [
            Mistake(
                f"{name}:{line}",
                "declares a document type, which no bank does; export the file from the bank again",
            )
        ]
    )


def _broken(name: str, error: etree.XMLSyntaxError) -> WrongInput:
    line = error.lineno or 1
    said = str(error.msg).partition(", line ")[0]
    return WrongInput(
        [
            Mistake(
                f"{name}:{line}",
                f"is no XML, or not all of it ({said}); export the file from the bank again",
            )
        ]
    )
