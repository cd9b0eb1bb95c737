"""The sheets of a lawfulness workbook: statement, findings, explanation, reconciliation."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from ledger.agreement.lawchecks import OVERSPENT
from reports.lawfulness import attachments, explained, tables
from reports.lawfulness.accounts import PAIRS, ROWS
from settlement.landing import CRITERIA

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reports.lawfulness.book import Book, Page
    from settlement.landing import Landed

_FIRST: Final = 3  # row of the first finding, and of the first row of other sheets
_CODE: Final = {criterion: code for code, criterion in ROWS if criterion}
_RULE, _CRITERION, _KIND, _SPENT, _SHARE, _FOUND, _EXACT, _LANDED = range(4, 12)
_TOTAL: Final = _FIRST + len(ROWS)  # of the statement
_BUDGETS: Final = _TOTAL + 3  # where the statement compares budgets


def statement(book: Book) -> None:
    """Write the rows of the model, the budgets behind 1A, and the limit."""
    words, account = book.words, book.account
    page = book.sheet("statement", (6, 48, 18, 18, 18))
    page.text(1, 0, words("law.sheet.trail", sequence=account.of.end.sequence,
                          sha256=account.of.end.sha256), "note")  # fmt: skip
    page.head(
        _FIRST - 1,
        [
            ("", False),
            (words("law.criteria.criterion"), False),
            (words("law.errors"), True),
            (words("law.uncertainties"), True),
            (words("summary.total"), True),
        ],
    )
    for at, (code, criterion) in enumerate(ROWS, _FIRST):
        page.text(at, 0, code)
        page.text(at, 1, words(f"law.row.{code}"))
        for column, kind in enumerate(("error", "uncertainty"), 2):
            cents = account.sums[criterion, kind] if criterion else 0
            formula = "" if criterion is None else _added(book, criterion, kind)
            page.money(at, column, cents, formula)
        errors = account.sums[criterion, "error"] if criterion else 0
        both = errors + (account.sums[criterion, "uncertainty"] if criterion else 0)
        page.money(at, 4, both, f"=SUM({xl_range(at, 2, at, 3)})")
    page.text(_TOTAL, 0, "", "total")
    page.text(_TOTAL, 1, words("law.criteria.total"), "total")
    sums = (account.errors_cents, account.uncertainties_cents, account.total_cents)
    for column, cents in enumerate(sums, 2):
        formula = f"=SUM({xl_range(_FIRST, column, _TOTAL - 1, column)})"
        page.money(_TOTAL, column, cents, formula, format_="total_money")
    _limit(book, page, _budgets(book, page))


def _added(book: Book, criterion: str, kind: str) -> str:
    """Return the formula of a cell of the statement: the findings, and budgets for 1A."""
    terms = [] if book.account.totals_only else [
        f"SUMIFS({_column(book, _amounts(book))},{_column(book, _CRITERION)},"
        f'"{_CODE[criterion]}",{_column(book, _KIND)},"{book.words(f"law.label.{kind}")}")'
    ]  # fmt: skip
    if criterion == CRITERIA[0] and kind == "error" and (count := len(book.account.overspent)):
        terms.append(f"SUM({xl_range(_BUDGETS, 4, _BUDGETS + count - 1, 4)})")
    return f"={'+'.join(terms)}" if terms else ""


def _amounts(book: Book) -> int:
    """Return the column of the findings that is added up: what landed, or all of it."""
    return _FOUND if book.account.party is None else _LANDED


def _column(book: Book, column: int) -> str:
    last = _FIRST + max(1, len(book.account.landed)) - 1
    return book.range("findings", (_FIRST, column), (last, column))


def _budgets(book: Book, page: Page) -> int:
    """Write cost shares beside budgets; returns the next free row."""
    words, compared = book.words, book.account.overspent
    if not compared:
        return _BUDGETS
    names = {each.party.code: each.name for each in book.everyone if each.party}
    page.head(
        _BUDGETS - 1,
        [
            ("1A", False),
            (words("chart.organisation"), False),
            (words("sum.cost_share"), True),
            (words("budget.budget"), True),
            (words("law.sheet.over"), True),
        ],
    )
    for at, each in enumerate(compared, _BUDGETS):
        page.text(at, 1, names.get(each.party, each.party))
        page.money(at, 2, each.cost_cents)
        page.money(at, 3, each.budget_cents)
        cost, budget = (xl_rowcol_to_cell(at, column) for column in (2, 3))
        page.money(at, 4, each.over_cents, f"=MAX(0,ROUND({cost}-{budget},2))")
    return _BUDGETS + len(compared) + 1


def _limit(book: Book, page: Page, row: int) -> None:
    """Write the base, the share, the limit, and whether each sum is within it."""
    words, account, test = book.words, book.account, book.account.test
    if test is None:
        return
    names = [name for name, _ in tables.limit(account, words)]
    page.text(row, 1, names[0])
    page.money(row, 4, test.limit.base_amount)
    page.text(row + 1, 1, words("law.sheet.share"))
    page.share(row + 1, 4, test.limit.share)
    page.text(row + 2, 1, names[1])
    base, share, limit = (xl_rowcol_to_cell(row + at, 4) for at in range(3))
    page.money(row + 2, 4, test.limit_cents, f"=ROUNDDOWN(ROUND({base}*{share},6),2)")
    held = {"errors": 2, "uncertainties": 3, "together": 4}
    for at, each in enumerate(test.sums, row + 3):
        page.text(at, 1, names[at - row - 1])
        page.money(at, 4, each.cents, f"={xl_rowcol_to_cell(_TOTAL, held[each.of])}")
        above, within = words("law.sheet.above"), words("law.sheet.within")
        page.answer(
            at, 3, above if each in test.exceeding else within,
            f'=IF({xl_rowcol_to_cell(at, 4)}>{limit},"{above}","{within}")',
        )  # fmt: skip


def findings(book: Book) -> None:
    """Write every finding that counts, with what it is divided by."""
    if book.account.party is None:
        _findings_of_fund(book)
        return
    account = book.account
    page = _findings(book, [14, 14, 14, 16, 16, 12, 16, 40], 8)
    page.head(_FIRST - 1, [*_heads(book), *_words_of(book, ("own", "found", "exact", "landed",
                                                            "off"), figures=True),
                           (book.words("law.sheet.accepted"), False)])  # fmt: skip
    for at, each in enumerate(account.landed, _FIRST):
        _about(book, page, at, each)
        share, landed = attachments.share_of(account, each), account.share(each)
        exact = Fraction(each.cents * share, each.found.spent.amount_cents)
        spent, own, found, exactly, cents = (
            xl_rowcol_to_cell(at, column) for column in (_SPENT, _SHARE, _FOUND, _EXACT, _LANDED)
        )
        page.money(at, _SHARE, share)
        page.money(at, _FOUND, each.cents)
        page.exact(at, _EXACT, exact, f"={found}*{own}/{spent}")
        page.money(at, _LANDED, landed)
        page.exact(at, _LANDED + 1, landed - exact, f"={cents}-{exactly}")
        page.text(at, _LANDED + 2, _accepted(book, each))
    _add_up(book, page, {_LANDED: account.share})


def _findings_of_fund(book: Book) -> None:
    """Write every finding with what fell on each organisation."""
    words, account = book.words, book.account
    codes = [each.file for each in book.everyone]
    first, waits = _FOUND + 1, _FOUND + 1 + len(codes)
    page = _findings(book, [14, 14, *(14 for _ in codes), 14, 14, 40], 8)
    names = [(each.name, True) for each in book.everyone]
    page.head(_FIRST - 1, [*_heads(book), ("", False), *_words_of(book, ("found",), figures=True),
                           *names, (words("law.tie.waiting"), True),
                           (words("law.sheet.check"), True),
                           (words("law.sheet.accepted"), False)])  # fmt: skip
    page.sheet.set_column(_SHARE, _SHARE, 1)
    for at, each in enumerate(account.landed, _FIRST):
        _about(book, page, at, each)
        page.money(at, _FOUND, each.cents)
        for column, code in enumerate(codes, first):
            page.money(at, column, each.on(code))
        page.money(at, waits, each.cents if each.cells is None else 0)
        found = xl_rowcol_to_cell(at, _FOUND)
        page.money(at, waits + 1, 0, f"=ROUND(SUM({xl_range(at, first, at, waits)})-{found},2)")
        page.text(at, waits + 2, _accepted(book, each))
    sums: dict[int, Callable[[Landed], int]] = {_FOUND: account.share}
    sums |= {column: each.share for column, each in enumerate(book.everyone, first)}
    sums[waits] = lambda each: each.cents if each.cells is None else 0
    _add_up(book, page, sums)


def _findings(book: Book, widths: Sequence[int], frozen: int) -> Page:
    page = book.sheet("findings", (10, 24, 11, 20, 34, 10, 16, 14, *widths))
    page.text(1, 0, book.words("law.check.method"), "note")
    page.sheet.freeze_panes(_FIRST, min(frozen, 2))
    return page


def _heads(book: Book) -> list[tuple[str, bool]]:
    names = ("finding", "spending", "month", "group", "rule", "criterion", "kind")
    return [*_words_of(book, names, figures=False), *_words_of(book, ("spent",), figures=True)]


def _words_of(book: Book, names: Sequence[str], *, figures: bool) -> list[tuple[str, bool]]:
    return [(book.words(f"law.sheet.{name}"), figures) for name in names]


def _about(book: Book, page: Page, row: int, landed: Landed) -> None:
    """Write what others may see of a finding and its spending."""
    words, spent = book.words, landed.found.spent
    said = (
        attachments.number_of(landed),
        spent.id,
        words.short_month(spent.booked_on),
        explained.group_of(book.account, landed, words),
        explained.name_of(landed.found.rule, words),
        _CODE[landed.found.criterion],
        words(f"law.label.{landed.found.kind}"),
    )
    for column, text in enumerate(said):
        page.text(row, column, text)
    page.money(row, _SPENT, spent.amount_cents)


def _accepted(book: Book, landed: Landed) -> str:
    accepted = landed.found.accepted
    return "" if accepted is None else explained.accepted_by([accepted], book.words)


def _add_up(book: Book, page: Page, columns: Mapping[int, Callable[[Landed], int]]) -> None:
    """Write the sums of columns under the findings."""
    row = _FIRST + max(1, len(book.account.landed))
    page.text(row, 0, book.words("summary.total"), "total")
    for column, cents in columns.items():
        total = sum(cents(each) for each in book.account.landed)
        formula = f"=SUM({xl_range(_FIRST, column, row - 1, column)})"
        page.money(row, column, total, formula, format_="total_money")


def explanation(book: Book) -> None:
    """Write findings per rule, with norm, cause, acceptance and measure."""
    words = book.words
    page = book.sheet("explanation", (34, 16, 30, 10, 16, 44, 44, 40))
    heads = [
        *_words_of(book, ("rule", "kind", "norm"), figures=False),
        (words("law.explained.count"), True),
        (words("law.explained.amount"), True),
        *_words_of(book, ("cause", "accepted", "measure"), figures=False),
    ]
    page.head(_FIRST - 1, heads)
    rows = explained.per_rule(book.account, words)
    for at, each in enumerate(rows, _FIRST):
        texts = {0: each.title, 1: words(f"law.label.{each.label}"), 2: each.norm,
                 5: each.cause, 6: "\n".join(each.accepted),
                 7: each.measure or words("law.measure.none")}  # fmt: skip
        for column, text in texts.items():
            page.text(at, column, text, "wrapped")
        _of_rule(book, page, at, each)
    _sum_of_rules(book, page, rows)


def _of_rule(book: Book, page: Page, row: int, each: explained.Explained) -> None:
    title, kind = (xl_rowcol_to_cell(row, column) for column in (0, 1))
    if each.rule == OVERSPENT:
        last = _BUDGETS + len(book.account.overspent) - 1
        over = book.range("statement", (_BUDGETS, 4), (last, 4))
        page.count(row, 3, each.count, f'=COUNTIF({over},">0")', "count")
        page.money(row, 4, each.cents, f"=SUM({over})")
        return
    where = f"{_column(book, _RULE)},{title},{_column(book, _KIND)},{kind}"
    page.count(row, 3, each.count, f"=COUNTIFS({where})", "count")
    page.money(row, 4, each.cents, f"=SUMIFS({_column(book, _amounts(book))},{where})")


def _sum_of_rules(book: Book, page: Page, rows: Sequence[explained.Explained]) -> None:
    last = _FIRST + max(1, len(rows))
    page.text(last, 0, book.words("summary.total"), "total")
    count, cents = sum(each.count for each in rows), sum(each.cents for each in rows)
    for column in (3, 4):
        formula = f"=SUM({xl_range(_FIRST, column, last - 1, column)})"
        if column == 3:  # noqa: PLR2004 - the column of counts
            page.count(last, column, count, formula, "total_count")
        else:
            page.money(last, column, cents, formula, format_="total_money")


def reconciliation(book: Book) -> None:
    """Write what fell on all organisations, and that it adds up to the fund's total."""
    words, account = book.words, book.account
    table = tables.reconciliation(account, book.everyone, words)
    page = book.sheet("reconciliation", (40, *(16 for _ in table.columns[1:])))
    page.head(_FIRST - 1, [(each.title, each.kind == "money") for each in table.columns])
    last = len(table.columns) - 1
    for at, row in enumerate(table.rows, _FIRST):
        page.text(at, 0, row[0])
        for column, cents in enumerate(row[1:last], 1):
            page.money(at, column, cents, _tied(book, at - _FIRST, column))
        page.money(at, last, row[last], f"=SUM({xl_range(at, 1, at, last - 1)})")
    end = _FIRST + len(table.rows)
    assert table.total is not None, "a reconciliation has a total"
    page.text(end, 0, table.total[0], "total")
    for column, cents in enumerate(table.total[1:], 1):
        formula = f"=SUM({xl_range(_FIRST, column, end - 1, column)})"
        page.money(end, column, cents, formula, format_="total_money")
    _check(book, page, end + 1)


