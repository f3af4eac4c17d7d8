"""Every sentence that a node writes by itself is read in the reader's language, on the pages and in print alike."""

from __future__ import annotations

from typing import get_args

from sarhad.desk.approvals import Admit, AnyDeed, GiveRoles, ResetSignIn, RotateKeys, Thaw
from sarhad.exchange.standing import suspended_by
from sarhad.ledger import conflicts
from sarhad.ledger.errors import Frozen
from sarhad.node import thawing
from sarhad.node.drill import at_desk
from sarhad.node.noticing import announcement, ending
from sarhad.node.printing.nodesays import said
from sarhad.node.printing.paper import translator
from sarhad.web import admin
from sarhad.wire.values import Language, Words

DEEDS: tuple[AnyDeed, ...] = (
    GiveRoles(officer="deputy", data={"roles": ["commander", "planner"]}),
    ResetSignIn(officer="deputy"),
    Admit(party="tr", fingerprint="12345 67890", file=""),
    Thaw(partner="pk"),
    RotateKeys(keys=("log", "tls")),
)


CONFLICTS = (
    conflicts.NOT_CONTINUED,
    conflicts.CONTRADICTED,
    conflicts.TWO_ROOTS,
    conflicts.not_as_countersigned(1_200),
    conflicts.conflicting("pk.2", 1_200),
)


def read(text: str, language: Language) -> Words:
    return said(Words(lang="en", text=text), language, translator(language), lambda party: f"<{party}>")


def test_no_sentence_is_left_in_english() -> None:
    written = [
        *(words.text for words in (announcement("ir"), *map(ending, ("declined", "closed", "en-route")))),
        *(note(one) for one in DEEDS for note in (admin.confirmed_note, admin.withdrawn_note)),
        *(admin.proposed_note(one, "A reason. Reason: two\nlines") for one in DEEDS),
        admin.reset_note("deputy"),
        *(thawing.decided_note("pk", why, "It was explained.") for why in CONFLICTS),
        *CONFLICTS,
        Frozen("pk", CONFLICTS[0], 1).what,
        suspended_by("pk", "pk:4"),
        suspended_by("", "ir:4"),
        at_desk.ends_note("pk"),
        thawing.confirmed_note("pk.2"),
        at_desk.begins_note("founding-case", "0" * 64, 10),
    ]
    for text in written:
        for language in get_args(Language):
            found = read(text, language)
            assert found.lang == language, text
            assert "{" not in found.text
            assert "watch.said" not in found.text
        assert read(text, "fa").text != text


def test_names_and_roles_are_the_readers_and_reasons_stay_as_written() -> None:
    assert read(announcement("ir").text, "en").text == "A unit of <ir> responds near the line"
    proposed = read(admin.proposed_note(DEEDS[0], "Away. Reason: leave\nfor a week"), "fa").text
    assert "deputy" in proposed
    assert "فرمانده، طراح" in proposed
    assert proposed.endswith("Away. Reason: leave\nfor a week")
    assert "<pk>" in read(admin.confirmed_note(DEEDS[3]), "ur").text
    accepted = read(thawing.decided_note("pk", CONFLICTS[0], "It was explained."), "fa").text
    assert "checkpoint" not in accepted
    assert accepted.endswith("It was explained.")
    assert "checkpoint" not in read(Frozen("pk", CONFLICTS[1], 1).what, "ur").text


def test_an_officers_words_are_nobodys_sentence() -> None:
    longer = Words(lang="en", text="A unit of ir responds near the line, with dogs")
    for officers in (longer, Words(lang="ur", text="The unit cannot come")):
        assert said(officers, "fa", translator("fa"), str) is officers
