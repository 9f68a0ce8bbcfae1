"""Numbers as a table, and small print: every text is escaped."""

import html
from collections.abc import Collection, Iterable, Sequence


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    numbers: Collection[int] = (),
    foot: Sequence[str] = (),
) -> str:
    """HTML that scrolls on its own where it is too wide. numbers: columns to be set right; foot: a last, bold row."""

    def cells(tag: str, row: Sequence[str]) -> str:
        found = (
            f"<{tag}{' class=n' if place in numbers else ''}>{html.escape(cell)}</{tag}>"
            for place, cell in enumerate(row)
        )
        return f"<tr>{''.join(found)}</tr>" if row else ""

    body = "".join(cells("td", row) for row in rows)
    return f"<div class='pg-scroll'><table class='pg-table'>{cells('th', heads)}{body}{cells('th', foot)}</table></div>"


def small(*lines: str) -> str:
    """Each line a paragraph of small print; empty ones are left out."""
    return "".join(f"<p class='pg-small'>{html.escape(line)}</p>" for line in lines if line)
