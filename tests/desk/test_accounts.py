"""Sign-ins: what a stolen file, a guesser and a forgotten desk get."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from sarhad.desk.accounts import Accounts, AccountSettings, NotSignedIn, WrongPassword
from sarhad.desk.actor import NotFound
from sarhad.desk.passwords import Cost, WeakPassword
from sarhad.desk.throttle import SECOND, Limit, Throttled

GOOD = "the wind over Zahedan"
CHEAP = Cost(time=1, memory_kib=8, lanes=1)
START = 1_550_000_000 * SECOND


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)


@pytest.fixture
def clock() -> Clock:
    return Clock()


SETTINGS = AccountSettings(
    idle_s=600, absolute_s=3_600, cost=CHEAP, per_account=Limit(3, 300), per_address=Limit(6, 900)
)


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> Iterator[Accounts]:
    opened = Accounts(tmp_path / "accounts.sqlite", clock, SETTINGS)
    opened.set_password("duty", GOOD)
    yield opened
    opened.close()


def fail(accounts: Accounts, officer: str = "duty", address: str = "10.0.0.1") -> None:
    with pytest.raises(WrongPassword):
        accounts.sign_in(officer, "not the password", address)


def test_the_right_password_opens_a_session_that_is_found_by_its_token(accounts: Accounts) -> None:
    session = accounts.sign_in("duty", GOOD, "10.0.0.1")
    assert accounts.session(session.token).officer == "duty"
    assert len(session.token) >= 43
    assert len(session.csrf) == 64


def test_an_unknown_officer_is_answered_as_a_wrong_password(accounts: Accounts) -> None:
    with pytest.raises(WrongPassword) as unknown:
        accounts.sign_in("nobody", GOOD, "10.0.0.1")
    with pytest.raises(WrongPassword) as wrong:
        accounts.sign_in("duty", "not the password", "10.0.0.2")
    assert str(unknown.value) == str(wrong.value)


def test_the_file_holds_neither_password_nor_token_and_is_closed_to_others(accounts: Accounts, tmp_path: Path) -> None:
    session = accounts.sign_in("duty", GOOD, "10.0.0.1")
    for path in tmp_path.iterdir():
        raw = path.read_bytes()
        assert GOOD.encode() not in raw
        assert session.token.encode() not in raw
    assert (tmp_path / "accounts.sqlite").stat().st_mode & 0o077 == 0


def test_a_session_shows_no_secret_when_printed(accounts: Accounts) -> None:
    session = accounts.sign_in("duty", GOOD, "10.0.0.1")
    assert session.token not in repr(session)
    assert session.csrf not in repr(session)


def test_a_session_ends_when_idle(accounts: Accounts, clock: Clock) -> None:
    session = accounts.sign_in("duty", GOOD, "10.0.0.1")
    clock.forward(599)
    accounts.session(session.token)
    clock.forward(599)
    accounts.session(session.token)
    clock.forward(600)
    with pytest.raises(NotSignedIn):
        accounts.session(session.token)


def test_looking_at_a_session_does_not_prolong_it(accounts: Accounts, clock: Clock) -> None:
    session = accounts.sign_in("duty", GOOD, "10.0.0.1")
    clock.forward(500)
    accounts.peek(session.token)
    clock.forward(100)
    with pytest.raises(NotSignedIn):
        accounts.peek(session.token)


def test_a_session_ends_at_last_however_busy(accounts: Accounts, clock: Clock) -> None:
    session = accounts.sign_in("duty", GOOD, "10.0.0.1")
    for _ in range(7):
        clock.forward(500)
        accounts.session(session.token)
    clock.forward(100)
    with pytest.raises(NotSignedIn):
        accounts.session(session.token)


def test_signing_out_ends_the_session_and_no_other(accounts: Accounts) -> None:
    first, second = (accounts.sign_in("duty", GOOD, "10.0.0.1") for _ in range(2))
    accounts.sign_out(first.token)
    with pytest.raises(NotSignedIn):
        accounts.session(first.token)
    assert accounts.session(second.token).officer == "duty"


def test_sessions_survive_a_restart(accounts: Accounts, tmp_path: Path, clock: Clock) -> None:
    session = accounts.sign_in("duty", GOOD, "10.0.0.1")
    again = Accounts(tmp_path / "accounts.sqlite", clock, SETTINGS)
    assert again.session(session.token).officer == "duty"
    again.close()


def test_changing_the_password_ends_the_officers_other_sessions(accounts: Accounts) -> None:
    here, elsewhere = (accounts.sign_in("duty", GOOD, "10.0.0.1") for _ in range(2))
    accounts.change_password(here, GOOD, "rain at last in Turbat", "10.0.0.1")
    assert accounts.session(here.token).officer == "duty"
    with pytest.raises(NotSignedIn):
        accounts.session(elsewhere.token)
    with pytest.raises(WrongPassword):
        accounts.sign_in("duty", GOOD, "10.0.0.1")
    accounts.sign_in("duty", "rain at last in Turbat", "10.0.0.1")


def test_changing_the_password_needs_the_old_one(accounts: Accounts) -> None:
    session = accounts.sign_in("duty", GOOD, "10.0.0.1")
    with pytest.raises(WrongPassword):
        accounts.change_password(session, "not the password", "rain at last in Turbat", "10.0.0.1")


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "x" * 300, ""])
def test_a_weak_password_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(WeakPassword):
        accounts.set_password("duty", password)


def test_a_password_is_the_same_however_the_keyboard_composes_it(accounts: Accounts) -> None:
    accounts.set_password("duty", "\u0622\u0628 \u0648 \u0628\u0627\u062f \u0648 \u062e\u0627\u06a9")
    accounts.sign_in("duty", "\u0627\u0653\u0628 \u0648 \u0628\u0627\u062f \u0648 \u062e\u0627\u06a9", "10.0.0.1")


def test_failures_slow_the_account_down_from_any_address(accounts: Accounts, clock: Clock) -> None:
    for number in range(3):
        fail(accounts, address=f"10.0.1.{number}")
    with pytest.raises(Throttled) as throttled:
        accounts.sign_in("duty", GOOD, "10.0.2.1")
    assert throttled.value.retry_after_s == 1
    assert throttled.value.retry
    clock.forward(throttled.value.retry_after_s)
    accounts.sign_in("duty", GOOD, "10.0.2.1")


def test_each_further_failure_doubles_the_wait_up_to_a_limit(accounts: Accounts, clock: Clock) -> None:
    waits = []
    for number in range(14):
        fail(accounts, address=f"10.0.1.{number}")
        if number >= 2:
            with pytest.raises(Throttled) as throttled:
                accounts.sign_in("duty", GOOD, "10.0.2.1")
            waits.append(throttled.value.retry_after_s)
            clock.forward(waits[-1])
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_an_address_that_guesses_many_names_is_slowed_down(accounts: Accounts) -> None:
    for number in range(6):
        fail(accounts, officer=f"guess-{number}")
    with pytest.raises(Throttled):
        accounts.sign_in("duty", GOOD, "10.0.0.1")
    accounts.sign_in("duty", GOOD, "10.0.0.2")


def test_failures_are_remembered_across_a_restart(accounts: Accounts, tmp_path: Path, clock: Clock) -> None:
    for number in range(3):
        fail(accounts, address=f"10.0.1.{number}")
    again = Accounts(tmp_path / "accounts.sqlite", clock, SETTINGS)
    with pytest.raises(Throttled):
        again.sign_in("duty", GOOD, "10.0.2.1")
    again.close()


def test_old_failures_are_forgotten_and_leave_nothing_behind(accounts: Accounts, tmp_path: Path, clock: Clock) -> None:
    for number in range(3):
        fail(accounts, address=f"10.0.1.{number}")
    clock.forward(3_601)
    accounts.sign_in("duty", GOOD, "10.0.2.1")
    with sqlite3.connect(tmp_path / "accounts.sqlite") as db:
        assert db.execute("SELECT count(*) FROM attempts WHERE failures > 0").fetchone() == (0,)
    db.close()


def test_a_removed_account_signs_in_no_more(accounts: Accounts) -> None:
    session = accounts.sign_in("duty", GOOD, "10.0.0.1")
    accounts.remove("duty")
    with pytest.raises(NotSignedIn):
        accounts.session(session.token)
    with pytest.raises(NotFound):
        accounts.remove("duty")


def test_only_so_many_sessions_stay_open(accounts: Accounts, clock: Clock) -> None:
    sessions = []
    for _ in range(22):
        sessions.append(accounts.sign_in("duty", GOOD, "10.0.0.1"))
        clock.forward(1)
    with pytest.raises(NotSignedIn):
        accounts.session(sessions[0].token)
    accounts.session(sessions[-1].token)
    accounts.session(sessions[2].token)


def test_a_hash_of_older_parameters_is_renewed_at_sign_in(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "accounts.sqlite"
    first = Accounts(path, clock, AccountSettings(cost=CHEAP))
    first.set_password("duty", GOOD)
    first.close()
    second = Accounts(path, clock, AccountSettings(cost=Cost(time=2, memory_kib=16, lanes=1)))
    second.sign_in("duty", GOOD, "10.0.0.1")
    second.close()
    with sqlite3.connect(path) as db:
        assert "t=2" in db.execute("SELECT hash FROM accounts").fetchone()[0]
    db.close()
