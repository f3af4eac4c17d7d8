"""What takes two officers, pressed through at two nodes that had not met: joining, keys, thawing, copies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.conftest import Stage, two_nodes
from browser.desks import Desk, Desks, axe, overflowing

CROSSES_MS = 90_000
"""The side that joined first asks the other again after a minute at the latest."""
LANGUAGES = ("en", "fa", "ur")
NAMES = {"ir": "Iran", "pk": "Pakistan"}
PHONE = (390, 800)


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Two nodes of this module's own, for what is done here would disturb every other test."""
    with two_nodes(tmp_path_factory.mktemp("strangers") / "stage", "two_strangers.py") as made:
        yield made


@pytest.fixture(scope="module")
def met(browser: Browser, strangers: Stage) -> Stage:
    """The two nodes after the officers of both joined the other by its file and the digits read out."""
    desks = strangers.desks(browser)
    for party, other in (("ir", "pk"), ("pk", "ir")):
        page = administration(desks[other], "administrator", "partners")
        with page.expect_download() as saved:
            page.get_by_role("button", name="Our invitation").click()
        digits = page.locator("[aria-labelledby=ours-title] .digits").get_attribute("title")
        assert digits is not None
        join(desks[party], other, saved.value.path(), digits)
    desks.close()
    return strangers


@pytest.fixture
def desks(browser: Browser, met: Stage) -> Iterator[Desks]:
    """Both desks, each the other's partner; at the end no page may have complained."""
    made = met.desks(browser)
    yield made
    made.close()


def administration(desk: Desk, officer: str, part: str, **how: object) -> Page:
    page = desk.sign_in_as(officer, f"/admin/{part}", **how)
    page.locator(".part .panel").first.wait_for()
    return page


def join(desk: Desk, other: str, file: Path, digits: str) -> None:
    """Propose the partner by its file; misread digits are refused first; the commander confirms."""
    desk.expected.append("422")
    first = administration(desk, "administrator", "partners")
    first.get_by_role("button", name="Join a partner…").click()
    first.locator(".join input[type=file]").set_input_files(file)
    misread = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    first.get_by_label(re.compile("digits", re.I)).fill(misread)
    first.get_by_label("Reason, for the record").fill("The ministers signed")
    first.get_by_role("button", name="Propose", exact=True).click()
    expect(first.locator(".join [role=alert]")).to_contain_text("digits")
    first.get_by_label(re.compile("digits", re.I)).fill(digits)
    first.get_by_role("button", name="Propose", exact=True).click()
    expect(first.locator(".join")).to_have_count(0)
    second = administration(desk, "commander", "decisions")
    waiting = second.locator("li", has=second.get_by_role("button", name="Confirm…"))
    expect(waiting.locator(".digits")).to_have_attribute("title", digits)
    confirm(desk, second, waiting)
    # By the name of its invitation: of what it writes nothing has come yet where we were first.
    expect(first.locator(f"#partner-{other}")).to_contain_text(NAMES[other])
    expect(first.locator("header.frame .link")).to_contain_text(NAMES[other])
    expect(first.locator("header.frame .clocks")).to_contain_text(NAMES[other])


def confirm(desk: Desk, page: Page, waiting: Locator) -> None:
    """Confirm what waits, as a commander who types the own password."""
    waiting.get_by_role("button", name="Confirm…").click()
    waiting.get_by_label(re.compile("^Your own password")).fill(desk.passwords["commander"])
    waiting.get_by_role("button", name="Confirm and do it").click()
    expect(page.get_by_role("button", name="Confirm and do it")).to_have_count(0)


def test_partners_that_had_not_met_exchange_after_both_joined_by_file_and_digits(desks: Desks) -> None:
    for party, other in (("ir", "pk"), ("pk", "ir")):
        page = administration(desks[party], "auditor", "partners")
        theirs = page.locator(".panel", has=page.locator(f"#partner-{other}"))
        expect(theirs.locator(".digits")).to_be_visible()
        expect(theirs.locator(".head")).to_contain_text("Connected", timeout=CROSSES_MS)


