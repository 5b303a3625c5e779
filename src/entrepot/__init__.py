"""Entrepot: the open platform for running a cross-border marketplace."""
