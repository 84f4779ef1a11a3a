"""Staging of lists of people: recipients that a sheet brings, candidates to be matched. Unlogged, purged by age.

A null means "the list says nothing". What stands here is never history and never the truth: apply judges it again.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class RecipientRow(models.Model):
    """One row of a list as it was read, whom it means, and what it would do to the log."""

    class Outcome(models.TextChoices):
        """What a row of recipients would do; matched lists keep a `programs.matching.State` in the same column."""

        NEW = "new"  # comes into the programme year
        CHANGED = "changed"  # is in already and gets a delivery, or a further stage
        SAME = "same"  # is in already, nothing changes
        LEFT = "left"  # the sheet itself says that nothing was paid out
        TWICE = "twice"  # the same family or person stands above in the list; counted once
        UNKNOWN = "unknown"  # not in our data
        REFUSED = "refused"

    pk = models.CompositePrimaryKey("batch_id", "n")
    batch_id = models.BigIntegerField()
    n = models.IntegerField()
    sheet = models.PositiveSmallIntegerField()  # index in batch.layout["sheets"]
    row = models.PositiveIntegerField()
    bad = models.BooleanField(default=False)  # a cell of it is wrong

    nik = models.CharField(max_length=16, null=True)
    kk = models.CharField(max_length=16, null=True)
    name = models.TextField(null=True)
    name_sort = models.TextField(null=True)
    birth_date = models.DateField(null=True)
    region = models.CharField(max_length=13, null=True)
    rw = models.CharField(max_length=3, null=True)
    rt = models.CharField(max_length=3, null=True)
    address = models.TextField(null=True)

    amount = models.BigIntegerField(null=True)  # rupiah in this delivery
    goods = models.TextField(null=True)
    date = models.DateField(null=True)  # handed over on
    stage = models.PositiveSmallIntegerField(null=True)
    period = models.TextField(null=True)
    decree_number = models.TextField(null=True)
    decree_date = models.DateField(null=True)
    note = models.TextField(null=True)
    unpaid = models.BooleanField(default=False)  # the sheet says that this one was not paid out

    # Found by programs.matching and programs.imports.judge.
    member_id = models.BigIntegerField(null=True)
    household_id = models.BigIntegerField(null=True)  # where the member lives today, or the household itself
    how = models.CharField(max_length=8, null=True)  # nik, kk, old_kk, name, address, chosen
    near = ArrayField(models.BigIntegerField(), null=True)  # members it may be, the likeliest first
    same_as = models.IntegerField(null=True)  # n of the first row that means the same beneficiary
    elsewhere = models.BooleanField(default=False)  # known, but outside the area of who brought the list
    assistance_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=10, null=True)
    told = models.JSONField(null=True)  # what was found out about it, for the page of matched lists
    digest = models.CharField(max_length=32, null=True)  # hash of what would happen
    shown = models.CharField(max_length=32, null=True)  # the same, as a person last saw it
    stale = models.BooleanField(default=False)  # it changed between preview and apply
    applied = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["batch_id", "outcome", "n"], name="recipient_row_outcome")]

    def __str__(self):
        return self.name or f"{self.batch_id}: {self.n}"


class PlanRow(models.Model):
    """One row of a plan sheet as it was read, which programme it means, and what it would do to that plan."""

    class Outcome(models.TextChoices):
        """What becomes of a row."""

        NEW = "new"  # the programme gets its plan of the year
        CHANGED = "changed"
        SAME = "same"
        HEADING = "heading"  # a programme or activity: it names the rows below it
        UNKNOWN = "unknown"  # none of our programmes
        REFUSED = "refused"

    pk = models.CompositePrimaryKey("batch_id", "n")
    batch_id = models.BigIntegerField()
    n = models.IntegerField()
    sheet = models.PositiveSmallIntegerField()  # index in batch.layout["sheets"]
    row = models.PositiveIntegerField()
    bad = models.BooleanField(default=False)  # a cell of it is wrong

    code = models.TextField(default="")
    level = models.TextField(default="sub")  # program, activity or sub
    name = models.TextField(default="")
    program_name = models.TextField(default="")
    activity_name = models.TextField(default="")
    ours = models.TextField(default="")  # what the sheet calls the programme in our list
    indicator = models.TextField(default="")
    unit = models.TextField(default="")
    target = models.PositiveIntegerField(null=True)
    sponsor = models.TextField(default="")
    source = models.TextField(default="")
    ceiling = models.BigIntegerField(null=True)

    program_id = models.BigIntegerField(null=True)
    how = models.TextField(default="")  # code, earlier, name, chosen
    outcome = models.CharField(max_length=10, null=True)
    changes = models.JSONField(default=list)  # [field, before, after] of its programme's plan
    digest = models.CharField(max_length=32, null=True)  # hash of what would happen
    shown = models.CharField(max_length=32, null=True)  # the same, as a person last saw it
    stale = models.BooleanField(default=False)  # it changed between preview and apply
    applied = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["batch_id", "outcome", "n"], name="plan_row_outcome")]

    def __str__(self):
        return self.name or f"{self.batch_id}: {self.n}"
