"""``sarhad certificate``: HTTPS for the desk, so that phones can install the field page."""

from __future__ import annotations

from pathlib import Path

import click

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def certificate() -> None:
    """Serve the desk over HTTPS from an authority of its own, for phones and other machines."""


@certificate.command("make")
@click.argument("folder", type=FOLDER)
@click.option(
    "--name", "names", multiple=True, required=True, metavar="NAME", help="DNS name or address of the desk. Repeat."
)
@click.option(
    "--within",
    multiple=True,
    metavar="NAME|NETWORK",
    help="Further names (with all below them) and networks that the authority may ever vouch for. Repeat.",
)
@click.option("--listen", metavar="ADDRESS", help="Set desk_host as well: 0.0.0.0 for every interface.")
@click.option("--new-authority", is_flag=True, help="Make a new authority: every phone must install it.")
def certificate_make(
    folder: Path, names: tuple[str, ...], within: tuple[str, ...], listen: str | None, new_authority: bool
) -> None:
    """Make a certificate for the desk of FOLDER, and the authority that signs it if there is none.

    The authority can vouch for the names and networks given here and for nothing else.
    Its key stays in FOLDER/keys, readable by you only. The settings are pointed at the
    certificate; a running node renews it by itself 30 days before its end.
    """
    from sarhad.node import certificate as certificates

    click.echo(certificates.make_command(folder, list(names), list(within), listen, new_authority=new_authority))


@certificate.command("renew")
@click.argument("folder", type=FOLDER)
def certificate_renew(folder: Path) -> None:
    """Make a new certificate for the same names now. Phones need nothing; the node may be running."""
    from sarhad.node import certificate as certificates

    click.echo(certificates.renew_command(folder))


@certificate.command("show")
@click.argument("folder", type=FOLDER)
def certificate_show(folder: Path) -> None:
    """Show the authority's fingerprint, what it may vouch for, both ends, and the addresses for phones."""
    from sarhad.node import certificate as certificates

    click.echo(certificates.show(folder))
