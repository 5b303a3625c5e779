"""The hosted card page, in English and Chinese. Plain HTML; it works without scripts, and fills test cards with one."""

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import date
from html import escape
from string import Template
from typing import Final

from entrepot_sandbox.store import Json

_DECIMALS: Final = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "JOD": 3}
_SIGNS: Final = {"USD": "$", "CNY": "¥", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "CA$", "HKD": "HK$"}

_WORDS: Final = {
    "en": {
        "lang": "en",
        "title": "Pay by card",
        "banner": "Sandbox: no real card, no real money",
        "to_pay": "Amount to pay",
        "reference": "Payment for",
        "number": "Card number",
        "expiry": "Expiry date (MM/YY)",
        "cvc": "Security code",
        "pay": "Pay",
        "give_up": "Back without paying",
        "back": "Back to the shop",
        "tests": "Test cards",
        "tests_why": "Choose one to fill the form.",
        "card_4242424242424242": "is accepted",
        "card_4000000000000002": "is declined",
        "card_4000000000000119": "is accepted after a moment",
        "card_4000000000009995": "is charged, but the answer gets lost",
        "card_4000000000000259": "is charged, and disputed by its holder soon after",
        "authorised": "The bank has agreed. The shop takes the money when it has checked the order.",
        "dispute": "Dispute this payment at the bank",
        "dispute_why": "Try it: you are the card's holder now, and your bank takes the money back.",
        "disputed": "The card's bank has taken this payment back. The shop can answer with evidence.",
        "declined": "The card was declined. You were not charged. Try another card.",
        "succeeded": "This payment is done.",
        "processing": "The bank is working on this payment. Please do not pay again.",
        "cancelled": "This payment was cancelled. You were not charged.",
        "trouble": "Please check what is marked below.",
        "number_bad": "This is not a valid card number.",
        "number_not_a_test_card": "The sandbox only knows the test cards below. Never type in a real card.",
        "expiry_bad": "Write month and year, like 12/30.",
        "expiry_past": "This card has expired.",
        "cvc_bad": "The security code has 3 or 4 digits.",
    },
    "zh": {
        "lang": "zh-Hans",
        "title": "银行卡支付",
        "banner": "沙盒环境：不会使用真实银行卡，也不会扣款",
        "to_pay": "应付金额",
        "reference": "付款事项",
        "number": "卡号",
        "expiry": "有效期（月/年）",
        "cvc": "安全码",
        "pay": "确认支付",
        "give_up": "暂不支付，返回",
        "back": "返回商城",
        "tests": "测试卡",
        "tests_why": "点选即可自动填写。",
        "card_4242424242424242": "支付成功",
        "card_4000000000000002": "被银行拒绝",
        "card_4000000000000119": "稍后成功",
        "card_4000000000009995": "已扣款，但结果页丢失",
        "card_4000000000000259": "支付成功，随后持卡人提出拒付",
        "authorised": "银行已同意。商城核对订单后才会扣款。",
        "dispute": "向银行提出拒付",
        "dispute_why": "试一试：您现在是持卡人，银行将把这笔钱收回。",
        "disputed": "发卡行已收回这笔款项，商城可以提交证据抗辩。",
        "declined": "银行拒绝了这张卡，您未被扣款。请换一张卡再试。",
        "succeeded": "这笔款项已支付成功。",
        "processing": "银行正在处理，请勿重复支付。",
        "cancelled": "这笔支付已取消，您未被扣款。",
        "trouble": "请检查下面标出的内容。",
        "number_bad": "卡号不正确。",
        "number_not_a_test_card": "沙盒只接受下面列出的测试卡，请勿输入真实卡号。",
        "expiry_bad": "请填写月和年，例如 12/30。",
        "expiry_past": "这张卡已过期。",
        "cvc_bad": "安全码为 3 或 4 位数字。",
    },
}

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--ground:#fbfaf7;--card:#fff;--line:#d8d5cc;--act:#0b4a6f;--no:#a3242c;--yes:#1d6b3a}
@media(prefers-color-scheme:dark){:root{--ink:#eceae4;--soft:#a8b0b8;--ground:#14171a;--card:#1d2125;--line:#3a4047;--act:#7db9dd;--no:#f08a8f;--yes:#7fcf9b}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
.banner{background:repeating-linear-gradient(135deg,#e8c24a 0 16px,#f3d778 16px 32px);color:#2b2205;text-align:center;padding:8px 16px;font-weight:600;font-size:14px}
main{max-width:448px;margin:24px auto;padding:0 16px}
.sheet{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:24px}
h1{font-size:16px;margin:0;font-weight:600;color:var(--soft)}
.amount{font-size:40px;line-height:1.2;font-weight:650;font-variant-numeric:tabular-nums;margin:4px 0 8px}
.amount small{font-size:16px;color:var(--soft);font-weight:500}.why{color:var(--soft);margin:0 0 16px;overflow-wrap:anywhere}
label{display:block;font-weight:600;margin:16px 0 4px;font-size:14px}
input{width:100%;font:inherit;font-size:18px;font-variant-numeric:tabular-nums;padding:10px 12px;border:1px solid var(--soft);border-radius:6px;background:var(--card);color:var(--ink)}
input:focus,button:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid var(--act);outline-offset:2px}
input[aria-invalid=true]{border:2px solid var(--no)}.err{color:var(--no);font-size:14px;margin:4px 0 0}
.two{display:grid;grid-template-columns:1fr 1fr;gap:16px;align-items:start}
button{font:inherit;cursor:pointer}.pay{width:100%;margin-top:24px;padding:14px;font-size:18px;font-weight:650;background:var(--act);color:var(--card);border:0;border-radius:6px}
.plain{width:100%;margin-top:8px;padding:10px;background:none;border:0;color:var(--act);text-decoration:underline}
.say{border-left:4px solid var(--no);padding:8px 12px;margin:16px 0 0;background:var(--ground)}.say.ok{border-color:var(--yes)}
.tests{margin-top:16px}.tests h2{font-size:14px;margin:0 0 4px}.tests p{margin:0 0 8px;font-size:14px;color:var(--soft)}
.tests button{display:flex;justify-content:space-between;gap:12px;flex-wrap:wrap;width:100%;text-align:left;padding:10px 12px;margin-bottom:8px;background:var(--card);color:var(--ink);border:1px solid var(--line);border-radius:6px}
.tests b{font-variant-numeric:tabular-nums;font-weight:600;white-space:nowrap}.tests span{color:var(--soft);font-size:14px}
.done{display:block;text-align:center;text-decoration:none}
"""

_SCRIPT: Final = """
document.querySelectorAll('[data-card]').forEach(function(b){b.addEventListener('click',function(e){
e.preventDefault();var f=document.forms[0];f.number.value=b.dataset.card.replace(/(....)/g,'$1 ').trim();
f.expiry.value='12/39';f.cvc.value='123';f.querySelector('.pay').focus();});});
document.forms[0]&&document.forms[0].addEventListener('submit',function(){var p=this.querySelector('.pay');
setTimeout(function(){p.disabled=true;},0);});
"""

_PAGE: Final = Template("""<!doctype html>
<html lang="$lang"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>$title · $amount</title><style>$style</style></head>
<body><div class="banner" role="note">$banner</div><main><div class="sheet">
<h1>$to_pay</h1><div class="amount">$amount <small>$currency</small></div>
<p class="why">$reference_label: $reference$description</p>$message$form</div>$tests</main>$script</body></html>
""")


def _hash_of(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": f"default-src 'none'; style-src {_hash_of(_STYLE)}; script-src {_hash_of(_SCRIPT)}; "
    "frame-ancestors 'none'; base-uri 'none'",
}


def trouble_of(form: Mapping[str, str], *, today: date) -> dict[str, str]:
    """What is wrong with a typed card, per field; nothing when it could be a card."""
    trouble: dict[str, str] = {}
    number = re.sub(r"[ -]", "", form.get("number", ""))
    if not re.fullmatch(r"[0-9]{12,19}", number) or not _luhn(number):
        trouble["number"] = "bad"
    expiry = re.fullmatch(r"\s*(0?[1-9]|1[0-2])\s*/?\s*(?:20)?([0-9]{2})\s*", form.get("expiry", ""))
    if not expiry:
        trouble["expiry"] = "bad"
    elif (2000 + int(expiry[2]), int(expiry[1])) < (today.year, today.month):
        trouble["expiry"] = "past"
    if not re.fullmatch(r"\s*[0-9]{3,4}\s*", form.get("cvc", "")):
        trouble["cvc"] = "bad"
    return trouble


def page(intent: Json, *, form: Mapping[str, str], trouble: Mapping[str, str], back_url: str,
         disputed: bool = False) -> str:  # fmt: skip
    """The page for one intent in its state. form and trouble: what was typed and what is wrong with it."""
    words = _WORDS["zh" if str(intent["locale"]).lower().startswith("zh") else "en"]
    status = str(intent["status"])
    closed = status in ("succeeded", "authorised", "processing", "cancelled")
    description = str(intent["description"])
    return _PAGE.substitute(
        lang=words["lang"],
        title=words["title"],
        style=_STYLE,
        banner=words["banner"],
        to_pay=words["to_pay"],
        amount=_displayed(intent),
        currency=escape(str(intent["currency"])),
        reference_label=words["reference"],
        reference=escape(str(intent["reference"])),
        description=" · " + escape(description) if description else "",
        message=_message(words, "disputed" if disputed else status, troubled=bool(trouble)),
        form=_done(words, intent, back_url, disputed=disputed) if closed else _form(words, intent, form, trouble),
        tests="" if closed else _tests(words),
        script="" if closed else f"<script>{_SCRIPT}</script>",
    )


def _displayed(intent: Json) -> str:
    currency, minor = str(intent["currency"]), intent["amount"]
    assert isinstance(minor, int)
    decimals = _DECIMALS.get(currency, 2)
    whole, part = divmod(minor, 10**decimals)
    return f"{_SIGNS.get(currency, '')}{whole:,}" + (f".{part:0{decimals}d}" if decimals else "")


def _message(words: Mapping[str, str], status: str, *, troubled: bool) -> str:
    if troubled:
        return f'<p class="say" role="alert">{words["trouble"]}</p>'
    if status == "requires_card":
        return ""
    tone = ' class="say ok" role="status"' if status in ("succeeded", "authorised") else ' class="say" role="alert"'
    return f"<p{tone}>{words[status]}</p>"


def _done(words: Mapping[str, str], intent: Json, back_url: str, *, disputed: bool) -> str:
    back = f'<a class="pay done" href="{escape(back_url)}">{words["back"]}</a>'
    if intent["status"] != "succeeded" or disputed:
        return back
    return (
        f'{back}<form method="post" action="/pay/{escape(str(intent["id"]))}"><p class="why">{words["dispute_why"]}</p>'
        f'<button class="plain" name="dispute" value="1">{words["dispute"]}</button></form>'
    )


def _form(words: Mapping[str, str], intent: Json, form: Mapping[str, str], trouble: Mapping[str, str]) -> str:
    def field(name: str, extra: str) -> str:
        wrong = f"{name}_{trouble[name]}" if name in trouble else ""
        marks = f' aria-invalid="true" aria-describedby="{name}_err"' if wrong else ""
        error = f'<p class="err" id="{name}_err">{words[wrong]}</p>' if wrong else ""
        # A declined card's number is not shown again: the next try is another card.
        value = escape(form.get(name, "")) if trouble else ""
        return (
            f'<div><label for="{name}">{words[name]}</label><input id="{name}" name="{name}" value="{value}" '
            f"{extra}{marks}>{error}</div>"
        )

    return (
        f'<form method="post" action="/pay/{escape(str(intent["id"]))}" novalidate>'
        + field("number", 'inputmode="numeric" autocomplete="off" maxlength="24" placeholder="4242 4242 4242 4242"')
        + '<div class="two">'
        + field("expiry", 'inputmode="numeric" autocomplete="off" maxlength="7" placeholder="12/39"')
        + field("cvc", 'inputmode="numeric" autocomplete="off" maxlength="4" placeholder="123"')
        + f'</div><button class="pay">{words["pay"]} {_displayed(intent)}</button>'
        f'<button class="plain" name="give_up" value="1">{words["give_up"]}</button></form>'
    )


def _tests(words: Mapping[str, str]) -> str:
    numbers = [name.removeprefix("card_") for name in words if name.startswith("card_")]
    rows = "".join(
        f'<button type="button" data-card="{number}"><b>{" ".join(re.findall("....", number))}</b>'
        f"<span>{words['card_' + number]}</span></button>"
        for number in numbers
    )
    return f'<section class="tests"><h2>{words["tests"]}</h2><p>{words["tests_why"]}</p>{rows}</section>'


def _luhn(number: str) -> bool:
    doubled = [int(d) if i % 2 == 0 else sum(divmod(int(d) * 2, 10)) for i, d in enumerate(reversed(number))]
    return sum(doubled) % 10 == 0
