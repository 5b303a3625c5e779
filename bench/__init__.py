"""Measuring: the pages and the checkout of a running market, the search engine alone, and the floor under both."""
