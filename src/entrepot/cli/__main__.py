"""`python -m entrepot.cli`: the command line without its console script."""

from entrepot.cli import main

if __name__ == "__main__":
    main()
