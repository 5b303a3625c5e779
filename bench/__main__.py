"""`python -m bench [pages|checkout|hot|search|relevance|landed|ledger] ...`: a running market, or one part of it alone."""

import os
import sys

import django


def main() -> None:
    arguments = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    django.setup()
    what, rest = (
        (arguments[0], arguments[1:]) if arguments and not arguments[0].startswith("-") else ("pages", arguments)
    )
    from bench import checkout, hot, inside, landed, ledger, prepare, quotes, recorded, relevance, run, search

    mains = {
        "pages": run.main,
        "checkout": checkout.main,
        "quotes": quotes.main,
        "recorded": recorded.main,
        "search": search.main,
        "relevance": relevance.main,
        "prepare": prepare.main,
        "landed": landed.main,
        "ledger": ledger.main,
        "inside": inside.main,
        "hot": hot.main,
        "hot-market": hot.prepare,
        "hot-tend": hot.tend,
    }
    if what not in mains:
        raise SystemExit(f"bench knows: {', '.join(mains)}")
    mains[what](rest)


main()
