"""The warehouse: receiving, consolidating, papers, dispatch."""
