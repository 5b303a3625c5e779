"""`entrepot migrate`: the database brought up to this version."""

from django.core.management import call_command

from entrepot.cli import app
from entrepot.cli.messages import compile_messages
from entrepot.customs.services import load_starter


@app.command()
def migrate(*, quiet: bool = False) -> None:
    """Bring the database to this version, and compile the interface's texts. Repeating it changes nothing."""
    compile_messages()
    call_command("migrate", interactive=False, verbosity=0 if quiet else 1)
    load_starter()
