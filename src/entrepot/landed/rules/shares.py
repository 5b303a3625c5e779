"""What belongs to all lines together, divided among them without losing a cent."""

from collections.abc import Sequence
from typing import Final

from entrepot.kernel.money import Money

# Source: the quote contract, kinds of components.
_DUTIES: Final = frozenset(
    {
        "base", "duty", "additional_us", "anti_dumping", "countervailing", "safeguard", "additional", "postal", "s301_cn", "s301_br", "s301_fl", "s122", "s232", "s201", "s338",
        "ieepa_fentanyl", "ieepa_reciprocal", "ieepa_india", "ieepa_brazil",
    }
)  # fmt: skip
_TAXES: Final = frozenset({"vat", "gst", "pst", "consumption_tax", "articles_tax", "sales_tax"})


def fixed_sum(*, whole: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """`whole` in proportion to `weights`, summing exactly; evenly when no weight is positive."""
    if not any(weight > 0 for weight in weights):
        weights = [1] * len(weights)
    return whole.split([max(weight, 0) for weight in weights])


def family_of(*, kind: str) -> str:
    """The sum a component's kind belongs to: `duty`, `tax` or `fees`."""
    return "duty" if kind in _DUTIES else "tax" if kind in _TAXES else "fees"
