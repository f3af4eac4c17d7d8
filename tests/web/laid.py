"""The example region's ground as records of two houses, with its agreement."""

from __future__ import annotations

from desk.house import House, settle
from node.commands import REGION
from sarhad.gateways.geo.ground import read_ground, read_terms
from sarhad.wire import kinds as k
from sarhad.wire.values import JOINT, OWN


async def lay_ground(*houses: House, kept: tuple[str, ...] = ()) -> dict[str, str]:
    """Write sectors, crossings, posts and units of every house, and sign the terms; ``kept`` units stay home.

    Returns the references by ``party/kind/code``.
    """
    refs: dict[str, str] = {}
    for house in houses:
        held: dict[str, str] = {}
        for draft in read_ground(REGION / "ground" / f"{house.party}.json").drafts:
            if isinstance(draft.data, k.Officer):
                continue
            release = OWN if f"{house.party}/{draft.key}" in kept else JOINT
            held[draft.key] = await house.act("commander", draft.resolve(held), release=release)
        refs |= {f"{house.party}/{key}": ref for key, ref in held.items()}
    terms = read_terms(REGION / "ground" / "terms.json").resolve(refs)
    first, second = houses
    await settle(first, second)
    proposal = await first.act("commander", k.Agreement(terms=terms), release=JOINT)
    await settle(first, second)
    await second.act("commander", k.Agreement(terms=terms, accepts=proposal), release=JOINT)
    await settle(first, second)
    return refs
