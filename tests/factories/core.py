"""Factories of core."""

import datetime as dt

import factory
from django.utils import timezone

from core.choices import AccessKind, AgencyKind, BatchState, JobState, RegionLevel, Role
from core.models import (
    AccessRecord,
    Agency,
    AgencySuccession,
    Attachment,
    CitySettings,
    ImportBatch,
    ImportFinding,
    Job,
    OutgoingMail,
    Region,
    RegionAlias,
    RoleAssignment,
    SheetLayout,
    User,
)
from households.choices import Source
from tests.factories.base import SINCE, Factory

PASSWORD = "rumah gadang 1891"
VILLAGE = "13.72.01.1001"
_LEVELS = {2: RegionLevel.PROVINCE, 5: RegionLevel.CITY, 8: RegionLevel.DISTRICT, 13: RegionLevel.URBAN_VILLAGE}


def region(code: str, name: str = "") -> Region:
    """The region `code`, made with everything above it when it is missing."""
    found = Region.objects.filter(pk=code).first()
    return found or RegionFactory(code=code, **({"name": name} if name else {}))


class RegionFactory(Factory):
    """A region; its level comes from the length of its code."""

    class Meta:
        model = Region
        django_get_or_create = ("code",)

    code = VILLAGE
    name = factory.SelfAttribute("code")
    level = factory.LazyAttribute(lambda o: _LEVELS[len(o.code)])
    parent = factory.LazyAttribute(lambda o: region(o.code.rpartition(".")[0]) if "." in o.code else None)


class RegionAliasFactory(Factory):
    """Another spelling of a region."""

    class Meta:
        model = RegionAlias

    region = factory.SubFactory(RegionFactory)
    alias = factory.Sequence(lambda n: f"Tnh Garam {n}")


class CitySettingsFactory(Factory):
    """The one row of settings."""

    class Meta:
        model = CitySettings
        django_get_or_create = ("id",)

    id = 1
    home_region = factory.SubFactory(RegionFactory, code="13.72", name="Kota Solok")
    government_name = "Pemerintah Kota Solok"
    place = "Solok"


class AgencyFactory(Factory):
    """A city agency."""

    class Meta:
        model = Agency

    name = factory.Sequence(lambda n: f"Dinas {n}")
    short_name = factory.SelfAttribute("name")
    kind = AgencyKind.OPD


class AgencySuccessionFactory(Factory):
    """One agency after another."""

    class Meta:
        model = AgencySuccession

    old = factory.SubFactory(AgencyFactory)
    new = factory.SubFactory(AgencyFactory)
    date = SINCE


class UserFactory(Factory):
    """Somebody who can sign in with `PASSWORD`; `role="opd_operator", agency=…` gives a role as well."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"pegawai{n}")
    full_name = factory.Sequence(lambda n: f"Pegawai {n}")
    email = factory.LazyAttribute(lambda o: f"{o.username}@solok.test")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def role(self, create, extracted, **scope):
        """`role=…`, `role__region=…`, `role__agency=…`, `role__program_group=…`."""
        if extracted:
            RoleAssignmentFactory(user=self, role=extracted, **scope)


class RoleAssignmentFactory(Factory):
    """A role in force, without a scope."""

    class Meta:
        model = RoleAssignment

    user = factory.SubFactory(UserFactory)
    role = Role.BAPPEDA_STAFF
    valid_from = SINCE

    class Params:
        ended = factory.Trait(valid_to=dt.date(2020, 12, 31))


class AttachmentFactory(Factory):
    """A row of an attachment; no bytes lie behind it."""

    class Meta:
        model = Attachment

    owner_kind = "household"
    owner_uuid = factory.Faker("uuid4")
    name = "rumah.jpg"
    content_type = "image/jpeg"
    size = 10
    sha256 = "0" * 64
    by = factory.SubFactory(UserFactory)


class JobFactory(Factory):
    """Work that waits in the queue."""

    class Meta:
        model = Job

    kind = "test.nothing"
    title = "Pekerjaan"
    by = factory.SubFactory(UserFactory)

    class Params:
        running = factory.Trait(
            state=JobState.RUNNING,
            started=factory.LazyFunction(timezone.now),
            heartbeat=factory.LazyFunction(timezone.now),
        )
        ended = factory.Trait(
            state=JobState.DONE, started=factory.LazyFunction(timezone.now), finished=factory.LazyFunction(timezone.now)
        )


class ImportBatchFactory(Factory):
    """A sheet that was brought; no file lies behind it."""

    class Meta:
        model = ImportBatch

    kind = "households"
    by = factory.SubFactory(UserFactory)
    file_name = "penduduk.xlsx"
    path = "imports/penduduk.xlsx"
    sha256 = "0" * 64
    source = Source.LOCAL

    class Params:
        applied = factory.Trait(
            state=BatchState.APPLIED,
            applied_at=factory.LazyFunction(timezone.now),
            applied_by=factory.SelfAttribute("by"),
        )


class ImportFindingFactory(Factory):
    """A finding in a cell."""

    class Meta:
        model = ImportFinding

    batch = factory.SubFactory(ImportBatchFactory)
    stage = "cells"
    level = ImportFinding.Level.ERROR
    code = "nik_length"
    sheet = "Sheet1"
    row = 5


class SheetLayoutFactory(Factory):
    """A remembered mapping."""

    class Meta:
        model = SheetLayout

    kind = "households"
    fingerprint = factory.Sequence(lambda n: f"{n:064x}")
    by = factory.SubFactory(UserFactory)


class OutgoingMailFactory(Factory):
    """A mail that waits."""

    class Meta:
        model = OutgoingMail

    key = factory.Sequence(lambda n: f"test:{n}")
    to = "rina@solok.test"
    subject = "Tindak lanjut"
    body = "Besok jatuh tempo."


class AccessRecordFactory(Factory):
    """Somebody saw a number in full."""

    class Meta:
        model = AccessRecord

    user = factory.SubFactory(UserFactory)
    actor = factory.LazyAttribute(lambda o: str(o.user or "system"))
    kind = AccessKind.UNMASK
    what = "NIK Yusmaini"
    purpose = "verifikasi"
