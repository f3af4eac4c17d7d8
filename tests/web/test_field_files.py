"""The field page's files over HTTP, and what the build made of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from desk.house import House
from sarhad.web.settings import PAGES, Phones, WebSettings
from web.served import Served, served

built = pytest.mark.skipif(not (PAGES / "field.html").exists(), reason="the pages are not built: hatch_build.py")


@pytest.fixture
def settings(settings: WebSettings) -> WebSettings:
    """The field page's files beside the desk's, and an authority of the desk's own."""
    (settings.pages / "field.html").write_text("<!doctype html><title>field</title>")
    (settings.pages / "sw.js").write_text("self.addEventListener('install', () => undefined);")
    (settings.pages / "manifest-fa.webmanifest").write_text("{}")
    phones = Phones(("https://10.1.2.3:8440",), b"a certificate", "AB:CD", 9)
    return WebSettings(region=settings.region, pages=settings.pages, heartbeat_s=0.05, phones=phones, https=True)


async def test_the_field_page_is_a_page_of_its_own_and_every_other_address_the_desks(desk: Served) -> None:
    async with desk.client() as client:
        for path, title in (("/field", b"field"), ("/field/", b"field"), ("/phones", b"desk"), ("/fields", b"desk")):
            status, page = await client.get(path)
            assert (status, b"<title>" + title in page) == (200, True), path


async def test_the_worker_is_asked_for_anew_each_time_and_may_only_be_ours(desk: Served) -> None:
    async with desk.client() as client, client.session.get("/sw.js") as answer:
        assert answer.content_type == "text/javascript"
        assert "no-cache" in answer.headers["Cache-Control"]
        assert "immutable" not in answer.headers["Cache-Control"]
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        assert policy["worker-src"] == "'self'"
        assert policy["manifest-src"] == "'self'"
        assert "geolocation=(self)" in answer.headers["Permissions-Policy"]
        assert "camera=(self)" in answer.headers["Permissions-Policy"]


async def test_a_manifest_is_served_as_one(desk: Served) -> None:
    async with desk.client() as client, client.session.get("/manifest-fa.webmanifest") as answer:
        assert (answer.status, answer.content_type) == (200, "application/manifest+json")


async def test_the_authority_is_given_to_anyone_and_its_fingerprint_to_officers(desk: Served) -> None:
    async with desk.client() as client:
        async with client.session.get("/authority.crt") as answer:
            assert (answer.content_type, await answer.read()) == ("application/x-x509-ca-cert", b"a certificate")
            assert "attachment" in answer.headers["Content-Disposition"]
        assert (await client.get("/api/phones"))[0] == 401


async def test_a_desk_without_an_authority_of_its_own_says_so(pk: House) -> None:
    async with served(pk, WebSettings()) as bare, bare.officer("duty") as client:
        status, answer = await client.get("/authority.crt")
        assert (status, answer["do"]) == (404, "Run: sarhad certificate make")
        assert (await client.get("/api/phones"))[1] == {
            "https": False,
            "addresses": [],
            "fingerprint": "",
            "ends_us": None,
        }


@built
@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("fa", "rtl"), ("ur", "rtl")])
def test_each_language_has_its_manifest_with_icons_that_are_there(lang: str, direction: str) -> None:
    held = json.loads((PAGES / f"manifest-{lang}.webmanifest").read_text(encoding="utf-8"))
    texts = json.loads((Path(__file__).parents[2] / f"src/sarhad/web/texts/{lang}.json").read_text(encoding="utf-8"))
    assert (held["lang"], held["dir"], held["name"]) == (lang, direction, texts["afield.app.name"])
    assert (held["start_url"], held["scope"], held["display"]) == ("/field", "/", "standalone")
    assert {"any", "maskable"} == {icon["purpose"] for icon in held["icons"]}
    for icon in held["icons"]:
        with Image.open(PAGES / icon["src"].lstrip("/")) as image:
            assert f"{image.width}x{image.height}" == icon["sizes"]


@built
def test_the_worker_keeps_every_file_of_the_page_and_nothing_of_the_api() -> None:
    text = (PAGES / "sw.js").read_text(encoding="utf-8")
    kept = dict(re.findall(r'"(/[^"]+)",\s*"([0-9a-f]{16})"', text))
    page = (PAGES / "field.html").read_text(encoding="utf-8")
    for named in re.findall(r'(?:src|href)="(/[^"]+)"', page):
        assert named in kept, named
    assert all((PAGES / path.lstrip("/")).is_file() for path in kept)
    assert not [path for path in kept if path.startswith(("/api", "/region", "/index"))]
    assert any(path.endswith(".woff2") for path in kept)
