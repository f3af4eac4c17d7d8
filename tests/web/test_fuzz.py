"""Whatever the OpenAPI document allows, and much that it does not, is answered as the document says."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from desk.house import words
from sarhad.desk.actor import OFFICER_ROLES, node_actor
from sarhad.web.openapi import document
from sarhad.wire.kinds import Note, Officer
from sarhad.wire.values import OWN, Names
from web.served import PASSWORD, Client, Served

SCHEMA = schemathesis.openapi.from_dict(document())
ENDLESS_OR_ENDING = {"getEvents", "signOut", "changePassword", "setPassword"}
OPERATIONS = {
    str(result.ok().definition.raw["operationId"]): result.ok()
    for result in SCHEMA.get_all_operations()
    if isinstance(result, Ok)
}
EXAMPLES = 5


def drawn(name: str, mode: GenerationMode) -> list[dict[str, Any]]:
    """Calls of one operation: method, path, query, body."""
    calls: list[dict[str, Any]] = []

    @seed(2019)
    @settings(
        max_examples=EXAMPLES, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(OPERATIONS[name].as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        body = case.body if isinstance(case.body, (dict, list, str, int, float, bool)) else None
        calls.append(
            {
                "method": case.method,
                "path": case.formatted_path,
                "query": {key: str(value) for key, value in dict(case.query or {}).items()},
                "body": body,
            }
        )

    collect()
    return calls


async def chief(desk: Served) -> Client:
    """Sign in an officer with every role, so that the guards let everything through."""
    roles = tuple(sorted(OFFICER_ROLES - {"field"}))
    chief = Officer(officer="chief", title=Names(en="Chief"), roles=roles)
    await desk.house.desk.act(node_actor(desk.house.party), chief, release=OWN)  # no officer may do that alone
    desk.accounts.set_password("chief", PASSWORD)
    client = desk.client()
    assert (await client.sign_in("chief"))[0] == 200
    return client


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
async def test_no_call_breaks_the_desk(desk: Served, mode: GenerationMode) -> None:
    client = await chief(desk)
    async with client:
        for name in sorted(set(OPERATIONS) - ENDLESS_OR_ENDING):
            for call in drawn(name, mode):
                how: dict[str, Any] = {"params": call["query"]}
                if call["method"].upper() in ("POST", "PUT"):
                    how["data"] = json.dumps(call["body"])
                    how["headers"] = {"Content-Type": "application/json"}
                status, answer = await client.call(call["method"].upper(), call["path"], **how)
                # What only a whole node can do is refused as such by a desk that is served alone.
                assert status < 500 or answer["code"] == "unavailable", (name, call, answer)
                if status >= 400:
                    assert set(answer) == {"code", "what", "where", "do", "retry", "values"}, (name, call, answer)
        assert (await client.act(Note(text=words()), OWN))[0] == 201
