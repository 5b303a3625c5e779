"""Who is who, as far as the viewer may see."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db.models import Q

from entrepot.base import sealing
from entrepot.base.calls import Ask, answer_all
from entrepot.base.owners import across_owners
from entrepot.parties import models
from entrepot.parties.terms import (
    Address,
    BankAccount,
    BankDetails,
    Desk,
    Member,
    Merchant,
    MerchantId,
    NotYours,
    Role,
    ShopperId,
    UserId,
    Viewer,
)


def viewer_of_user(*, user_id: int | None, shopper_id: int | None = None, language: str = "en") -> Viewer:
    """The viewer behind a session: a person with their teams and desks, or a visitor.

    shopper_id: the visitor's shopper; a signed-in person's own shopper takes its place. Two statements at most.
    """
    if user_id is None:
        return Viewer(shopper_id=ShopperId(shopper_id) if shopper_id else None, language=language)
    person = models.User.objects.filter(id=user_id, is_active=True).values("operator", "depot", "shopper__id").first()
    if person is None:
        return Viewer(language=language)
    desks = {desk for desk, works in ((Desk.OPERATOR, person["operator"]), (Desk.DEPOT, person["depot"])) if works}
    return Viewer(
        user_id=UserId(user_id),
        shopper_id=ShopperId(person["shopper__id"]) if person["shopper__id"] else None,
        merchants=_teams_of(user_id=user_id),
        desks=frozenset(desks),
        language=language,
    )


def _teams_of(*, user_id: int) -> Mapping[MerchantId, Role]:
    with across_owners("a person may work for several merchants"):
        rows = (
            models.Membership.objects.filter(user_id=user_id).order_by("merchant_id").values_list("merchant_id", "role")
        )
        return {MerchantId(merchant_id): Role(role) for merchant_id, role in rows}


def must_work_for(*, viewer: Viewer, merchant_id: int) -> Role:
    """The viewer's role in this merchant's team. Operators act as staff. Raises NotYours for everybody else."""
    role = viewer.merchants.get(MerchantId(merchant_id))
    if role is not None:
        return role
    if viewer.operator:
        return Role.STAFF
    raise NotYours


def people_names(*, viewer: Viewer, user_ids: Sequence[int]) -> dict[int, str]:
    """What people are called, else their e-mail address; for operators. Raises NotYours for others."""
    if not viewer.operator:
        raise NotYours
    rows = models.User.objects.filter(id__in=user_ids).values_list("id", "name", "email")
    return {key: name or email for key, name, email in rows}


def merchant(*, merchant_id: int) -> Merchant:
    """One merchant, as the public knows it. Raises NotYours when there is none."""
    found = merchants_by_id(merchant_ids=[merchant_id])
    if merchant_id not in found:
        raise NotYours
    return found[merchant_id]


def merchant_by_slug(*, slug: str) -> Merchant:
    """One merchant by the name in its address. Raises NotYours when there is none."""
    row = models.Merchant.objects.filter(slug=slug).first()
    if row is None:
        raise NotYours
    return _merchant(row)


def merchant_by_ref(*, viewer: Viewer, ref: str) -> Merchant:
    """One of the viewer's merchants, or any for an operator. Raises NotYours."""
    row = models.Merchant.objects.filter(ref=ref).first()
    if row is None:
        raise NotYours
    must_work_for(viewer=viewer, merchant_id=row.id)
    return _merchant(row)


def merchants_by_id(*, merchant_ids: Sequence[int]) -> dict[int, Merchant]:
    """Merchants by id, in one statement; absent ones are absent."""
    return {row.id: _merchant(row) for row in models.Merchant.objects.filter(id__in=list(set(merchant_ids)))}


def merchant_page(*, viewer: Viewer, words: str = "", after: int = 0, limit: int = 50) -> tuple[Merchant, ...]:
    """Merchants in order of joining, for the operator, after the id `after`. Raises NotYours for others."""
    if not viewer.operator:
        raise NotYours
    rows = models.Merchant.objects.filter(id__gt=after).order_by("id")
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(slug__icontains=words) | Q(ref=words))
    return tuple(_merchant(row) for row in rows[:limit])


