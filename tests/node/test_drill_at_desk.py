"""A drill from the desk: one side begins it, each node plays its own side by the same clock, proofs score both."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from node.commands import PASSWORD, REGION, Process, two_nodes
from sarhad.node.officer import DeskRefusedError, OfficerClient

PLAYED_S = 120.0


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Process, Process]]:
    folder = tmp_path_factory.mktemp("drill-at-desk")
    folders = two_nodes(folder)
    (folder / "scenarios").mkdir()
    for name in ("wildfire-drill.json", "founding-case.json"):
        shutil.copy(REGION / name, folder / "scenarios" / name)
    text = (folders[1] / "sarhad.toml").read_text()
    line = f'scenario_folder = "{folder / "scenarios"}"'
    (folders[1] / "sarhad.toml").write_text(text.replace('scenario_folder = ""', line))
    running = Process(folders[0]), Process(folders[1])
    yield running
    Process.end_all()


@contextlib.asynccontextmanager
async def officer(desk: Process, name: str) -> AsyncIterator[OfficerClient]:
    client = OfficerClient(desk.url, name, PASSWORD)
    try:
        await client.sign_in()
        yield client
    finally:
        await client.close()


def drill(name: str, state: str) -> Any:
    """What to wait for: the drill's own side is in this state."""
    return lambda held: any((one["exercise"], one["state"]) == (name, state) for one in held)


def one_of(held: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(one for one in held if one["exercise"] == name)


async def test_one_side_begins_the_other_joins_and_both_are_scored_by_proved_times(
    desks: tuple[Process, Process],
) -> None:
    async with officer(desks[0], "commander") as here, officer(desks[1], "commander") as there:
        names = [one["name"] for one in await here.get("/api/drills/scenarios")]
        assert names == ["founding-case", "wildfire-drill"]
        order = {"scenario": "wildfire-drill", "exercise": "fire-at-the-line", "speed": 60, "reactions": True}
        begun = one_of(await here.post("/api/drills", order), "fire-at-the-line")
        assert (begun["state"], begun["director"], begun["begun_by"]) == ("running", "commander", "ir")
        seen = await there.until("/api/drills", drill("fire-at-the-line", "ready"), PLAYED_S)
        assert one_of(seen, "fire-at-the-line")["same"] is True
        await there.post("/api/drills/fire-at-the-line/join", {"reactions": True})
        for side in (here, there):
            ended = one_of(
                await side.until("/api/drills", drill("fire-at-the-line", "done"), PLAYED_S), begun["exercise"]
            )
            assert ended["problem"] == ""
        path = "/api/drills/fire-at-the-line/steps"
        steps = await here.until(path, lambda held: all(step["ref"] for step in held), PLAYED_S)
        assert {step["party"] for step in steps if step["ref"]} == {"ir", "pk"}
        for side in (here, there):
            score = await side.until(
                "/api/drills/fire-at-the-line/score",
                lambda held: {line["outcome"] for line in held["lines"]} == {"met"},
                PLAYED_S,
            )
            assert {line["outcome"] for line in score["lines"]} == {"met"}, score["lines"]
            assert score["left"] == []
            named = {line["of"]: line["title"]["ur"] for line in score["lines"]}
            assert named["ambulance-request"] == "دو ایمبولینسوں کی درخواست"
        paper = await there.get("/api/paper/drill/fire-at-the-line?lang=fa")
        assert paper["exercise"].endswith("fire-at-the-line")
        outcomes = {row[0][0]["t"] for row in paper["sections"][1]["rows"]}
        assert outcomes == {"در مهلت"}
        assert {row[1][0]["t"] for row in paper["sections"][0]["rows"]} == {"۲ از ۲", "۵ از ۵"}


async def test_what_is_played_stands_under_the_directors_name_and_in_the_exercise_only(
    desks: tuple[Process, Process],
) -> None:
    async with officer(desks[0], "planner") as planner, officer(desks[0], "duty") as duty:
        order = {"scenario": "wildfire-drill", "exercise": "planners-own", "speed": 100}
        await planner.post("/api/drills", order)

        def fire(held: list[dict[str, Any]]) -> bool:
            return bool(held[0]["ref"])

        path = "/api/drills/planners-own/steps"
        ref = (await planner.until(path, fire, PLAYED_S))[0]["ref"]
        record = await duty.get(f"/api/records/{ref}")
        assert (record["kind"], record["by"], record["exercise"]) == ("incident", "planner", "planners-own")
        assert ref not in {one["ref"] for one in await duty.get("/api/incidents")}
        with pytest.raises(DeskRefusedError, match="403"):
            await planner.act("incident", {"title": {"lang": "en", "text": "x"}}, {"to": "own"})
        await planner.post("/api/drills/planners-own/stop", {})
        held = one_of(await planner.get("/api/drills"), "planners-own")
        assert (held["state"], held["problem"]) == ("failed", "stopped")
        await planner.post("/api/drills/planners-own/join", {})
        assert one_of(await planner.get("/api/drills"), "planners-own")["state"] == "running"
        again = (await planner.get(path))[0]["ref"]
        assert again == ref
        await planner.post("/api/drills/planners-own/stop", {})


async def test_a_name_in_use_a_strange_scenario_and_another_role_are_refused(desks: tuple[Process, Process]) -> None:
    async with officer(desks[0], "commander") as commander, officer(desks[0], "duty") as duty:
        order = {"scenario": "wildfire-drill", "exercise": "named-twice", "speed": 100}
        await commander.post("/api/drills", order)
        with pytest.raises(DeskRefusedError, match="exercise of this name"):
            await commander.post("/api/drills", order)
        with pytest.raises(DeskRefusedError, match="no such scenario"):
            await commander.post("/api/drills", {**order, "scenario": "nowhere", "exercise": "other"})
        with pytest.raises(DeskRefusedError, match="403"):
            await duty.post("/api/drills", {**order, "exercise": "dutys"})
        with pytest.raises(DeskRefusedError, match="no drill of this name"):
            await duty.get("/api/drills/nowhere/steps")
        with pytest.raises(DeskRefusedError, match="is played already"):
            await commander.post("/api/drills/named-twice/join", {})
        await commander.post("/api/drills/named-twice/stop", {})
        with pytest.raises(DeskRefusedError, match="not being played"):
            await commander.post("/api/drills/named-twice/stop", {})


async def test_a_side_with_another_version_of_the_file_does_not_play_it(desks: tuple[Process, Process]) -> None:
    path = desks[1].folder.parent / "scenarios" / "wildfire-drill.json"
    whole = path.read_text()
    path.write_text(whole.replace("A wildfire that never was", "Another wildfire"))
    try:
        async with officer(desks[0], "commander") as here, officer(desks[1], "commander") as there:
            await here.post("/api/drills", {"scenario": "wildfire-drill", "exercise": "two-versions", "speed": 100})
            seen = await there.until("/api/drills", drill("two-versions", "ready"), PLAYED_S)
            assert one_of(seen, "two-versions")["same"] is False
            with pytest.raises(DeskRefusedError, match="another version"):
                await there.post("/api/drills/two-versions/join", {})
            await here.post("/api/drills/two-versions/stop", {})
    finally:
        path.write_text(whole)
