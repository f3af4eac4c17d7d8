"""Two desks as officers use them, and the checks that hold on every page."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = Path(__file__).resolve().parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
Kept = dict[str, list[Any]]
"""Of one desk: each officer's cookies, as the browser gives and takes them."""
WATCH_CSP = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (e) =>
  window.__violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


@dataclass
class Desk:
    """One party's desk: its address, its officers' passwords, its open pages."""

    browser: Browser
    party: str
    url: str
    passwords: dict[str, str]
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Parts of console messages that a test provokes on purpose."""
    kept: Kept = field(default_factory=dict)
    """Each officer's session, outliving the test: only the first page of an officer is opened by the password."""

    @classmethod
    def told(cls, browser: Browser, party: str, told: dict[str, Any], kept: Kept) -> Desk:
        """Make it from what the stage printed, with the sessions that earlier tests opened."""
        return cls(browser, party, told["url"], told["sign_in"], kept=kept)

    def open(self, language: str = "en", theme: str = "dark", size: tuple[int, int] = (1440, 900), **more: Any) -> Page:
        """Open the sign-in page in a browser of its own."""
        page = self._blank(language, theme, size, **more)
        page.goto(self.url)
        return page

    def _blank(
        self,
        language: str = "en",
        theme: str = "dark",
        size: tuple[int, int] = (1440, 900),
        *,
        entered: bool = False,
        **more: Any,
    ) -> Page:
        """Make an empty page in a browser of its own, whose complaints are heard."""
        context = self.browser.new_context(viewport={"width": size[0], "height": size[1]}, **more)
        if entered:  # the page asks for its session only where it remembers one; said once, so that signing out holds
            context.add_init_script(
                "if (!localStorage.getItem('sarhad.language')) localStorage.setItem('sarhad.signed-in', 'yes');"
            )
        self.contexts.append(context)
        context.add_init_script(
            f"if (!localStorage.getItem('sarhad.language')) {{ localStorage.setItem('sarhad.language', '{language}');"
            f"localStorage.setItem('sarhad.theme', '{theme}'); }} {WATCH_CSP}"
        )
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"{self.party}: {error}"))
        page.on("request", self._asked)
        return page

    def _enter(self, officer: str, path: str, **how: Any) -> Page:
        """Open a screen as an officer: by the session that an earlier test left, else by the password."""
        if officer in self.kept:
            page = self._blank(**how, entered=True)
            page.context.add_cookies([*self.kept[officer]])
            if page.request.get(self.url + "/api/session").ok:
                page.goto(self.url + path)
                return page
            self.contexts.remove(page.context)  # an earlier test ended the session
            page.context.close()
        page = self.open(**how)
        sign_in(page, officer, self.passwords[officer])
        page.wait_for_selector("#main")
        self.kept[officer] = page.context.cookies(self.url)
        if path != "/":
            page.goto(self.url + path)
        return page

    def watch(self, language: str = "en", theme: str = "dark", size: tuple[int, int] = (1440, 900)) -> Page:
        """Open the watch as the duty officer, with the map drawn."""
        page = self._enter("duty", "/", language=language, theme=theme, size=size)
        page.wait_for_selector(".inbox-panel", state="attached")
        if size[0] > 1100:  # on a phone the map is drawn when its tab is opened
            page.wait_for_selector("#map canvas", state="attached")
        return page

    def sign_in_as(self, officer: str, path: str = "/", **how: Any) -> Page:
        """Open a screen as an officer of a role."""
        page = self._enter(officer, path, **how)
        page.wait_for_selector("#main")
        return page

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(part in message.text for part in self.expected):
            where = message.location.get("url", "")
            self.complaints.append(f"{self.party} console: {message.text} {where}")

    def _asked(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme not in ("blob", "data") and f"{asked.scheme}://{asked.netloc}" != self.url:
            self.complaints.append(f"{self.party} outside request: {request.url}")

    def close(self) -> None:
        """Collect what the pages saw of the content security policy, then close them."""
        for context in self.contexts:
            for page in context.pages:
                found = page.evaluate("window.__violations || []")
                self.complaints += [f"{self.party} policy: {violation}" for violation in found]
            context.close()
        self.contexts.clear()


@dataclass
class Desks:
    """Both sides."""

    by_party: dict[str, Desk]

    def __getitem__(self, party: str) -> Desk:
        """One side's desk."""
        return self.by_party[party]

    def close(self) -> None:
        """Close every page; fail if any complained."""
        for desk in self.by_party.values():
            desk.close()
        complaints = [line for desk in self.by_party.values() for line in desk.complaints]
        assert not complaints, "\n".join(complaints)


def sign_in(page: Page, officer: str, password: str) -> None:
    """Type name and password."""
    page.fill("input[name=officer]", officer)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")


def send_warning(page: Page, text: str, *, urgency: str = "immediate", place: str = "") -> str:
    """Write a warning by keyboard alone; returns its reference."""
    page.keyboard.press("n")
    page.wait_for_selector("#new-title")
    page.keyboard.type(text)
    if place:
        page.get_by_label("Place", exact=True).focus()
        page.keyboard.type(place)
    if urgency != "immediate":
        page.get_by_label("Urgency").select_option(urgency)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#new-title", state="detached")
    return page.locator("#detail-title .id").inner_text()


def item(page: Page, ref: str) -> Any:
    """The inbox's row of a record."""
    return page.locator(".item", has=page.locator(".id", has_text=ref))


def axe(page: Page) -> list[str]:
    """What axe-core finds, as lines; nothing is excluded."""
    # Not as a script element: the page's policy rightly refuses one.
    page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{found['impact']} {found['id']}: {node['target']} {node['failureSummary']}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


def overflowing(page: Page) -> list[str]:
    """Elements that stand out of the window, or whose text is cut without an ellipsis."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("header *, main *, nav *")].filter((e) => {
          const box = e.getBoundingClientRect();
          if (!box.width || e.closest(".map, .visually-hidden, svg, .skip")) return false;
          const style = getComputedStyle(e);
          if (getComputedStyle(e.parentElement).textOverflow === "ellipsis") return false;
          if (box.right > innerWidth + 1 || box.left < -1) return true;
          const text = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
          const cut = e.scrollWidth > e.clientWidth + 2 && style.overflowX === "hidden";
          return text && cut && style.textOverflow !== "ellipsis" && !style.webkitLineClamp;
        }).map((e) => `${e.tagName}.${e.className}: ${(e.textContent || "").trim().slice(0, 60)}`)"""
    )
    return found


def undrawn(page: Page) -> list[str]:
    """Words in Persian or Urdu set in the face of references, which lacks some of their letters."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && /\\p{Script=Arabic}{2}/u.test(n.data)))
          .filter((e) => getComputedStyle(e).fontFamily.includes("monospace"))
          .map((e) => e.textContent)"""
    )
    return found
