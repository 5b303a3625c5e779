"""Opening and changing channels, and what is charged in them: a change is a new row from a day on."""

from datetime import date, datetime
from typing import Final

from django.db import transaction

from entrepot.channels import queries, rules
from entrepot.channels.models import ChannelRow, CommissionRow, FeeTaxRow, ReserveRow
from entrepot.channels.rules import FEE_TAXES, PRESETS
from entrepot.channels.terms import Channel, CommissionRule, FeeTax, ReserveRule

_BEGINNING: Final = date(2024, 1, 1)
_TERMS: Final = (
    "name", "languages", "currencies", "destinations", "commission", "release_days", "return_days", "requires_verified",
    "patience_shopper", "patience_near", "patience_most", "authorise_first",
)  # fmt: skip


@transaction.atomic
def open_presets() -> int:
    """Put in the preset channels that are missing, and the taxes on fees; how many channels. What was changed stays."""
    known = set(ChannelRow.objects.values_list("slug", flat=True))
    missing = [preset for preset in PRESETS if preset.slug not in known]
    ChannelRow.objects.bulk_create(_row(preset, _BEGINNING) for preset in missing)
    FeeTaxRow.objects.bulk_create((_tax_row(tax) for tax in FEE_TAXES), ignore_conflicts=True)
    queries.forget()
    return len(missing)


@transaction.atomic
def set_channel(*, channel: Channel, valid_from: date) -> None:
    """Terms of a channel from a day on; the same day again replaces that day's row."""
    ChannelRow.objects.bulk_create(
        [_row(channel, valid_from)], update_conflicts=True, unique_fields=["slug", "valid_from"], update_fields=_TERMS
    )
    queries.forget()


@transaction.atomic
def add_commission_rule(*, rule: CommissionRule, key: str, at: datetime) -> int:
    """Record a rule about commission; gives its number. The same key again gives the rule that was recorded first.

    Who may is the caller's to know; that scope and category exist too. Raises RuleInvalid.
    """
    rules.check_commission(rule=rule, today=at.date())
    row, _ = CommissionRow.objects.get_or_create(
        key=key,
        defaults={
            "merchant_id": rule.merchant_id,
            "category": rule.category,
            "channel": rule.channel,
            "rate": rule.rate,
            "valid_from": rule.valid_from,
            "reason": rule.reason,
            "user_id": rule.user_id,
            "made_at": at,
        },
    )
    queries.forget()
    return row.id


@transaction.atomic
def add_reserve_rule(*, rule: ReserveRule, key: str, at: datetime) -> int:
    """Record a rule about reserves and maturing; gives its number. Repeating the key changes nothing. Raises RuleInvalid."""
    rules.check_reserve(rule=rule, today=at.date())
    row, _ = ReserveRow.objects.get_or_create(
        key=key,
        defaults={
            "merchant_id": rule.merchant_id,
            "channel": rule.channel,
            "rate": rule.rate,
            "days": rule.days,
            "mature_days": rule.mature_days,
            "valid_from": rule.valid_from,
            "reason": rule.reason,
            "user_id": rule.user_id,
            "made_at": at,
        },
    )
    queries.forget()
    return row.id


def _tax_row(tax: FeeTax) -> FeeTaxRow:
    return FeeTaxRow(seat=tax.seat, country=tax.country, rate=tax.rate, valid_from=tax.valid_from, source=tax.source)


def _row(channel: Channel, valid_from: date) -> ChannelRow:
    return ChannelRow(
        slug=channel.slug,
        valid_from=valid_from,
        name=dict(channel.name),
        languages=list(channel.languages),
        currencies=list(channel.currencies),
        destinations={
            country: {"mode": lane.regime_mode, "route": lane.route.value, "guaranteed": lane.guaranteed}
            for country, lane in channel.destinations.items()
        },
        commission=channel.commission,
        release_days=channel.release_days,
        return_days=channel.return_days,
        requires_verified=channel.requires_verified,
        patience_shopper=channel.patience.shopper,
        patience_near=channel.patience.near,
        patience_most=channel.patience.most,
        authorise_first=channel.authorise_first,
    )
