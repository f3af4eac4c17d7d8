"""The command line: ``sarhad …``.  Thin: every command calls one function of node, or of ledger to verify."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal

import click

from sarhad import __version__
from sarhad.node import keeping_cli
from sarhad.node.certificate_cli import certificate
from sarhad.node.finite_cli import FiniteRange
from sarhad.node.plan_cli import plan
from sarhad.wire.errors import SarhadError

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING = click.Path(path_type=Path, dir_okay=False, exists=True)

ROLES = click.Choice(["duty", "commander", "secretary", "planner", "auditor", "administrator", "field"])

EXIT_FAILED = 1
EXIT_ERROR = 2


class Commands(click.Group):
    """Turns an expected error into one clear line and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; print SarhadError as one line, without a traceback."""
        try:
            return super().invoke(ctx)
        except SarhadError as error:
            click.echo(f"sarhad: {error}{' (try again)' if error.retry else ''}", err=True)
            ctx.exit(EXIT_ERROR)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List commands in the order of a node's life, not of the alphabet."""
        return list(self.commands)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="sarhad")
def main() -> None:
    """The joint desk of authorities that share a land border.

    Each authority runs a node. Records cross signed, and the other side countersigns
    them, so that who knew what, when, can be proved to anyone, offline.

    \b
    See it work:         sarhad demo
    Check a bundle:      sarhad verify BUNDLE
    Start a node:        sarhad init, sarhad officer add, sarhad invite, sarhad join, sarhad run
    """


@main.command()
@click.option(
    "--once", is_flag=True, help="Exit after the last step, non-zero if any check failed, instead of serving on."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object a line: each step with its measured result."
)
@click.option(
    "--folder", type=FOLDER, default=Path("demo-data"), show_default=True, help="Where the two nodes are kept."
)
@click.option("--region", type=FOLDER, help="Region package; by default examples/sistan-balochistan of the checkout.")
@click.option(
    "--port", default=8440, show_default=True, help="First desk's port; the second takes the next one. 0: any."
)
def demo(once: bool, as_json: bool, folder: Path, region: Path | None, port: int) -> None:
    """Play the founding case between two real nodes on this machine, then keep serving.

    Makes two fictional parties with keys and officers, imports the region's real
    incidents on the side that each belongs to, and plays April 2019 as exercise
    traffic: reports, an allegation, a warning that is acknowledged in time, a request
    that runs overdue, a cut link that heals, a disclosure, and a bundle that anyone
    can verify. Every line shows what was measured.
    """
    from sarhad.node.demo import play

    sys.exit(play.main(once=once, as_json=as_json, folder=folder, region=region, port=port))


@main.command()
@click.argument("bundle", type=EXISTING)
@click.option(
    "--pin",
    "pins",
    multiple=True,
    metavar="PARTY=FINGERPRINT",
    help="The party's fingerprint as you know it from elsewhere. Repeat for each party.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole verdict as JSON.")
@click.option("--quiet", is_flag=True, help="Print nothing but the verdict's last line.")
def verify(bundle: Path, pins: tuple[str, ...], as_json: bool, quiet: bool) -> None:
    """Check a bundle offline and show who knew what, when.

    Needs no node, no network and no region. Exit status 0 only if every proof holds;
    otherwise 1, and the first proof that does not hold is named.

    Without --pin the keys are those that the bundle itself states: compare the
    printed fingerprints with ones that you got from the parties.
    """
    from sarhad.node import verifying

    sys.exit(verifying.main(bundle, pins, as_json=as_json, quiet=quiet))


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--party", required=True, help="Short name of your authority: a-z, 0-9, '-'.")
@click.option("--name", required=True, help="Its name in English.")
@click.option("--name-fa", default="", help="Its name in Persian.")
@click.option("--name-ur", default="", help="Its name in Urdu.")
@click.option("--country", required=True, help="ISO 3166-1 code of two letters.")
@click.option("--zone", required=True, help="IANA time zone, such as Asia/Karachi.")
@click.option(
    "--calendar",
    type=click.Choice(["gregory", "persian"]),
    default="gregory",
    show_default=True,
    help="The calendar that the desk goes by.",
)
@click.option(
    "--endpoint", required=True, metavar="URL", help="https address at which partners' nodes will reach this one."
)
@click.option("--origin", help="Name of the log in checkpoints, for good. By default made from the endpoint's host.")
@click.option("--region", type=FOLDER, help="Region package for the map.")
@click.option("--ground", type=EXISTING, help="File of your sectors, posts, units and officers to begin with.")
def init(
    folder: Path,
    party: str,
    name: str,
    name_fa: str,
    name_ur: str,
    country: str,
    zone: str,
    calendar: Literal["gregory", "persian"],
    endpoint: str,
    origin: str | None,
    region: Path | None,
    ground: Path | None,
) -> None:
    """Make a node in FOLDER: keys, the log with its signed manifest, settings.

    Nothing listens yet. The keys stay in FOLDER/keys, readable by you only: keep
    a copy of them apart from the copy of the log.
    """
    from sarhad.node import setup
    from sarhad.wire.values import Names

    names = Names(en=name, fa=name_fa, ur=name_ur)
    origin = origin or setup.origin_of(endpoint, party)
    profile = setup.Profile(party, names, country, zone, calendar, endpoint, origin)
    click.echo(setup.init_command(folder, profile, region, ground))


