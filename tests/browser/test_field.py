"""The field page on a phone: orders, acts that survive a lost link and a killed page, help, photos."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from browser.desks import Desks, axe, overflowing
from browser.field_cast import (
    PASSWORD,
    Leader,
    all_sent,
    cut,
    hold,
    make_leader,
    make_unit,
    open_page,
    phone,
    press,
    ready_for_no_link,
    start,
)


@pytest.fixture
def leader(desks: Desks) -> Leader:
    """A unit of its own for each test, and who leads it."""
    return make_leader(desks["pk"])


def acts(page: Page, state: str = "") -> list[str]:
    """What the queue shows, newest first."""
    found = page.locator(f"li[data-did]{f'[data-state={state}]' if state else ''}")
    return [str(one.get_attribute("data-did")) for one in found.all()]


def test_an_order_comes_by_itself_and_is_carried_out_step_by_step(leader: Leader) -> None:
    page = start(leader, phone(leader))
    expect(page.get_by_text("No order is open")).to_be_visible()
    leader.order("Hold the bridge until relieved")
    expect(page.locator(".alarm")).to_be_visible()
    expect(page.get_by_text("Hold the bridge until relieved")).to_be_visible()
    expect(page.locator(".way")).to_contain_text("5.6 km")  # from the phone's position to the bridge
    press(page, "Accept: will comply")
    expect(page.locator(".alarm")).to_have_count(0)
    press(page, "We are on our way")
    page.get_by_role("button", name="Arrived", exact=True).click()
    press(page, "Done here: close the order")
    all_sent(page, 4)
    assert [one["data"]["status"] for one in leader.written("tasking")] == ["accepted", "en-route", "arrived", "closed"]
    states = leader.written("unit-status")
    assert [one["data"]["status"] for one in states] == ["committed", "en-route", "on-scene", "available"]
    assert {one["data"]["place"]["lat"] for one in states} == {289_500_000}
    assert {one["data"]["place"]["radius_m"] for one in states} == {15}


@pytest.mark.parametrize(
    ("language", "closed", "near"),
    [
        ("fa", "مأموریت یگان پایان یافته است", "یگانی از پاکستان (میز نمایشی) در نزدیکی مرز در حال واکنش است"),
        ("ur", "یونٹ کا کام مکمل ہو چکا ہے", "پاکستان (نمائشی ڈیسک) کا ایک یونٹ سرحد کے قریب کارروائی پر ہے"),
    ],
)
def test_what_a_node_writes_by_itself_is_read_in_the_leaders_language(
    leader: Leader, language: str, closed: str, near: str
) -> None:
    leader.order("The unit's task is closed")  # an order, a message: whoever sent it wrote the node's very sentence
    page = start(leader, phone(leader, language=language))
    expect(page.locator("article")).to_contain_text(closed)
    expect(page.locator("article time").first).to_contain_text("پاکستان")
    expect(page.locator("article time").first).not_to_contain_text("Karachi")
    leader.order("A unit of pk responds near the line")
    expect(page.locator("article").filter(has_text=near)).to_be_visible()


def test_an_order_is_declined_with_the_reason(leader: Leader) -> None:
    leader.order()
    page = start(leader, phone(leader, places=False))
    press(page, "Decline: cannot comply")
    press(page, "Decline with this reason")
    expect(page.locator("dialog [role=alert]")).to_contain_text("Say why")
    press(page, "Road closed")
    press(page, "Decline with this reason")
    all_sent(page, 1)
    [step] = leader.written("tasking")
    assert (step["data"]["status"], step["data"]["text"]["text"]) == ("declined", "Road closed")
    assert leader.written("unit-status")[0]["data"]["text"]["text"] == "Road closed"


def test_what_is_done_without_a_link_outlives_a_killed_page_and_is_written_once_in_order(leader: Leader) -> None:
    incident = leader.order()
    context = phone(leader)
    page = start(leader, context)
    expect(page.locator("article h2")).to_have_text("Fire at the demo mill")
    ready_for_no_link(page)
    cut(leader, context)
    press(page, "Accept: will comply")
    press(page, "We are on our way")
    page.get_by_role("button", name="Report", exact=True).click()
    page.get_by_label("What you see").fill("The road is washed out")
    press(page, "Send")
    expect(page.locator("li[data-did=report]")).to_be_visible()
    page.close()  # killed: nothing is told to the page before

    page = open_page(leader, context)  # still no link: the worker starts it
    expect(page.locator("article h2")).to_have_text("Fire at the demo mill")
    expect(page.get_by_text("This is what the desk said")).to_be_visible()
    expect(page.locator(".standing")).to_contain_text("3 acts wait to be sent")
    assert acts(page) == ["report", "en-route", "accepted"]
    expect(page.locator("[aria-current=step]")).to_contain_text("En route")
    done_before = time.time_ns() // 1_000
    cut(leader, context, off=False)
    all_sent(page, 3)
    page.reload()
    all_sent(page, 3)
    steps, states, reports = (leader.written(kind) for kind in ("tasking", "unit-status", "report"))
    assert [one["data"]["status"] for one in steps] == ["accepted", "en-route"]
    assert [one["data"]["status"] for one in states] == ["committed", "en-route"]
    assert [one["data"]["incident"] for one in reports] == [incident]
    order = [int(one["seq"]) for one in (steps[0], states[0], steps[1], states[1], reports[0])]
    assert order == sorted(order)
    claimed = [states[0]["data"]["as_of"]["end"], states[1]["data"]["as_of"]["end"], reports[0]["data"]["when"]["end"]]
    assert claimed == sorted(claimed)
    assert claimed[-1] <= done_before < min(one["at"] for one in (*states, *reports))


def test_an_answer_that_is_lost_on_the_way_back_makes_no_second_record(leader: Leader) -> None:
    context = phone(leader, places=False)
    page = start(leader, context)
    lost: list[int] = []

    def lose(route: Route) -> None:
        # The node writes the record, and the phone never hears of it.
        if not lost:
            lost.append(route.fetch().status)
            route.abort("connectionreset")
        else:
            route.continue_()

    cut(leader, context, off=False)
    leader.desk.expected.append("ERR_CONNECTION_RESET")
    context.route("**/api/acts/unit-status", lose)
    page.get_by_role("button", name="Arrived", exact=True).click()
    all_sent(page, 1)
    assert lost == [201]
    assert len(leader.written("unit-status")) == 1


def test_what_the_node_refuses_waits_with_its_reason_and_holds_nothing_up(leader: Leader) -> None:
    incident = leader.order()
    context = phone(leader, places=False)
    page = start(leader, context)
    expect(page.locator("article")).to_be_visible()
    cut(leader, context)
    press(page, "Accept: will comply")
    page.get_by_role("button", name="Report", exact=True).click()
    page.get_by_label("What you see").fill("We leave the unit")
    press(page, "Send")
    expect(page.locator("li[data-did=report]")).to_be_visible()
    leader.moved_to(make_unit(leader.admin, f"{leader.code}-b"))
    leader.desk.expected.append("status of 4")
    cut(leader, context, off=False)
    refused = page.locator("li[data-did=accepted]")
    expect(refused).to_have_attribute("data-state", "refused")
    expect(refused.locator(".why")).to_contain_text("is not your unit")
    expect(page.locator("li[data-did=report]")).to_have_attribute("data-state", "sent")
    assert [one["data"]["incident"] for one in leader.written("report")] == [incident]
    leader.moved_to(leader.unit)
    refused.get_by_role("button", name="Send again").click()
    all_sent(page, 2)
    assert len(leader.written("tasking")) == 1


@pytest.mark.parametrize("way", ["Escape", "the cross", "back"])
def test_a_sheet_is_left_each_way_and_the_focus_is_where_it_was(leader: Leader, way: str) -> None:
    page = start(leader, phone(leader, places=False))
    opener = page.get_by_role("button", name="Report", exact=True)
    for opened in range(2):
        opener.focus()
        page.keyboard.press("Enter")
        sheet = page.locator("dialog[open]")
        expect(sheet).to_be_visible()
        page.mouse.click(5, 5)  # beside it
        expect(sheet).to_be_visible()
        if way == "Escape":
            page.keyboard.press("Escape")
        elif way == "the cross":
            page.get_by_role("button", name="Close").click()
        else:  # what a phone's back makes of a dialog that is open
            sheet.evaluate("dialog => dialog.requestClose()")
        expect(sheet, f"opened {opened + 1} times").to_have_count(0)
        expect(opener).to_be_focused()


def test_an_act_can_be_taken_back_before_it_has_left(leader: Leader) -> None:
    context = phone(leader, places=False)
    page = start(leader, context)
    cut(leader, context)
    page.get_by_role("button", name="Arrived", exact=True).click()
    page.locator("li[data-did=arrived]").get_by_role("button", name="Take back").click()
    expect(page.locator("li[data-did]")).to_have_count(0)
    cut(leader, context, off=False)
    page.locator(".link", has_text="In touch").wait_for()
    assert leader.written("unit-status") == []


def test_help_is_held_for_stands_through_other_acts_and_is_called_off(leader: Leader) -> None:
    page = start(leader, phone(leader))
    hold(page, 200)
    expect(page.locator("#help-how")).to_have_text("Hold it longer")
    assert leader.written("unit-status") == []
    hold(page, 1_600)
    expect(page.locator(".called")).to_contain_text("The desk has it")
    page.get_by_role("button", name="Arrived", exact=True).click()
    expect(page.locator("li[data-did=arrived]")).to_have_attribute("data-state", "sent")
    assert {one["data"].get("help", False) for one in leader.written("unit-status")} == {True}
    assert any("place" in one["data"] for one in leader.written("unit-status"))
    page.get_by_role("button", name="Call it off").click()
    expect(page.locator(".called")).to_have_count(0)
    expect(page.locator("li[data-did=help-off]")).to_have_attribute("data-state", "sent")
    assert not leader.written("unit-status")[-1]["data"].get("help", False)


def test_a_call_for_help_is_seen_and_heard_at_the_desk_until_it_is_answered(leader: Leader) -> None:
    desk = leader.desk.watch()
    page = start(leader, phone(leader))
    hold(page, 1_600)
    call = desk.locator(".call", has_text=leader.code)
    expect(call).to_contain_text("A unit calls for help")
    expect(call).to_contain_text("28.9500° N 61.5500° E")
    expect(desk.locator(".controls .ringing")).to_be_visible()
    for width in (1440, 320):
        desk.set_viewport_size({"width": width, "height": 900})
        assert axe(desk) == []
        assert overflowing(desk) == []
    desk.set_viewport_size({"width": 1440, "height": 900})
    call.get_by_role("button", name="Answer: we see to it").click()
    expect(call).to_contain_text("answered by duty")
    expect(page.get_by_text("The desk has your call for help and sees to it.")).to_be_visible()
    page.get_by_role("button", name="Call it off").click()
    expect(call).to_have_count(0)


def test_help_is_called_by_keyboard_after_one_question(leader: Leader) -> None:
    page = start(leader, phone(leader, places=False))
    page.locator("button.help").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("Enter")
    expect(page.locator(".called")).to_be_visible()
    all_sent(page, 1)
    assert leader.written("unit-status")[0]["data"]["help"] is True


def test_a_place_is_typed_or_found_by_its_name(leader: Leader) -> None:
    page = start(leader, phone(leader))
    for typed, shown in (("28°58′39″ N 61°33′01″ E", "28.9775° N 61.5503° E"), ("zahedan", "")):
        page.get_by_role("button", name="Report", exact=True).click()
        page.get_by_label("What you see").fill(f"Smoke near {typed}")
        page.get_by_text("Somewhere else").click()
        page.get_by_label("Name or coordinates").fill(typed)
        if not shown:
            page.locator(".found button").first.click()
        else:
            expect(page.locator("fieldset [role=status]")).to_contain_text(shown)
        press(page, "Send")
    all_sent(page, 2)
    typed_one, named_one = (one["data"] for one in leader.written("unit-status"))
    assert (typed_one["place"]["lat"], typed_one["place"]["precision"]) == (289_775_000, 1)
    assert named_one["place"]["precision"] == 2
    assert named_one["place"]["name"]
    assert named_one["text"]["text"] == "Smoke near zahedan"


def test_positions_stand_in_the_notation_that_was_chosen_without_a_link_too(leader: Leader) -> None:
    leader.order()
    page = start(leader, phone(leader, places=False))
    where = page.locator("dd bdi.id").first
    expect(where).to_have_text(re.compile(r"^\d+\.\d+"))
    cut(leader, page.context)
    page.locator("button.menu").click()
    page.get_by_label("How positions are written").select_option("mgrs")
    page.keyboard.press("Escape")
    expect(where).to_have_text(re.compile(r"^\d\d[A-Z] [A-Z]{2} \d+ \d+$"))


def test_another_officer_on_the_same_phone_sends_nothing_of_the_first(leader: Leader) -> None:
    context = phone(leader, places=False)
    page = start(leader, context)
    cut(leader, context)
    page.get_by_role("button", name="Arrived", exact=True).click()
    expect(page.locator("li[data-did=arrived]")).to_be_visible()
    page.locator("button.menu").click()
    press(page, "Sign out")
    press(page, "Sign out all the same")
    cut(leader, context, off=False)
    second = make_leader(leader.desk)
    page.reload()
    page.close()
    page = start(second, context)
    expect(page.get_by_text(f"1 act of {leader.name} waits")).to_be_visible()
    assert leader.written("unit-status") == []
    page.locator("button.menu").click()
    press(page, "Sign out")
    page.wait_for_selector("input[name=officer]")
    page = start(leader, context)
    all_sent(page, 1)
    assert len(leader.written("unit-status")) == 1


def test_a_duty_officer_acts_for_a_unit_that_is_chosen(leader: Leader) -> None:
    incident = leader.order()
    desk = leader.desk
    page = desk.open(size=(390, 800))
    page.goto(f"{desk.url}/field")
    page.fill("input[name=officer]", "duty")
    page.fill("input[name=password]", desk.passwords["duty"])
    page.press("input[name=password]", "Enter")
    page.get_by_role("button", name=leader.code).click()
    press(page, "Accept: will comply")
    all_sent(page, 1)
    taskings = leader.duty.get("/api/taskings")
    assert [one["status"] for one in taskings if one["incident"] == incident] == ["accepted"]


def test_who_leads_a_unit_and_has_no_desk_is_led_to_the_field_page(leader: Leader) -> None:
    page = leader.desk.open(size=(390, 800))
    page.fill("input[name=officer]", leader.name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/field")
    page.wait_for_selector("nav .act")


def test_an_exercise_cannot_be_taken_for_live(leader: Leader) -> None:
    drill = f"drill-{leader.code.lower()}"
    leader.order("Drill order", exercise=drill)
    page = start(leader, phone(leader, places=False))
    expect(page.get_by_text("There is an order for you elsewhere")).to_contain_text(drill)
    assert page.locator(".banner").count() == 0
    press(page, "Open")
    expect(page.locator(".banner")).to_contain_text("EXERCISE")
    press(page, "Accept: will comply")
    all_sent(page, 1)
    found = leader.duty.get(f"/api/records?kind=tasking&exercise={drill}")["records"]
    assert {one["exercise"] for one in found} == {drill}
