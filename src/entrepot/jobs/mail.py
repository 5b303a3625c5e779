"""Mail that a page has written: sent here, so that no page waits for a mail server."""

from typing import Final

from django.core.mail import EmailMultiAlternatives
from django.db import OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from entrepot.base import failpoints

# An SMTP trouble is an OSError too. Ten tries, the last some seventeen minutes after the first.
_RETRY: Final = RetryStrategy(max_attempts=10, exponential_wait=2, retry_exceptions={OSError, OperationalError})


@app.task(name="mail.send", retry=_RETRY)
def send(*, to: list[str], subject: str, body: str, from_email: str, message_id: str) -> None:
    """Send one mail. It may go twice after a crash; its Message-ID lets the receiver keep one."""
    letter = EmailMultiAlternatives(subject, body, from_email, to, headers={"Message-ID": message_id})
    with failpoints.around("mail.send"):
        letter.send()
