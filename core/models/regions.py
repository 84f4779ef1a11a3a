"""Administrative regions, keyed by their Kemendagri code; an area is a code prefix."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import RegionLevel

VILLAGE_CODE_LENGTH = 13  # 13.72.01.1001: nothing lies below a kelurahan


def area_q(field: str, prefixes) -> models.Q:
    """Condition "lies in one of these areas" on a region code field or a foreign key to regions (`region_id`).

    `prefixes`: region codes; `13.72.01` covers itself and all below it, `""` covers everything, an empty
    collection covers nothing.
    """
    prefixes = list(prefixes)
    if "" in prefixes:
        return models.Q()
    if field.endswith("_id"):  # text lookups go through the key of the region; no join comes of it
        field = f"{field.removesuffix('_id')}__code"
    q = models.Q(pk__in=[])
    for code in prefixes:
        q |= models.Q(**{field: code})
        if len(code) < VILLAGE_CODE_LENGTH:
            q |= models.Q(**{f"{field}__startswith": f"{code}."})
    return q


class RegionQuerySet(models.QuerySet):
    """Reads of regions."""

    def in_area(self, code: str):
        """Regions at or below `code` (a region code, `""` for all)."""
        return self.filter(area_q("code", [code]))

    def villages(self):
        """Kelurahan and desa, the level households are kept at."""
        return self.filter(level__in=[RegionLevel.URBAN_VILLAGE, RegionLevel.VILLAGE])

    def visible_to(self, user):
        """Regions are public reference data: every signed-in person sees them."""
        return self if user.is_authenticated else self.none()


class Region(models.Model):
    """One province, city, kecamatan or kelurahan."""

    code = models.CharField(_("code"), max_length=13, primary_key=True)
    name = models.CharField(_("name"), max_length=120)
    level = models.CharField(_("level"), max_length=10, choices=RegionLevel)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    bps_code = models.CharField(_("BPS code"), max_length=10, blank=True)
    lat = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    lng = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    boundary = models.JSONField(_("boundary"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$"),
                name="region_code_shape",
                violation_error_message=_("Write the code as 13.72.01.1001."),
            ),
            models.CheckConstraint(condition=models.Q(level__in=RegionLevel.values), name="region_level_known"),
        ]
        indexes = [
            models.Index(OpClass("code", name="text_pattern_ops"), name="region_code_prefix"),
        ]

    def __str__(self):
        return self.name

    @property
    def is_village(self) -> bool:
        """Whether households can be kept here."""
        return self.level in (RegionLevel.URBAN_VILLAGE, RegionLevel.VILLAGE)


class RegionAlias(models.Model):
    """Another way a region is written in sheets (`KTK`, `PPA`)."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="aliases", verbose_name=_("region"))
    alias = models.CharField(_("written as"), max_length=120)

    class Meta:
        verbose_name = _("region alias")
        verbose_name_plural = _("region aliases")
        ordering = ["region", "alias"]
        constraints = [models.UniqueConstraint(fields=["region", "alias"], name="region_alias_once")]

    def __str__(self):
        return self.alias
