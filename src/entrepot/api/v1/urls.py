"""The routes of version 1 and the document that describes them."""

from django.urls import URLPattern, URLResolver, path
from dmr.openapi import build_schema
from dmr.openapi.config import OpenAPIConfig
from dmr.routing import Router
from dmr.routing import path as route

from entrepot.api import docs
from entrepot.api.v1 import (
    baskets,
    classifications,
    disputes,
    explained,
    goods,
    identity,
    payouts,
    promotions,
    quoting,
    sales,
    selling,
    shopping,
    tokens,
)

router = Router(
    "api/v1/",
    [
        route("search", goods.SearchDoor.as_view(), name="api-search"),
        route("listings/<slug:ref>", goods.ListingDoor.as_view(), name="api-listing"),
        route("categories", goods.CategoriesDoor.as_view(), name="api-categories"),
        route("channels", goods.ChannelsDoor.as_view(), name="api-channels"),
        route("classifications", classifications.ClassificationsDoor.as_view(), name="api-classifications"),
        route("quotes", shopping.QuotesDoor.as_view(), name="api-quotes"),
        route("quotes/<slug:ref>", explained.QuoteDoor.as_view(), name="api-quote"),
        route("basket", baskets.BasketDoor.as_view(), name="api-basket"),
        route("basket/codes", baskets.BasketCodesDoor.as_view(), name="api-basket-codes"),
        route("basket/delivery", baskets.BasketDeliveryDoor.as_view(), name="api-basket-delivery"),
        route("basket/quote", quoting.BasketQuoteDoor.as_view(), name="api-basket-quote"),
        route("addresses", shopping.AddressesDoor.as_view(), name="api-addresses"),
        route("identity", identity.IdentityDoor.as_view(), name="api-identity"),
        route("orders", shopping.OrdersDoor.as_view(), name="api-orders"),
        route("orders/<slug:ref>", shopping.OrderDoor.as_view(), name="api-order"),
        route("orders/<slug:ref>/cancel", shopping.CancelDoor.as_view(), name="api-cancel"),
        route("orders/<slug:ref>/confirm", shopping.ConfirmDoor.as_view(), name="api-confirm"),
        route("disputes", disputes.DisputesDoor.as_view(), name="api-disputes"),
        route("disputes/<slug:ref>", disputes.DisputeDoor.as_view(), name="api-dispute"),
        route("disputes/<slug:ref>/answer", disputes.AnswerDoor.as_view(), name="api-dispute-answer"),
        route("disputes/<slug:ref>/sent-back", disputes.SentBackDoor.as_view(), name="api-dispute-sent-back"),
        route(
            "merchants/<slug:merchant>/disputes", disputes.MerchantDisputesDoor.as_view(), name="api-merchant-disputes"
        ),
        route(
            "merchants/<slug:merchant>/disputes/<slug:ref>",
            disputes.MerchantDisputeDoor.as_view(),
            name="api-merchant-dispute",
        ),
        route(
            "merchants/<slug:merchant>/disputes/<slug:ref>/answer",
            disputes.MerchantAnswerDoor.as_view(),
            name="api-merchant-dispute-answer",
        ),
        route(
            "merchants/<slug:merchant>/disputes/<slug:ref>/received",
            disputes.MerchantReceivedDoor.as_view(),
            name="api-merchant-dispute-received",
        ),
        route("consignments/<slug:ref>/refunds", disputes.RefundsDoor.as_view(), name="api-consignment-refunds"),
        route("payments/<slug:ref>", shopping.PaymentDoor.as_view(), name="api-payment"),
        route("basket/waits", sales.WaitDoor.as_view(), name="api-waits"),
        route("sales/<slug:ref>", sales.SaleDoor.as_view(), name="api-sale"),
        route("sales/<slug:ref>/ticket", sales.TicketDoor.as_view(), name="api-ticket"),
        route("merchants/<slug:merchant>/sales", sales.SalesDoor.as_view(), name="api-sales"),
        route("merchants/<slug:merchant>/limits", sales.LimitDoor.as_view(), name="api-limits"),
        route("merchants/<slug:merchant>/ahead", sales.AheadDoor.as_view(), name="api-ahead"),
        route("merchants/<slug:merchant>/consignments", selling.ConsignmentsDoor.as_view(), name="api-consignments"),
        route("merchants/<slug:merchant>/money", selling.MoneyDoor.as_view(), name="api-money"),
        route(
            "merchants/<slug:merchant>/payout-schedule",
            payouts.PayoutScheduleDoor.as_view(),
            name="api-payout-schedule",
        ),
        route("payout-preview", payouts.PayoutPreviewDoor.as_view(), name="api-payout-preview"),
        route("payout-runs", payouts.PayoutRunsDoor.as_view(), name="api-payout-runs"),
        route("payout-runs/<slug:ref>", payouts.PayoutRunDoor.as_view(), name="api-payout-run"),
        route(
            "orders/<slug:ref>/consignments/<slug:consignment>/extend",
            payouts.ShopperExtendDoor.as_view(),
            name="api-extend",
        ),
        route("consignments/<slug:ref>/extend", payouts.MerchantExtendDoor.as_view(), name="api-merchant-extend"),
        route("merchants/<slug:merchant>/payouts", selling.PayoutsDoor.as_view(), name="api-payouts"),
        route(
            "merchants/<slug:merchant>/promotions", promotions.MerchantPromotionsDoor.as_view(), name="api-promotions"
        ),
        route(
            "merchants/<slug:merchant>/promotions/<slug:ref>/end",
            promotions.MerchantPromotionEndDoor.as_view(),
            name="api-promotion-end",
        ),
        route(
            "merchants/<slug:merchant>/promotions/<slug:ref>/consent",
            promotions.ConsentDoor.as_view(),
            name="api-promotion-consent",
        ),
        route("merchants/<slug:merchant>/invitations", promotions.InvitationsDoor.as_view(), name="api-invitations"),
        route("promotions", promotions.PromotionsDoor.as_view(), name="api-market-promotions"),
        route("promotions/<slug:ref>/end", promotions.PromotionEndDoor.as_view(), name="api-market-promotion-end"),
        route("consignments/<slug:ref>", selling.ConsignmentDoor.as_view(), name="api-consignment"),
        route("consignments/<slug:ref>/shipped", selling.ShippedDoor.as_view(), name="api-shipped"),
        route("consignments/<slug:ref>/received", selling.ReceivedDoor.as_view(), name="api-received"),
    ],
)
schema = build_schema(
    router,
    config=OpenAPIConfig(
        title="Entrepot",
        version="1",
        summary="The marketplace's verbs for machines",
        description=(
            "Amounts are whole minor units with an ISO 4217 currency, or decimal strings where a contract says so. "
            "Every write takes an Idempotency-Key. Every failure is an RFC 9457 problem with a stable code. "
            "A caller who asks too often in a minute is answered 429 with the seconds to wait in Retry-After."
        ),
    ),
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/token", tokens.token, name="api-token"),
    path("api/v1/openapi.json", docs.document(schema), name="api-document"),
    path("api/", docs.page(schema), name="api"),
    router.to_urlpatterns(namespace="api-v1"),
]
