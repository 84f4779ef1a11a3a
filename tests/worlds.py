"""The small world of access tests: two areas, two agencies, one person for each role, and rows that could leak.

```
def test_other_area_is_not_found(client, world):
    client.force_login(world.user("kelurahan_operator"))
    assert client.get(f"/households/{world.other.household.uuid}/").status_code == 404
```
"""

import datetime as dt
from dataclasses import dataclass, field

import pytest
from django.utils import timezone

from core.choices import Role
from core.models import Agency, Region, User
from households.models import Household, Member
from programs.models import Assistance, Delivery, Program, ProgramYear
from tests import factories as make

OWN, OTHER = "13.72.01.1001", "13.72.02.1006"


@dataclass
class Area:
    """A kelurahan with one family that both programmes reach.

    `assistance`: aid of the own agency's programme (received, with `delivery`); `other_assistance`: proposed for the
    other agency's programme.
    """

    region: Region
    household: Household
    head: Member
    child: Member
    assistance: Assistance
    delivery: Delivery
    other_assistance: Assistance


@dataclass
class World:
    """What `world` gives.

    `own`: the kelurahan of the kelurahan operator, in the kecamatan of the kecamatan reader; `other`: in another
    kecamatan. `agency` and its `program`, `program_year` belong to the agency operator and approver and lie in the
    coordinator's programme group; `other_agency`, `other_program`, `other_program_year` do not.
    """

    own: Area
    other: Area
    agency: Agency
    other_agency: Agency
    program: Program
    other_program: Program
    program_year: ProgramYear
    other_program_year: ProgramYear
    users: dict[str, User] = field(default_factory=dict)

    @property
    def year(self) -> int:
        """The year of both programmes: the present one."""
        return self.program_year.year

    @property
    def city(self) -> Region:
        """The home region."""
        return make.region("13.72")

    def user(self, role: str) -> User:
        """The person who holds `role` and no other; `"none"` holds no role. Freshly read, so no rights are kept."""
        return User.objects.get(pk=self.users[role].pk)


@pytest.fixture
def world(db) -> World:
    """Two areas, two agencies, a person for each role."""
    return build()


def build() -> World:
    """Make the world in the present database."""
    names = {"13.72": "Kota Solok", "13.72.01": "Lubuk Sikarah", "13.72.02": "Tanjung Harapan"}
    for code, name in (names | {OWN: "Tanah Garam", OTHER: "Laing"}).items():
        make.region(code, name)
    make.CitySettingsFactory()
    cluster1 = make.SchemeItemFactory(scheme__code="cluster", code="1")
    cluster3 = make.SchemeItemFactory(scheme__code="cluster", code="3")
    make.SchemeMappingFactory(source=cluster1, target=make.SchemeItemFactory(scheme__code="group", code="a"))
    make.SchemeMappingFactory(source=cluster3, target=make.SchemeItemFactory(scheme__code="group", code="c"))
    agency = make.AgencyFactory(name="Dinas Sosial", short_name="Dinsos")
    other_agency = make.AgencyFactory(name="Dinas Koperasi", short_name="Diskop")
    program = make.ProgramFactory(name="Bantuan Tunai Kota", owner=agency, cluster=cluster1)
    other_program = make.ProgramFactory(name="Modal Usaha", owner=other_agency, cluster=cluster3)
    made = World(
        own=None,
        other=None,
        agency=agency,
        other_agency=other_agency,
        program=program,
        other_program=other_program,
        program_year=make.ProgramYearFactory(program=program),
        other_program_year=make.ProgramYearFactory(program=other_program),
        users=_users(agency),
    )
    made.own = _area(made, OWN, "Yusmaini")
    made.other = _area(made, OTHER, "Zulfahmi Piliang")
    return made


def _users(agency: Agency) -> dict[str, User]:
    scopes = {
        Role.KELURAHAN_OPERATOR: {"region_id": OWN},
        Role.KECAMATAN_READER: {"region_id": OWN[:8]},
        Role.OPD_OPERATOR: {"agency": agency},
        Role.OPD_APPROVER: {"agency": agency},
        Role.GROUP_COORDINATOR: {"program_group": "a"},
    }
    users = {"none": make.UserFactory(username="none", full_name="Tanpa Peran")}
    for role in Role.values:
        user = make.UserFactory(username=role, full_name=f"Pegawai {role}", agency=scopes.get(role, {}).get("agency"))
        make.RoleAssignmentFactory(user=user, role=role, **scopes.get(role, {}))
        users[role] = user
    return users


def _area(world: World, code: str, head_name: str) -> Area:
    household = make.family(
        2,
        region_id=code,
        head={"name": head_name, "disability": [1], "chronic_illness": [3]},
        address=f"Jl. {head_name}",
    )
    head, child = household.members.order_by("relation", "pk")
    assistance = make.AssistanceFactory(program_year=world.program_year, household=household, received=True)
    return Area(
        region=make.region(code),
        household=household,
        head=head,
        child=child,
        assistance=assistance,
        delivery=make.DeliveryFactory(assistance=assistance, date=dt.date(timezone.localdate().year, 1, 15)),
        other_assistance=make.AssistanceFactory(program_year=world.other_program_year, household=household),
    )
