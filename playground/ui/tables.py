"""Numbers as a table, and small print: every text is escaped."""

import html
from collections.abc import Collection, Sequence
from itertools import zip_longest


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    numbers: Collection[int] = (),
    foot: Sequence[str] = (),
    links: Sequence[str] = (),
) -> str:
    """HTML that scrolls on its own where it is too wide. numbers: columns to be set right; foot: a last, bold row;
    links: where the first cell of each row leads, "" for nowhere."""

    def cells(tag: str, row: Sequence[str], link: str = "") -> str:
        texts = [html.escape(cell) for cell in row]
        if link:
            texts[0] = f'<a href="{html.escape(link)}">{texts[0]}</a>'
        found = (f"<{tag}{' class=n' if place in numbers else ''}>{text}</{tag}>" for place, text in enumerate(texts))
        return f"<tr>{''.join(found)}</tr>" if row else ""

    body = "".join(cells("td", row, link) for row, link in zip_longest(rows, links, fillvalue=""))
    return f"<div class='pg-scroll'><table class='pg-table'>{cells('th', heads)}{body}{cells('th', foot)}</table></div>"


def small(*lines: str) -> str:
    """Each line a paragraph of small print; empty ones are left out."""
    return "".join(f"<p class='pg-small'>{html.escape(line)}</p>" for line in lines if line)
