"""A node's settings: one TOML file in its folder, each key also as an environment variable.

``SETTINGS`` describes every key once; the file that ``sarhad init`` writes, the table
in docs/operations.md and the checks below are made from it.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta

from sarhad.wire.errors import SarhadError

FILE_NAME = "sarhad.toml"
PREFIX = "SARHAD_"

Port = Annotated[int, Meta(ge=0, le=65_535)]


class SettingsError(SarhadError):
    """A setting that is missing, unknown or out of range."""

    code = "settings"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be set.  Ports of 0 let the system choose (tests)."""

    desk_host: Annotated[str, Meta(description="Address that the desk's pages listen on")] = "127.0.0.1"
    desk_port: Annotated[Port, Meta(description="Port of the desk's pages")] = 8440
    desk_tls_cert: Annotated[str, Meta(description="Certificate (PEM) of the desk; needed beyond loopback")] = ""
    desk_tls_key: Annotated[str, Meta(description="Private key (PEM) of the desk's certificate")] = ""
    desk_url: Annotated[
        str,
        Meta(
            pattern="^(https?://[^/ ]+)?$",
            description="Where officers open the desk (https://desk.example): passkeys, outside sign-in, cookies",
        ),
    ] = ""
    exchange_host: Annotated[str, Meta(description="Address that the partners' nodes connect to")] = "127.0.0.1"
    exchange_port: Annotated[Port, Meta(description="Port that the partners' nodes connect to")] = 8450
    region: Annotated[str, Meta(description="Folder of the region package: map, border, ground")] = ""
    oidc_issuer: Annotated[
        str, Meta(description="Issuer of the authority's OpenID Connect sign-in; empty: none", max_length=500)
    ] = ""
    oidc_client_id: Annotated[str, Meta(description="Name of this desk at that service", max_length=500)] = ""
    oidc_secret_file: Annotated[str, Meta(description="File with the secret for it, readable by the node only")] = ""
    oidc_claim: Annotated[str, Meta(description="Verified claim that is the officer's sign-in name here")] = (
        "preferred_username"
    )
    scenario_folder: Annotated[
        str, Meta(description="Folder of the scenarios that can be drilled at the desk; empty: the region's")
    ] = ""
    backup_folder: Annotated[
        str, Meta(description="Folder for copies that the desk's button makes; empty: by command only")
    ] = ""
    session_idle_s: Annotated[int, Meta(ge=60, description="Seconds after which an idle officer is signed out")] = (
        28_800
    )
    escalate_percent: Annotated[
        int,
        Meta(
            ge=0,
            le=100,
            description="Share of the deadline, in percent, after which a flash or immediate item "
            "that nobody acknowledged goes to the commander; 0: never",
        ),
    ] = 50
    log_level: Annotated[str, Meta(pattern="^(debug|info|warning|error)$", description="Least severity logged")] = (
        "info"
    )

    def region_folder(self) -> Path | None:
        """The region's folder, None when no region is set."""
        return Path(self.region) if self.region else None


def describe() -> list[tuple[str, str, str, str]]:
    """Return (key, default, environment variable, description) of every setting, in order."""
    hints = get_type_hints(Settings, include_extras=True)
    rows = []
    for field in msgspec.structs.fields(Settings):
        notes = [meta.description for meta in _metas(hints[field.name]) if meta.description]
        rows.append((field.name, _toml(field.default), PREFIX + field.name.upper(), notes[-1]))
    return rows


def _metas(annotation: Any) -> list[Meta]:
    return [item for item in getattr(annotation, "__metadata__", ()) if isinstance(item, Meta)]


def _toml(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def render(settings: Settings) -> str:
    """Return the settings file with every key and what it means."""
    lines = ["# Settings of this Sarhad node. Each can also be given in the environment.", ""]
    for key, default, variable, description in describe():
        lines += [f"# {description} (default {default}; {variable})", f"{key} = {_toml(getattr(settings, key))}", ""]
    return "\n".join(lines)


def load(folder: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read ``folder``/sarhad.toml, then the environment over it; raise SettingsError with the key at fault."""
    path = folder / FILE_NAME
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError("no node here", where=str(folder), do="Make one with: sarhad init") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"not a TOML file: {error}", where=str(path), do="Mend that line") from error
    for field in msgspec.structs.fields(Settings):
        text = environ.get(PREFIX + field.name.upper())
        if text is not None:
            values[field.name] = text
    return check(values, str(path))


def change(folder: Path, **values: str) -> None:
    """Set these keys in ``folder``/sarhad.toml, each on its own line; all else there stays as it is."""
    path = folder / FILE_NAME
    lines = path.read_text(encoding="utf-8").splitlines()
    for key, value in values.items():
        line = f"{key} = {_toml(value)}"
        at = [i for i, held in enumerate(lines) if held.split("=")[0].strip() == key]
        if at:
            lines[at[0]] = line
        else:
            lines.append(line)
    partial = path.with_suffix(".new")
    partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
    partial.replace(path)


def check(values: Mapping[str, Any], where: str) -> Settings:
    """Return validated settings; refuse to listen beyond loopback without TLS on the desk."""
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(str(error), where=where, do="See docs/operations.md for the settings") from error
    if not is_loopback(settings.desk_host) and not (settings.desk_tls_cert and settings.desk_tls_key):
        raise SettingsError(
            f"desk_host {settings.desk_host} is not loopback and no certificate is set",
            where=where,
            do="Run: sarhad certificate make (or set desk_tls_cert and desk_tls_key), or keep desk_host = 127.0.0.1",
        )
    return settings


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` is an address that only this machine reaches."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
