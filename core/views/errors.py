"""Error pages: what failed, what is safe, what to do, a reference number."""

import logging

from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template import loader

logger = logging.getLogger(__name__)


def bad_request(request, exception=None):
    """400: the address or form could not be understood."""
    return render(request, "400.html", {"message": _message(exception)}, status=400)


def permission_denied(request, exception=None):
    """403: names the roles that may, when the action said so."""
    return render(request, "403.html", {"message": _message(exception)}, status=403)


def page_not_found(request, exception=None):
    """404: not there, or not for this person; the page does not say which."""
    return render(request, "404.html", status=404)


def server_error(request):
    """500: rendered without the database, because that may be what failed."""
    context = {"request_id": getattr(request, "id", "")}
    return HttpResponseServerError(loader.get_template("500.html").render(context))


def _message(exception) -> str:
    return str(exception) if exception and str(exception) else ""
