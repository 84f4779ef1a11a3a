"""Views of the log by household: which aid reached it, in which programmes it stands. Read only.

Aid of a person counts for the household the person lives in today (`Assistance.counts_for`), aid of a group for the
households that belonged to it on the day; aid of areas counts for no household. The views are made in migration
`0003_household_views`; a change of a column they read must drop and make them again.
"""

from django.db import models

from households.models import Household
from programs.models.assistance import Assistance
from programs.models.programs import BenefitKind, Program, ProgramYear


class ReachedHousehold(models.Model):
    """A delivery that is not void, by the household it reached. `year`: of the day it was handed over."""

    delivery = models.BigIntegerField(primary_key=True)
    household = models.ForeignKey(Household, models.DO_NOTHING, related_name="+")
    assistance = models.ForeignKey(Assistance, models.DO_NOTHING, related_name="+")
    program_year = models.ForeignKey(ProgramYear, models.DO_NOTHING, related_name="+")
    program = models.ForeignKey(Program, models.DO_NOTHING, related_name="+")
    kind = models.ForeignKey(BenefitKind, models.DO_NOTHING, related_name="+")
    date = models.DateField()
    year = models.PositiveSmallIntegerField()
    benefit_key = models.CharField(max_length=60)

    class Meta:
        managed = False
        db_table = "programs_reached"
        default_permissions = ()

    def __str__(self):
        return f"{self.household_id} {self.date}"


class EnrolledHousehold(models.Model):
    """An open row of the log (not void, not rejected), by the household it is for. `year`: of the programme year."""

    assistance = models.OneToOneField(Assistance, models.DO_NOTHING, primary_key=True, related_name="+")
    household = models.ForeignKey(Household, models.DO_NOTHING, related_name="+")
    program_year = models.ForeignKey(ProgramYear, models.DO_NOTHING, related_name="+")
    program = models.ForeignKey(Program, models.DO_NOTHING, related_name="+")
    kind = models.ForeignKey(BenefitKind, models.DO_NOTHING, related_name="+")
    year = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10)
    benefit_key = models.CharField(max_length=60)

    class Meta:
        managed = False
        db_table = "programs_enrolled"
        default_permissions = ()

    def __str__(self):
        return f"{self.household_id} {self.status}"
