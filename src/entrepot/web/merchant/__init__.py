"""The merchant's desk: overview, listings, imports, consignments, money."""
