"""Undo of a household sheet that moved somebody: their aid comes back with them, and the new family goes."""

import pytest
from django.core.files.base import ContentFile

from core.imports import batches
from households.models import Code, Household, Member
from households.reference import CODES
from programs.choices import BenefitUnit
from programs.models import Assistance
from tests import factories as make

HEADER = "No KK;NIK;Nama Lengkap;Jenis Kelamin;Tanggal Lahir;Hubungan Keluarga;Alamat"
NEW_KK = "1372010505200099"


@pytest.fixture
def moved(world):
    """A person with aid of their own, moved into a new family by an applied sheet: (batch, aid, by)."""
    Code.objects.bulk_create(
        [
            Code(field=field, code=fact.code, label=fact.label, synonyms=list(fact.synonyms))
            for field, facts in CODES.items()
            for fact in facts
        ],
        ignore_conflicts=True,
    )
    by = world.user("bappeda_admin")
    child = world.own.child
    year = make.ProgramYearFactory(program__benefit_unit=BenefitUnit.PERSON, year=world.year)
    aid = make.AssistanceFactory(program_year=year, household=None, member=child, counts_for=child.household)
    born = child.birth_date.strftime("%d/%m/%Y")
    rows = [
        f"{NEW_KK};1372011203800001;YULINAR PILIANG;L;12/03/1980;Kepala Keluarga;Jl. Contoh",
        f"{NEW_KK};{child.nik};{child.name};{'L' if child.sex == 'M' else 'P'};{born};Famili lain;Jl. Contoh",
    ]
    batch = batches.bring(
        kind="households",
        file=ContentFile("\n".join([HEADER, *rows]).encode(), name="verval.csv"),
        name="verval.csv",
        by=by,
        area=world.own.region.code,
        source="verval",
    )
    for step in ("read", "check", "apply"):
        batches.run(batch, step, by=by, at_once=True)
        batch.refresh_from_db()
    aid.refresh_from_db()
    assert aid.counts_for == Household.objects.get(kk=NEW_KK)
    return batch, aid, by


def undo(batch, by):
    batches.run(batch, "undo", by=by, at_once=True)
    batch.refresh_from_db()
    assert batch.state == "undone"


def test_aid_returns_and_the_new_family_goes(world, moved):
    batch, aid, by = moved
    undo(batch, by)
    assert not Household.objects.filter(kk=NEW_KK).exists()
    assert Member.objects.get(pk=world.own.child.pk).household == world.own.household
    assert Assistance.objects.get(pk=aid.pk).counts_for == world.own.household
    assert batch.counts["undo"]["kept"] == {}


def test_aid_that_somebody_worked_on_counts_where_the_person_is(world, moved):
    batch, aid, by = moved
    Assistance.objects.filter(pk=aid.pk).update(note="dilihat")
    undo(batch, by)
    assert Assistance.objects.get(pk=aid.pk).counts_for == world.own.household
    assert Assistance.objects.get(pk=aid.pk).note == "dilihat"
