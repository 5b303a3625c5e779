"""Django plumbing shared by every context: clock, identity, locks, outbox, idempotency, error table, owners."""
