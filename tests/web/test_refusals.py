"""What the node refuses is said in the reader's language: every sentence of the code stands in the catalogues."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sarhad.web.catalogue import catalogue
from sarhad.web.refusals import LANGUAGES, reader, sentences, told
from web.served import Served

SOURCE = Path(__file__).resolve().parents[2] / "src" / "sarhad"
HEARD_AT_THE_DESK = (
    *(SOURCE / "desk").rglob("*.py"),
    *(SOURCE / "web").rglob("*.py"),
    *(SOURCE / "node" / "printing").rglob("*.py"),
    *(SOURCE / "picture" / f"{name}.py" for name in ("asof", "places", "replay", "search", "tracks")),
    *(
        SOURCE / "node" / f"{name}.py"
        for name in ("administration", "jobs", "thawing", "compute", "drill/at_desk", "planner/files")
    ),
)
SAID_OTHERWISE = {"NoPicture", "OutsideRefused", "PlanError"}
"""A photo without a look and a sign-in that goes back to its page are caught; a plan's failures have texts by code."""
STANDING_IN = {"what": "asked and", "said": "the live desk", "on_unit": " that names quetta-1"}
"""For values that are words of the sentence themselves."""


def error_classes() -> set[str]:
    """Names of all subclasses of SarhadError in the source."""
    parents = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    found = {"SarhadError"}
    while more := {name for name, bases in parents.items() if bases & found} - found:
        found |= more
    return found - SAID_OTHERWISE


def spoken(node: ast.expr) -> Iterator[str]:
    """The sentences that an expression may be, with a word for each value in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from spoken(value)
    elif isinstance(node, ast.IfExp):
        yield from spoken(node.body)
        yield from spoken(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else STANDING_IN.get(ast.unparse(part.value), "pk:7")  # type: ignore[attr-defined]
            for part in node.values
        )


def raised() -> list[tuple[str, str, str]]:
    """(where in the source, refused or advice, the sentence) for all that an officer may hear."""
    classes = error_classes() | {"ErrorView"}
    found = []
    for path in HEARD_AT_THE_DESK:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in classes:
                where = f"{path.relative_to(SOURCE)}:{node.lineno}"
                named = {word.arg: word.value for word in node.keywords}
                whats = [*node.args[:1], *([named["what"]] if "what" in named else [])]
                found += [(where, "refused", text) for what in whats for text in spoken(what)]
                found += [(where, "advice", text) for text in spoken(named["do"])] if "do" in named else []
    return [(where, about, text) for where, about, text in found if text]


def test_every_sentence_of_the_code_is_in_the_catalogues() -> None:
    found = raised()
    assert len(found) > 250
    lacking = [
        (where, about, text)
        for where, about, text in found
        if not any(sentence.form.fullmatch(text) for sentence in sentences(about))
    ]
    assert lacking == []


def test_the_catalogues_hold_no_sentence_that_the_code_does_not_say() -> None:
    said = {about: [text for _, of, text in raised() if of == about] for about in ("refused", "advice")}
    said["refused"] += [f"pk:7 {why} could not read it" for why in reasons_to_read()]
    said["refused"] += ELSEWHERE["refused"]
    said["advice"] += ELSEWHERE["advice"]
    idle = [
        sentence.key
        for about, texts in said.items()
        for sentence in sentences(about)
        if not any(sentence.form.fullmatch(text) for text in texts)
    ]
    assert idle == []


ELSEWHERE = {
    "refused": [
        "'x' is not a reference of the form party:sequence",
        "'12' is not a fingerprint",
        "a fingerprint has 25 digits, not 24",
        "the release is contradictory",
        "pk:7 belongs to the exercise autumn",
        "too many calls in a short time",
        "too many failed attempts to sign in",
    ],
    "advice": [
        "Give its 25 digits",
        "Name at least one party, or choose own, joint or public",
        "Choose among: no partner has joined yet",
        "Wait 5 seconds",
        "Wait 5 seconds, then try again",
    ],
}
"""What values of a sentence hold, and what errors say that are made in a constructor or below the desk."""


def reasons_to_read() -> list[str]:
    """What rules say of a party that must be able to read a record."""
    tree = ast.parse((SOURCE / "desk" / "rules_kinds.py").read_text())
    return [
        str(node.args[-1].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "must_read"
        and isinstance(node.args[-1], ast.Constant)
    ]


def test_values_are_in_the_readers_words_where_they_are_ours() -> None:
    texts = catalogue("fa")
    assert told("refused", "reza may not write a record of the kind zone-notice", "fa") == texts[
        "refused.not-write"
    ].format(officer="reza", kind=texts["kind.zone-notice"])
    asked = told("advice", "Ask an officer with one of these roles: commander, duty", "ur")
    assert catalogue("ur")["role.commander"] + "، " + catalogue("ur")["role.duty"] in asked
    assert told("refused", "the release 'joint' is not valid as it stands", "ur").count(
        catalogue("ur")["release.joint"]
    )
    assert "pk:12" in told("advice", "Name pk:12", "fa")


def test_the_sentence_with_most_words_of_its_own_is_meant() -> None:
    both = "the caveat red keeps a record of the kind unit that names quetta-1 from ir: listed"
    assert told("refused", both, "fa").startswith("قید red سند «یگان» را که از quetta-1 نام می‌برد")


def test_what_no_catalogue_has_stays_as_it_was_said() -> None:
    assert told("refused", "nobody wrote this sentence", "fa") == "nobody wrote this sentence"
    assert told("advice", f"Name pk:{'1' * 2000}", "fa").startswith("Name")


@pytest.mark.parametrize(
    ("accept", "language"), [("fa", "fa"), ("ur-PK,en;q=0.5", "ur"), ("", "en"), ("de, fa", "en"), ("*", "en")]
)
def test_the_language_is_the_first_one_asked_for(accept: str, language: str) -> None:
    assert reader(accept) == language
    assert language in LANGUAGES


async def test_an_officer_hears_a_refusal_in_the_language_of_the_page(desk: Served) -> None:
    async with desk.officer("duty") as client:
        for language in LANGUAGES:
            status, answer = await client.get("/api/records/pk:9999", headers={"Accept-Language": language})
            texts = catalogue(language)
            assert status == 404
            assert answer["what"] == texts["refused.no-record"].format(ref="pk:9999")
            assert answer["do"] == texts["advice.number-released"]
        _, answer = await client.get("/api/nothing", headers={"Accept-Language": "fa"})
        assert answer["do"] == catalogue("fa")["advice.see-calls"].format(file="/api/openapi.json")
