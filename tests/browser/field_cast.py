"""A unit in the field, made for one test: its leader's phone, and the desk that gives it orders."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import APIRequestContext, BrowserContext, Page, expect

from browser.desks import WATCH_CSP, Desk

US = 1_000_000
PASSWORD = "the wind over Zahedan at night"
NO_LINK = ("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED", "Failed to fetch", "ERR_FAILED")
PHONE: dict[str, Any] = {"has_touch": True, "is_mobile": True, "device_scale_factor": 1}
SOMEWHERE = {"latitude": 28.95, "longitude": 61.55, "accuracy": 15}


@dataclass
class Caller:
    """An officer at the desk, by the API alone."""

    desk: Desk
    requests: APIRequestContext
    token: str

    def post(self, path: str, body: Any, method: str = "POST") -> Any:
        answer = self.requests.fetch(
            self.desk.url + path, method=method, data=body, headers={"X-CSRF-Token": self.token}
        )
        assert answer.ok, answer.text()
        return answer.json() if answer.status != 204 else None

    def get(self, path: str) -> Any:
        answer = self.requests.get(self.desk.url + path)
        assert answer.ok, answer.text()
        return answer.json()

    def act(self, kind: str, data: dict[str, Any], to: str = "own", **more: Any) -> str:
        return str(self.post(f"/api/acts/{kind}", {"data": data, "release": {"to": to}, **more})["ref"])


def caller(desk: Desk, officer: str, password: str = "") -> Caller:
    """Sign an officer in without a page."""
    context = desk.browser.new_context()
    desk.contexts.append(context)
    body = {"officer": officer, "password": password or desk.passwords[officer]}
    answer = context.request.post(f"{desk.url}/api/session", data=body)
    assert answer.ok, answer.text()
    return Caller(desk, context.request, answer.json()["csrf"])


@dataclass
class Leader:
    """A unit of its own, and who leads it."""

    desk: Desk
    duty: Caller
    admin: Caller
    code: str
    unit: str
    name: str

    def order(self, text: str = "Hold the bridge", *, due_s: int = 1_800, **more: Any) -> str:
        """Order the unit to an incident of its own; returns the incident."""
        now = time.time_ns() // 1_000
        place = {"lat": 290_000_000, "lon": 615_500_000, "precision": 1, "name": "Demo bridge"}
        words = {"lang": "en", "text": "Fire at the demo mill"}
        about = {"title": words, "category": "other", "when": {"start": now, "end": now}, "place": place}
        incident = self.duty.act("incident", about, **more)
        due = now + due_s * US
        order = {"unit": self.unit, "incident": incident, "status": "ordered", "place": place}
        order |= {"due": {"start": due, "end": due}, "text": {"lang": "en", "text": text}}
        self.duty.act("tasking", order, **more)
        return incident

    def written(self, kind: str) -> list[dict[str, Any]]:
        """What the leader wrote of one kind, in the log's order."""
        page = self.duty.get(f"/api/records?kind={kind}&limit=200")["records"]
        own = [one for one in page if one["by"] == self.name]
        return sorted(own, key=lambda one: int(one["seq"]))

    def moved_to(self, unit: str) -> None:
        """The administrator gives the leader another unit."""
        title = {"en": f"Leader {self.name}"}
        self.admin.act("officer", {"officer": self.name, "title": title, "roles": ["field"], "unit": unit})


def make_unit(admin: Caller, code: str) -> str:
    names = {"en": f"Demo unit {code}", "fa": f"یگان نمایشی {code}", "ur": f"نمائشی دستہ {code}"}
    strength = {"low": 4, "best": 5, "high": 6}
    return admin.act("unit", {"code": code, "names": names, "unit_kind": "patrol", "strength": strength})


def make_leader(desk: Desk) -> Leader:
    """Make a unit and its leader, so that no test depends on another's."""
    admin, duty = caller(desk, "administrator"), caller(desk, "duty")
    mark = uuid.uuid4().hex[:6]
    code, name = f"Test-{mark}", f"leader-{mark}"
    made = Leader(desk, duty, admin, code, make_unit(admin, code), name)
    made.moved_to(made.unit)
    once = admin.post(f"/api/officers/{name}/one-time", None)["password"]
    own = caller(desk, name, once)
    own.post("/api/session/password", {"old": once, "new": PASSWORD}, "PUT")
    return made


def phone(
    leader: Leader,
    language: str = "en",
    theme: str = "light",
    size: tuple[int, int] = (390, 800),
    *,
    places: bool = True,
) -> BrowserContext:
    """A phone of its own; ``places``: it may say where it is."""
    desk = leader.desk
    allowed: dict[str, Any] = {"geolocation": SOMEWHERE, "permissions": ["geolocation"]} if places else {}
    context = desk.browser.new_context(viewport={"width": size[0], "height": size[1]}, **PHONE, **allowed)
    desk.contexts.append(context)
    context.add_init_script(
        f"if (!localStorage.getItem('sarhad.language')) {{ localStorage.setItem('sarhad.language', '{language}');"
        f"localStorage.setItem('sarhad.theme', '{theme}'); }} {WATCH_CSP}"
    )
    return context


def open_page(leader: Leader, context: BrowserContext) -> Page:
    """Open the field page and listen to its complaints."""
    page = context.new_page()
    page.on("console", leader.desk._said)
    page.on("pageerror", lambda error: leader.desk.complaints.append(f"field: {error}"))
    page.on("request", leader.desk._asked)
    page.goto(f"{leader.desk.url}/field")
    return page


def start(leader: Leader, context: BrowserContext) -> Page:
    """Open the field page and sign the leader in."""
    page = open_page(leader, context)
    page.fill("input[name=officer]", leader.name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("nav .act")
    return page


def cut(leader: Leader, context: BrowserContext, *, off: bool = True) -> None:
    """Take the phone's link away, or give it back; what the browser says of it is no complaint."""
    leader.desk.expected.extend(part for part in NO_LINK if part not in leader.desk.expected)
    context.set_offline(off)


def hold(page: Page, long_ms: int) -> None:
    """Put a finger on Help for so long."""
    box = page.locator("button.help").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(long_ms)  # the gesture itself is a time
    page.mouse.up()


def all_sent(page: Page, many: int) -> None:
    """Wait until so many acts are at the desk and none waits."""
    expect(page.locator("li[data-did][data-state=sent]")).to_have_count(many)
    expect(page.locator("li[data-did]:not([data-state=sent])")).to_have_count(0)


def ready_for_no_link(page: Page) -> None:
    """Wait until the worker has the page's files."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=False).first.click()
