"""A card holder's dispute as the card's bank handles it: opened, answered with evidence, ruled."""

import base64
import binascii
import time
from typing import Final

from entrepot_sandbox.server import Problem
from entrepot_sandbox.store import Json, iso

ANSWER_WITHIN: Final = 7 * 24 * 3600.0
FEE: Final = 1_500
TEXT_MAX: Final = 20_000
FILES_MAX: Final = 8
FILE_MAX: Final = 2 * 1024 * 1024


def opened(key: str, intent: Json, *, amount: int, reason: str) -> Json:
    """The bank takes `amount` and a fee back at once."""
    return {
        "id": key,
        "intent": intent["id"],
        "reference": intent["reference"],
        "status": "needs_response",
        "amount": amount,
        "currency": intent["currency"],
        "fee": FEE,
        "fee_refunded": 0,
        "reason": reason,
        "due_by": iso(time.time() + ANSWER_WITHIN),
        "evidence": None,
        "created_at": iso(),
    }


def hand_in(case: Json, body: Json) -> None:
    """Evidence counts once, and only until the bank's date."""
    if case["status"] != "needs_response":
        raise Problem(409, "evidence_closed", f"The chargeback is {case['status']}.")
    text, files = body.get("text", ""), body.get("files", [])
    if not isinstance(text, str) or len(text) > TEXT_MAX or not isinstance(files, list) or len(files) > FILES_MAX:
        raise Problem(422, "bad_evidence", f"A text of {TEXT_MAX} characters and {FILES_MAX} files at most.")
    if not text.strip() and not files:
        raise Problem(422, "bad_evidence", "Evidence is a text, files, or both.")
    case["evidence"] = {"text": text, "files": [_file(one) for one in files]}
    case["status"] = "under_review"


def ruled(case: Json, *, overdue: bool) -> bool:
    """The bank decides: for the card holder when nothing came in time or the text says `losing_evidence`."""
    if case["status"] != ("needs_response" if overdue else "under_review"):
        return False
    evidence = case["evidence"]
    text = str(evidence["text"]) if isinstance(evidence, dict) else "losing_evidence"
    case["status"] = "lost" if "losing_evidence" in text else "won"
    if case["status"] == "won":
        case["fee_refunded"] = case["fee"]
    return True


def _file(given: object) -> Json:
    if not isinstance(given, dict) or not isinstance(given.get("name"), str) or not isinstance(given.get("body"), str):
        raise Problem(422, "bad_evidence", "A file has a name and a body in base64.")
    try:
        body = base64.b64decode(given["body"], validate=True)
    except binascii.Error:
        raise Problem(422, "bad_evidence", "A file's body is base64.") from None
    if len(body) > FILE_MAX:
        raise Problem(422, "bad_evidence", f"A file has at most {FILE_MAX} bytes.")
    return {"name": given["name"][:200], "kind": str(given.get("kind", "other"))[:20], "bytes": len(body)}
