"""Addresses below /households/."""

app_name = "households"
urlpatterns = []
