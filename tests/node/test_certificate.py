"""HTTPS from an authority of the desk's own: what it may vouch for, how it is renewed, and that the node serves it."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import socket
import ssl
import stat
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.commands import PASSWORD, Process, free_port, sarhad, set_ports
from sarhad.node import certificate, local_ca
from sarhad.node.folder import NodeFolder, system_clock
from sarhad.node.settings import SettingsError, check, load
from sarhad.wire.errors import SarhadError

DAY_US = 86_400_000_000


@pytest.fixture(autouse=True)
def no_node_is_left() -> Iterator[None]:
    yield
    Process.end_all()


@pytest.fixture
def node(tmp_path: Path) -> Path:
    root = tmp_path / "pk"
    sarhad(
        "init", root, "--party", "pk", "--name", "Pakistan (test)", "--country", "PK", "--zone", "Asia/Karachi",
        "--endpoint", "https://127.0.0.1:8450",
    )  # fmt: skip
    return root


@contextlib.contextmanager
def listening(context: ssl.SSLContext) -> Iterator[int]:
    """Serve TLS handshakes on a real socket until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as wrapped:
                        wrapped.recv(1)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def shake(port: int, trusted: bytes, name: str) -> str:
    """Shake hands as somebody who trusts this authority and calls ``name``; returns the certificate's serial number."""
    client = ssl.create_default_context(cadata=trusted.decode())
    with socket.create_connection(("127.0.0.1", port)) as raw, client.wrap_socket(raw, server_hostname=name) as wrapped:
        found = wrapped.getpeercert()
        assert found is not None
        return str(found["serialNumber"])


def server_of(pair: local_ca.Pair, tmp_path: Path) -> ssl.SSLContext:
    (tmp_path / "a.key").write_bytes(pair.key)
    (tmp_path / "a.crt").write_bytes(pair.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "a.crt", tmp_path / "a.key")
    return context


def test_who_trusts_the_authority_trusts_the_desk_by_each_of_its_names(tmp_path: Path) -> None:
    now = system_clock()
    authority = local_ca.make_authority("test", local_ca.reach_of(["desk.example", "10.1.0.0/16"]), now)
    server = local_ca.make_server(authority, ["desk.example", "10.1.2.3"], now)
    with listening(server_of(server, tmp_path)) as port:
        for name in ("desk.example", "10.1.2.3", "localhost", "127.0.0.1"):
            assert shake(port, authority.certificate, name)
        with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
            shake(port, authority.certificate, "10.1.2.4")


def test_a_stolen_authority_vouches_for_no_other_site(tmp_path: Path) -> None:
    now = system_clock()
    authority = local_ca.make_authority("test", local_ca.reach_of(["desk.example"]), now)
    _, stolen = local_ca.read_authority(authority)
    wide = local_ca.make_authority("test", local_ca.reach_of(["bank.example", "desk.example"]), now)
    for name in ("bank.example", "10.9.9.9"):
        with pytest.raises(SarhadError, match="may not vouch"):
            local_ca.make_server(authority, [name], now)
    # The thief signs all the same, with the stolen key: the phone sees to it that it is worth nothing.
    parent = local_ca.read_certificate(authority.certificate)
    original = local_ca.read_authority
    forged = local_ca.Pair(wide.key, wide.certificate)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_ca, "read_authority", lambda pair: (parent, stolen) if pair is forged else original(pair))
        patch.setattr(local_ca, "reach", lambda _: local_ca.reach_of(["bank.example"]))
        false = local_ca.make_server(forged, ["bank.example"], now)
    with (
        listening(server_of(false, tmp_path)) as port,
        pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"),
    ):
        shake(port, authority.certificate, "bank.example")


@pytest.mark.parametrize("name", ["", "a b", "-x.example", "::", "224.0.0.1", "1.2.3", "x" * 300, "http://a"])
def test_what_is_no_name_of_a_desk_is_refused(name: str) -> None:
    with pytest.raises(SarhadError):
        local_ca.checked_name(name)


@pytest.mark.parametrize("network", ["10.1.2.3/16", "0.0.0.0/0", "::/0", "10.1.0.0/x"])
def test_a_network_is_a_network_and_not_the_world(network: str) -> None:
    with pytest.raises(SarhadError):
        local_ca.reach_of([network])


