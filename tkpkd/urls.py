"""All addresses."""

from django.contrib import admin
from django.urls import include, path

from core import health

urlpatterns = [
    path("", include("reports.urls")),
    path("", include("core.urls")),
    path("households/", include("households.urls")),
    path("programs/", include("programs.urls")),
    path("meetings/", include("meetings.urls")),
    path("accounts/", include("core.account_urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "core.views.errors.bad_request"
handler403 = "core.views.errors.permission_denied"
handler404 = "core.views.errors.page_not_found"
handler500 = "core.views.errors.server_error"
