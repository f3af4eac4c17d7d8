"""Settings: the file, the environment over it, and what is refused."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from sarhad.node import running, settings
from sarhad.node.settings import Settings, SettingsError
from sarhad.wire.errors import Unavailable


def test_the_file_that_init_writes_reads_back_as_it_was(tmp_path: Path) -> None:
    wanted = Settings(desk_port=9000, region="/srv/region", log_level="debug")
    (tmp_path / settings.FILE_NAME).write_text(settings.render(wanted))
    assert settings.load(tmp_path, {}) == wanted


def test_the_environment_stands_over_the_file(tmp_path: Path) -> None:
    (tmp_path / settings.FILE_NAME).write_text(settings.render(Settings()))
    assert settings.load(tmp_path, {"SARHAD_DESK_PORT": "9001"}).desk_port == 9001


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("desk_port = 70000", "desk_port"),
        ("desk_prot = 8440", "desk_prot"),
        ("desk_port = ", "not a TOML file"),
        ('log_level = "loud"', "log_level"),
        ('desk_host = "0.0.0.0"', "not loopback"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / settings.FILE_NAME).write_text(text)
    with pytest.raises(SettingsError, match=told):
        settings.load(tmp_path, {})


def test_a_desk_beyond_loopback_needs_a_certificate() -> None:
    values = {"desk_host": "192.0.2.1", "desk_tls_cert": "c.pem", "desk_tls_key": "k.pem"}
    assert settings.check(values, "here").desk_host == "192.0.2.1"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("desk", False)],  # noqa: S104  (refused)
)
def test_loopback_is_told_apart(host: str, loopback: bool) -> None:
    assert settings.is_loopback(host) is loopback


def test_an_address_that_is_taken_is_told_with_what_to_change() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match="cannot listen there") as caught:
            running.require_free("127.0.0.1", port, "desk_port")
    assert "desk_port" in str(caught.value)
    running.require_free("127.0.0.1", port, "desk_port")
