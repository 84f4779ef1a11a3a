"""Factories of households."""

import datetime as dt

import factory
from django.utils import timezone

from core.nik import make_kk, make_nik
from households import derived
from households.choices import HEAD, MembershipReason, Sex, Source
from households.models import (
    Code,
    DataRelease,
    ExternalId,
    Household,
    HouseholdNote,
    HouseholdNumber,
    HouseholdSet,
    HouseholdSetRow,
    ImportFamily,
    ImportRow,
    Member,
    Membership,
    TransferRequest,
    WelfareRank,
)
from tests.factories.base import SINCE, Factory
from tests.factories.core import RegionFactory, UserFactory

_NAMES = ("Yusmaini", "Zulfahmi Piliang", "Siti Aminah", "Ahmad Yani", "Nurlaila Koto", "Basri Jambak")


class CodeFactory(Factory):
    """An answer code."""

    class Meta:
        model = Code
        django_get_or_create = ("field", "code")

    field = "floor"
    code = 8
    label = factory.LazyAttribute(lambda o: f"{o.field} {o.code}")


class HouseholdFactory(Factory):
    """A household without members; `family()` makes one with them."""

    class Meta:
        model = Household

    kk = factory.Sequence(lambda n: make_kk("137201", dt.date(2015, 1, 1) + dt.timedelta(days=n // 9000), n % 9000 + 1))
    region = factory.SubFactory(RegionFactory)
    rw = "001"
    rt = "002"
    address = "Jl. Laing Permai 4"
    desil = 1
    desil_source = Source.DTSEN
    desil_date = dt.date(2026, 1, 1)
    work_order = factory.LazyAttribute(lambda o: o.desil or 11)

    class Params:
        without_kk = factory.Trait(kk=None)
        without_desil = factory.Trait(desil=None, desil_source="", desil_date=None)
        moved = factory.Trait(status="moved", status_reason="pindah ke Padang", status_date=dt.date(2026, 2, 1))


class HouseholdNumberFactory(Factory):
    """The present card number of a household."""

    class Meta:
        model = HouseholdNumber

    household = factory.SubFactory(HouseholdFactory)
    kk = factory.SelfAttribute("household.kk")
    valid_from = SINCE


class ExternalIdFactory(Factory):
    """The key of another system."""

    class Meta:
        model = ExternalId

    household = factory.SubFactory(HouseholdFactory)
    scheme = "p3ke"
    value = factory.Sequence(str)


class HouseholdNoteFactory(Factory):
    """A remark."""

    class Meta:
        model = HouseholdNote

    household = factory.SubFactory(HouseholdFactory)
    text = "Atap bocor."
    by = factory.SubFactory(UserFactory)


class MemberFactory(Factory):
    """A grown woman whose NIK agrees with her birth date; `head=True` makes her the head."""

    class Meta:
        model = Member

    household = factory.SubFactory(HouseholdFactory)
    sex = Sex.FEMALE
    birth_date = dt.date(1972, 3, 5)
    nik = factory.LazyAttributeSequence(
        lambda o, n: make_nik(f"{137200 + n // 9000:06d}", o.birth_date, o.sex, n % 9000 + 1)
    )
    name = factory.Sequence(lambda n: _NAMES[n % len(_NAMES)])
    name_sort = factory.LazyAttribute(lambda o: o.name.lower())
    relation = 4

    class Params:
        head = factory.Trait(relation=HEAD)
        child = factory.Trait(birth_date=factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=900)))
        without_nik = factory.Trait(nik=None)
        died = factory.Trait(status="deceased", status_reason="meninggal", status_date=dt.date(2026, 2, 1))


class MembershipFactory(Factory):
    """A member in a household, open."""

    class Meta:
        model = Membership

    member = factory.SubFactory(MemberFactory)
    household = factory.SelfAttribute("member.household")
    valid_from = SINCE
    reason = MembershipReason.FIRST


def family(members: int = 3, *, head: dict | None = None, **values) -> Household:
    """A household with a head and `members - 1` others, open memberships, its card number and derived columns.

    `head`: values of the head's row; `values`: of the household.
    """
    household = HouseholdFactory(**values)
    if household.kk:
        HouseholdNumberFactory(household=household)
    for n in range(members):
        own = ({"head": True} | (head or {})) if n == 0 else {}
        MembershipFactory(member=MemberFactory(household=household, **own))
    derived.refresh([household.pk])
    household.refresh_from_db()
    return household


class DataReleaseFactory(Factory):
    """A load of ranked data."""

    class Meta:
        model = DataRelease

    source = Source.DTSEN
    label = factory.Sequence(lambda n: f"DTSEN {n}")
    effective = dt.date(2026, 1, 1)


class WelfareRankFactory(Factory):
    """The desil of a household in a release."""

    class Meta:
        model = WelfareRank

    household = factory.SubFactory(HouseholdFactory)
    release = factory.SubFactory(DataReleaseFactory)
    desil = 1


class HouseholdSetFactory(Factory):
    """A live set of all households; `frozen=True` for a list."""

    class Meta:
        model = HouseholdSet

    name = factory.Sequence(lambda n: f"Himpunan {n}")
    owner = factory.SubFactory(UserFactory)

    class Params:
        frozen = factory.Trait(frozen_at=factory.LazyFunction(timezone.now))


class HouseholdSetRowFactory(Factory):
    """A household of a frozen set."""

    class Meta:
        model = HouseholdSetRow

    set = factory.SubFactory(HouseholdSetFactory, frozen=True)
    household = factory.SubFactory(HouseholdFactory)
    desil_then = factory.SelfAttribute("household.desil")
    region_then = factory.SelfAttribute("household.region_id")


class ImportRowFactory(Factory):
    """A row of a sheet in staging."""

    class Meta:
        model = ImportRow

    batch_id = 1
    n = factory.Sequence(int)
    sheet = 0
    row = factory.LazyAttribute(lambda o: o.n + 2)
    family = 1
    is_member = True
    name = "Yusmaini"


class ImportFamilyFactory(Factory):
    """A family of a sheet in staging."""

    class Meta:
        model = ImportFamily

    batch_id = 1
    family = factory.Sequence(int)
    head_n = 0
    rows = 1


class TransferRequestFactory(Factory):
    """An open request of a kelurahan for a person."""

    class Meta:
        model = TransferRequest

    member = factory.SubFactory(MemberFactory)
    to_region = factory.SubFactory(RegionFactory)
    by = factory.SubFactory(UserFactory)
