"""The desk's calls, as a page makes them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from desk.house import OFFICERS, House, settle, words
from sarhad.ledger import proof
from sarhad.picture.places import PlaceIndex, PlaceView
from sarhad.web.settings import WebSettings
from sarhad.wire.kinds import Attachment, Incident, Note, Report, Request, Warn
from sarhad.wire.registry import KINDS
from sarhad.wire.values import JOINT, OWN, Moment, Place, named
from web.served import Served, served

PLACE = Place(lat=270_000_000, lon=620_000_000, precision=2)
INCIDENT = Incident(title=words("Ambush"), category="ambush", when=Moment(start=0, end=1), place=PLACE)
WARN = Warn(to="pk", urgency="flash", text=words("look out"))


async def test_a_correction_is_written_through_its_call_and_refused_when_its_data_is_not_the_kinds(
    desk: Served,
) -> None:
    async with desk.officer("duty") as client:
        _, written = await client.act(INCIDENT, OWN)
        said = {**msgspec.to_builtins(INCIDENT), "category": "shelling"}
        data = {"record": written["ref"], "data": said, "reason": {"lang": "en", "text": "Heard again"}}
        body = {"data": data, "release": {"to": "own"}}
        assert (await client.post("/api/acts/correction", body))[0] == 201
        _, shown = await client.get(f"/api/records/{written['ref']}")
        wrong = {**body, "data": {**data, "data": {"category": "shelling"}}}
        status, problem = await client.post("/api/acts/correction", wrong)
    assert shown["data"]["category"] == "shelling"
    assert shown["first_data"]["category"] == "ambush"
    assert (status, problem["where"]) == (422, "data.data")


async def test_an_act_is_written_and_shown_in_full(desk: Served) -> None:
    async with desk.officer("duty") as client:
        status, written = await client.act(WARN, named("pk"), key="k-1")
        assert status == 201
        assert (await client.act(WARN, named("pk"), key="k-1"))[1] == written
        status, shown = await client.get(f"/api/records/{written['ref']}")
    assert status == 200
    held = desk.house.desk.held(written["ref"])
    assert held is not None
    assert shown["readers"] == ["pk"]
    assert shown["body_text"].encode() == held.body
    assert shown["body"]["data"]["urgency"] == "flash"
    assert shown["unknown_fields"] == []
    assert shown["bracket"].keys() == {"not_before_s", "not_after_s", "backdated"}


@pytest.mark.parametrize("officer", sorted(OFFICERS))
async def test_each_officer_may_call_what_its_role_allows_and_nothing_else(desk: Served, officer: str) -> None:
    roles = set(OFFICERS[officer])
    async with desk.officer(officer) as client:
        for kind in KINDS.values():
            status, answer = await client.post(f"/api/acts/{kind.name}", {})
            allowed = bool(roles & kind.authors)
            assert status == (400 if allowed else 403), (kind.name, answer)
        _, frame = await client.get("/api/desk")
        assert {k["kind"] for k in frame["kinds"] if k["allowed"]} == {
            k.name for k in KINDS.values() if roles & k.authors
        }


async def test_every_refusal_says_what_where_and_what_to_do(desk: Served) -> None:
    async with desk.officer("duty") as client:
        cases: list[tuple[int, str, tuple[int, Any]]] = [
            (422, "release", await client.act(WARN, OWN)),
            (400, "data.urgent", await client.post("/api/acts/warning", bad_field())),
            (404, "", await client.get("/api/nothing")),
            (404, "ir:9999", await client.get("/api/records/ir:9999")),
            (405, "", await client.call("PATCH", "/api/desk")),
            (400, "limit", await client.get("/api/records?limit=9999")),
            (403, "role", await client.post("/api/export", {"audience": "own"})),
        ]
    for status, where, (got, answer) in cases:
        assert (got, answer["where"]) == (status, where), answer
        assert set(answer) == {"code", "what", "where", "do", "retry", "values"}
        assert answer["what"]
        assert answer["do"]


def bad_field() -> dict[str, Any]:
    return {"data": {**msgspec.to_builtins(WARN), "urgent": True}, "release": {"to": "joint"}}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"data":{}}', b"\xff\xfe", b'{"data":' + b"[" * 9_000])
async def test_a_body_that_is_not_of_the_form_is_refused(desk: Served, body: bytes) -> None:
    async with desk.officer("duty") as client:
        headers = {"Content-Type": "application/json"}
        status, answer = await client.call("POST", "/api/acts/warning", data=body, headers=headers)
    assert status == 400
    assert answer["code"] == "bad-request"


async def test_a_body_that_is_too_large_is_refused(desk: Served) -> None:
    async with desk.officer("duty") as client:
        status, answer = await client.post("/api/acts/note", {"data": "x" * 200_000})
        assert (status, answer["code"]) == (413, "too-large")

        async def endless() -> Any:
            for _ in range(100):
                yield b"x" * 10_000

        headers = {"Content-Type": "application/json"}
        status, _ = await client.call("POST", "/api/acts/note", data=endless(), headers=headers)
        assert status == 413


async def test_the_watch_shows_both_sides(desk: Served, pk: House) -> None:
    async with desk.officer("duty") as client:
        _, made = await client.act(INCIDENT, JOINT)
        await client.act(Report(incident=made["ref"], text=words("27 killed")), JOINT)
        await client.act(
            Incident(title=words(), category="other", when=INCIDENT.when, place=PLACE), OWN, exercise="d-1"
        )
        ask = Request(to="ir", urgency="routine", asks="inform", text=words())
        asked = await pk.act("duty", ask, release=JOINT)
        await settle(desk.house, pk)
        _, inbox = await client.get("/api/inbox")
        assert [(item["ref"], item["direction"]) for item in inbox] == [(asked, "owed-by-us")]
        _, incidents = await client.get("/api/incidents")
        assert [incident["ref"] for incident in incidents] == [made["ref"]]
        _, incident = await client.get(f"/api/incidents/{made['ref']}")
        assert len(incident["statements"][0]["statements"]) == 2
        assert len((await client.get("/api/incidents?exercise=d-1"))[1]) == 1
        status, receipt = await client.post("/api/receipts", {"step": "acknowledged", "refs": [asked]})
        assert status == 201
        assert len(receipt["refs"]) == 1
        again = await client.post("/api/receipts", {"step": "acknowledged", "refs": [asked]})
        assert again == (201, {"refs": []})
        for path in ("ground", "statistics", "pledges", "taskings", "agreements", "partners/pk"):
            assert (await client.get(f"/api/{path}"))[0] == 200, path
        assert (await client.get("/api/partners/xx"))[0] == 404


async def test_the_frame_of_the_desk(desk: Served) -> None:
    async with desk.officer("duty") as client:
        _, frame = await client.get("/api/desk")
    assert frame["manifest"]["zone"] == "Asia/Tehran"
    assert [(p["party"], p["link"]["state"]) for p in frame["partners"]] == [("pk", "never")]
    assert frame["officer"]["officer"] == "duty"
    assert frame["now_us"] > 0


async def test_both_desks_name_the_same_digest_when_they_hold_the_same(desk: Served, pk: House) -> None:
    async with desk.officer("auditor") as client, desk.officer("duty") as duty:
        await duty.act(WARN, named("pk"))
        _, apart = await client.get("/api/partners/pk/digest")
        await settle(desk.house, pk)
        _, here = await client.get("/api/partners/pk/digest")
    theirs = pk.desk.picture.shared_bytes(frozenset({"ir", "pk"}))
    assert here["sha256"] == hashlib.sha256(theirs).hexdigest()
    assert apart != here


async def test_records_are_found_a_page_at_a_time(desk: Served) -> None:
    async with desk.officer("duty") as client:
        refs = {(await client.act(Note(text=words(f"number {n}")), OWN))[1]["ref"] for n in range(5)}
        found: set[str] = set()
        cursor = ""
        for size in (2, 2, 1):
            query = {"kind": "note", "party": "ir", "limit": 2, "cursor": cursor}
            _, page = await client.get("/api/records", params=query)
            assert (len(page["records"]), page["total"]) == (size, 5)
            found |= {record["ref"] for record in page["records"]}
            cursor = page["next"]
        assert (found, cursor) == (refs, "")
        _, one = await client.get("/api/records", params={"q": "number 3"})
        assert one["total"] == 1
        assert (await client.get("/api/records", params={"cursor": "junk"}))[0] == 422


async def test_a_proof_is_downloaded(desk: Served) -> None:
    async with desk.officer("auditor") as client:
        status, text = await client.get("/api/records/ir:1/proof")
        assert status == 200
        assert proof.parse(text).index == 1
        assert (await client.get("/api/records/ir:9999/proof"))[0] == 404
        assert (await client.get("/api/records/junk/proof"))[0] == 404


async def test_a_preview_writes_nothing_and_refuses_as_the_act_would(desk: Served) -> None:
    async with desk.officer("duty") as client:
        size = desk.house.ledger.size("ir")
        body = {"kind": "warning", "data": msgspec.to_builtins(WARN), "release": {"to": "named", "parties": ["pk"]}}
        status, shown = await client.post("/api/preview", body)
        assert (status, shown[0]["partner"], shown[0]["reads"]) == (200, "pk", True)
        assert shown[0]["body"]["data"]["to"] == "pk"
        assert (await client.post("/api/preview", {**body, "release": {"to": "own"}}))[0] == 422
        assert (await client.post("/api/preview", {**body, "kind": "nothing"}))[0] == 400
        released = {"record": "ir:1", "release": {"to": "joint"}}
        assert (await client.post("/api/preview", released))[1][0]["reads"] is True
        assert desk.house.ledger.size("ir") == size


async def test_a_bundle_is_made_for_who_may_and_deleted_when_sent(desk: Served) -> None:
    async with desk.officer("auditor") as client:
        status, raw = await client.post("/api/export", {"audience": "pk"})
    assert (status, len(raw)) == (200, 300_002)
    assert desk.exported == [("pk", "auditor")]
    assert list(desk.house.folder.glob("bundle-*")) == []


async def test_a_file_is_stored_by_its_content_and_never_run(desk: Served) -> None:
    content = b"<script>alert(1)</script>" * 10_000
    async with desk.officer("duty") as client, desk.officer("auditor") as auditor:
        status, stored = await client.call("POST", "/api/attachments", data=content)
        assert (status, stored["size"]) == (201, len(content))
        assert stored["sha256"] == hashlib.sha256(content).hexdigest()
        async with auditor.session.get(f"/api/attachments/{stored['sha256']}") as response:
            assert await response.read() == content
            assert response.headers["Content-Type"] == "application/octet-stream"
            assert response.headers["Content-Disposition"].startswith("attachment")
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert (await client.get("/api/attachments/..%2Faccounts.sqlite"))[0] == 404
        wrong = await client.call("POST", f"/api/attachments?sha256={'0' * 64}", data=content)
        assert wrong[0] == 422
        assert (await auditor.call("POST", "/api/attachments", data=content))[0] == 403


async def test_a_file_above_the_limit_is_refused_and_not_kept(desk: Served) -> None:
    async def endless() -> Any:
        for _ in range(51):
            yield bytes(1_000_000)

    async with desk.officer("duty") as client:
        status, answer = await client.call("POST", "/api/attachments", data=endless())
    assert (status, answer["code"]) == (413, "too-large")
    assert list((desk.house.folder / "attachments").iterdir()) == []


async def test_an_attachment_record_names_a_file_that_is_here(desk: Served) -> None:
    content = b"a photograph"
    sha256 = hashlib.sha256(content).hexdigest()
    record = Attachment(sha256=sha256, size=len(content), media_type="image/png")
    async with desk.officer("duty") as client:
        status, answer = await client.act(record, OWN)
        assert (status, answer["where"]) == (422, "data.sha256")
        await client.call("POST", "/api/attachments", data=content)
        wrong = Attachment(sha256=sha256, size=1, media_type="image/png")
        assert (await client.act(wrong, OWN))[1]["where"] == "data.size"
        assert (await client.act(record, OWN))[0] == 201


async def test_a_place_is_found_by_its_name_however_it_is_spelt(ir: House, pk: House, settings: WebSettings) -> None:
    place = PlaceView(name="زاهدان", place_class="city", country="IRN", lat=294_963_000, lon=608_629_000)
    with_places = replace(settings, places=PlaceIndex([(place, ())]))
    async with served(ir, with_places) as desk, desk.officer("duty") as client:
        for spelling in ("Zahedan", "Zāhedān", "زاهدان"):
            assert await client.get("/api/places", params={"q": spelling}) == (200, [msgspec.to_builtins(place)])
        assert (await client.get("/api/places", params={"q": "Berlin"}))[1] == []
        assert (await client.get("/api/places", params={"q": "x" * 101}))[0] == 400
        assert (await client.get("/api/places"))[0] == 400
    async with served(ir, settings) as desk, desk.officer("duty") as client:
        assert await client.get("/api/places", params={"q": "Zahedan"}) == (200, [])


async def test_a_print_is_made_for_those_who_may_and_not_too_often(desk: Served) -> None:
    async with desk.officer("auditor") as client:
        status, made = await client.get("/api/print/incident/ir:4.pdf", params={"lang": "fa"})
        assert (status, made) == (200, b"%PDF incident fa ir:4 for auditor")
        assert (await client.get("/api/print/log.pdf"))[1] == b"%PDF log en  for auditor"
        assert (await client.get("/api/print/handover.pdf", params={"lang": "xx"}))[0] == 400
        said = (await client.get("/api/paper/incident/ir:4", params={"lang": "ur"}))[1]
        assert (said["lang"], said["references"]) == ("ur", "ir:4")
        assert (await client.get("/api/paper/log", params={"exercise": "dawn"}))[1]["exercise"] == "dawn"
        answers = [(await client.get("/api/print/handover.pdf"))[0] for _ in range(5)]
        assert answers[0] == 200
        assert answers[-1] == 429
    async with desk.officer("admin") as client:
        assert (await client.get("/api/print/log.pdf"))[0] == 403
        assert (await client.get("/api/paper/handover"))[0] == 403
