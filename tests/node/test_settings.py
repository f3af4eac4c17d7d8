"""Settings: the file, the environment over it, and what is refused."""

from __future__ import annotations

import socket
from pathlib import Path

import msgspec
import pytest

from sarhad.node import running, settings, ways
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


def test_an_outside_sign_in_that_is_set_by_halves_keeps_the_node_from_starting(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("between us\n")
    secret.chmod(0o600)
    whole = Settings(
        desk_url="https://desk.example",
        oidc_issuer="https://login.example",
        oidc_client_id="desk",
        oidc_secret_file=str(secret),
    )
    found = ways.outside(whole)
    assert found is not None
    assert (found.secret, found.back) == ("between us", "https://desk.example/api/session/outside/return")
    assert ways.outside(Settings()) is None
    for key in ("desk_url", "oidc_client_id", "oidc_secret_file"):
        with pytest.raises(SettingsError, match=key):
            ways.outside(msgspec.structs.replace(whole, **{key: ""}))
    with pytest.raises(SettingsError, match="HTTPS"):
        ways.outside(msgspec.structs.replace(whole, oidc_issuer="http://login.example"))
    secret.chmod(0o644)
    with pytest.raises(SettingsError, match="others may read"):
        ways.outside(whole)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://desk.example:8440", "desk.example"),
        ("https://10.0.0.7:8440", None),
        ("https://[fd00::7]:8440", None),
        ("", "localhost"),
    ],
)
def test_passkeys_are_made_under_a_name_and_never_under_an_address(url: str, name: str | None) -> None:
    found = ways.relying_party(Settings(desk_url=url))
    assert (found and found.id) == name


def test_on_loopback_the_desk_answers_to_its_own_name_and_to_no_other() -> None:
    behind = Settings(desk_url="https://desk.example")
    assert running.hosts(behind) >= {"desk.example", "127.0.0.1:8440", "localhost:8440"}
    assert "elsewhere.example" not in running.hosts(behind)
    assert all(name.endswith(":8440") for name in running.hosts(Settings()))


@pytest.mark.parametrize(
    ("settings", "secure"),
    [
        (Settings(), False),
        (Settings(desk_url="http://localhost:8440"), False),
        (Settings(desk_url="https://desk.example"), True),
        (Settings(desk_tls_cert="c.pem", desk_tls_key="k.pem"), True),
    ],
)
def test_cookies_are_secure_where_officers_come_over_tls_also_that_of_a_server_in_front(
    settings: Settings, secure: bool
) -> None:
    assert running.over_https(settings) is secure
