"""`python -m bench [pages|search] ...`: the pages and the checkout of a running market, or the search engine alone."""

import os
import sys

import django


def main() -> None:
    arguments = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    django.setup()
    if arguments and arguments[0] == "search":
        from bench import search

        search.main(arguments[1:])
        return
    if arguments and arguments[0] == "prepare":
        from bench import prepare

        prepare.main(arguments[1:])
        return
    from bench import run

    run.main(arguments[1:] if arguments and arguments[0] == "pages" else arguments)


main()
