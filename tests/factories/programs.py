"""Factories of programmes and the log."""

import datetime as dt

import factory
from django.utils import timezone

from programs.choices import AssistanceStatus, BenefitUnit, Fund, Sponsor
from programs.models import (
    AllowedPair,
    Assistance,
    BenefitKind,
    Delivery,
    EligibilityRule,
    ExclusivePair,
    GroupMember,
    Package,
    PackagePart,
    Program,
    ProgramClassification,
    ProgramFunding,
    ProgramYear,
    QuotaOrder,
    RecipientGroup,
    RecipientRow,
    Scheme,
    SchemeItem,
    SchemeMapping,
    WorkOrder,
)
from tests.factories.base import Factory
from tests.factories.core import AgencyFactory, RegionFactory
from tests.factories.households import HouseholdFactory, HouseholdSetFactory, MemberFactory


class SchemeFactory(Factory):
    """A classification."""

    class Meta:
        model = Scheme
        django_get_or_create = ("code",)

    code = "cluster"
    name = factory.SelfAttribute("code")


class SchemeItemFactory(Factory):
    """A class of a classification: `scheme__code="group", code="a"`."""

    class Meta:
        model = SchemeItem
        django_get_or_create = ("scheme", "code")

    scheme = factory.SubFactory(SchemeFactory)
    code = "1"
    name = factory.SelfAttribute("code")


class SchemeMappingFactory(Factory):
    """Cluster 1 implies group a."""

    class Meta:
        model = SchemeMapping
        django_get_or_create = ("source", "target")

    source = factory.SubFactory(SchemeItemFactory)
    target = factory.SubFactory(SchemeItemFactory, scheme__code="group", code="a")


class BenefitKindFactory(Factory):
    """A kind of benefit."""

    class Meta:
        model = BenefitKind
        django_get_or_create = ("code",)

    code = "living"
    name = factory.SelfAttribute("code")


class ProgramFactory(Factory):
    """A programme of households in cluster 1; `of_persons=True` for one of persons."""

    class Meta:
        model = Program

    name = factory.Sequence(lambda n: f"Program {n}")
    short_name = factory.SelfAttribute("name")
    owner = factory.SubFactory(AgencyFactory)
    cluster = factory.SubFactory(SchemeItemFactory)
    strategy = factory.SubFactory(SchemeItemFactory, scheme__code="strategy", code="a")
    benefit_unit = BenefitUnit.HOUSEHOLD
    benefit_kind = factory.SubFactory(BenefitKindFactory)

    class Params:
        of_persons = factory.Trait(benefit_unit=BenefitUnit.PERSON)
        of_groups = factory.Trait(benefit_unit=BenefitUnit.GROUP)
        of_areas = factory.Trait(benefit_unit=BenefitUnit.AREA)


class ProgramClassificationFactory(Factory):
    """A class of its own."""

    class Meta:
        model = ProgramClassification

    program = factory.SubFactory(ProgramFactory)
    item = factory.SubFactory(SchemeItemFactory, scheme__code="extreme", code="1")


class AllowedPairFactory(Factory):
    """Two programmes that a family may have together."""

    class Meta:
        model = AllowedPair

    first = factory.SubFactory(ProgramFactory)
    second = factory.SubFactory(ProgramFactory)


class EligibilityRuleFactory(Factory):
    """Desil 1 to 4 qualifies."""

    class Meta:
        model = EligibilityRule

    program = factory.SubFactory(ProgramFactory)
    rule = factory.LazyFunction(lambda: {"field": "desil", "op": "between", "value": [1, 4]})
    year_from = 2020


class ProgramYearFactory(Factory):
    """This year of a programme, without money."""

    class Meta:
        model = ProgramYear

    program = factory.SubFactory(ProgramFactory)
    year = factory.LazyFunction(lambda: timezone.localdate().year)
    owner = factory.SelfAttribute("program.owner")
    unit_amount = 600_000
    stages = factory.LazyFunction(lambda: ["Tahap 1", "Tahap 2"])


class ProgramFundingFactory(Factory):
    """Money of the city."""

    class Meta:
        model = ProgramFunding

    program_year = factory.SubFactory(ProgramYearFactory)
    sponsor = Sponsor.CITY
    source = Fund.APBD_CITY
    ceiling = 100_000_000


class RecipientGroupFactory(Factory):
    """A group without members."""

    class Meta:
        model = RecipientGroup

    name = factory.Sequence(lambda n: f"KUBE {n}")
    program = factory.SubFactory(ProgramFactory, of_groups=True)
    region = factory.SubFactory(RegionFactory)


