"""Files over HTTP: headers, ranges, and no way out of the folder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from sarhad.web.files import UNSATISFIABLE, byte_range
from web.served import Served

BASE = bytes(range(256)) * 40


async def test_every_answer_carries_a_strict_policy(desk: Served) -> None:
    async with desk.client() as client:
        for path in ("/", "/assets/app-1.js", "/api/health", "/api/desk", "/nothing.js", "/api/nothing"):
            async with client.session.get(path) as response:
                policy = response.headers["Content-Security-Policy"]
                assert "unsafe" not in policy
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                assert response.headers["X-Content-Type-Options"] == "nosniff", path
                if path.startswith("/api/"):
                    assert response.headers["Cache-Control"] == "no-store"


async def test_the_pages_are_served_and_cached_by_their_names(desk: Served) -> None:
    async with desk.client() as client:
        for path in ("/", "/index.html", "/incident"):
            async with client.session.get(path) as response:
                assert response.status == 200
                assert response.content_type == "text/html"
                assert "no-cache" in response.headers["Cache-Control"]
        async with client.session.get("/assets/app-1.js") as response:
            assert response.content_type == "text/javascript"
            assert "immutable" in response.headers["Cache-Control"]
            etag = response.headers["ETag"]
        async with client.session.get("/assets/app-1.js", headers={"If-None-Match": f'"x", W/{etag}'}) as response:
            assert (response.status, await response.read()) == (304, b"")


async def test_a_map_reads_only_the_part_that_it_shows(desk: Served) -> None:
    async with desk.officer("duty") as client:
        path = "/region/base.pmtiles"
        assert await client.get(path) == (200, BASE)
        assert await client.get(path, headers={"Range": "bytes=100-199"}) == (206, BASE[100:200])
        assert await client.get(path, headers={"Range": "bytes=-10"}) == (206, BASE[-10:])
        async with client.session.get(path, headers={"Range": "bytes=10000-"}) as response:
            assert response.headers["Content-Range"] == f"bytes 10000-{len(BASE) - 1}/{len(BASE)}"
            assert response.content_length == len(BASE) - 10_000
        async with client.session.get(path, headers={"Range": "bytes=99999-"}) as response:
            assert response.status == 416
            assert response.headers["Content-Range"] == f"bytes */{len(BASE)}"
        stale = {"Range": "bytes=0-1", "If-Range": '"old"'}
        assert (await client.get(path, headers=stale))[0] == 200


@pytest.mark.parametrize(
    "path",
    ["/region/../secret.txt", "/region/%2e%2e/secret.txt", "/region/..%2fsecret.txt", "/region/.hidden",
     "/region/link.txt", "/region/%00", "/region//etc/passwd", "/region/x%5c..%5csecret.txt", "/region/"],
)  # fmt: skip
async def test_nothing_outside_the_folder_is_served(desk: Served, path: str) -> None:
    async with desk.officer("duty") as client, client.session.get(URL(desk.url + path, encoded=True)) as response:
        status, answer = response.status, await response.read()
    assert b"secret" not in answer.replace(b"secret.txt", b"")
    assert status in (400, 404) or b"<title>desk</title>" in answer


@given(st.text(max_size=30), st.integers(0, 1_000))
def test_a_range_is_within_the_file_whatever_is_asked(header: str, size: int) -> None:
    found = byte_range(header, size)
    assert found is None or found == UNSATISFIABLE or 0 <= found[0] <= found[1] < size


@given(st.integers(0, 2_000), st.integers(0, 2_000), st.integers(1, 1_000))
def test_a_range_is_what_was_asked_cut_to_the_file(first: int, last: int, size: int) -> None:
    found = byte_range(f"bytes={first}-{last}", size)
    if first >= size:
        assert found == UNSATISFIABLE
    elif first > last:
        assert found is None
    else:
        assert found == (first, min(last, size - 1))
