"""Passkeys, with Chromium's own virtual authenticator and a real node: made, used, refused, removed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from browser.desks import Desk, Desks, axe, overflowing, sign_in

LANGUAGES = ("en", "fa", "ur")


def by_name(desk: Desk) -> Desk:
    """The same desk, opened under a name: passkeys are not made for a bare address."""
    return Desk(
        desk.browser, desk.party, desk.url.replace("127.0.0.1", "localhost"), desk.passwords, desk.complaints,
        desk.contexts, desk.expected,
    )  # fmt: skip


def authenticator(page: Page, *, verifies: bool = True) -> tuple[CDPSession, str]:
    """Plug a virtual security key into the page's browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": verifies, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, str(made["authenticatorId"])


def keys_of(session: CDPSession, machine: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = session.send("WebAuthn.getCredentials", {"authenticatorId": machine})["credentials"]
    return found


def add(page: Page, desk: Desk, officer: str, name: str) -> None:
    page.goto(desk.url + "/account")
    page.get_by_label("Name of the new passkey").fill(name)
    page.get_by_label("Password, to show that it is you").fill(desk.passwords[officer])
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("li", has_text=name)).to_contain_text("Never used")


def test_a_passkey_is_added_and_opens_the_desk_without_name_and_password(desks: Desks) -> None:
    desk = by_name(desks["ir"])
    page = desk.sign_in_as("planner")
    session, machine = authenticator(page)
    add(page, desk, "planner", "Desk key (test)")
    assert len(keys_of(session, machine)) == 1
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator(".brand")).to_contain_text("planner")
    page.goto(desk.url + "/account")
    row = page.locator("li", has_text="Desk key (test)")
    expect(row).to_contain_text("Last used")
    row.get_by_role("button", name=re.compile("Remove")).click()
    expect(row).to_have_count(0)
    desk.expected += ["422", "401"]
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("[role=alert]:not(.visually-hidden)")).to_contain_text("The passkey was not accepted")


def test_a_machine_that_does_not_verify_its_user_makes_no_passkey(desks: Desks) -> None:
    desk = by_name(desks["ir"])
    page = desk.sign_in_as("planner")
    authenticator(page, verifies=False)
    page.goto(desk.url + "/account")
    page.get_by_label("Name of the new passkey").fill("Unverified")
    page.get_by_label("Password, to show that it is you").fill(desk.passwords["planner"])
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("[role=alert]:not(.visually-hidden)")).to_contain_text("The machine made no passkey")


def test_a_copied_passkey_is_refused_by_its_counter(desks: Desks) -> None:
    desk = by_name(desks["pk"])
    desk.expected += ["422", "401"]  # what was still asked when the officer signed out
    page = desk.sign_in_as("planner")
    session, machine = authenticator(page)
    add(page, desk, "planner", "To be copied (test)")
    (copied,) = keys_of(session, machine)
    for _ in range(2):
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.locator(".brand")).to_contain_text("planner")
    session.send("WebAuthn.clearCredentials", {"authenticatorId": machine})
    session.send("WebAuthn.addCredential", {"authenticatorId": machine, "credential": copied})
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("[role=alert]:not(.visually-hidden)")).to_contain_text("The passkey was not accepted")


def test_a_wrong_password_adds_no_passkey(desks: Desks) -> None:
    desk = by_name(desks["ir"])
    desk.expected.append("401")
    page = desk.sign_in_as("secretary")
    authenticator(page)
    page.goto(desk.url + "/account")
    page.get_by_label("Name of the new passkey").fill("Passer-by")
    page.get_by_label("Password, to show that it is you").fill("not this one")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("[role=alert]:not(.visually-hidden)")).to_contain_text("The password is wrong")
    expect(page.locator("li", has_text="Passer-by")).to_have_count(0)


def test_under_a_bare_address_the_page_says_where_passkeys_work(desks: Desks) -> None:
    page = desks["ir"].sign_in_as("planner", "/account")
    expect(page.get_by_text("Open it at http://localhost:")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in to the desk").or_(page.locator("form .primary"))).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_have_count(0)


def test_the_second_officer_confirms_with_a_passkey(desks: Desks) -> None:
    desk = by_name(desks["pk"])
    first = desk.sign_in_as("administrator", "/admin/officers")
    first.get_by_role("button", name="Add an officer").click()
    first.get_by_label("Officer’s sign-in name").fill("deputy.key")
    first.get_by_label("Title of the function · English").fill("Deputy (test)")
    first.get_by_label(re.compile("Commander all of that")).check()
    first.get_by_label("Reason, for the record").fill("Made up for the test")
    first.get_by_role("button", name="Propose", exact=True).click()
    second = desk.sign_in_as("commander")
    authenticator(second)
    add(second, desk, "commander", "Commander's key (test)")
    second.goto(desk.url + "/admin/decisions")
    theirs = second.locator("li", has_text="deputy.key becomes Commander").first
    theirs.get_by_role("button", name="Confirm…").click()
    theirs.get_by_role("button", name="Confirm with a passkey").click()
    expect(second.locator("li", has_text="deputy.key becomes Commander")).to_contain_text("Confirmed by commander")


@pytest.mark.parametrize("size", [(1440, 900), (320, 700)], ids=["desk", "narrow"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_overflows_lacks_a_word_or_shuts_anybody_out(
    desks: Desks, language: str, size: tuple[int, int]
) -> None:
    desk = by_name(desks["ir"])
    page = desk.open(language=language, size=size)
    page.locator("form .primary").wait_for()
    assert axe(page) == []
    sign_in(page, "auditor", desk.passwords["auditor"])
    page.wait_for_selector("#main")
    page.goto(desk.url + "/account")
    page.locator("#passkeys-title").wait_for()
    assert overflowing(page) + axe(page) == []
    assert not re.search(r"\[[a-z][\w.-]+\.[\w.-]+\]", page.locator("body").inner_text())
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
