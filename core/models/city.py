"""What differs from city to city and is kept in one row: names, letterhead, signers, labels, limits."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models.regions import Region
from core.once import forget, once


class CitySettings(models.Model):
    """The one row of settings of the running city; read it with `CitySettings.load()`."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    home_region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("home region"))
    government_name = models.CharField(_("government"), max_length=120, default="Pemerintah Kota")
    planning_agency = models.CharField(_("planning agency (label)"), max_length=120, default="Bappeda")
    team_name = models.CharField(_("team (label)"), max_length=60, default="TKPKD")
    address = models.CharField(_("address on the letterhead"), max_length=250, blank=True)
    place = models.CharField(_("place beside the date"), max_length=80, blank=True)
    signer_title = models.CharField(_("signer's post"), max_length=150, blank=True)
    signer_name = models.CharField(_("signer's name"), max_length=150, blank=True)
    signer_rank = models.CharField(_("signer's rank"), max_length=80, blank=True)
    signer_nip = models.CharField(_("signer's NIP"), max_length=30, blank=True)
    # sha256 of the coat of arms on letterheads; the picture lies with the uploads (`core.arms`)
    arms = models.CharField(_("coat of arms"), max_length=64, blank=True, editable=False)
    poor_desil_max = models.PositiveSmallIntegerField(_("target group up to desil"), default=4)
    unfit_codes = models.JSONField(_("unfit housing codes"), default=dict, blank=True)
    import_precedence = models.JSONField(_("which source may overwrite"), default=dict, blank=True)
    quorum_percent = models.PositiveSmallIntegerField(_("quorum of a meeting (% of the invited agencies)"), default=50)
    reminder_days = models.PositiveSmallIntegerField(
        _("days before a meeting on which those without an answer are reminded (0 = never)"), default=3
    )
    labels = models.JSONField(_("labels"), default=dict, blank=True)

    class Meta:
        verbose_name = _("city settings")
        verbose_name_plural = _("city settings")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_city_settings_row"),
            models.CheckConstraint(
                condition=Q(poor_desil_max__gte=1) & Q(poor_desil_max__lte=10), name="city_poor_desil_range"
            ),
            models.CheckConstraint(
                condition=Q(quorum_percent__gte=1, quorum_percent__lte=100),
                name="city_quorum_percent",
                violation_error_message=_("Write a percentage from 1 to 100."),
            ),
            models.CheckConstraint(condition=Q(arms="") | Q(arms__regex=r"^[0-9a-f]{64}$"), name="city_arms_sha256"),
        ]

    def __str__(self):
        return str(self.home_region)

    def save(self, **options):
        super().save(**options)
        forget(type(self))

    @classmethod
    def load(cls) -> "CitySettings | None":
        """The settings row, or None before the regions are loaded; read once a request."""
        return once(cls, lambda: cls.objects.select_related("home_region").filter(pk=1).first())
