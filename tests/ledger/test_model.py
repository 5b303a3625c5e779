"""The ledger against a ledger in plain Python: any sequence of posting, resolving and repeating ends alike."""

from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from entrepot.ledger import queries
from entrepot.ledger.services import post_groups, post_pending, void_pending
from entrepot.ledger.terms import AccountRef, Kind, PendingUnknown, ResolvedOtherwise, Result
from tests.ledger import make

ACCOUNTS = (
    AccountRef(Kind.PSP_RECEIVABLE, 0, 0), AccountRef(Kind.PSP_RECEIVABLE, 0, 5), AccountRef(Kind.HOLD, 1),
    AccountRef(Kind.HOLD, 2), AccountRef(Kind.MERCHANT_AVAILABLE, 1), AccountRef(Kind.FX_POSITION),
)  # fmt: skip


@dataclass
class Book:
    """The reference: lists and dictionaries, one transfer after the other."""

    transfers: dict = field(default_factory=dict)  # key: (transfer, first key of its group)
    state: dict = field(default_factory=dict)
    counters: dict = field(default_factory=dict)  # account: [dpe, dpo, cpe, cpo]

    def post(self, group):
        first = group[0].key
        if any(t.key in self.transfers for t in group):
            same = [self.transfers.get(t.key) == (t, first) for t in group]
            if all(same):
                return [Result.EXISTS] * len(group)
            return [Result.CHANGED if t.key in self.transfers else Result.LINKED for t in group]
        kept = {account: list(counters) for account, counters in self.counters.items()}
        for place, t in enumerate(group):
            debit, credit = self._of(t.debit, t), self._of(t.credit, t)
            debit[0 if t.pending else 1] += t.amount.minor
            credit[2 if t.pending else 3] += t.amount.minor
            if t.debit.guard == "credit" and debit[0] + debit[1] > debit[3]:
                self.counters = kept
                return [Result.OVERDRAWN if n == place else Result.LINKED for n in range(len(group))]
        for t in group:
            self.transfers[t.key] = (t, first)
            self.state[t.key] = "pending" if t.pending else "posted"
        return [Result.CREATED] * len(group)

    def resolve(self, key, verb):
        if key not in self.transfers or not self.transfers[key][0].pending:
            return PendingUnknown
        if self.state[key] != "pending":
            return None if self.state[key] == verb else ResolvedOtherwise
        t = self.transfers[key][0]
        self.state[key] = verb
        for account, pending in ((t.debit, 0), (t.credit, 2)):
            counters = self._of(account, t)
            counters[pending] -= t.amount.minor
            if verb == "posted":
                counters[pending + 1] += t.amount.minor
        return None

    def _of(self, account, t):
        return self.counters.setdefault((account, t.amount.currency), [0, 0, 0, 0])


_keys = st.sampled_from([f"k{n}" for n in range(12)])
_pairs = st.permutations(ACCOUNTS).map(lambda order: order[:2])
_transfers = st.builds(
    lambda key, pair, minor, currency, pending: make.transfer(
        key, debit=pair[0], credit=pair[1], minor=minor, currency=currency, pending=pending
    ),
    _keys, _pairs, st.integers(1, 60), st.sampled_from(["USD", "CNY"]), st.booleans(),
)  # fmt: skip


class Ledger(RuleBasedStateMachine):
    """Each run is one database transaction that is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @rule(transfers=st.lists(_transfers, min_size=1, max_size=6, unique_by=lambda t: t.key), data=st.data())
    def post(self, transfers, data) -> None:
        groups, rest = [], list(transfers)
        while rest:
            size = data.draw(st.integers(1, len(rest)))
            groups.append(rest[:size])
            rest = rest[size:]
        expected = [result for group in groups for result in self.book.post(group)]
        assert list(post_groups(groups=groups, at=make.AT)) == expected

    @rule(key=_keys, post=st.booleans())
    def resolve(self, key, post) -> None:
        expected = self.book.resolve(key, "posted" if post else "voided")
        verb = post_pending if post else void_pending
        if expected is None:
            verb(keys=[key], at=make.AT)
        else:
            with pytest.raises(expected), transaction.atomic():
                verb(keys=[key], at=make.AT)

    @invariant()
    def balances_agree(self) -> None:
        for account in queries.accounts(limit=1000):
            wanted = [0, 0, 0, 0]
            for (ref, currency), counters in self.book.counters.items():
                if (ref.kind, ref.subject, currency) == (account.kind, account.subject, account.currency):
                    wanted = [a + b for a, b in zip(wanted, counters, strict=True)]
            b = account.balance
            assert wanted == [
                b.debits_pending.minor, b.debits_posted.minor, b.credits_pending.minor, b.credits_posted.minor,
            ]  # fmt: skip

    @invariant()
    def nothing_is_lost(self) -> None:
        assert queries.drift() == ()
        for line in queries.trial_balance():
            assert line.kind not in {Kind.HOLD, Kind.MERCHANT_AVAILABLE} or line.credits >= line.debits


@pytest.mark.django_db
def test_the_ledger_agrees_with_its_reference_in_any_sequence() -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
