"""The field page through a new build, and over HTTPS in a browser that trusts the desk's own authority."""

from __future__ import annotations

import base64
import functools
import hashlib
import http.server
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import Browser, Page, expect

from browser.desks import FLAGS
from node.commands import PASSWORD, Process, free_port, sarhad, set_ports
from provision import find_chromium
from sarhad.node import local_ca
from sarhad.node.folder import NodeFolder

STATIC = Path(__file__).resolve().parents[2] / "src" / "sarhad" / "web" / "static"


class Files(http.server.SimpleHTTPRequestHandler):
    """The built pages as the node serves them, without a node."""

    extensions_map = {  # noqa: RUF012  (the base class's own)
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".webmanifest": "application/manifest+json",
    }

    def do_GET(self) -> None:
        if self.path == "/field":
            self.path = "/field.html"
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A copy of the pages on a port of loopback, and its folder."""
    folder = tmp_path / "static"
    shutil.copytree(STATIC, folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    server.server_close()


def build_anew(folder: Path) -> None:
    """Change the page and the worker's list of files, as a new build does."""
    page, worker = folder / "field.html", folder / "sw.js"
    before = hashlib.sha256(page.read_bytes()).hexdigest()[:16]
    page.write_text(page.read_text().replace("<body>", '<body data-build="second">'))
    after = hashlib.sha256(page.read_bytes()).hexdigest()[:16]
    text = worker.read_text()
    assert before in text, "the list has the hash of the page"
    name = hashlib.sha256((text + after).encode()).hexdigest()[:16]
    text = text.replace(before, after)
    worker.write_text(re.sub(r'(PREFIX ?\+ ?)"[0-9a-f]{16}"', rf'\1"{name}"', text))


def test_a_new_build_is_offered_and_taken_whole(browser: Browser, site: tuple[str, Path]) -> None:
    url, folder = site
    page = browser.new_context().new_page()
    page.goto(f"{url}/field")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    build_anew(folder)
    page.reload()  # the old page once more, whole, while the new one is fetched beside it
    assert page.locator("body[data-build]").count() == 0
    page.get_by_role("button", name="Load it").click(timeout=30_000)
    page.wait_for_selector("body[data-build=second]", timeout=30_000)
    names = page.evaluate("caches.keys()")
    assert len(names) == 1, "what the former build kept is gone"
    page.context.close()


def test_a_build_that_cannot_be_had_whole_leaves_the_page_as_it_is(browser: Browser, site: tuple[str, Path]) -> None:
    url, folder = site
    page = browser.new_context().new_page()
    page.goto(f"{url}/field")
    page.wait_for_function("navigator.serviceWorker.controller !== null", timeout=30_000)
    build_anew(folder)
    (folder / "icon-512.png").unlink()
    page.evaluate("navigator.serviceWorker.getRegistration().then((held) => held.update()).catch(() => undefined)")
    page.wait_for_function(
        "navigator.serviceWorker.getRegistration().then((held) => !held.installing && !held.waiting)", timeout=30_000
    )
    page.reload()
    expect(page.locator("h1")).to_have_text("Field page")
    assert page.locator("body[data-build]").count() == 0
    page.context.close()


@pytest.fixture
def https_desk(tmp_path: Path) -> Iterator[Process]:
    """A node that serves its desk over HTTPS from its own authority."""
    root = tmp_path / "pk"
    sarhad(
        "init", root, "--party", "pk", "--name", "Pakistan (test)", "--country", "PK", "--zone", "Asia/Karachi",
        "--endpoint", "https://127.0.0.1:8450",
    )  # fmt: skip
    sarhad("officer", "add", root, "duty.1", "--title", "Duty", "--role", "duty")
    sarhad("certificate", "make", root, "--name", "localhost", "--name", "desk.example")
    set_ports(root, free_port(), free_port())
    running = Process(root)
    yield running
    running.stop()


def trusting(home: Path, authority: Path) -> list[str]:
    """Make a browser trust the authority as a phone's owner does; its own store where there is a tool for it."""
    tool = shutil.which("certutil")
    if tool:
        store = home / ".pki" / "nssdb"
        store.mkdir(parents=True)
        for words in (["-N", "--empty-password"], ["-A", "-n", "desk", "-t", "C,,", "-i", str(authority)]):
            subprocess.run([tool, "-d", f"sql:{store}", *words], check=True, capture_output=True)
        return []
    held = local_ca.read_certificate(authority.read_bytes()).public_key()
    der = held.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    digest = base64.b64encode(hashlib.sha256(der).digest()).decode()
    return [f"--ignore-certificate-errors-spki-list={digest}"]


def test_a_browser_that_trusts_the_authority_installs_the_worker_and_starts_without_the_node(
    browser: Browser, https_desk: Process, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    flags = trusting(home, NodeFolder(https_desk.folder).authority)
    context = browser.browser_type.launch_persistent_context(
        str(tmp_path / "profile"),
        executable_path=_path(),
        args=[*FLAGS, *flags],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
    )
    page: Page = context.new_page()
    url = https_desk.url.replace("127.0.0.1", "localhost")
    page.goto(f"{url}/field")
    page.fill("input[name=officer]", "duty.1")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    expect(page.locator(".link")).to_contain_text("In touch", timeout=30_000)
    assert page.evaluate("window.isSecureContext")
    page.wait_for_function("navigator.serviceWorker.controller !== null", timeout=30_000)
    page.goto(f"{url}/phones")
    expect(page.locator(".digits")).to_contain_text(" ".join(fingerprint(https_desk)[:8]), timeout=30_000)
    https_desk.stop()
    page.goto(f"{url}/field")
    expect(page.locator(".link")).to_contain_text("No link", timeout=30_000)
    context.close()


def fingerprint(desk: Process) -> list[str]:
    return local_ca.fingerprint(local_ca.read_certificate(NodeFolder(desk.folder).authority.read_bytes())).split(":")


def _path() -> str:
    found = find_chromium()
    assert found is not None
    return found
