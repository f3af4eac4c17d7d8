"""What a test does through the open page's own session, where the way there is not what it tests."""

from __future__ import annotations

import json
from typing import Any, Literal

from playwright.sync_api import Page, Route

from browser.desks import Desk

CROSSES_MS = 30_000
_CALL = """async ([method, path, body]) => {
  const session = await (await fetch("/api/session")).json();
  const headers = {"Content-Type": "application/json", "X-CSRF-Token": session.csrf};
  const answer = await fetch(path, {method, headers, ...(body === null ? {} : {body: JSON.stringify(body)})});
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text ? JSON.parse(text) : null;
}"""


def call(page: Page, method: str, path: str, body: object = None) -> Any:
    """Make one call of the API with the page's own session."""
    return page.evaluate(_CALL, [method, path, body])


def act(page: Page, kind: str, data: dict[str, Any], to: str = "own", **more: Any) -> str:
    """Write one record; returns its reference."""
    ref: str = call(page, "POST", f"/api/acts/{kind}", {"data": data, "release": {"to": to}, **more})["ref"]
    return ref


def words(text: str) -> dict[str, str]:
    """Return words in English."""
    return {"lang": "en", "text": text}


def give_watch(page: Page, officer: Literal["duty", "commander"]) -> None:
    """Let the officer have the live watch; ``page`` is a commander's, who may take it from anybody."""
    held = call(page, "GET", "/api/watch")["officer"]
    if held == officer:
        return
    if held != "commander":
        act(page, "watch-handover", {"incoming": "commander"})
    if officer == "duty":
        act(page, "watch-handover", {"incoming": "duty"})


def accept_watch(page: Page) -> None:
    """Sign for the watch if it is offered to the page's officer."""
    watch = call(page, "GET", "/api/watch")
    me = call(page, "GET", "/api/session")["officer"]
    if watch["offered"] and watch["offered"]["incoming"] == me:
        act(page, "watch-handover", {"incoming": me, "accepts": watch["offered"]["ref"]})


def duty_has_watch(desk: Desk, duty: Page) -> None:
    """Let the duty officer of ``duty`` have the watch."""
    if call(duty, "GET", "/api/watch")["officer"] == "duty":
        return
    commander = desk.sign_in_as("commander", size=(500, 400))
    give_watch(commander, "duty")
    accept_watch(duty)
    commander.close()


def set_node_clock(page: Page, ahead_s: int) -> None:
    """Let the page hear from its node that it is ``ahead_s`` seconds later: the one clock that deadlines run on."""

    def later(route: Route) -> None:
        answer = route.fetch()
        said = answer.json()
        said["now_us"] += ahead_s * 1_000_000
        route.fulfill(response=answer, body=json.dumps(said))

    page.route("**/api/desk", later)
    page.reload()
