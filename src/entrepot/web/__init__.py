"""Pages, split by audience: parse, one call, render."""
