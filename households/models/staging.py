"""Staging of imported sheets: read rows and the families they form. Unlogged, purged by age, never history.

A null means "the sheet says nothing"; it never overwrites. Columns bear the names of the fields they go to.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from households.choices import HouseholdStatus, MemberStatus, Sex
from households.models.households import HOUSING_CODES
from households.models.members import MEMBER_CODES


def _code():
    return models.PositiveSmallIntegerField(null=True)


class HouseholdValues(models.Model):
    """What a sheet says of a household."""

    kk = models.CharField(max_length=16, null=True)
    kk_note = models.TextField(null=True)
    ext_id = models.TextField(null=True)  # "p3ke:123": scheme and key of another system
    region = models.CharField(max_length=13, null=True)
    rw = models.CharField(max_length=3, null=True)
    rt = models.CharField(max_length=3, null=True)
    address = models.TextField(null=True)
    lat = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    lng = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    floor_area = models.PositiveSmallIntegerField(null=True)
    pln_id = models.TextField(null=True)
    assets = models.JSONField(null=True)
    desil = models.PositiveSmallIntegerField(null=True)
    verified_at = models.DateField(null=True)
    h_status = models.CharField(max_length=10, choices=HouseholdStatus, null=True)
    status_reason = models.TextField(null=True)
    status_date = models.DateField(null=True)

    class Meta:
        abstract = True


for _name in HOUSING_CODES:
    HouseholdValues.add_to_class(_name, _code())


class ImportRow(HouseholdValues):
    """One row of a sheet as it was read; `n` counts the rows of the batch."""

    pk = models.CompositePrimaryKey("batch_id", "n")
    batch_id = models.BigIntegerField()
    n = models.IntegerField()
    sheet = models.PositiveSmallIntegerField()  # index in batch.layout["sheets"]
    row = models.PositiveIntegerField()
    family = models.IntegerField()
    is_member = models.BooleanField()  # False: the row speaks of the household only
    bad = models.BooleanField(default=False)  # a cell of it is wrong
    kk_raw = models.TextField(null=True)  # what stood where a KK could not be read

    nik = models.CharField(max_length=16, null=True)
    nik_note = models.TextField(null=True)
    name = models.TextField(null=True)
    name_sort = models.TextField(null=True)
    sex = models.CharField(max_length=1, choices=Sex, null=True)
    birth_place = models.TextField(null=True)
    birth_date = models.DateField(null=True)
    school_name = models.TextField(null=True)
    occupation = models.TextField(null=True)
    works = models.BooleanField(null=True)
    has_business = models.BooleanField(null=True)
    disability = models.JSONField(null=True)
    chronic_illness = models.JSONField(null=True)
    pregnant = models.BooleanField(null=True)
    social_security = models.JSONField(null=True)
    m_status = models.CharField(max_length=10, choices=MemberStatus, null=True)
    extra = models.JSONField(null=True)  # columns kept for upper apps: aid received

    # Found by households.imports.checks.
    member_id = models.BigIntegerField(null=True)
    how = models.CharField(max_length=8, null=True)  # nik, name
    from_household = models.BigIntegerField(null=True)  # where the member lives now, when that is another household
    outcome = models.CharField(max_length=8, null=True)  # new, changed, same
    changes = models.JSONField(null=True)  # field → [now, after]
    held = models.JSONField(null=True)  # differences that are not taken: field → [now, sheet]

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["batch_id", "family"], name="import_row_family")]

    def __str__(self):
        return f"{self.batch_id}: {self.sheet}/{self.row}"


for _name in MEMBER_CODES:
    ImportRow.add_to_class(_name, _code())


class ImportFamily(HouseholdValues):
    """A family of the batch, and what would happen to it."""

    class Outcome(models.TextChoices):
        NEW = "new"
        CHANGED = "changed"
        SAME = "same"
        REFUSED = "refused"
        UNKNOWN = "unknown"  # a list that only adds a fact to known families does not find it

    pk = models.CompositePrimaryKey("batch_id", "family")
    batch_id = models.BigIntegerField()
    family = models.IntegerField()
    head_n = models.IntegerField()  # row of the head, else the first row
    has_head = models.BooleanField(default=False)
    rows = models.PositiveIntegerField()
    name = models.TextField(null=True)  # of the head, for lists

    household_id = models.BigIntegerField(null=True)
    how = models.CharField(max_length=8, null=True)  # kk, ext, old_kk, members, name
    outcome = models.CharField(max_length=8, choices=Outcome, null=True)
    changes = models.JSONField(null=True)
    held = models.JSONField(null=True)
    n_changes = models.PositiveIntegerField(default=0)  # fields of household and members together
    moved_in = models.PositiveIntegerField(default=0)
    missing = ArrayField(models.BigIntegerField(), null=True)  # members known to us, not in the sheet
    newer = models.BooleanField(default=False)  # we hold newer data of this family than the sheet's date
    overwrite = models.BooleanField(default=False)  # a person chose to overwrite them all the same
    digest = models.CharField(max_length=32, null=True)  # hash of what would happen
    shown = models.CharField(max_length=32, null=True)  # the same, as a person last saw it
    stale = models.BooleanField(default=False)  # it changed between preview and apply
    applied = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["batch_id", "outcome", "family"], name="import_family_outcome"),
        ]

    def __str__(self):
        return self.name or f"{self.batch_id}: {self.family}"
