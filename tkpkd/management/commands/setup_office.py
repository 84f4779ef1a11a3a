"""What a data folder for real use needs beyond migrations: reference data, static files, the first administrator."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from core.first_admin import create_first_admin
from core.models import Region, User
from tkpkd.static_files import collect_static


class Command(BaseCommand):
    """`manage.py setup_office`, run by `make office` at every start."""

    help = "Load reference data, collect static files, and print the one-time link of the first administrator."

    def handle(self, *args, **options):
        """Do what is missing; safe to repeat."""
        if settings.DEBUG:
            raise CommandError("DEBUG is on, which shows the inside of the program: start with `make office DATA=…`.")
        if not Region.objects.exists():
            call_command("load_reference", stdout=self.stdout, stderr=self.stderr)
        collect_static()
        if admin := _admin_without_password():
            address = settings.PUBLIC_URL + reverse(
                "account_reset_password_from_key",
                kwargs={"uidb36": user_pk_to_url_str(admin), "key": default_token_generator.make_token(admin)},
            )
            self.stdout.write(
                f"\nFirst administrator: sign-in name {admin.username}. Choose the password here (once, within"
                f" {settings.PASSWORD_RESET_TIMEOUT // 86400} days; a new link comes with every start until then):\n"
                f"{address}"
            )


def _admin_without_password() -> User | None:
    """The account of the first administrator while nobody has ever signed in with a password; made when missing."""
    people = User.objects.filter(is_active=True)
    if any(person.has_usable_password() for person in people):
        return None
    return people.filter(username="admin").first() or create_first_admin(username="admin")
