"""The landed price: what goods cost at the shopper's door, part by part, as asked, answered and frozen."""

from entrepot.landed.terms.basket import BasketQuote, ConsignmentQuote, LandedPrice, LineQuote, PriceAsk, Refusal
from entrepot.landed.terms.contract import (
    GUARANTEED,
    STRICT,
    Alternative,
    AskedLine,
    Component,
    Entry,
    Fact,
    Given,
    Importer,
    Mode,
    Policy,
    QuoteAnswer,
    QuoteRequest,
    Span,
    Status,
    Transport,
)
from entrepot.landed.terms.reasons import REASONS, NothingToQuote, QuoteExpired, QuoteMissing, RequestInvalid
from entrepot.landed.terms.replay import Difference, Replay, Verdict
from entrepot.landed.terms.steps import Step, Worked
from entrepot.landed.terms.units import CategoryChange, Move, Requote, RequoteMissing, UnitPrice
from entrepot.landed.terms.words import KINDS, REGIMES, ROUNDING

__all__ = [
    "GUARANTEED",
    "KINDS",
    "REASONS",
    "REGIMES",
    "ROUNDING",
    "STRICT",
    "Alternative",
    "AskedLine",
    "BasketQuote",
    "CategoryChange",
    "Component",
    "ConsignmentQuote",
    "Difference",
    "Entry",
    "Fact",
    "Given",
    "Importer",
    "LandedPrice",
    "LineQuote",
    "Mode",
    "Move",
    "NothingToQuote",
    "Policy",
    "PriceAsk",
    "QuoteAnswer",
    "QuoteExpired",
    "QuoteMissing",
    "QuoteRequest",
    "Refusal",
    "Replay",
    "RequestInvalid",
    "Requote",
    "RequoteMissing",
    "Span",
    "Status",
    "Step",
    "Transport",
    "UnitPrice",
    "Verdict",
    "Worked",
]