def test_keys_are_changed_by_two_officers_and_the_partner_sees_the_new_ones(desks: Desks) -> None:
    desk = desks["ir"]
    there = administration(desks["pk"], "auditor", "partners")
    theirs = there.locator(".panel", has=there.locator("#partner-ir"))
    first = administration(desk, "administrator", "partners")
    ours = first.locator("[aria-labelledby=ours-title]")
    before = ours.locator(".hex").all_inner_texts()
    digits = ours.locator(".digits").get_attribute("title")
    first.get_by_role("button", name="Change keys…").click()
    first.get_by_label("Reason, for the record").fill("The yearly change")
    first.get_by_role("button", name="Propose", exact=True).click()
    second = administration(desk, "commander", "decisions")
    confirm(desk, second, second.locator("li", has=second.get_by_role("button", name="Confirm…")))
    for at, old in enumerate(before):
        expect(ours.locator(".hex").nth(at)).not_to_have_text(old)
        expect(theirs.locator(".hex").nth(at)).not_to_have_text(old, timeout=CROSSES_MS)
    expect(ours.locator(".digits")).to_have_attribute("title", digits or "")


def test_a_frozen_log_is_thawed_by_two_after_the_evidence_was_opened(desks: Desks, met: Stage) -> None:
    met.order("freeze")
    desk = desks["ir"]
    first = administration(desk, "administrator", "partners")
    frozen = first.locator("div.frozen")
    expect(frozen.get_by_role("button", name=re.compile("again"))).to_be_disabled()
    frozen.get_by_role("button").first.click()
    expect(frozen.locator("pre")).to_have_count(2)
    for why in (
        "Two signed checkpoints of one size have different contents",
        "دو نقطهٔ وارسیِ امضاشده با یک اندازه، محتوای متفاوت دارند",
        "ایک ہی حجم کے دو دستخط شدہ چیک پوائنٹ مختلف مواد رکھتے ہیں",
    ):
        expect(frozen).to_contain_text(why)
        expect(first.locator("header.frame .link")).to_have_attribute("title", why)
        first.locator("body").press("l")
    frozen.get_by_role("button", name=re.compile("again")).click()
    first.get_by_label("Reason, for the record").fill("Their disk was restored")
    first.get_by_role("button", name="Propose", exact=True).click()
    second = administration(desk, "commander", "decisions")
    confirm(desk, second, second.locator("li", has=second.get_by_role("button", name="Confirm…")))
    expect(frozen).to_have_count(0)
    theirs = first.locator(".panel", has=first.locator("#partner-pk"))
    expect(theirs.locator(".head")).to_contain_text("Connected", timeout=CROSSES_MS)


def test_a_copy_is_made_at_the_desk_and_its_place_is_told(desks: Desks) -> None:
    page = administration(desks["pk"], "administrator", "node")
    page.get_by_role("button", name="Make a copy now").click()
    card = page.locator("[aria-labelledby=copy-title]")
    expect(card).to_contain_text("copies-of-pk", timeout=CROSSES_MS)
    expect(card.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_steps_of_joining_and_deciding_are_whole_in_each_language(
    desks: Desks, language: str, size: tuple[int, int]
) -> None:
    """Every open form, and the decision that waits, on a desk and on a phone."""
    page = administration(desks["pk"], "administrator", "partners", language=language, size=size)
    ours = page.locator("[aria-labelledby=ours-title]")
    for at in (1, 2):
        ours.locator(".head .button").nth(at).click()
        page.locator(".open form, .open .join").first.wait_for()
        whole(page, size)
    page.locator(".open form input[type=text]").fill("For the look of it")
    page.locator(".open form .primary").click()
    expect(page.locator(".open form")).to_have_count(0)
    second = administration(desks["pk"], "commander", "decisions", language=language, size=size)
    waiting = second.locator("li", has=second.locator(".acts .primary"))
    waiting.locator(".acts .primary").click()
    waiting.locator("form").wait_for()
    whole(second, size)
    waiting.locator(".acts .button").nth(1).click()
    expect(waiting).to_have_count(0)


def whole(page: Page, size: tuple[int, int]) -> None:
    """Nothing overflows, lacks a word, or shuts anybody out."""
    assert overflowing(page) + axe(page) == []
    assert not re.search(r"\[[a-z][\w.-]+\.[\w.-]+\]", page.locator("body").inner_text())
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
