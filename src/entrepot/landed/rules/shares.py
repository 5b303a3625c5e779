"""What belongs to all lines together, divided among them without losing a cent."""

from collections.abc import Sequence

from entrepot.kernel.money import Money


def fixed_sum(*, whole: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """`whole` in proportion to `weights`, summing exactly; evenly when no weight is positive."""
    if not any(weight > 0 for weight in weights):
        weights = [1] * len(weights)
    return whole.split([max(weight, 0) for weight in weights])
