"""Pictures of goods. Their names are their contents' digests, so a browser may keep them for good."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.static import serve


def show(request: HttpRequest, path: str) -> HttpResponseBase:
    """One kept picture; in front of many shoppers a proxy or object store serves this address instead."""
    answer = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
