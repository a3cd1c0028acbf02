"""``docquote key add | list | revoke``: by which keys programs may call ``docquote serve``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rag.cli.console import err, out, plain, print_json
from rag.cli.options import JsonOption
from rag.errors import KeysError
from rag.serving.keys import SCOPES, Keys

key_app = typer.Typer(no_args_is_help=True, help="Manage the keys by which programs call docquote serve.")

KeysOption = Annotated[Path, typer.Option("--keys", help="The file of keys; made with the first one.")]
NameArgument = Annotated[str, typer.Argument(help="Of the program or person that has the key.")]


@key_app.command()
def add(
    name: NameArgument,
    keys: KeysOption,
    scopes: Annotated[
        list[str], typer.Option("--scope", help=f"What it may do: {', '.join(SCOPES)}; several: give it again.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Make a key and print it, this once: only its hash is kept."""
    key = Keys(keys).add(name, scopes)
    if as_json:
        print_json({"name": name, "key": key, "scopes": [scope for scope in SCOPES if scope in scopes]})
        return
    err.print("Keep it: it cannot be shown again.")
    out.print(plain(key))


@key_app.command("list")
def list_keys(keys: KeysOption, as_json: JsonOption = False) -> None:
    """List names, scopes, and when each key was last used."""
    found = Keys(keys).all()
    if as_json:
        print_json([{name: value for name, value in asdict(key).items() if name != "sha256"} for key in found])
        return
    for key in found:
        used = f"last used {key.last_used}" if key.last_used else "never used"
        out.print(plain(f"{key.name}: {', '.join(key.scopes)}; made {key.created}; {used}"))


@key_app.command()
def revoke(name: NameArgument, keys: KeysOption, as_json: JsonOption = False) -> None:
    """Make a key worth nothing, at once."""
    if not Keys(keys).revoke(name):
        raise KeysError(f"{keys}: there is no key {name!r}; see: docquote key list --keys {keys}")
    if as_json:
        print_json({"revoked": name})
        return
    out.print(plain(f"the key {name} holds no longer"))