def merchant_count() -> int:
    """How many merchants there are."""
    return models.Merchant.objects.count()


def addresses(*, viewer: Viewer) -> tuple[Address, ...]:
    """The shopper's address book, last used first; empty for a viewer who does not shop."""
    if viewer.shopper_id is None:
        return ()
    rows = models.Address.objects.filter(shopper_id=viewer.shopper_id).order_by("-used_at")
    return tuple(_address(row) for row in rows)


def address(*, viewer: Viewer, ref: str) -> Address:
    """One address of the shopper's own. Raises NotYours."""
    if viewer.shopper_id is None:
        raise NotYours
    row = models.Address.objects.filter(shopper_id=viewer.shopper_id, ref=ref).first()
    if row is None:
        raise NotYours
    return _address(row)


def address_ask(*, shopper_id: int, ref: str) -> Ask[Address]:
    """The same, for verbs that read several things at once; its answer raises NotYours."""
    return Ask(
        """(SELECT json_build_object('name', a.name, 'phone', a.phone, 'country', a.country, 'region', a.region,
                   'city', a.city, 'district', a.district, 'lines', a.lines, 'postal_code', a.postal_code, 'ref', a.ref)::text
              FROM parties_address a WHERE a.shopper_id = %s AND a.ref = %s)""",
        (shopper_id, ref),
        _told_address,
    )


def _told_address(told: str | None) -> Address:
    if told is None:
        raise NotYours
    return msgspec.json.decode(told, type=Address)


def preferences(*, shopper_id: int) -> tuple[str, str]:
    """The shopper's destination country and currency. Raises NotYours when there is no such shopper."""
    row = models.Shopper.objects.filter(id=shopper_id).values_list("country", "currency").first()
    if row is None:
        raise NotYours
    return row


def email_of_shopper(*, shopper_id: int) -> str:
    """Where the shopper gets mail; empty for a visitor."""
    row = models.Shopper.objects.filter(id=shopper_id).values_list("user__email", flat=True).first()
    return row or ""


def letter_boxes(*, shopper_id: int = 0, merchant_id: int = 0, operators: bool = False) -> tuple[tuple[str, str], ...]:
    """Where people get mail, and in which language: a shopper's, a merchant's team's, or the operators'."""
    people = models.User.objects.filter(is_active=True)
    if shopper_id:
        owner = models.Shopper.objects.filter(id=shopper_id).values_list("user_id", flat=True)
        people = people.filter(id__in=[one for one in owner if one])
    elif merchant_id:
        members = models.Membership.objects.filter(merchant_id=merchant_id).values_list("user_id", flat=True)
        people = people.filter(id__in=list(members))
    else:
        people = people.filter(operator=operators) if operators else people.none()
    return tuple(people.order_by("id").values_list("email", "language"))


def user_by_email(*, email: str) -> UserId | None:
    """The person who signs in with this address, or nobody."""
    found = models.User.objects.filter(email__iexact=email).values_list("id", flat=True).first()
    return UserId(found) if found is not None else None


def team(*, viewer: Viewer, merchant_id: int) -> tuple[Member, ...]:
    """The people in a merchant's team, owners first. Raises NotYours."""
    must_work_for(viewer=viewer, merchant_id=merchant_id)
    rows = models.Membership.objects.filter(merchant_id=merchant_id).select_related("user").order_by("role", "id")
    return tuple(Member(UserId(row.user_id), row.user.email, Role(row.role)) for row in rows)


_BEHIND: Final = """
(SELECT json_build_array(t.scopes, u.id, u.is_active, u.operator, u.depot, s.id,
        (SELECT json_object_agg(m.merchant_id, m.role ORDER BY m.merchant_id) FROM parties_membership m
          WHERE m.user_id = u.id))::text
   FROM parties_apitoken t
   JOIN parties_apiclient c ON c.id = t.client_id AND c.revoked_at IS NULL
   JOIN parties_user u ON u.id = c.user_id
   LEFT JOIN parties_shopper s ON s.user_id = u.id
  WHERE t.token_hash = %s AND t.expires_at > %s)"""
