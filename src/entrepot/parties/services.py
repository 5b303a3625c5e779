"""Making and changing people, shoppers, merchants, teams, addresses and API clients."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from entrepot.base import sealing
from entrepot.base.identity import new_id, new_reference
from entrepot.base.outbox import tell
from entrepot.kernel.must import must
from entrepot.kernel.text import Text
from entrepot.parties import models, rules
from entrepot.parties.queries import token_hash
from entrepot.parties.rules import check_address, slug_of
from entrepot.parties.terms import Address, ClientUnknown, MerchantId, NotYours, Role, ShopperId, UserId, Viewer

TOKEN_LIFE: Final = timedelta(hours=1)


@transaction.atomic
def register_user(
    *, email: str, password: str, name: str = "", language: str = "en", operator: bool = False, depot: bool = False
) -> UserId:
    """A person who can sign in; the same address again gives the same person and changes nothing."""
    known = models.User.objects.filter(email__iexact=email).values_list("id", flat=True).first()
    if known is not None:
        return UserId(known)
    user = models.User.objects.create_user(
        email, password, name=name, language=language, operator=operator, depot=depot
    )
    return UserId(user.id)


@transaction.atomic
def describe_user(*, user_id: int, name: str, language: str) -> None:
    """Keep how a person is called and the language they read and get mail in."""
    models.User.objects.filter(id=user_id).update(name=name, language=language)


@transaction.atomic
def open_shopper(*, country: str, currency: str, at: datetime, user_id: int | None = None) -> ShopperId:
    """A shopper; a person's own is made once and found again."""
    if user_id is not None:
        known = models.Shopper.objects.filter(user_id=user_id).values_list("id", flat=True).first()
        if known is not None:
            return ShopperId(known)
    try:
        with transaction.atomic():
            row = models.Shopper.objects.create(
                ref=new_reference("shp"), user_id=user_id, country=country, currency=currency, created_at=at
            )
    except IntegrityError:
        must(user_id is not None, "only a person's shopper can be made twice")
        return ShopperId(models.Shopper.objects.values_list("id", flat=True).get(user_id=user_id or 0))
    return ShopperId(row.id)


@transaction.atomic
def claim_shopper(*, shopper_id: int, user_id: int) -> ShopperId:
    """A visitor signs in: the visitor's shopper becomes theirs, unless they have one already, which is given back."""
    known = models.Shopper.objects.filter(user_id=user_id).values_list("id", flat=True).first()
    if known is not None:
        return ShopperId(known)
    taken = models.Shopper.objects.filter(id=shopper_id, user__isnull=True).update(user_id=user_id)
    if not taken:
        raise NotYours
    return ShopperId(shopper_id)


@transaction.atomic
def prefer_destination(*, shopper_id: int, country: str, currency: str) -> None:
    """Remember where the shopper wants goods to go and in which currency prices are shown."""
    models.Shopper.objects.filter(id=shopper_id).update(country=country, currency=currency)


@transaction.atomic
def open_merchant(  # noqa: PLR0913 - one argument for each thing the sign-up form asks
    *,
    name: str,
    country: str,
    region: str,
    city: str,
    currency: str,
    channels: Sequence[str],
    about: Text,
    owner_user_id: int,
    at: datetime,
    slug: str = "",
) -> MerchantId:
    """A merchant with its owner; the same slug owned by the same person again gives the same merchant."""
    wanted = slug or slug_of(name) or "merchant"
    known = models.Merchant.objects.filter(slug=wanted).values_list("id", flat=True).first()
    if known is not None:
        if models.Membership.objects.filter(merchant_id=known, user_id=owner_user_id, role=Role.OWNER).exists():
            return MerchantId(known)
        wanted = f"{wanted}-{secrets.token_hex(3)}"
    row = models.Merchant.objects.create(
        ref=new_reference("mer"),
        slug=wanted,
        name=name,
        about=dict(about),
        country=country,
        region=region,
        city=city,
        currency=currency,
        channels=list(channels),
        created_at=at,
    )
    add_member(merchant_id=row.id, user_id=owner_user_id, role=Role.OWNER)
    tell("parties.merchant_opened", subject=row.id, owner=row.id, at=at)
    return MerchantId(row.id)


@transaction.atomic
def verify_merchant(*, merchant_id: int, at: datetime) -> None:
    """The operator has checked who stands behind the merchant. Repeating keeps the first moment."""
    models.Merchant.objects.filter(id=merchant_id, verified_at__isnull=True).update(verified_at=at)


