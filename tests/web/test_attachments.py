"""Files at the desk: what a photo tells is shown and stripped, views are the node's own, names deceive nobody."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from photo_maker import DEVICE, LAT, SECRET, photo
from sarhad.web.attachments import plain_name
from sarhad.wire.kinds import Attachment, Incident
from sarhad.wire.values import JOINT, Moment, Place, Words
from web.served import Client, Served

INCIDENT = Incident(
    title=Words(lang="en", text="made up"),
    category="accident",
    when=Moment(start=1, end=1),
    place=Place(lat=285_000_000, lon=612_000_000, precision=2),
)


async def upload(client: Client, content: bytes) -> dict[str, Any]:
    status, stored = await client.call("POST", "/api/attachments", data=content)
    assert status == 201
    assert isinstance(stored, dict)
    return stored


async def test_a_photo_tells_the_officer_and_is_stripped_to_another_file(desk: Served) -> None:
    async with desk.officer("duty") as client:
        stored = await upload(client, photo())
        assert stored["media_type"] == "image/jpeg"
        assert (stored["photo"]["place"]["lat"], stored["photo"]["device"]) == (LAT, DEVICE)
        status, clean = await client.post(f"/api/attachments/{stored['sha256']}/strip", {})
        assert status == 201
        assert clean["sha256"] != stored["sha256"]
        assert clean["photo"]["place"] is None
        assert clean["photo"]["device"] == ""
        _status, content = await client.get(f"/api/attachments/{clean['sha256']}")
        assert SECRET not in content
        assert (await client.post(f"/api/attachments/{'0' * 64}/strip", {}))[0] == 404
        text = await upload(client, b"no photo at all")
        assert (text["media_type"], text["photo"]) == ("application/octet-stream", None)
        assert (await client.post(f"/api/attachments/{text['sha256']}/strip", {}))[0] == 422
    async with desk.officer("auditor") as auditor:
        assert (await auditor.post(f"/api/attachments/{stored['sha256']}/strip", {}))[0] == 403


async def test_a_view_is_made_by_the_node_and_nothing_is_run(desk: Served) -> None:
    async with desk.officer("duty") as client:
        stored = await upload(client, photo())
        address = f"/api/attachments/{stored['sha256']}/view"
        async with client.session.get(address) as response:
            assert response.headers["Content-Type"] == "image/jpeg"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in response.headers["Content-Security-Policy"]
            content = await response.read()
        with Image.open(io.BytesIO(content)) as image:
            assert max(image.size) <= 320
        assert SECRET not in content
        async with client.session.get(f"/api/attachments/{stored['sha256']}") as response:
            assert response.headers["Content-Disposition"].startswith("attachment")
            assert "sandbox" in response.headers["Content-Security-Policy"]
        script = await upload(client, b"<script>alert(1)</script>")
        assert (await client.get(f"/api/attachments/{script['sha256']}/view"))[0] == 204
        assert (await client.get(f"/api/attachments/{'0' * 64}/view"))[0] == 404


async def test_the_files_of_an_incident_are_listed_with_what_is_missing(desk: Served) -> None:
    async with desk.officer("duty") as client:
        _status, incident = await client.act(INCIDENT, JOINT)
        stored = await upload(client, photo())
        name = "road\u202egpj.exe"
        record = Attachment(
            sha256=stored["sha256"], size=stored["size"], media_type="image/jpeg", name=name, about=incident["ref"]
        )
        _status, written = await client.act(record, JOINT)
        status, listed = await client.get(f"/api/incidents/{incident['ref']}/attachments")
        assert status == 200
        assert [one["ref"] for one in listed] == [written["ref"]]
        assert listed[0]["here"] is True
        assert listed[0]["photo"] is True
        assert listed[0]["name"] == "roadgpj.exe"
        assert listed[0]["readers"] == ["pk"]
        async with client.session.get(f"/api/attachments/{stored['sha256']}") as response:
            said = response.headers["Content-Disposition"]
            assert said.startswith("attachment")
            assert "roadgpj.exe" in said
        (desk.house.folder / "attachments" / stored["sha256"]).unlink()
        _status, listed = await client.get(f"/api/incidents/{incident['ref']}/attachments")
        assert (listed[0]["here"], listed[0]["so_far"], listed[0]["photo"]) == (False, 0, False)
        assert (await client.get("/api/incidents/ir:99999/attachments"))[0] == 404


async def test_who_countersigned_a_record_is_told(desk: Served) -> None:
    async with desk.officer("duty") as client:
        _status, incident = await client.act(INCIDENT, JOINT)
        desk.house.ledger.checkpoint()
        status, signed = await client.get(f"/api/records/{incident['ref']}/countersigned")
        assert status == 200
        assert {one["party"] for one in signed} <= {"ir", "pk"}
        assert (await client.get("/api/records/ir:99999/countersigned"))[0] == 404


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("می‌روم.jpg", "می‌روم.jpg"),
        ('a"; filename="b.exe', "a_; filename=_b.exe"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie_ x"),
        ("\u202e\u2066", ""),
    ],
)
def test_a_name_deceives_nobody(name: str, plain: str) -> None:
    assert plain_name(name) == plain
