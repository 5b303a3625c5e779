"""Money in, money held, money paid out."""
