"""`entrepot person` and `entrepot client`: the marketplace's first people, and machines that act for somebody."""

import json
import sys
from typing import Annotated

import typer

from entrepot.base import clock
from entrepot.cli import app
from entrepot.parties import queries as parties
from entrepot.parties.services import issue_client, register_user

SCOPES = ("shop", "merchant", "depot", "operate")


@app.command("person")
def add_person(
    email: str,
    name: Annotated[str, typer.Option(help="As colleagues know them.")] = "",
    language: Annotated[str, typer.Option(help="en or zh-hans.")] = "en",
    operator: Annotated[bool, typer.Option(help="Works for the marketplace itself.")] = False,
    depot: Annotated[bool, typer.Option(help="Works in the depot.")] = False,
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
) -> None:
    """Register a person who can sign in. The same e-mail address again changes nothing."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if len(password) < 10:
        raise typer.BadParameter("a password has at least ten characters")
    register_user(email=email, password=password, name=name, language=language, operator=operator, depot=depot)
    typer.echo(f"{email} can sign in.")


@app.command("client")
def add_client(
    email: str,
    scope: Annotated[list[str], typer.Option(help="shop, merchant, depot or operate; may be repeated.")],
    name: Annotated[str, typer.Option(help="What the client is for.")] = "Command line",
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Issue an API client that acts for this person. Its secret is shown this once."""
    unknown = sorted(set(scope) - set(SCOPES))
    if unknown:
        raise typer.BadParameter(f"no such scope: {', '.join(unknown)}; there are {', '.join(SCOPES)}")
    user_id = parties.user_by_email(email=email)
    if user_id is None:
        raise typer.BadParameter(f"nobody signs in as {email}; add them with: entrepot person {email}")
    client_id, secret = issue_client(user_id=user_id, name=name, scopes=scope, at=clock.now())
    if as_json:
        typer.echo(json.dumps({"client_id": client_id, "client_secret": secret, "scopes": sorted(scope)}))
    else:
        typer.echo(f"client id:     {client_id}\nclient secret: {secret}")
