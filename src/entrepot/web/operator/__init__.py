"""The operator's desk: overview, merchants, orders, the ledger."""
