"""Paying merchants out: their payout days, runs for operators, and more time before a release."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from dmr import Body, Path, Query

from entrepot.api.door import Door
from entrepot.api.v1.goods import RefPath
from entrepot.api.v1.selling import MerchantPath
from entrepot.api.v1.values import Amount, amount
from entrepot.base import clock
from entrepot.flows.extend_release import extend_release
from entrepot.flows.open_payout_run import open_payout_run
from entrepot.kernel.money import Money
from entrepot.parties import queries as parties
from entrepot.parties.terms import NotYours
from entrepot.payments import queries as payments
from entrepot.payments.rules import next_day
from entrepot.payments.services import save_schedule
from entrepot.payments.terms import Every, PayoutRun, Schedule, ScheduleInvalid, Scope, Way


class ScheduleIn(msgspec.Struct, forbid_unknown_fields=True):
    """every: daily, weekly, monthly or manual. day: of the week, Monday 1, or of the month, at most 28.

    least: a decimal text in the merchant's currency; less than that waits for the next time.
    """

    every: Literal["daily", "weekly", "monthly", "manual"]
    day: Annotated[int, msgspec.Meta(ge=1, le=28)] = 1
    least: str | None = None


class ScheduleOut(msgspec.Struct):
    """next_day: when the merchant is paid out next, none when it asks itself."""

    every: str
    day: int
    least: Amount | None
    next_day: date | None


class PayoutScheduleDoor(Door):
    """When a merchant is paid out."""

    scope = "merchant"
    tags = ("selling",)

    def get(self, parsed_path: Path[MerchantPath]) -> ScheduleOut:
        """When the merchant is paid out."""
        merchant = parties.merchant_by_slug(slug=parsed_path.merchant)
        return self._told(merchant.id)

    def put(self, parsed_path: Path[MerchantPath], parsed_body: Body[ScheduleIn]) -> ScheduleOut:
        """Be paid out like this from now on; only the owner of the business may."""
        merchant = parties.merchant_by_slug(slug=parsed_path.merchant)
        try:
            least = Money.parse(parsed_body.least, merchant.currency) if parsed_body.least else None
        except ValueError as wrong:
            raise ScheduleInvalid(field="least", why="least") from wrong
        schedule = Schedule(Every(parsed_body.every), parsed_body.day, least)
        save_schedule(viewer=self.viewer, merchant_id=merchant.id, schedule=schedule, at=clock.now())
        return self._told(merchant.id)

    def _told(self, merchant_id: int) -> ScheduleOut:
        found = payments.schedule(viewer=self.viewer, merchant_id=merchant_id)
        following = next_day(schedule=found, after=clock.now().date())
        return ScheduleOut(found.every.value, found.day, amount(found.least) if found.least else None, following)


class RunAskIn(msgspec.Struct, forbid_unknown_fields=True):
    """scope: `due`, those whose day it is, or `all` who can be paid. way: `provider`, or `bank` for a file."""

    scope: Literal["due", "all"] = "due"
    way: Literal["provider", "bank"] = "provider"
    day: date | None = None


class RunOut(msgspec.Struct):
    """One run. paid, skipped: how many merchants' amounts. sums: by currency and state of the payouts."""

    ref: str
    day: date
    way: str
    scope: str
    made_at: datetime
    paid: int
    skipped: int
    sums: list["RunSumOut"]
    files: list["RunFileOut"]


class RunSumOut(msgspec.Struct):
    """What a run came to in one currency and state."""

    state: str
    count: int
    amount: Amount


class RunFileOut(msgspec.Struct):
    """A file for the bank. sha256: of its bytes, which are the same whenever it is downloaded."""

    message_id: str
    lines: int
    total: Amount
    sha256: str


class ProposedOut(msgspec.Struct):
    """Somebody with money. why: what stands in the way of paying it, none when nothing does."""

    merchant: str
    amount: Amount
    why: str | None


class PreviewAsk(msgspec.Struct):
    """As for a run."""

    scope: Literal["due", "all"] = "due"
    day: date | None = None


