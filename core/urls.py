"""Pages of the shell: search, work, files, account."""

urlpatterns = []
