"""Who may sign in to the demo market."""

from dataclasses import dataclass
from typing import Final

# Everybody knows it. It opens the demo database only, which holds nothing but what these files put there.
PASSWORD: Final = "entrepot-demo-2026"  # noqa: S105


@dataclass(frozen=True, slots=True)
class SignIn:
    """One person of the demo. start: the page they would open first."""

    key: str
    who: str
    email: str
    name: str
    language: str
    start: str


SIGN_INS: Final = (
    SignIn("shopper_zh", "Shopper in Guangzhou", "li.na@demo.example", "李娜", "zh-hans", "/zh-hans/"),
    SignIn("shopper_en", "Shopper in California", "alex@demo.example", "Alex Rivera", "en", "/en/"),
    SignIn("owner", "Cherry grower's owner", "owner@larkspur-bench.example", "Ellen Marsh", "en", "/en/merchant/"),
    SignIn("staff", "Cherry grower's staff", "staff@larkspur-bench.example", "Tom Okada", "en", "/en/merchant/"),
    SignIn("owner_cn", "Phone-case maker's owner", "owner@qianke.example", "陈嘉豪", "zh-hans", "/zh-hans/merchant/"),
    SignIn("depot", "Depot", "depot@demo.example", "Dana Cole", "en", "/en/depot/"),
    SignIn("operator", "Operator", "operator@demo.example", "Omar Reyes", "en", "/en/operator/"),
)
