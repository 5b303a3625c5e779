"""Accounts, one-row transfers, balances: where every cent is at any moment."""
