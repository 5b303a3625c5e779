"""Who may claim which column of China's schedule. A name is what a request's `claims` says."""

from collections.abc import Mapping
from typing import Final

# Source: MOFCOM, China FTA network, agreements in force in 2025; RCEP and APTA member lists of their texts.
AGREEMENTS: Final[Mapping[str, frozenset[str]]] = {
    "ACFTA": frozenset({"BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "VN"}),
    "APTA": frozenset({"BD", "IN", "KR", "LA", "LK", "MN"}),
    "RCEP-ASEAN": frozenset({"BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "VN"}),
    "RCEP-AU": frozenset({"AU"}),
    "RCEP-JP": frozenset({"JP"}),
    "RCEP-KR": frozenset({"KR"}),
    "RCEP-NZ": frozenset({"NZ"}),
    "AU": frozenset({"AU"}),
    "CH": frozenset({"CH"}),
    "CL": frozenset({"CL"}),
    "CR": frozenset({"CR"}),
    "EC": frozenset({"EC"}),
    "GE": frozenset({"GE"}),
    "HK": frozenset({"HK"}),
    "HN": frozenset({"HN"}),
    "IS": frozenset({"IS"}),
    "KH": frozenset({"KH"}),
    "KR": frozenset({"KR"}),
    "MO": frozenset({"MO"}),
    "MU": frozenset({"MU"}),
    "MV": frozenset({"MV"}),
    "NI": frozenset({"NI"}),
    "NZ": frozenset({"NZ"}),
    "PE": frozenset({"PE"}),
    "PK": frozenset({"PK"}),
    "RS": frozenset({"RS"}),
    "SG": frozenset({"SG"}),
    "TW": frozenset({"TW"}),
}
# Source: Tariff Commission 2024 No.9: least-developed countries with diplomatic relations, zero duty since 1 December 2024.
LEAST_DEVELOPED: Final = frozenset(
    {
        "AF", "AO", "BD", "BF", "BI", "BJ", "CD", "CF", "DJ", "ER", "ET", "GM", "GN", "GW", "KH", "KI", "KM", "LA",
        "LR", "LS", "MG", "ML", "MM", "MR", "MW", "MZ", "NE", "NP", "RW", "SB", "SD", "SL", "SN", "SO", "SS", "TD",
        "TG", "TL", "TZ", "UG", "YE", "ZM",
    }
)  # fmt: skip
# Origin not known (user-assigned codes of ISO 3166), and countries without a most-favoured-nation treaty with China.
# Source: Tariff Law art. 9 and 10: goods of unknown origin and of other countries take the general rate.
WITHOUT_TREATY: Final = frozenset({"XX", "ZZ", "XU", "QU", "AD", "BS", "BT", "EH", "MC", "MH", "NR", "PW", "TV", "VA"})