def test_the_node_serves_its_desk_over_https_from_its_own_authority(node: Path) -> None:
    said = sarhad("certificate", "make", node, "--name", "127.0.0.1", "--name", "desk.example").stdout
    sarhad("officer", "add", node, "duty.1", "--title", "Duty", "--role", "duty")
    set_ports(node, free_port(), free_port())
    folder = NodeFolder(node)
    for path in (folder.authority_key, folder.desk_key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    running = Process(node)  # waits over HTTPS, with the authority's certificate as its only anchor
    try:
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=running.tls), urllib.request.HTTPCookieProcessor(jar)
        )
        with opener.open(f"{running.url}/authority.crt") as answer:
            assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
            held = ssl.DER_cert_to_PEM_cert(answer.read())
        assert held.strip() == folder.authority.read_text().strip()
        body = json.dumps({"officer": "duty.1", "password": PASSWORD}).encode()
        how = {"Content-Type": "application/json"}
        asked = urllib.request.Request(f"{running.url}/api/session", body, how)  # noqa: S310  (our own address)
        with opener.open(asked) as answer:
            assert "max-age" in answer.headers["Strict-Transport-Security"]
        [cookie] = jar
        assert cookie.secure
        assert cookie.name.startswith("__Host-")
        with opener.open(f"{running.url}/api/phones") as answer:
            phones = json.load(answer)
        assert phones["fingerprint"].replace(":", "")[:32] in said.replace(":", "").replace("\n", "")
        assert phones["addresses"] == [running.url.replace("127.0.0.1", "desk.example")]
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(f"{running.url}/api/health", context=ssl.create_default_context())  # noqa: S310
    finally:
        assert running.stop() == 0


def test_a_running_server_takes_a_renewed_certificate_without_a_restart(node: Path, tmp_path: Path) -> None:
    long_ago = system_clock() - (local_ca.SERVER_DAYS - 10) * DAY_US
    certificate.make(node, ["desk.example"], [], clock=lambda: long_ago)
    now = [long_ago]
    folder = NodeFolder(node)
    tls = certificate.DeskTls(folder, load(node), lambda: now[0])
    trusted = folder.authority.read_bytes()
    with listening(tls.context) as port:
        first = shake(port, trusted, "desk.example")
        assert not tls.look()
        now[0] = system_clock()
        assert tls.look()
        second = shake(port, trusted, "desk.example")
        held = local_ca.read_certificate(folder.desk_certificate.read_bytes())
        assert local_ca.ends_us(held) > now[0] + 300 * DAY_US
        certificate.renew(node)  # by the command, beside the running node
        assert tls.look()
        assert len({first, second, shake(port, trusted, "desk.example")}) == 3


def test_a_desk_beyond_loopback_needs_a_certificate_and_is_told_how(node: Path) -> None:
    with pytest.raises(SettingsError, match="sarhad certificate make"):
        check({"desk_host": "0.0.0.0"}, "here")  # noqa: S104  (that it is refused is the point)
    sarhad("certificate", "make", node, "--name", "10.1.2.3", "--listen", "0.0.0.0")  # noqa: S104
    settings = load(node, {})
    assert settings.desk_host == "0.0.0.0"  # noqa: S104
    assert "# Address that the desk's pages listen on" in (node / "sarhad.toml").read_text()
    assert certificate.addresses(NodeFolder(node), settings) == ["https://10.1.2.3:8440"]


def test_a_new_name_needs_a_new_authority_unless_it_lies_within(node: Path) -> None:
    sarhad("certificate", "make", node, "--name", "10.1.2.3", "--within", "10.1.0.0/16", "--within", "post.example")
    first = NodeFolder(node).authority.read_bytes()
    sarhad("certificate", "make", node, "--name", "10.1.9.9", "--name", "a.post.example")
    assert NodeFolder(node).authority.read_bytes() == first
    refused = sarhad("certificate", "make", node, "--name", "10.2.0.1", status=2).stderr
    assert "may not vouch for 10.2.0.1" in refused
    sarhad("certificate", "make", node, "--name", "10.2.0.1", "--new-authority")
    assert NodeFolder(node).authority.read_bytes() != first
    assert "10.2.0.1" in sarhad("certificate", "show", node).stdout


def test_a_key_that_everybody_may_read_is_refused(node: Path) -> None:
    certificate.make(node, ["desk.example"], [])
    folder = NodeFolder(node)
    folder.desk_key.chmod(0o604)
    with pytest.raises(SettingsError, match="everybody may read"):
        certificate.DeskTls(folder, load(node), system_clock)
    folder.desk_key.chmod(0o600)
    folder.desk_key.write_bytes(b"no key")
    with pytest.raises(SettingsError, match="cannot be used"):
        certificate.DeskTls(folder, load(node), system_clock)
