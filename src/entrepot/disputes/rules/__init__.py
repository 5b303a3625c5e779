"""Decisions about claims, returns and what goes back."""

from entrepot.disputes.rules.money import line_moneys

__all__ = ["line_moneys"]