class PayoutPreviewDoor(Door):
    """Who a run would pay."""

    scope = "operate"
    tags = ("operating",)

    def get(self, parsed_query: Query[PreviewAsk]) -> list[ProposedOut]:
        """Everybody with money: whether a run would pay it, and else why not. Changes nothing."""
        day = parsed_query.day or clock.now().date()
        seen = payments.payout_preview(viewer=self.viewer, day=day, scope=Scope(parsed_query.scope))
        names = parties.merchants_by_id(merchant_ids=[one.merchant_id for one in seen])
        slugs = {int(key): merchant.slug for key, merchant in names.items()}
        return [ProposedOut(slugs[one.merchant_id], amount(one.amount), one.why and one.why.value) for one in seen]


class PayoutRunsDoor(Door):
    """Payout runs."""

    scope = "operate"
    tags = ("operating",)

    def get(self) -> list[RunOut]:
        """The runs, latest first."""
        return [self._told(one) for one in payments.payout_runs(viewer=self.viewer)]

    def post(self, parsed_body: Body[RunAskIn]) -> RunOut:
        """Pay merchants out; the same key gives the same run."""
        if not self.viewer.operator:
            raise NotYours
        at = clock.now()
        made = open_payout_run(
            day=parsed_body.day or at.date(), way=Way(parsed_body.way), scope=Scope(parsed_body.scope),
            key=f"api/{self.viewer.user_id}/{self.key}"[:64], at=at, user_id=self.viewer.user_id,
        )  # fmt: skip
        return self._told(made)

    def _told(self, run: PayoutRun) -> RunOut:
        return run_out(self, run)


class PayoutRunDoor(Door):
    """One payout run."""

    scope = "operate"
    tags = ("operating",)

    def get(self, parsed_path: Path[RefPath]) -> RunOut:
        """One run with what it came to and its files."""
        return run_out(self, payments.payout_run(viewer=self.viewer, ref=parsed_path.ref))


def run_out(door: Door, run: PayoutRun) -> RunOut:
    """A run as the API tells it."""
    sums = payments.run_sums(run_ids=[run.id]).get(run.id, ())
    files = payments.run_files(viewer=door.viewer, run_id=run.id)
    return RunOut(
        ref=run.ref,
        day=run.day,
        way=run.way.value,
        scope=run.scope.value,
        made_at=run.made_at,
        paid=run.paid,
        skipped=run.skipped,
        sums=[RunSumOut(one.state, one.count, amount(one.amount)) for one in sums],
        files=[RunFileOut(one.message_id, one.lines, amount(one.total), one.digest) for one in files],
    )


class ExtendIn(msgspec.Struct, forbid_unknown_fields=True):
    """days: for the merchant's team and operators; a shopper gets the channel's."""

    days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 0
    reason: Annotated[str, msgspec.Meta(max_length=300)] = ""


class ExtendOut(msgspec.Struct):
    """When the held money goes to the merchant now."""

    release_at: datetime


class ParcelPath(msgspec.Struct):
    """A consignment of an order."""

    ref: str
    consignment: str


class ShopperExtendDoor(Door):
    """More time before the held money goes to the merchant."""

    scope = "shop"
    tags = ("shopping",)

    def post(self, parsed_path: Path[ParcelPath], parsed_body: Body[ExtendIn]) -> ExtendOut:
        """Put the release off by the channel's days; once, when few days are left."""
        return ExtendOut(_extended(self, parsed_path.ref, parsed_path.consignment, parsed_body))


class MerchantExtendDoor(Door):
    """A merchant gives the shopper more time."""

    scope = "merchant"
    tags = ("selling",)

    def post(self, parsed_path: Path[RefPath], parsed_body: Body[ExtendIn]) -> ExtendOut:
        """Put the release of one's own money off, within the channel's most in all."""
        return ExtendOut(_extended(self, "", parsed_path.ref, parsed_body))


def _extended(door: Door, order_ref: str, consignment_ref: str, asked: ExtendIn) -> datetime:
    return extend_release(
        viewer=door.viewer, order_ref=order_ref, consignment_ref=consignment_ref, days=asked.days,
        reason=asked.reason, key=door.key[:64], at=clock.now(),
    )  # fmt: skip
