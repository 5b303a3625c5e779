"""The ledger against a ledger in plain Python: any sequence of verbs, repeats and folds ends alike."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from entrepot.kernel.money import Money
from entrepot.ledger import queries
from entrepot.ledger.services import close_period, end_groups, fold_tail, post_groups, void_expired
from entrepot.ledger.terms import AccountRef, Clamp, Ending, Guard, Kind, Result
from tests.ledger import make

ACCOUNTS = (
    AccountRef(Kind.PSP_RECEIVABLE), AccountRef(Kind.COMMISSION), AccountRef(Kind.HOLD, 1), AccountRef(Kind.HOLD, 2),
    AccountRef(Kind.MERCHANT_AVAILABLE, 1), AccountRef(Kind.MERCHANT_RECEIVABLE, 1), AccountRef(Kind.FX_POSITION),
)  # fmt: skip
MINUTE = timedelta(minutes=1)


@dataclass
class Book:
    """The reference: lists and dictionaries, one transfer after the other."""

    transfers: dict = field(default_factory=dict)  # key: (transfer, first key of its group)
    moved: dict = field(default_factory=dict)  # key: amount in minor units
    ended: dict = field(default_factory=dict)  # key of a pending one: ("posted" or "voided", amount)
    counters: dict = field(default_factory=dict)  # (account, currency): [dpe, dpo, cpe, cpo]
    closed: object = None

    def post(self, groups, at, effective):
        closed = self.closed is not None and effective < self.closed
        if not closed:
            for t in (t for group in groups for t in group):
                for side, gives in ((t.debit, Guard.CREDIT), (t.credit, Guard.DEBIT)):
                    if side.guard is not gives or t.clamp is not Clamp.EXACT:
                        self._of(side, t)
        touched = {(side, t.amount.currency) for group in groups for t in group for side in (t.debit, t.credit)}
        self.expire(at, {place for place in touched if place in self.counters})
        return [result for group in groups for result in self._group(group, closed)]

    def _group(self, group, closed):
        first = group[0].key
        if any(t.key in self.transfers for t in group):
            if all(self.transfers.get(t.key) == (t, first) for t in group):
                return [Result.EXISTS] * len(group)
            return [
                Result.EXISTS_WITH_DIFFERENT_BODY if t.key in self.transfers else Result.LINKED_FAILED for t in group
            ]
        if closed:
            return [Result.PERIOD_CLOSED] * len(group)
        kept, amounts, rest = deepcopy(self.counters), {}, 0
        for place, t in enumerate(group):
            refusal = None
            if any((side, t.amount.currency) not in self.counters for side in (t.debit, t.credit)):
                refusal = Result.ACCOUNT_MISSING
            else:
                debit, credit = self._of(t.debit, t), self._of(t.credit, t)
                amount = t.amount.minor
                if t.clamp is not Clamp.EXACT:
                    cap = amount if t.clamp is Clamp.AVAILABLE else rest
                    amount = cap
                    if t.clamp is not Clamp.REST:
                        amount = min(
                            amount, self.room(t.debit, debit, Guard.CREDIT), self.room(t.credit, credit, Guard.DEBIT)
                        )
                    rest = cap - amount
                debit[0 if t.pending else 1] += amount
                credit[2 if t.pending else 3] += amount
                amounts[t.key] = amount
                if self.room(t.debit, debit, Guard.CREDIT) < 0:
                    refusal = Result.EXCEEDS_CREDITS
                elif self.room(t.credit, credit, Guard.DEBIT) < 0:
                    refusal = Result.EXCEEDS_DEBITS
            if refusal:
                self.counters = kept
                return [refusal if n == place else Result.LINKED_FAILED for n in range(len(group))]
        for t in group:
            self.transfers[t.key] = (t, first)
            self.moved[t.key] = amounts[t.key]
        return [Result.CREATED] * len(group)

    @staticmethod
    def room(account, counters, guard):
        """What it may still give on the side that `guard` watches."""
        if account.guard is not guard:
            return 10**18
        dpe, dpo, cpe, cpo = counters
        return cpo - dpo - dpe if guard is Guard.CREDIT else dpo - cpo - cpe

    def end(self, groups, at):
        closed = self.closed is not None and at < self.closed
        answers = []
        for group in groups:
            results = [self._ending(ending, at, closed) for ending in group]
            if any(result not in {Result.CREATED, Result.EXISTS} for result in results):
                results = [Result.LINKED_FAILED if one is Result.CREATED else one for one in results]
            for ending, result in zip(group, results, strict=True):
                if result is Result.CREATED:
                    self._finish(ending.key, ending.post, ending.amount)
            answers += results
        return answers

    def _ending(self, ending, at, closed):  # noqa: PLR0911 - one answer for each thing that can be
        t = self.transfers.get(ending.key, (None,))[0]
        if t is None or not t.pending:
            return Result.PENDING_MISSING
        if ending.amount and ending.amount.currency != t.amount.currency:
            return Result.CURRENCY_DIFFERS
        wanted = (ending.amount or t.amount).minor if ending.post else 0
        if ending.key in self.ended:
            how, amount = self.ended[ending.key]
            if how != ("posted" if ending.post else "voided"):
                return Result.ALREADY_POSTED if how == "posted" else Result.ALREADY_VOIDED
            return Result.EXISTS if amount == wanted else Result.EXISTS_WITH_DIFFERENT_BODY
        if ending.post and t.expires_at is not None and t.expires_at <= at:
            return Result.EXPIRED
        if wanted > t.amount.minor:
            return Result.EXCEEDS_PENDING
        return Result.PERIOD_CLOSED if closed else Result.CREATED

    def _finish(self, key, post, amount=None):
        t = self.transfers[key][0]
        part = (amount or t.amount).minor if post else 0
        self.ended[key] = ("posted" if post else "voided", part)
        for account, pending in ((t.debit, 0), (t.credit, 2)):
            counters = self._of(account, t)
            counters[pending] -= t.amount.minor
            counters[pending + 1] += part

    def expire(self, at, touching=None):
        stale = [
            key for key, (t, _) in self.transfers.items()
            if t.pending and key not in self.ended and t.expires_at is not None and t.expires_at <= at
            and (touching is None or touching & {(t.debit, t.amount.currency), (t.credit, t.amount.currency)})
        ]  # fmt: skip
        for key in stale:
            self._finish(key, post=False)
        return len(stale)

    def _of(self, account, t):
        return self.counters.setdefault((account, t.amount.currency), [0, 0, 0, 0])


_keys = st.sampled_from([f"k{n}" for n in range(12)])
_pairs = st.permutations(ACCOUNTS).map(lambda order: order[:2])
_currencies = st.sampled_from(["USD", "CNY"])


def _transfer(key, pair, minor, currency, how, minutes):
    return make.transfer(
        key, debit=pair[0], credit=pair[1], minor=minor, currency=currency, pending=how == "pending",
        clamp=Clamp.EXACT if how == "pending" else how,
        expires_at=make.AT + minutes * MINUTE if how == "pending" and minutes else None,
    )  # fmt: skip


_transfers = st.builds(
    _transfer, _keys, _pairs, st.integers(1, 60), _currencies,
    st.sampled_from([Clamp.EXACT, Clamp.EXACT, "pending", *Clamp]), st.integers(0, 6),
)  # fmt: skip
_endings = st.builds(
    lambda key, post, part: Ending(key, post, Money(*part) if post and part else None),
    _keys, st.booleans(), st.none() | st.tuples(st.integers(1, 60), _currencies),
)  # fmt: skip


def _split(data, rows):
    groups, rest = [], list(rows)
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        groups.append(rest[:size])
        rest = rest[size:]
    return groups


class Ledger(RuleBasedStateMachine):
    """Each run is one database transaction that is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.book, self.at = Book(), make.AT
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(minor=st.integers(1, 200), currency=_currencies)
    def fund(self, minor, currency) -> None:
        group = [make.transfer("k0", credit=make.hold(1), minor=minor, currency=currency)]
        assert list(post_groups(groups=[group], at=self.at)) == self.book.post([group], self.at, self.at)

    @rule(
        transfers=st.lists(_transfers, min_size=1, max_size=6, unique_by=lambda t: t.key),
        data=st.data(),
        back=st.integers(0, 4),
    )
    def post(self, transfers, data, back) -> None:
        groups, effective = _split(data, transfers), self.at - back * MINUTE
        expected = self.book.post(groups, self.at, effective)
        assert list(post_groups(groups=groups, at=self.at, effective_at=effective)) == expected

    @rule(endings=st.lists(_endings, min_size=1, max_size=4, unique_by=lambda e: e.key), data=st.data())
    def end(self, endings, data) -> None:
        groups = _split(data, endings)
        expected = self.book.end(groups, self.at)
        assert list(end_groups(groups=groups, at=self.at)) == expected

    @rule(minutes=st.integers(1, 4))
    def time_passes(self, minutes) -> None:
        self.at += minutes * MINUTE

    @rule()
    def sweep(self) -> None:
        assert void_expired(at=self.at) == self.book.expire(self.at)

    @rule()
    def fold(self) -> None:
        fold_tail(at=self.at)

    @rule()
    def close(self) -> None:
        close_period(until=self.at, at=self.at)
        self.book.closed = self.at

    @invariant()
    def balances_agree(self) -> None:
        found = {
            (one.kind, one.subject, one.currency): [
                one.balance.debits_pending.minor, one.balance.debits_posted.minor,
                one.balance.credits_pending.minor, one.balance.credits_posted.minor,
            ]
            for one in queries.accounts(limit=1000)
        }  # fmt: skip
        wanted = {(ref.kind, ref.subject, currency): row for (ref, currency), row in self.book.counters.items()}
        assert found == wanted

    @invariant()
    def nothing_is_lost(self) -> None:
        assert queries.drift() == ()
        assert queries.chain_faults() == ()
        now = {
            line
            for line in queries.trial_balance()
            if any((line.debits, line.credits, line.pending_debits, line.pending_credits))
        }
        then = {line for line in queries.trial_balance(at=self.at) if any((line.debits, line.credits, line.pending_debits, line.pending_credits))}  # fmt: skip
        assert now == then


@pytest.mark.django_db
def test_the_ledger_agrees_with_its_reference_in_any_sequence() -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
