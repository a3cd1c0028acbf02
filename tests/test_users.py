"""Who may log in: hashes in a file of their own, a growing delay, and no listening to a network without either."""

from __future__ import annotations

import asyncio
import inspect
import io
import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

import rag.serving.users
from rag.cli.users import user_app
from rag.errors import DocquoteError, UsersError
from rag.serving.binding import check_binding, is_loopback
from rag.serving.users import FORGET_SECONDS, MAX_DELAY_SECONDS, Gate, Users, delay_after

PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cheapest scrypt that a file may ask for."""
    monkeypatch.setattr(rag.serving.users, "COST", 2**14)


@pytest.fixture
def users(tmp_path: Path) -> Users:
    return Users(tmp_path / "users.jsonl")


def test_the_right_password_and_no_other(users: Users) -> None:
    assert users.names() == []
    assert users.add("ada", PASSWORD) is True
    assert users.add("Bjørn 博", "pässwörd 🎉") is True
    assert users.check("ada", PASSWORD)
    assert users.check("Bjørn 博", "pässwörd 🎉")
    for name, password in (("ada", "Correct horse"), ("ada", ""), ("Ada", PASSWORD), ("", PASSWORD), ("eve", "")):
        assert not users.check(name, password)
    assert users.names() == ["Bjørn 博", "ada"]


def test_another_password_replaces_the_first(users: Users) -> None:
    users.add("ada", PASSWORD)
    assert users.add("ada", "battery staple") is False
    assert not users.check("ada", PASSWORD)
    assert users.check("ada", "battery staple")


def test_who_was_removed_cannot_log_in(users: Users) -> None:
    users.add("ada", PASSWORD)
    assert users.remove("ada") is True
    assert users.remove("ada") is False
    assert not users.check("ada", PASSWORD)


def test_the_file_tells_no_password_and_is_its_owners_only(users: Users) -> None:
    users.add("ada", PASSWORD)
    users.add("bob", PASSWORD)
    assert stat.S_IMODE(users.path.stat().st_mode) == 0o600
    lines = users.path.read_text().splitlines()
    assert not any(word in line for line in lines for word in PASSWORD.split())
    first, second = map(json.loads, lines)
    assert first["salt"] != second["salt"]
    assert first["key"] != second["key"]
    assert (first["n"], first["r"], first["p"]) == (2**14, 8, 1)


def test_what_is_stored_stays_valid_when_the_cost_is_raised(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    users.add("ada", PASSWORD)
    monkeypatch.setattr(rag.serving.users, "COST", 2**15)
    assert users.check("ada", PASSWORD)


@pytest.mark.parametrize("name", ["", " ada", "ada ", "a\nb", "a\x00", "x" * 65])
def test_names_that_cannot_be_typed_are_refused(users: Users, name: str) -> None:
    with pytest.raises(UsersError, match="cannot be a name"):
        users.add(name, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
def test_passwords_have_a_sensible_length(users: Users, password: str) -> None:
    with pytest.raises(UsersError, match="characters"):
        users.add("ada", password)


@pytest.mark.parametrize(
    "change",
    [
        {"n": 2},
        {"n": 2**14 + 1},
        {"n": 2**30},
        {"r": 0},
        {"n": "x"},
        {"salt": ""},
        {"key": "AAAA"},
        {"key": "é"},
        {"x": 1},
    ],
)
def test_a_damaged_line_is_named(users: Users, change: dict[str, object]) -> None:
    users.add("ada", PASSWORD)
    fields = json.loads(users.path.read_text()) | change
    users.path.write_text(f"\n{json.dumps(fields)}\n")
    with pytest.raises(UsersError, match=r"users\.jsonl, line 2"):
        users.check("ada", PASSWORD)


def test_an_unknown_user_costs_as_much_work_as_a_known_one(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    users.add("ada", PASSWORD)
    work: list[tuple[int, int, int]] = []
    real = rag.serving.users._scrypt

    def counted(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
        work.append((n, r, p))
        return real(password, salt, n, r, p)

    monkeypatch.setattr(rag.serving.users, "_scrypt", counted)
    users.check("ada", "wrong password")
    users.check("eve", "wrong password")
    assert len(work) == 2


def test_the_delay_grows_and_is_bounded() -> None:
    delays = [delay_after(failures) for failures in range(12)]
    assert delays[:7] == [0, 0, 0, 1, 2, 4, 8]
    assert delays == sorted(delays)
    assert delay_after(10**9) == MAX_DELAY_SECONDS


class Watch:
    """A clock that only moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def test_each_wrong_password_in_a_row_waits_longer_and_a_right_one_forgives(users: Users) -> None:
    users.add("ada", PASSWORD)
    watch = Watch()
    gate = Gate(users, clock=watch.clock, sleep=watch.sleep)

    async def people() -> None:
        for _ in range(5):
            assert not await gate.authenticate("ada", "wrong")
        assert watch.slept == [1, 2]
        assert not await gate.authenticate("eve", "wrong")  # another name does not wait
        assert watch.slept == [1, 2]
        assert await gate.authenticate("ada", PASSWORD)
        assert watch.slept == [1, 2, 4]
        assert await gate.authenticate("ada", PASSWORD)
        assert watch.slept == [1, 2, 4]

    asyncio.run(people())