def _tied(book: Book, row: int, column: int) -> str:
    """Return the formula of a cell that this workbook can add up itself; else none."""
    criterion, kind = _columns()[column - 1]
    account = book.account
    if account.party is not None:
        own = 0 if account.totals_only else list(book.everyone).index(
            next(each for each in book.everyone if each.party == account.party)
        )  # fmt: skip
        if row != own:
            return ""
        at = _FIRST + [found for _, found in ROWS].index(criterion)
        return f"={book.cell('statement', at, 2 if kind == 'error' else 3)}"
    if criterion == CRITERIA[0]:
        return ""
    return (
        f"=SUMIFS({_column(book, _FOUND + 1 + row)},{_column(book, _CRITERION)},"
        f'"{_CODE[criterion]}",{_column(book, _KIND)},"{book.words(f"law.label.{kind}")}")'
    )


def _columns() -> list[tuple[str, str]]:
    return [pair for pair in PAIRS if pair != (CRITERIA[0], "uncertainty")]


def _check(book: Book, page: Page, row: int) -> None:
    """Write the fund's own total, and what the parts differ from it: nothing."""
    page.text(row, 0, book.words("law.sheet.fund_total"))
    page.text(row + 1, 0, book.words("law.sheet.check"))
    sums = book.account.of.fund_sums
    cents = [*(sums[pair] for pair in _columns()), sum(sums.values())]
    for column, each in enumerate(cents, 1):
        page.money(row, column, each)
        above, own = (xl_rowcol_to_cell(row + at, column) for at in (-1, 0))
        page.money(row + 1, column, 0, f"=ROUND({above}-{own},2)")
