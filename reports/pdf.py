"""HTML to PDF: archivable (PDF/A-3a), tagged, and the same bytes for the same content.

WeasyPrint is loaded when the first paper is made: where its libraries are missing,
everything else still works.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import warnings
import zlib
from contextlib import contextmanager
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import Mistake, WrongInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from reports.attachments import Attachment

VARIANT: Final = "pdf/a-3a"
TEMPLATES: Final = Path(__file__).parent / "templates"
_LEVEL: Final = 6
_EPOCH: Final = "SOURCE_DATE_EPOCH"


def render(html: str, *, dated: date, attachments: Sequence[Attachment]) -> bytes:
    """Make a PDF.

    Args:
        html: The page, with its language, title and dates.
        dated: The date of everything in the file; the clock is not read.
        attachments: Files inside it, in the order of their names.

    Raises:
        WrongInput: The libraries that lay out text are not installed.
    """
    weasyprint = _weasyprint()
    fonts, sheet = styles()
    at = datetime.combine(dated, time(), tzinfo=UTC)
    files = [
        weasyprint.Attachment(
            string=each.content,
            name=each.name,
            description=each.description,
            created=at,
            modified=at,
            relationship="Data",
        )
        for each in attachments
    ]
    document = weasyprint.HTML(string=html, base_url=str(TEMPLATES)).render(
        stylesheets=[sheet], font_config=fonts
    )
    with _clock_at(at), warnings.catch_warnings():
        # The file of the colour profile is closed late.
        warnings.simplefilter("ignore", ResourceWarning)
        content: bytes = document.write_pdf(
            finisher=_finish_attachments,
            pdf_variant=VARIANT,
            pdf_identifier=_identifier(html, attachments),
            attachments=files,
        )
    return content


@contextmanager
def _clock_at(moment: datetime) -> Iterator[None]:
    """Let every font that is cut to its letters carry this moment instead of now.

    Source:
        https://reproducible-builds.org/specs/source-date-epoch/
    """
    before = os.environ.get(_EPOCH)
    os.environ[_EPOCH] = str(int(moment.timestamp()))
    try:
        yield
    finally:
        if before is None:
            del os.environ[_EPOCH]
        else:
            os.environ[_EPOCH] = before


def _finish_attachments(_document: Any, pdf: Any) -> None:
    """Name each attachment once, and compress it once.

    The variant lists those it finds twice; the writer would compress every stream for the
    identifier and again for the file.
    """
    associated = pdf.catalog.get("AF")
    if associated:
        associated[:] = list(dict.fromkeys(associated))
    for each in pdf.objects:
        extra = getattr(each, "extra", {})
        if extra.get("Type") == "/EmbeddedFile":
            (content,) = each.stream
            each.stream = [zlib.compress(content, _LEVEL)]
            each.compress = False
            extra["Filter"] = "/FlateDecode"


def _identifier(html: str, attachments: Sequence[Attachment]) -> bytes:
    digest = hashlib.sha256(html.encode())
    for each in attachments:
        digest.update(hashlib.sha256(each.content).digest())
    return digest.hexdigest()[:32].encode()


@cache
def styles() -> tuple[Any, Any]:
    """Return fonts and style sheet, read once.

    The style sheet must know the same font configuration as the paper: without it
    ``@font-face`` is ignored and another font appears.
    """
    weasyprint = _weasyprint()
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - see the module

    fonts = FontConfiguration()
    atexit.register(styles.cache_clear)  # its files are removed while there still are modules
    return fonts, weasyprint.CSS(filename=str(TEMPLATES / "paper.css"), font_config=fonts)


def _weasyprint() -> Any:
    try:
        with warnings.catch_warnings():
            # It says that a library is recommended, which is no business of who reads papers.
            warnings.simplefilter("ignore", DeprecationWarning)
            import weasyprint  # noqa: PLC0415 - see the module
    except OSError as error:
        raise WrongInput(
            [
                Mistake(
                    "statements",
                    "a library that lays out text is missing; "
                    "install libpango-1.0-0 libpangoft2-1.0-0, or add --no-pdf",
                )
            ]
        ) from error
    return weasyprint
