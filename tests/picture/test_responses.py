"""What a response means: who leads after which signatures, how far each unit has come, how long it took."""

from __future__ import annotations

from random import Random

from picture_cast import T0, Item, entry, incident, moment, picture, place, words
from sarhad.picture import Witnessed
from sarhad.picture.views import ResponseView
from sarhad.wire import kinds as k

INCIDENT = "ir:0"
HEAD: list[Item] = [entry(INCIDENT, incident()), entry("ir:1", k.Response(incident=INCIDENT, urgency="flash"), at=T0)]


def offer(to: str) -> k.Handover:
    return k.Handover(response="ir:1", to=to, urgency="flash", when=moment(), place=place())


def answer(of: str, outcome: str = "will") -> k.Answer:
    return k.Answer(of=of, outcome=outcome, text=words())  # type: ignore[arg-type]


def view(*items: Item) -> ResponseView:
    found = picture(*HEAD, *items).response(INCIDENT)
    assert found is not None
    return found


def test_who_opens_leads_until_both_have_signed() -> None:
    assert view().lead == "ir"
    assert view(entry("ir:2", offer("pk"))).lead == "ir"
    passed = view(entry("ir:2", offer("pk")), entry("pk:0", answer("ir:2")))
    assert passed.lead == "pk"
    assert [one.ref for one in passed.leads] == ["ir:1", "pk:0"]


def test_the_lead_goes_back_and_forth_whatever_the_order_in_which_the_records_come() -> None:
    items = [
        entry("ir:2", offer("pk")), entry("pk:0", answer("ir:2")),
        entry("pk:1", offer("ir")), entry("ir:3", answer("pk:1")),
    ]  # fmt: skip
    for seed in range(20):
        found = view(*Random(seed).sample(items, len(items)))
        assert [one.party for one in found.leads] == ["ir", "pk", "ir"]


def test_a_handover_by_who_does_not_lead_is_void_and_a_refusal_moves_nothing() -> None:
    found = view(entry("pk:0", offer("ir")), entry("ir:2", answer("pk:0")))
    assert (found.lead, found.handovers[0].state) == ("ir", "void")
    found = view(entry("ir:2", offer("pk")), entry("pk:0", answer("ir:2", "refuse")))
    assert (found.lead, found.handovers[0].state) == ("ir", "declined")


def test_where_both_open_one_the_earlier_leads_and_the_other_stands_beside_it() -> None:
    found = view(entry("pk:0", k.Response(incident=INCIDENT, urgency="routine"), at=T0 - 60))
    assert (found.lead, found.ref, found.beside) == ("pk", "pk:0", ("ir:1",))


def tasking(status: str, answers: str | None = None) -> k.Tasking:
    return k.Tasking(unit="pk:0", incident=INCIDENT, status=status, answers=answers)  # type: ignore[arg-type]


def test_a_unit_that_was_asked_for_goes_by_its_own_sides_word() -> None:
    request = entry("ir:2", k.UnitRequest(to="pk", urgency="flash", incident=INCIDENT, unit="pk:0"))
    so_far: list[Item] = [request]
    seen = [view(*so_far).turnouts[0].state]
    for ref, data in (
        ("pk:1", answer("ir:2")), ("pk:2", tasking("ordered", "ir:2")), ("pk:3", tasking("accepted")),
        ("pk:4", tasking("declined")),
    ):  # fmt: skip
        so_far.append(entry(ref, data))
        seen.append(view(*so_far).turnouts[0].state)
    assert seen == ["asked", "promised", "ordered", "accepted", "declined"]


def test_times_run_from_proved_delivery_to_proved_arrival() -> None:
    request = entry("ir:2", k.UnitRequest(to="pk", urgency="flash", incident=INCIDENT, unit="pk:0"))
    items: list[Item] = [
        request, entry("pk:1", answer("ir:2")), entry("pk:2", tasking("ordered", "ir:2")),
        entry("pk:3", tasking("arrived")),
        Witnessed("ir", 3, "pk", T0 + 100), Witnessed("pk", 3, "ir", T0 + 160), Witnessed("pk", 4, "ir", T0 + 400),
    ]  # fmt: skip
    (turnout,) = view(*items).turnouts
    assert (turnout.start_s, turnout.accept_s, turnout.arrive_s) == (T0 + 100, 300, 300)
    (found,) = picture(*HEAD, *items).response_statistics()
    assert {(one.step, one.urgency, one.median_s) for one in found.steps} == {
        ("accept", "flash", 300), ("arrive", "flash", 300),
    }  # fmt: skip


def test_a_declines_reason_stands_at_its_step_and_the_order_keeps_its_own_words() -> None:
    order = k.Tasking(unit="ir:9", incident=INCIDENT, status="ordered", place=place(), text=words("Block the road"))
    decline = k.Tasking(unit="ir:9", incident=INCIDENT, status="declined", text=words("No fuel"))
    (found,) = picture(*HEAD, entry("ir:2", order), entry("ir:3", decline)).taskings()
    assert (found.status, found.order.ref, found.text, found.place) == ("declined", "ir:2", order.text, order.place)
    assert [step.text for step in found.steps] == [order.text, decline.text]
    again = k.Tasking(unit="ir:9", incident=INCIDENT, status="ordered", text=words("Watch the bridge"))
    (found,) = picture(*HEAD, *(entry(f"ir:{n}", said) for n, said in enumerate((order, decline, again), 2))).taskings()
    assert (found.order.ref, found.text, found.place) == ("ir:4", again.text, None)
