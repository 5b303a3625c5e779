"""Discounts: who gives them, on what, until when, and who bears them."""