class GroupMemberFactory(Factory):
    """A household in a group."""

    class Meta:
        model = GroupMember

    group = factory.SubFactory(RecipientGroupFactory)
    household = factory.SubFactory(HouseholdFactory, region=factory.SelfAttribute("..group.region"))


class AssistanceFactory(Factory):
    """A proposed household; give `member=…` or `of_group=…`, `of_area=…` for another unit."""

    class Meta:
        model = Assistance

    program_year = factory.SubFactory(ProgramYearFactory)
    household = factory.SubFactory(HouseholdFactory)
    member = None
    counts_for = factory.LazyAttribute(lambda o: o.household or (o.member and o.member.household))
    household_then = factory.SelfAttribute("counts_for")
    desil_then = factory.LazyAttribute(lambda o: o.counts_for and o.counts_for.desil)
    region_then = factory.LazyAttribute(lambda o: o.counts_for and o.counts_for.region)
    status = AssistanceStatus.PROPOSED

    class Params:
        of_member = factory.Trait(household=None, member=factory.SubFactory(MemberFactory))
        of_group = factory.Trait(household=None, group=factory.SubFactory(RecipientGroupFactory))
        of_area = factory.Trait(household=None, area=factory.SubFactory(RegionFactory))
        verified = factory.Trait(status=AssistanceStatus.VERIFIED, verified_at=factory.LazyFunction(timezone.now))
        approved = factory.Trait(
            status=AssistanceStatus.APPROVED,
            approved_at=factory.LazyFunction(timezone.now),
            decree_number="SK 1",
            decree_date=dt.date(2026, 1, 5),
            amount=600_000,
        )
        received = factory.Trait(status=AssistanceStatus.RECEIVED, amount=600_000)
        stopped = factory.Trait(status=AssistanceStatus.STOPPED, status_reason="pindah")
        rejected = factory.Trait(status=AssistanceStatus.REJECTED, status_reason="tidak memenuhi syarat")
        void = factory.Trait(status=AssistanceStatus.VOID, status_reason="salah input")


class DeliveryFactory(Factory):
    """The first stage, in money, early in the year of its programme."""

    class Meta:
        model = Delivery

    assistance = factory.SubFactory(AssistanceFactory, received=True)
    stage = 1
    date = factory.LazyAttribute(lambda o: dt.date(o.assistance.program_year.year, 1, 15))
    amount = 300_000

    class Params:
        voided = factory.Trait(void=True, void_reason="salah input")


class RecipientRowFactory(Factory):
    """A row of a recipients' list in staging."""

    class Meta:
        model = RecipientRow

    batch_id = 1
    n = factory.Sequence(int)
    sheet = 0
    row = factory.LazyAttribute(lambda o: o.n + 2)
    name = "Yusmaini"


class PackageFactory(Factory):
    """A package for desil 1 to 4 without parts."""

    class Meta:
        model = Package

    name = factory.Sequence(lambda n: f"Paket {n}")
    rule = factory.LazyFunction(lambda: {"field": "desil", "op": "between", "value": [1, 4]})
    year_from = 2020


class PackagePartFactory(Factory):
    """A part of a package; `programs`: who gives it."""

    class Meta:
        model = PackagePart
        skip_postgeneration_save = True

    package = factory.SubFactory(PackageFactory)
    label = factory.Sequence(lambda n: f"Bagian {n}")

    @factory.post_generation
    def programs(self, create, given, **_more):
        """Set the programmes of the part."""
        if given:
            self.programs.set(given)


class ExclusivePairFactory(Factory):
    """Two programmes that a family may not have together."""

    class Meta:
        model = ExclusivePair

    first = factory.SubFactory(ProgramFactory)
    second = factory.SubFactory(ProgramFactory)


class QuotaOrderFactory(Factory):
    """Unfit houses first."""

    class Meta:
        model = QuotaOrder

    program = factory.SubFactory(ProgramFactory)
    criteria = factory.LazyFunction(lambda: [{"field": "unfit_house", "op": "eq", "value": True}])


class WorkOrderFactory(Factory):
    """A list without rows, given to an agency."""

    class Meta:
        model = WorkOrder

    title = factory.Sequence(lambda n: f"Daftar kerja {n}")
    year = factory.LazyFunction(lambda: timezone.localdate().year)
    agency = factory.SubFactory(AgencyFactory)
    due = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=30))
    household_set = factory.SubFactory(HouseholdSetFactory, frozen=True)