@main.group()
def officer() -> None:
    """Add officers and change their sign-ins."""


@officer.command("add")
@click.argument("folder", type=FOLDER)
@click.argument("name")
@click.option("--title", required=True, help="The desk's title in English; a function, not a person.")
@click.option("--role", "roles", multiple=True, required=True, type=ROLES, help="What it may do. Repeat for more.")
@click.option("--unit", metavar="CODE", help="The unit that the officer leads; needed for the role field.")
@click.password_option(help="Asked for when not given.", envvar="SARHAD_PASSWORD")
def officer_add(folder: Path, name: str, title: str, roles: tuple[str, ...], unit: str | None, password: str) -> None:
    """Add the officer NAME, or give it a new title, roles and password."""
    from sarhad.node import setup

    click.echo(setup.add_officer_command(folder, name, title, roles, unit, password))


@officer.command("password")
@click.argument("folder", type=FOLDER)
@click.argument("name")
@click.password_option(help="Asked for when not given.", envvar="SARHAD_PASSWORD")
def officer_password(folder: Path, name: str, password: str) -> None:
    """Set a new password for the officer NAME and end its sessions."""
    from sarhad.node import setup

    click.echo(setup.set_password_command(folder, name, password))


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--output", type=FILE, help="Where to write it; by default PARTY.sarhad-invite.")
def invite(folder: Path, output: Path | None) -> None:
    """Write the invitation that a partner joins with, and show its fingerprint.

    The file holds public keys and an address, nothing secret. Read the fingerprint
    to the partner over the telephone: it must hear the same digits.
    """
    from sarhad.node import setup

    click.echo(setup.invite_command(folder, output))


@main.command()
@click.argument("folder", type=FOLDER)
@click.argument("invitation", type=EXISTING)
@click.option("--fingerprint", help="The fingerprint that the partner read out; asked for when not given.")
def join(folder: Path, invitation: Path, fingerprint: str | None) -> None:
    """Accept a partner's invitation: pin its keys once the fingerprint agrees."""
    from sarhad.node import setup

    name, shown = setup.look_at_invitation(invitation)
    if fingerprint is None:
        click.echo(f"{name}\n\n    {shown}\n")
        click.confirm("Does the partner read out the same digits?", abort=True)
        fingerprint = shown
    click.echo(setup.join_command(folder, invitation, fingerprint))


@main.command()
@click.argument("folder", type=FOLDER)
def run(folder: Path) -> None:
    """Serve the desk and the exchange of the node in FOLDER until stopped."""
    from sarhad.node import running

    sys.exit(running.main(folder))


main.add_command(certificate)
main.add_command(keeping_cli.rotate)
main.add_command(keeping_cli.thaw)


@main.command("import")
@click.argument("folder", type=FOLDER)
@click.argument("file", type=EXISTING)
@click.option(
    "--as",
    "form",
    required=True,
    type=click.Choice(["ucdp-ged", "incidents", "reports", "ground", "carried"]),
    help="What the file is.",
)
@click.option(
    "--release",
    default="own",
    show_default=True,
    help="Who may read what is imported: own, joint, public, or party names with commas.",
)
@click.option("--exercise", help="Import as traffic of this exercise.")
def import_(folder: Path, file: Path, form: str, release: str, exercise: str | None) -> None:
    """Import a table of incidents, the ground, or what a partner sent by hand.

    \b
    ucdp-ged   UCDP Georeferenced Event Dataset, CSV
    incidents  incident table (CSV, columns as in examples/)
    reports    report table (CSV, columns as in examples/)
    ground     sectors, crossings, posts, units, officers (JSON, as in examples/)
    carried    a partner's records, carried by hand in place of the network

    What was imported before is skipped. The node must not be running.
    """
    from sarhad.node import importing

    sys.exit(importing.main(folder, file, form, release, exercise))


