"""Which subjects records and facts change: gathered over a batch, named at its end."""

from __future__ import annotations

from sarhad.picture.incident_view import incident_of
from sarhad.picture.rules import RULES
from sarhad.picture.state import State
from sarhad.wire.record import Record
from sarhad.wire.registry import refs_of


class Touched:
    """What a batch changed.  Written on the caller's one thread, between one ``subjects`` and the next batch."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._touching: set[str] = set()
        """Items that a record touches: their records show it, too."""
        self.items: set[str] = set()
        """Items whose clocks alone changed."""
        self.records: set[str] = set()
        self.incidents: set[str] = set()
        self.names: set[str] = set()
        """Subjects under their whole names."""

    @property
    def ground(self) -> bool:
        """Whether anything of the ground changed."""
        return "ground" in self.names

    def take(self, item: Record, touched: set[str], all_items: bool) -> None:
        """Take a record that was just held, and the items that the book says it touches."""
        state = self._state
        self._touching |= touched
        if all_items:
            self.names.add("items")
        chain = state.chain(item)
        for one in chain:
            self.records.add(one.ref)
            if one.data is not None and (changed := RULES[one.header.kind].subjects(one)):
                self.names.update(changed)
        if item.data is not None:
            self.records.update(refs_of(item.data))
        for one in chain[:2]:
            if one.ref in state.links:  # who may answer a recall follows from who may read its target
                for ref in state.naming(one.ref, "recall"):
                    self.records |= {ref} | state.links.get(ref, set())
        self._take_naming(item)
        own = incident_of(state, item)
        if own is not None:
            self.incidents.add(own)

    def _take_naming(self, item: Record) -> None:
        """Take what named the record before it was here: whether that counts there may follow from what arrived."""
        state = self._state
        if item.ref not in state.links:
            return
        for ref in state.links[item.ref]:
            self.records.add(ref)
            naming = state.records[ref]
            if naming.data is not None:
                self.records.update(refs_of(naming.data))
                self.names.update(RULES[naming.header.kind].subjects(naming))
        self.incidents |= incidents_of(state, item)

    def subjects(self) -> frozenset[str]:
        """Return the names of everything that changed."""
        return frozenset(
            [
                *self.names,
                *[f"item/{ref}" for ref in self._touching | self.items],
                *[f"record/{ref}" for ref in self.records | self._touching],
                *[f"incident/{ref}" for ref in self.incidents],
            ]
        )


def incidents_of(state: State, item: Record) -> set[str]:
    """Return the incidents in whose views the record may show."""
    own = incident_of(state, item)
    found = set() if own is None else {own}
    for ref in state.naming(item.ref, "tasking"):  # whether it counts follows from the unit that it names
        other = incident_of(state, state.records[ref])
        if other is not None:
            found.add(other)
    return found


def on_terms(state: State, item: Record) -> bool:
    """Tell whether the record is an agreement, or shows an agreement that names it to be none."""
    return item.header.kind == "agreement" or bool(state.naming(item.ref, "agreement"))
