"""The audit: every invariant of the market recomputed from the rows, by statements of its own.

It reads the tables of all contexts directly (docs/decisions/0030): a proof that asked the code it is to check would
share that code's mistakes. It changes nothing.
"""

from entrepot.jobs.audit.allowance import ALLOWANCE
from entrepot.jobs.audit.book import BOOK
from entrepot.jobs.audit.goods import GOODS
from entrepot.jobs.audit.money import MONEY
from entrepot.jobs.audit.promotions import PROMOTIONS
from entrepot.jobs.audit.reconciled import RECONCILED
from entrepot.jobs.audit.report import Check, Finding, Offender, audited
from entrepot.jobs.audit.sales import SALES
from entrepot.jobs.audit.traffic import TRAFFIC

CHECKS = (*BOOK, *MONEY, *GOODS, *SALES, *ALLOWANCE, *PROMOTIONS, *TRAFFIC, *RECONCILED)

__all__ = ["CHECKS", "Check", "Finding", "Offender", "audited"]
