"""The factories make rows that the database accepts, and the world holds what access tests lean on."""

import pytest
from django.apps import apps

from core.choices import Role
from core.roles import access
from tests import factories as make
from tests.worlds import World

OURS = ("core", "households", "programs", "meetings", "reports")
# Written by the history trigger and by `history()` alone.
TRIGGER_WRITTEN = {"HistoryEntry", "HistoryTransaction"}
FACTORIES = {
    f._meta.model: f
    for f in vars(make).values()
    if isinstance(f, type) and issubclass(f, make.Factory) and f is not make.Factory
}


def test_every_model_has_a_factory():
    models = {m for app in OURS for m in apps.get_app_config(app).get_models()}
    read_only = {m for m in models if not m._meta.managed or m.__name__ in TRIGGER_WRITTEN}
    assert models - read_only == set(FACTORIES)


@pytest.mark.django_db
@pytest.mark.parametrize("model", FACTORIES, ids=lambda m: m.__name__)
def test_factory_makes_valid_rows(model):
    first, second = FACTORIES[model](), FACTORIES[model]()
    for row in (first, second):
        row.refresh_from_db()
        row.full_clean(exclude=_blank_by_design(row))
    assert str(first)


def _blank_by_design(row):
    """Columns that forms never see may be empty although the field says otherwise."""
    return [
        f.name for f in row._meta.concrete_fields if not f.editable or f.null or f.has_default() or f.has_db_default()
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("factory", "trait"),
    [
        (f, trait)
        for f in FACTORIES.values()
        for trait in f._meta.parameters
        if f._meta.parameters[trait].__class__.__name__ == "Trait"
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_trait_makes_a_row(factory, trait):
    assert factory(**{trait: True}).pk


def test_family_is_consistent(db):
    household = make.family(3, head={"name": "Nur'aini"})
    assert (household.head_name, household.head_sort, household.size) == ("Nur'aini", "nuraini", 3)
    assert [m.valid_to for m in household.memberships.all()] == [None] * 3
    assert list(household.numbers.values_list("kk", flat=True)) == [household.kk]


def test_world_has_each_role_once(world: World):
    assert set(world.users) == {*Role.values, "none"}
    for role, user in world.users.items():
        assert access(user).roles == ({role} if role != "none" else set())


def test_world_has_something_to_leak_in_each_area(world: World):
    for area in (world.own, world.other):
        assert area.household.region == area.region
        assert {a.program_year for a in area.household.aid.all()} == {world.program_year, world.other_program_year}
        assert area.delivery.assistance == area.assistance
    assert world.own.region.parent != world.other.region.parent