@transaction.atomic
def add_member(*, merchant_id: int, user_id: int, role: Role) -> None:
    """Take a person into the team, or give a member another role."""
    models.Membership.objects.update_or_create(
        merchant_id=merchant_id,
        user_id=user_id,
        defaults={"role": role.value},
        create_defaults={"role": role.value, "id": new_id(owner=merchant_id)},
    )


@transaction.atomic
def save_address(*, shopper_id: int, address: Address, at: datetime) -> str:
    """Keep an address in the shopper's book and answer its reference; the same address again is the same entry.

    Raises AddressIncomplete.
    """
    check_address(address=address)
    fields = {
        "name": address.name.strip(),
        "phone": address.phone.strip(),
        "country": address.country,
        "region": address.region.strip(),
        "city": address.city.strip(),
        "district": address.district.strip(),
        "lines": [line.strip() for line in address.lines if line.strip()],
        "postal_code": address.postal_code.strip(),
    }
    known = models.Address.objects.filter(shopper_id=shopper_id, **fields).first()
    if known is None and address.ref:
        known = models.Address.objects.filter(shopper_id=shopper_id, ref=address.ref).first()
    if known is not None:
        models.Address.objects.filter(shopper_id=shopper_id, id=known.id).update(used_at=at, **fields)
        return known.ref
    row = models.Address.objects.create(
        id=new_id(owner=shopper_id), shopper_id=shopper_id, ref=new_reference("adr"), used_at=at, **fields
    )
    return row.ref


@transaction.atomic
def drop_address(*, shopper_id: int, ref: str) -> None:
    """Take an address out of the book; orders keep their own copy."""
    models.Address.objects.filter(shopper_id=shopper_id, ref=ref).delete()


@transaction.atomic
def issue_client(*, user_id: int, name: str, scopes: Sequence[str], at: datetime) -> tuple[str, str]:
    """An API client that acts for this person: its id and its secret, which is shown this once."""
    secret = secrets.token_urlsafe(32)
    row = models.ApiClient.objects.create(
        ref=new_reference("cli"),
        user_id=user_id,
        name=name,
        secret_hash=make_password(secret),
        scopes=sorted(scopes),
        created_at=at,
    )
    return row.ref, secret


@transaction.atomic
def issue_token(*, client_ref: str, secret: str, scopes: Sequence[str], at: datetime) -> tuple[str, tuple[str, ...]]:
    """A bearer token good for TOKEN_LIFE with the asked scopes (all of the client's when none are asked).

    Raises ClientUnknown for a wrong id or secret and for a scope the client does not have.
    """
    client = models.ApiClient.objects.filter(ref=client_ref, revoked_at__isnull=True).first()
    if client is None or not check_password(secret, client.secret_hash) or not set(scopes) <= set(client.scopes):
        raise ClientUnknown
    token = "ent_" + secrets.token_urlsafe(32)
    granted = tuple(sorted(scopes or client.scopes))
    models.ApiToken.objects.create(
        client=client, token_hash=token_hash(token=token), scopes=list(granted), expires_at=at + TOKEN_LIFE
    )
    models.ApiToken.objects.filter(expires_at__lt=at).delete()
    return token, granted


@transaction.atomic
def save_bank_account(
    *, viewer: Viewer, merchant_id: int, holder: str, country: str, number: str, bank_code: str, at: datetime
) -> str:
    """Have a merchant's payouts go to this account from now on; the same account again changes nothing.

    Gives its reference. Payouts on their way keep the account they were opened with. Raises NotYours for all but the
    merchant's owner, AccountInvalid.
    """
    if viewer.merchants.get(MerchantId(merchant_id)) is not Role.OWNER or viewer.user_id is None:
        raise NotYours
    holder, number, bank_code = rules.bank_account(holder=holder, country=country, number=number, bank_code=bank_code)
    # The merchant's row is the lock: two changes at once follow one another.
    models.Merchant.objects.select_for_update(no_key=True).get(id=merchant_id)
    rows = models.BankAccount.objects.filter(merchant_id=merchant_id, until__isnull=True)
    known = rows.first()
    if known is not None:
        kept = sealing.opened(envelope=bytes(known.sealed), bound_to=known.ref)
        if (known.holder, known.country, known.bank_code, kept) == (holder, country, bank_code, number):
            return known.ref
        rows.update(until=at)
    ref = new_reference("bnk")
    models.BankAccount.objects.create(
        id=new_id(owner=merchant_id), merchant_id=merchant_id, ref=ref, holder=holder, country=country,
        bank_code=bank_code, sealed=sealing.sealed(text=number, bound_to=ref), ending=number[-4:],
        user_id=viewer.user_id, since=at,
    )  # fmt: skip
    return ref
