"""``docquote user add | remove | list``: who may log in to the chat."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from rag.cli.console import out, plain, print_json
from rag.cli.options import JsonOption
from rag.errors import UsersError
from rag.serving.users import Users

user_app = typer.Typer(no_args_is_help=True, help="Manage who may log in to the chat.")

AuthOption = Annotated[Path, typer.Option("--auth", help="The file of users; made with the first one.")]
NameArgument = Annotated[str, typer.Argument(help="What the person types to log in.")]


@user_app.command()
def add(
    name: NameArgument,
    auth: AuthOption,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read the password from standard input.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Add a user, or give one another password."""
    is_new = Users(auth).add(name, _from_stdin() if stdin else _asked_twice())
    if as_json:
        print_json({"name": name, "added": is_new})
        return
    out.print(plain(f"{name} can log in now" if is_new else f"{name} has another password now"))


@user_app.command()
def remove(name: NameArgument, auth: AuthOption, as_json: JsonOption = False) -> None:
    """Remove a user; what they asked is kept."""
    if not Users(auth).remove(name):
        raise UsersError(f"{auth}: there is no user {name!r}; see: docquote user list --auth {auth}")
    if as_json:
        print_json({"removed": name})
        return
    out.print(plain(f"{name} can no longer log in"))


@user_app.command("list")
def list_users(auth: AuthOption, as_json: JsonOption = False) -> None:
    """List the names."""
    names = Users(auth).names()
    if as_json:
        print_json(names)
        return
    for name in names:
        out.print(plain(name))


def _from_stdin() -> str:
    password = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    if not password:
        raise UsersError("standard input holds no password")
    return password


def _asked_twice() -> str:
    try:
        password, again = getpass.getpass("Password: "), getpass.getpass("Once more: ")
    except EOFError as error:
        raise UsersError("no password was given; in a script: docquote user add NAME --auth FILE --stdin") from error
    if password != again:
        raise UsersError("the two passwords differ; nothing was changed")
    return password
