"""What reading, loading and asking the law refuse."""

from entrepot.kernel.errors import NotFound, Refused


class LawMissing(NotFound):
    """No customs law is loaded for that destination."""

    code = "customs.law_missing"
    message = "We do not know the customs law of {destination} yet."
    remedy = "Choose another destination, or load its tariff."


class LoadUnknown(NotFound):
    """A data version names a load that is not in this database."""

    code = "customs.load_unknown"
    message = "The data version {version} is not in this database."
    remedy = "Replay the quote where it was made."


class RateUnreadable(Refused):
    """A rate text is in no form we can read."""

    code = "customs.rate_unreadable"
    message = "The rate {text} is in no form we can read."
    remedy = "Correct the text, or report it so that the form can be added."


class TariffUnreadable(Refused):
    """A tariff file is not in the form it should have."""

    code = "customs.tariff_unreadable"
    message = "{file}: {why}."
    remedy = "Correct the file and load it again."
