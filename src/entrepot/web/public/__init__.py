"""Addresses without a language: health, robots, the way in."""
