"""Goods codes, duties, taxes and restrictions as dated rows with their source."""
