"""A brief: one page with a sentence, a curve, a map, tables and what it rests on; as HTML or as PDF."""

from __future__ import annotations

from html import escape
from importlib import resources

import msgspec

from sarhad.wire.values import Language


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A table; the first column names the row.  ``strong``: rows that are set off, by number.

    ``widths``: of the columns on paper, relative; 0: as wide as its text; none given: all after the first alike.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()
    note: str = ""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """An SVG with what it shows, in words."""

    svg: str
    title: str
    caption: str = ""


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """All that a page says, in one language; every text is a value, never markup.

    ``rests``: (what, on what).  ``made``: lines of the foot.
    """

    lang: Language
    title: str
    under: str
    lead: str
    pictures: tuple[Picture, ...]
    grids: tuple[Grid, ...]
    rests_title: str
    rests: tuple[tuple[str, str], ...]
    made: tuple[str, ...]


def direction(lang: Language) -> str:
    """Return how the language is written."""
    return "ltr" if lang == "en" else "rtl"


def html(brief: Brief) -> str:
    """Return a self-contained page without a script."""
    pictures = "".join(
        f"<figure>{one.svg}<figcaption>{escape(one.caption)}</figcaption></figure>" for one in brief.pictures
    )
    rests = "".join(f"<dt>{escape(what)}</dt><dd>{escape(on)}</dd>" for what, on in brief.rests)
    return (
        f'<!doctype html><html lang="{brief.lang}" dir="{direction(brief.lang)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(brief.title)}</title><style>{_STYLE}</style></head><body><header><h1>{escape(brief.title)}</h1>"
        f"<p class=under>{escape(brief.under)}</p></header><main><p class=lead>{escape(brief.lead)}</p>"
        f"<div class=pictures>{pictures}</div>"
        f"{''.join(_grid(grid) for grid in brief.grids)}<h2>{escape(brief.rests_title)}</h2><dl>{rests}</dl></main>"
        f"<footer>{'<br>'.join(escape(line) for line in brief.made)}</footer></body></html>\n"
    )


def _grid(grid: Grid) -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in grid.headings)
    body = ""
    for number, (name, *cells) in enumerate(grid.rows):
        strong = " class=strong" if number in grid.strong else ""
        data = "".join(f"<td><bdi>{escape(cell)}</bdi></td>" for cell in cells)
        body += f'<tr{strong}><th scope="row">{escape(name)}</th>{data}</tr>'
    note = f"<p class=note>{escape(grid.note)}</p>" if grid.note else ""
    if not grid.rows:
        return f"<h2>{escape(grid.title)}</h2>{note}"
    return (
        f"<h2>{escape(grid.title)}</h2><div class=wide><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>{note}"
    )


_STYLE = (
    "@page{size:A4;margin:13mm}*{box-sizing:border-box}"
    "body{font:14px/1.5 'Vazirmatn','Noto Sans','Noto Naskh Arabic',system-ui,sans-serif;color:#16202b;background:#fff;"
    "max-width:190mm;margin:6mm auto;padding:0 5mm;font-variant-numeric:tabular-nums}"
    "h1{font-size:23px;line-height:1.25;margin:0}h2{font-size:14px;margin:1.1em 0 .35em}"
    ".under{margin:.1em 0 0;color:#5b626c}"
    ".lead{font-size:17px;line-height:1.45;margin:.7em 0;padding-inline-start:12px;"
    "border-inline-start:3px solid #1a7f4b}"
    ".pictures{display:grid;"
    "grid-template-columns:repeat(auto-fit,minmax(min(290px,100%),1fr));gap:12px;margin-top:12px}"
    "figure{margin:0}svg{display:block;width:100%;direction:ltr}figcaption,.note,dl,footer{font-size:11.5px;color:#46515e}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13px}"
    "th,td{border-bottom:1px solid #d5dae1;padding:3px 6px;text-align:end;font-weight:400}"
    "th:first-child{text-align:start}thead th{font-size:11.5px;color:#46515e;vertical-align:bottom}"
    ".strong>*{font-weight:700;background:#f0f5f2}dl{display:grid;grid-template-columns:auto 1fr;gap:2px 14px;margin:0}"
    "dt{font-weight:600}dd{margin:0}footer{margin-top:1.2em;border-top:1px solid #d5dae1;padding-top:.4em}"
)


def pdf(brief: Brief, now_us: int) -> bytes:
    """Return the brief as PDF; raises Unavailable without the extra."""
    from sarhad.node.printing.typeset import typeset  # noqa: PLC0415  (an extra: only printing needs it)

    template = (resources.files("sarhad.node.planner") / "brief.typ").read_text(encoding="utf-8")
    return typeset(template, msgspec.json.encode(brief), now_us)