def test_failures_are_forgotten_after_an_hour(users: Users) -> None:
    watch = Watch()
    gate = Gate(users, clock=watch.clock, sleep=watch.sleep)

    async def people() -> None:
        for _ in range(4):
            await gate.authenticate("ada", "wrong")
        watch.now += FORGET_SECONDS
        before = len(watch.slept)
        await gate.authenticate("ada", "wrong")
        assert len(watch.slept) == before

    asyncio.run(people())


def test_tries_side_by_side_do_not_get_round_the_delay(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    users.add("ada", PASSWORD)
    watch = Watch()
    gate = Gate(users, clock=watch.clock, sleep=watch.sleep)
    checked: list[str] = []
    real = users.check
    monkeypatch.setattr(users, "check", lambda name, password: checked.append(password) or real(name, password))

    async def burst() -> list[bool]:
        return await asyncio.gather(*(gate.authenticate("ada", f"guess {number}") for number in range(50)))

    assert not any(asyncio.run(burst()))
    assert len(checked) == 4  # three for nothing, one that waited; the others were not looked at


def test_memory_is_bounded(users: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.serving.users, "NAMES_REMEMBERED", 3)
    monkeypatch.setattr(users, "check", lambda name, password: False)
    gate = Gate(users)

    async def many() -> None:
        for number in range(10):
            await gate.authenticate(f"name {number}", "wrong")

    asyncio.run(many())
    assert len(gate._failures) == 3


def test_the_page_does_not_stand_still_while_somebody_waits(users: Users) -> None:
    assert inspect.iscoroutinefunction(Gate(users).authenticate)


def test_the_commands(tmp_path: Path) -> None:
    auth = ["--auth", str(tmp_path / "new" / "users.jsonl")]
    run = CliRunner()
    added = run.invoke(user_app, ["add", "ada", "--stdin", *auth], input=f"{PASSWORD}\n")
    assert (added.exit_code, added.output) == (0, "ada can log in now\n")
    again = run.invoke(user_app, ["add", "ada", "--stdin", *auth], input="battery staple\r\n")
    assert again.output == "ada has another password now\n"
    assert Users(Path(auth[1])).check("ada", "battery staple")
    assert run.invoke(user_app, ["list", *auth]).output == "ada\n"
    assert json.loads(run.invoke(user_app, ["list", "--json", *auth]).output) == ["ada"]
    assert run.invoke(user_app, ["remove", "ada", *auth]).output == "ada can no longer log in\n"
    gone = run.invoke(user_app, ["remove", "ada", *auth])
    assert isinstance(gone.exception, UsersError)


def test_the_password_is_asked_for_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    auth = ["--auth", str(tmp_path / "users.jsonl")]
    typed = io.StringIO()
    answers = iter([PASSWORD, PASSWORD, PASSWORD, "something else"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: (typed.write(prompt), next(answers))[1])
    run = CliRunner()
    assert run.invoke(user_app, ["add", "ada", *auth]).exit_code == 0
    differs = run.invoke(user_app, ["add", "bob", *auth])
    assert isinstance(differs.exception, UsersError)
    assert "differ" in str(differs.exception)
    assert Users(tmp_path / "users.jsonl").names() == ["ada"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "LOCALHOST.", "::1", "[::1]"])
def test_this_computer_needs_no_log_in(host: str) -> None:
    assert is_loopback(host)
    check_binding(host, auth=False, no_auth=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.5", "example.org", "localhost.example.org"])
def test_a_network_needs_a_log_in_or_an_outright_no(host: str) -> None:
    with pytest.raises(DocquoteError, match=r"could read your documents.*docquote user add.*--no-auth"):
        check_binding(host, auth=False, no_auth=False)
    check_binding(host, auth=True, no_auth=False)
    check_binding(host, auth=False, no_auth=True)


def test_both_at_once_is_a_contradiction() -> None:
    with pytest.raises(DocquoteError, match="not both"):
        check_binding("127.0.0.1", auth=True, no_auth=True)
