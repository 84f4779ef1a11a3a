"""Dashboard at / and reports."""

app_name = "reports"
urlpatterns = []
