"""Making a print of a node: what the desk's pages and ``sarhad print`` call."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from sarhad.desk import Actor, NotFound
from sarhad.desk.parties import Named
from sarhad.node.build import Node, opened
from sarhad.node.printing.documents import Printing
from sarhad.node.printing.scores import score_paper
from sarhad.node.printing.typeset import pdf
from sarhad.web.drilling import Drilling
from sarhad.web.paper import Paper
from sarhad.web.settings import PrintOrder
from sarhad.wire.values import Language

_one_at_a_time = asyncio.Semaphore(1)
"""Setting a document takes a whole core: the desk keeps the others."""


def paper_of(node: Node, order: PrintOrder, officer: str) -> Paper:
    """Collect what is printed; raises NotFound for an incident that is not held."""
    printing = _printing(node, order.lang, officer)
    if order.what == "log":
        return printing.log(order.exercise, order.since_us, order.until_us, order.q)
    if order.what == "handover":
        return printing.handover(order.exercise)
    view = node.picture.incident(order.ref)
    if view is None:
        raise NotFound("there is no such incident here", where=order.ref[:60], do="Check the number")
    return printing.incident(view)


async def score_of(node: Node, drilling: Drilling, order: PrintOrder, officer: str) -> Paper:
    """Score the drill that the order names, every proof verified anew; raises NotFound."""
    score = await drilling.score(order.exercise or "")
    drill = next(one for one in drilling.drills() if one.exercise == score.exercise)
    return score_paper(_printing(node, order.lang, officer), drill, score)


def _printing(node: Node, lang: Language, officer: str) -> Printing:
    held = parties(node)
    zones = [(party, one.zone) for party, one in held.items()]
    names = {party: one.names for party, one in held.items()}
    return Printing(node.picture, node.party, officer, zones, names, node.clock(), lang)


def parties(node: Node) -> dict[str, Named]:
    """Return what each party says it is, the own one first."""
    ordered = (node.party, *sorted(node.desk.partners()))
    return {party: found for party in ordered if (found := node.desk.named(party)) is not None}


@dataclass(frozen=True, slots=True)
class NodePrinter:
    """A node's prints for its desk's pages (``sarhad.web.settings.Printer``)."""

    node: Node
    drilling: Drilling

    async def paper(self, order: PrintOrder, actor: Actor) -> Paper:
        """Collect what is printed."""
        if order.what == "drill":
            return await score_of(self.node, self.drilling, order, actor.officer)
        return paper_of(self.node, order, actor.officer)

    async def pdf(self, order: PrintOrder, actor: Actor) -> bytes:
        """Make one PDF, one at a time, off the event loop."""
        async with _one_at_a_time:
            paper = await self.paper(order, actor)
            return await asyncio.to_thread(pdf, paper, self.node.clock())


def main(folder: Path, output: Path, what: str, lang: Language, exercise: str | None) -> str:
    """Print from a node's folder: ``what`` is ``log``, ``handover`` or an incident's reference; return what to tell."""
    if what in ("log", "handover"):
        order = PrintOrder(cast("Literal['log', 'handover']", what), lang, exercise=exercise)
    else:
        order = PrintOrder("incident", lang, ref=what)
    made = asyncio.run(_main(folder, order))
    output.write_bytes(made)
    return f"Wrote {output}: {len(made)} bytes."


async def _main(folder: Path, order: PrintOrder) -> bytes:
    async with opened(folder) as node:
        return pdf(paper_of(node, order, "node"), node.clock())
