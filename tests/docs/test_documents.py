"""The documents hold together: links resolve, indexes are whole, what is promised exists."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from docs.readme import ROOT, shell_commands
from docs.test_command_line import check_or_update
from sarhad.cli import main

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH_IN_CODE = re.compile(r"`((?:src|tests|docs|spec|examples|bench|ui)/[A-Za-z0-9_./-]*)`")


def tracked() -> list[Path]:
    """Every Markdown file of the repository, the ones that are not yet committed too."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    names = listed.stdout.split() if listed.returncode == 0 else []
    found = [ROOT / name for name in names] or [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return sorted(path for path in found if path.is_file() and "node_modules" not in path.parts)


DOCUMENTS = tracked()


def slug(heading: str) -> str:
    """The anchor that a heading gets: lower case, spaces as dashes, punctuation left out."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return {slug(line.lstrip("#")) for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), f"{path.name} links to {link}"
        assert target.is_relative_to(ROOT), f"{path.name} links out of the repository: {link}"
        assert not anchor or anchor in anchors(target), f"{path.name}: no heading {anchor} in {target.name}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named_are_there(path: Path) -> None:
    for name in PATH_IN_CODE.findall(path.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), f"{path.name} names {name}"


def index(folder: Path, marker: str, document: Path) -> None:
    """Check, or rewrite, the part of ``document`` that lists the notes of ``folder``."""
    text = document.read_text(encoding="utf-8")
    begin, end = f"<!-- {marker}: made from the headings -->", f"<!-- end of {marker} -->"
    before, rest = text.split(begin)
    _, after = rest.split(end)
    rows = []
    for note in sorted(folder.glob("*.md")):
        if note.name != "README.md":
            heading = note.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
            rows.append(f"- [{heading}]({note.relative_to(document.parent)})\n")
    check_or_update(document, f"{before}{begin}\n{''.join(rows)}{end}{after}")


def test_every_decision_is_in_the_index() -> None:
    index(ROOT / "docs" / "decisions", "decisions", ROOT / "docs" / "decisions" / "README.md")


def test_every_packages_page_is_in_the_index() -> None:
    index(ROOT / "docs" / "design", "design", ROOT / "docs" / "README.md")


def test_every_package_has_its_page() -> None:
    packages = {path.parent.name for path in (ROOT / "src" / "sarhad").glob("*/__init__.py")}
    pages = {path.stem for path in (ROOT / "docs" / "design").glob("*.md")}
    assert packages <= pages


def test_decisions_are_numbered_once() -> None:
    notes = [path.name for path in (ROOT / "docs" / "decisions").glob("*.md") if path.name != "README.md"]
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name) for name in notes), notes
    numbers = [name[:4] for name in notes]
    assert len(set(numbers)) == len(numbers), sorted(numbers)


def test_the_readmes_commands_are_ones_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert shell_commands()[:2] == ["make demo", "make test"]
    for command in shell_commands():
        program, *words = shlex.split(command)
        if program == "make":
            assert re.search(rf"^{words[0]}:", makefile, re.MULTILINE), command
        else:
            assert program == ".venv/bin/sarhad", command
            assert words[0].startswith("--") or words[0] in main.commands, command


def test_the_readmes_table_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = {name for row in re.findall(r"^\| (`.+?) \|", text, re.MULTILINE) for name in re.findall(r"[a-z]+", row)}
    assert set(main.commands) <= table


def test_the_licence_is_the_whole_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_every_test_that_a_document_names_is_there() -> None:
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "spec").glob("*.md"))]:
        for name in re.findall(r"`(tests/[\w/.-]+)`", path.read_text(encoding="utf-8")):
            assert (ROOT / name).exists(), f"{path.name} names {name}"