_behind: Final = msgspec.json.Decoder(
    tuple[frozenset[str], UserId, bool, bool, bool, ShopperId | None, dict[MerchantId, Role] | None]
)


def viewer_of_token(*, token: str, at: datetime) -> tuple[Viewer, frozenset[str]] | None:
    """The person a bearer token acts for and its scopes, or nothing when it is unknown, expired or revoked.

    One statement: every request of the API begins with it.
    """
    behind = Ask(_BEHIND, (token_hash(token=token), at), lambda told: _behind.decode(told) if told else None)
    with across_owners("a person may work for several merchants"):
        answer_all(behind)
    if behind.answer is None:
        return None
    scopes, user_id, active, operator, depot, shopper_id, teams = behind.answer
    if not active:
        return Viewer(), frozenset()
    desks = {desk for desk, works in ((Desk.OPERATOR, operator), (Desk.DEPOT, depot)) if works}
    viewer = Viewer(user_id=user_id, shopper_id=shopper_id, merchants=teams or {}, desks=frozenset(desks))
    return viewer, scopes


def token_hash(*, token: str) -> str:
    """What is kept of a token; tokens are long and random, so a plain digest is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _merchant(row: models.Merchant) -> Merchant:
    return Merchant(
        id=MerchantId(row.id),
        ref=row.ref,
        slug=row.slug,
        name=row.name,
        about=row.about,
        country=row.country,
        region=row.region,
        city=row.city,
        currency=row.currency,
        channels=tuple(row.channels),
        verified=row.verified_at is not None,
    )


def _address(row: models.Address) -> Address:
    return Address(
        name=row.name,
        phone=row.phone,
        country=row.country,
        region=row.region,
        city=row.city,
        district=row.district,
        lines=tuple(row.lines),
        postal_code=row.postal_code,
        ref=row.ref,
    )


def bank_account(*, merchant_id: int) -> BankAccount | None:
    """Where a merchant's payouts go now, with all but the end of the number left out."""
    row = models.BankAccount.objects.filter(merchant_id=merchant_id, until__isnull=True).first()
    if row is None:
        return None
    return BankAccount(row.ref, row.holder, row.country, row.bank_code, row.ending, row.since)


def bank_accounts(*, merchant_ids: Sequence[int]) -> dict[int, BankAccount]:
    """Where the payouts of many merchants go now, in one statement; those who named no account are absent."""
    rows = models.BankAccount.objects.filter(merchant_id__in=list(merchant_ids), until__isnull=True)
    return {
        row.merchant_id: BankAccount(row.ref, row.holder, row.country, row.bank_code, row.ending, row.since)
        for row in rows
    }


def bank_details(*, accounts: Sequence[tuple[int, str]]) -> dict[str, BankDetails]:
    """The whole accounts behind (merchant, reference) pairs, numbers included, for our own bank: in one statement."""
    rows = models.BankAccount.objects.filter(
        merchant_id__in=sorted({owner for owner, _ in accounts}), ref__in=[ref for _, ref in accounts]
    )
    return {
        row.ref: BankDetails(
            row.holder, row.country, row.bank_code, sealing.opened(envelope=bytes(row.sealed), bound_to=row.ref)
        )
        for row in rows
    }


def bank_destination(*, merchant_id: int, ref: str) -> str:
    """What the payment provider is told of an account: the IBAN, or bank code and number. Raises NotYours."""
    row = models.BankAccount.objects.filter(merchant_id=merchant_id, ref=ref).first()
    if row is None:
        raise NotYours
    number = sealing.opened(envelope=bytes(row.sealed), bound_to=row.ref)
    return f"{row.country}/{row.bank_code}/{number}" if row.bank_code else number
