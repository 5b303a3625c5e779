"""Whether this process can serve: it answers and its database answers."""

from django.db import connection
from django.http import HttpRequest, HttpResponse


def show(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
