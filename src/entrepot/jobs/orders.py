"""What becomes of orders by the clock: unpaid ones are given up, reservations without an order are freed."""

import logging
from datetime import timedelta
from typing import Final

from procrastinate.contrib.django import app

from entrepot.base import clock
from entrepot.flows.cancel_order import cancel_order
from entrepot.kernel.errors import Refused
from entrepot.orders import queries as orders
from entrepot.orders.services import prune_claims
from entrepot.orders.terms import CancelReason
from entrepot.stock.services import free_lapsed_reservations, tend_stock

logger: Final = logging.getLogger(__name__)

# A freed reservation makes a checkout that is still running fail, so its time is stretched before the sweep comes;
# a shopper who finds too little may free it at once.
GRACE: Final = timedelta(seconds=30)


@app.periodic(cron="* * * * * */15")
@app.task(name="orders.expire", queueing_lock="orders.expire")
def expire(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Give up the orders that were not paid in time, each in a transaction of its own."""
    at = clock.now()
    for order in orders.expired_orders(at=at):
        try:
            cancel_order(order_id=order.id, shopper_id=order.shopper_id, reason=CancelReason.EXPIRED, at=at)
        except Refused as refusal:
            # The money came between our look and the lock.
            logger.info("order %s does not expire: %s", order.ref, refusal)


@app.periodic(cron="* * * * * */30")
@app.task(name="stock.free_lapsed", queueing_lock="stock.free_lapsed")
def free_lapsed(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Put goods back on sale that a crashed checkout has reserved."""
    free_lapsed_reservations(at=clock.now() - GRACE)


@app.periodic(cron="* * * * * */5")
@app.task(name="stock.tend", queueing_lock="stock.tend")
def tend(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Look after articles that many want, goods that somebody waits for, and the queues of flash sales."""
    tend_stock(at=clock.now())


@app.periodic(cron="17 3 * * *")
@app.task(name="orders.prune_claims", queueing_lock="orders.prune_claims")
def forget_claims(timestamp: int) -> None:  # noqa: ARG001 - the scheduler gives it
    """Forget the order ids that were kept for quotes of some days ago."""
    prune_claims(at=clock.now())
