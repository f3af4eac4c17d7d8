"""The command line as a user runs it: ``python -m sarhad`` in processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import ClassVar

ROOT = Path(__file__).resolve().parents[2]
REGION = ROOT / "examples" / "sistan-balochistan"
PASSWORD = "correct horse battery staple"


def sarhad(*words: str | Path, status: int | None = 0, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command to its end; ``status`` None accepts any exit status."""
    done = subprocess.run(
        [sys.executable, "-m", "sarhad", *map(str, words)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "SARHAD_PASSWORD": PASSWORD},
    )
    if status is not None:
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """A node that runs; ``url`` is its desk.  ``end_all`` ends those that a failed test left."""

    running: ClassVar[set[Process]] = set()

    def __init__(self, folder: Path) -> None:
        """Start the node in ``folder`` and wait until its desk answers."""
        self.folder = folder
        ports = dict(
            line.split(" = ", 1) for line in (folder / "sarhad.toml").read_text().splitlines() if " = " in line
        )
        # A certificate of the node's own authority is checked as a phone would check it.
        authority = folder / "authority.crt"
        self.tls = ssl.create_default_context(cafile=authority) if authority.exists() else None
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{ports['desk_port']}"
        self._log = (folder / "test.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sarhad", "run", str(folder)], stdout=self._log, stderr=self._log
        )
        self.running.add(self)
        self._wait()

    @classmethod
    def end_all(cls) -> None:
        """Kill every node that still runs."""
        for process in list(cls.running):
            process.stop(signal.SIGKILL)

    def _wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/api/health", timeout=5, context=self.tls):  # noqa: S310  (our own loopback address)
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)  # nothing tells when a process begins to listen
        raise AssertionError((self.folder / "test.log").read_text()[-2000:])

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; returns the exit status."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        status = self._process.wait(30)
        self.running.discard(self)
        self._log.close()
        return status


def set_ports(folder: Path, desk_port: int, exchange_port: int) -> None:
    """Write the node's ports into its settings file, as an operator would."""
    path = folder / "sarhad.toml"
    lines = []
    for line in path.read_text().splitlines():
        if line.startswith("desk_port ="):
            line = f"desk_port = {desk_port}"
        if line.startswith("exchange_port ="):
            line = f"exchange_port = {exchange_port}"
        lines.append(line)
    path.write_text("\n".join(lines) + "\n")


def two_nodes(folder: Path) -> tuple[Path, Path]:
    """Make, furnish and join the nodes of ``ir`` and ``pk`` with the commands of docs/operations.md."""
    made = []
    for party, name, zone in (("ir", "Iran (test)", "Asia/Tehran"), ("pk", "Pakistan (test)", "Asia/Karachi")):
        root, port = folder / party, free_port()
        sarhad(
            "init", root, "--party", party, "--name", name, "--country", party.upper(), "--zone", zone,
            "--endpoint", f"https://127.0.0.1:{port}", "--region", REGION,
            "--ground", REGION / "ground" / f"{party}.json",
        )  # fmt: skip
        set_ports(root, free_port(), port)
        for role in ("duty", "commander", "planner", "auditor"):
            sarhad("officer", "password", root, role)
        made.append(root)
    for inviter, joiner in (made, made[::-1]):
        invitation = folder / f"{inviter.name}.sarhad-invite"
        shown = sarhad("invite", inviter, "--output", invitation).stdout
        digits = next(line.strip() for line in shown.splitlines() if line.startswith("    "))
        sarhad("join", joiner, invitation, "--fingerprint", digits)
    return made[0], made[1]