@main.command()
@click.argument("folder", type=FOLDER)
@click.argument("output", type=FILE)
@click.option(
    "--for",
    "audience",
    default="own",
    show_default=True,
    help="Whose eyes it is for: own (all that you hold), public, or a party's name.",
)
@click.option(
    "--record", "refs", multiple=True, metavar="REF", help="Only this record and what belongs to it. Repeat for more."
)
@click.option("--carry", metavar="PARTY", help="Write what PARTY lacks, to be carried by hand and imported there.")
def export(folder: Path, output: Path, audience: str, refs: tuple[str, ...], carry: str | None) -> None:
    """Write a bundle that anyone can verify offline, or a file to carry to a partner."""
    from sarhad.node import exporting

    click.echo(exporting.main(folder, output, audience, refs, carry))


@main.command("print")
@click.argument("folder", type=FOLDER)
@click.argument("what", metavar="WHAT")
@click.argument("output", type=FILE)
@click.option(
    "--lang", type=click.Choice(["en", "fa", "ur"]), default="en", show_default=True, help="Language of the form."
)
@click.option("--exercise", help="Print this exercise in place of the live desk.")
def print_(folder: Path, what: str, output: Path, lang: Literal["en", "fa", "ur"], exercise: str | None) -> None:
    """Print to a PDF: WHAT is an incident's number (pk:4), log, or handover.

    Both sides' times and both calendars stand on it, EXERCISE on every page of one, the
    records and their digest in the footer. The node must not be running: a running
    desk prints from its own pages.
    """
    from sarhad.node.printing import make

    click.echo(make.main(folder, output, what, lang, exercise))


main.add_command(keeping_cli.backup)
main.add_command(keeping_cli.fsck)


@main.group()
def drill() -> None:
    """Play a scenario at running desks as an exercise, and score the times that each side took."""


def _password(whose: str) -> str:
    found: str = click.prompt(f"Password of {whose}", hide_input=True, err=True)
    return found


CA = click.option("--ca", type=EXISTING, help="Certificate (PEM) that the desks' HTTPS certificates are signed by.")
EXERCISE = click.option("--exercise", help="Name of the exercise; by default the scenario's. A new name plays anew.")


@drill.command("run")
@click.argument("scenario", type=EXISTING)
@click.option(
    "--desk", "desks", multiple=True, required=True, metavar="URL", help="A desk to play at. Repeat for more."
)
@click.option(
    "--officer", "names", multiple=True, metavar="NAME", help="Play these officers only; all others are left to people."
)
@click.option(
    "--speed", default=1.0, show_default=True, type=FiniteRange(0.01, 10_000), help="Shorten the pauses so often."
)
@click.option("--reactions", is_flag=True, help="Play the expected reactions as well: for a rehearsal without people.")
@click.option("--patience", default=600.0, show_default=True, help="Seconds to wait for what another side writes.")
@EXERCISE
@CA
def drill_run(
    scenario: Path,
    desks: tuple[str, ...],
    names: tuple[str, ...],
    speed: float,
    reactions: bool,
    patience: float,
    exercise: str | None,
    ca: Path | None,
) -> None:
    """Play the injects of SCENARIO for the parties whose desks are named.

    Everything is written as exercise traffic, over the desks' own HTTP interface.
    What was written before is not written again: after an interruption, run it again.
    --speed shortens the pauses between injects, never a deadline.

    Passwords are taken from SARHAD_PASSWORD_PARTY_OFFICER, SARHAD_PASSWORD_OFFICER or
    SARHAD_PASSWORD, else asked for.
    """
    from sarhad.node.drill import command

    command.run(scenario, desks, names, exercise, speed, reactions, patience, ca, _password)


@drill.command("score")
@click.argument("scenario", type=EXISTING)
@click.option("--bundle", type=EXISTING, help="Score from this bundle.")
@click.option("--desk", metavar="URL", help="Score from a bundle that this desk is asked for.")
@click.option("--officer", default="auditor", show_default=True, help="Who signs in at the desk.")
@click.option("--pin", "pins", multiple=True, metavar="PARTY=FINGERPRINT", help="As for sarhad verify.")
@click.option("--json", "as_json", is_flag=True, help="Print the score as JSON.")
@EXERCISE
@CA
def drill_score(
    scenario: Path,
    bundle: Path | None,
    desk: str | None,
    officer: str,
    pins: tuple[str, ...],
    as_json: bool,
    exercise: str | None,
    ca: Path | None,
) -> None:
    """Say of each expectation of SCENARIO whether it was met, by countersigned times only.

    met, late, missing (no such reaction), unproven (the proofs do not tell), not-delivered,
    not-played. The whole bundle is verified first; exit status 1 if a proof does not hold.
    """
    from sarhad.node.drill import command

    sys.exit(
        command.score(
            scenario, bundle, desk, officer, exercise=exercise, pins=pins, as_json=as_json, ca=ca, ask=_password
        )
    )


main.add_command(plan)
