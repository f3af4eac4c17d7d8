"""Photos from a phone: they wait for the link, go on where it broke, and stand behind a call for help."""

from __future__ import annotations

import hashlib
import os
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, Route, expect

from browser.desks import Desks
from browser.field_cast import (
    NO_LINK,
    Leader,
    all_sent,
    cut,
    hold,
    make_leader,
    open_page,
    phone,
    press,
    ready_for_no_link,
    start,
)
from photo_maker import photo


@pytest.fixture
def leader(desks: Desks) -> Leader:
    """A unit of its own for each test, and who leads it."""
    return make_leader(desks["pk"])


def take_photo(page: Page, content: bytes, *, strip: bool = False) -> None:
    page.set_input_files("nav input[type=file]", {"name": "dusk.jpg", "mimeType": "image/jpeg", "buffer": content})
    page.wait_for_selector("dialog .photos img")
    if strip:
        page.get_by_text("Leave out what the photo tells").click()
    press(page, "Send")
    page.wait_for_selector("dialog", state="detached")


def test_a_photo_waits_for_the_link_and_arrives_as_it_was_taken(leader: Leader) -> None:
    incident = leader.order()
    context = phone(leader, places=False)
    page = start(leader, context)
    expect(page.locator("article")).to_be_visible()
    ready_for_no_link(page)
    cut(leader, context)
    content = photo()
    take_photo(page, content)
    page.close()
    page = open_page(leader, context)
    expect(page.locator("li[data-did=photo]")).to_have_attribute("data-state", "waiting")
    cut(leader, context, off=False)
    all_sent(page, 1)
    [file] = leader.written("attachment")
    assert file["data"]["about"] == incident
    assert file["data"]["sha256"] == hashlib.sha256(content).hexdigest()
    take_photo(page, content, strip=True)
    all_sent(page, 2)
    assert leader.written("attachment")[-1]["data"]["sha256"] != file["data"]["sha256"]


def test_a_large_photo_goes_on_where_a_broken_link_stopped_it(leader: Leader) -> None:
    leader.order()
    context = phone(leader, places=False)
    page = start(leader, context)
    expect(page.locator("article")).to_be_visible()
    leader.desk.expected.extend(NO_LINK)
    offsets: list[int] = []
    broken = [True]

    def thin(route: Route) -> None:
        offset = int(parse_qs(urlparse(route.request.url).query)["offset"][0])
        if broken[0] and offset:
            offsets.append(-offset)
            route.abort()
        else:
            offsets.append(offset)
            route.continue_()

    context.route("**/api/uploads/**", thin)
    content = photo() + os.urandom(700_000)
    with page.expect_event("requestfailed"):
        take_photo(page, content)
    expect(page.locator("li[data-did=photo]")).to_have_attribute("data-state", "waiting")
    assert offsets[:3] == [0, 0, -262_144]
    page.close()
    broken[0] = False
    before = len(offsets)
    all_sent(open_page(leader, context), 1)
    assert offsets[before:] == [0, 262_144, 524_288]
    [file] = leader.written("attachment")
    assert file["data"]["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_call_for_help_goes_before_a_photo_that_is_on_its_way(leader: Leader) -> None:
    context = phone(leader, places=False)
    page = start(leader, context)
    cut(leader, context, off=False)
    held: list[Route] = []

    def slow(route: Route) -> None:
        held.append(route)
        if len(held) > 1:
            route.continue_()

    context.route("**/api/attachments", slow)
    take_photo(page, photo())
    expect(page.locator("li[data-did=photo]")).to_have_attribute("data-state", "sending")
    hold(page, 1_600)
    all_sent(page, 2)
    assert leader.written("unit-status")[0]["seq"] < leader.written("attachment")[0]["seq"]
    assert len(held) == 2
