"""docs/command-line.md and the settings table say what the program says; SARHAD_UPDATE_DOCS=1 rewrites them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from sarhad.cli import main
from sarhad.node import settings

ROOT = Path(__file__).resolve().parents[2]
UPDATE = "SARHAD_UPDATE_DOCS"
BEGIN, END = "<!-- settings: made from sarhad.node.settings -->", "<!-- end of settings -->"


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def help_of(path: tuple[str, ...]) -> str:
    result = CliRunner().invoke(main, [*path, "--help"], prog_name="sarhad", terminal_width=100)
    assert result.exit_code == 0, result.output
    return result.output


def reference() -> str:
    parts = ["# The command line\n", "Made from the program's own `--help`; a test keeps it so.\n"]
    for path in [(), *(path for path, _ in commands(main))]:
        name = " ".join(("sarhad", *path))
        parts.append(f"## {name}\n\n```text\n{help_of(path).rstrip()}\n```\n")
    return "\n".join(parts)


def settings_table() -> str:
    rows = [f"| `{key}` | `{default}` | `{env}` | {text} |" for key, default, env, text in settings.describe()]
    return "\n".join(["| key | default | environment | what it sets |", "| --- | --- | --- | --- |", *rows])


def check_or_update(path: Path, wanted: str) -> None:
    if os.environ.get(UPDATE):
        path.write_text(wanted, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == wanted, f"{path.name} is stale: run pytest once with {UPDATE}=1"


def test_the_reference_shows_every_help_text_as_it_is() -> None:
    check_or_update(ROOT / "docs" / "command-line.md", reference())


def test_the_settings_table_lists_every_setting() -> None:
    path = ROOT / "docs" / "operations.md"
    text = path.read_text(encoding="utf-8")
    for line in (BEGIN, END):
        assert line in text, f"docs/operations.md needs the line {line}"
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    check_or_update(path, f"{before}{BEGIN}\n\n{settings_table()}\n\n{END}{after}")


def test_every_command_and_option_has_a_help_text() -> None:
    for path, command in commands(main):
        assert command.help, path
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{' '.join(path)}: {parameter.opts}"
