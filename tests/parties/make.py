"""People, shoppers and merchants for tests, made through the real services."""

from datetime import UTC, datetime

from entrepot.base.identity import new_reference
from entrepot.parties import queries as parties
from entrepot.parties import services
from entrepot.parties.terms import Address, MerchantId, ShopperId, UserId, Viewer

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"


def user(*, email: str | None = None, operator: bool = False, depot: bool = False) -> UserId:
    email = email or f"{new_reference('usr')}@example.org"
    return services.register_user(email=email, password=PASSWORD, operator=operator, depot=depot)


def shopper(*, country: str = "CN", currency: str = "CNY", user_id: int | None = None) -> ShopperId:
    return services.open_shopper(country=country, currency=currency, at=AT, user_id=user_id)


def shopper_viewer(*, country: str = "CN", currency: str = "CNY") -> Viewer:
    person = user()
    shopper(country=country, currency=currency, user_id=person)
    return parties.viewer_of_user(user_id=person)


def merchant(
    *,
    name: str = "Columbia Orchards",
    country: str = "US",
    currency: str = "USD",
    channels: tuple[str, ...] = ("mall",),
    owner: int | None = None,
    verified: bool = True,
) -> MerchantId:
    made = services.open_merchant(
        name=name, country=country, region="WA", city="Yakima", currency=currency, channels=channels,
        about={"en": name}, owner_user_id=owner or user(), at=AT, slug=new_reference("mer").replace("_", "-"),
    )  # fmt: skip
    if verified:
        services.verify_merchant(merchant_id=made, at=AT)
    return made


def bank_account(
    *, merchant_id: int, number: str = "1234567890", bank_code: str = "021000021", country: str = "US"
) -> str:
    return services.save_bank_account(
        viewer=merchant_viewer(merchant_id=merchant_id), merchant_id=merchant_id, holder="Columbia Orchards LLC",
        country=country, number=number, bank_code=bank_code, at=AT,
    )  # fmt: skip


def merchant_viewer(*, merchant_id: int) -> Viewer:
    from entrepot.base.owners import across_owners
    from entrepot.parties.models import Membership

    with across_owners("a test looks for the owner"):
        member = Membership.objects.filter(merchant_id=merchant_id).order_by("role").first()
    assert member is not None
    return parties.viewer_of_user(user_id=member.user_id)


def operator() -> Viewer:
    return parties.viewer_of_user(user_id=user(operator=True))


def depot_worker() -> Viewer:
    return parties.viewer_of_user(user_id=user(depot=True))


CHINESE = Address("王芳", "13800138000", "CN", "GD", "深圳市", "南山区", ("科技园路1号2栋301",), "518057")
AMERICAN = Address("Jo Park", "+1 206 555 0100", "US", "WA", "Seattle", "", ("1201 3rd Ave",), "98101")


def address(*, shopper_id: int, address: Address = CHINESE) -> str:
    return services.save_address(shopper_id=shopper_id, address=address, at=AT)
