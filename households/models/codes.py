"""Answer codes of questionnaires and registries, as data."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Code(models.Model):
    """One answer of a coded field (`floor` 8 = Tanah; Regsosek 2022 question 303).

    `synonyms`: other words that sheets use for it, compared case- and punctuation-insensitively.
    `unfit`: the answer makes the house unfit, the toilet or water unsafe (domain.md section 3; a city may change it).
    """

    field = models.CharField(_("field"), max_length=30)
    code = models.PositiveSmallIntegerField(_("code"))
    label = models.CharField(_("label"), max_length=150)
    synonyms = ArrayField(models.CharField(max_length=150), default=list, blank=True, verbose_name=_("synonyms"))
    unfit = models.BooleanField(_("counts as poor"), default=False)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("answer code")
        verbose_name_plural = _("answer codes")
        ordering = ["field", "order", "code"]
        constraints = [models.UniqueConstraint(fields=["field", "code"], name="code_once_per_field")]

    def __str__(self):
        return self.label
