"""Targeting in the demo city: packages, programmes that exclude each other, an order of a quota, a work order."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from core.models import Agency, User
from households.models import HouseholdSet
from programs.models import ExclusivePair, Package, PackagePart, Program, QuotaOrder, WorkOrder
from tkpkd.demo.people import Numbers

_PACKAGES = (
    (
        "Keluar dari kemiskinan ekstrem",
        "Keluarga desil 1: pendapatan, kesehatan, dan rumah bersama-sama.",
        {"field": "desil", "op": "eq", "value": 1},
        (
            ("Pendapatan", ("pkh", "sembako", "blt")),
            ("Kesehatan", ("pbi", "jamkesda")),
            ("Rumah", ("rtlh", "bsps", "toilet")),
        ),
    ),
    (
        "Anak tetap sekolah",
        "Keluarga desil 1–4 dengan anak usia sekolah.",
        {
            "all": [
                {"field": "desil", "op": "between", "value": [1, 4]},
                {
                    "count": "members",
                    "where": {"field": "age", "op": "between", "value": [7, 18]},
                    "op": ">=",
                    "value": 1,
                },
            ]
        },
        (("Pendapatan", ("pkh", "sembako", "blt")), ("Sekolah", ("pip",))),
    ),
)
_EXCLUSIVE = (("rtlh", "bsps", "Satu rumah hanya diperbaiki dari satu program dalam setahun"),)
_ORDER = (
    "rtlh",
    [{"field": "unfit_house", "op": "eq", "value": True}, {"field": "elderly", "op": "eq", "value": True}],
)


def make_targeting(users: dict[str, User], programs: dict[str, Program], numbers: Numbers, today: dt.date) -> None:
    """Write them; programmes that the demo does not have are left out."""
    for name, description, rule, parts in _PACKAGES:
        package = Package.objects.create(
            uuid=numbers.uuid(), name=name, description=description, rule=rule, year_from=today.year - 2
        )
        for order, (label, keys) in enumerate(parts):
            known = [programs[key] for key in keys if key in programs]
            if known:
                PackagePart.objects.create(package=package, label=label, order=order).programs.set(known)
    for first, second, basis in _EXCLUSIVE:
        if first in programs and second in programs:
            ExclusivePair.objects.create(first=programs[first], second=programs[second], legal_basis=basis)
    if _ORDER[0] in programs:
        QuotaOrder.objects.create(
            program=programs[_ORDER[0]], criteria=_ORDER[1], legal_basis="Keputusan musyawarah RTLH (contoh)"
        )
    frozen = HouseholdSet.objects.filter(name="Laing desil 1–4 tanpa program", frozen_at__isnull=False).first()
    if frozen is not None and "dinsos" in users:
        WorkOrder.objects.create(
            uuid=numbers.uuid(),
            title="Keluarga Laing desil 1–4 tanpa program",
            year=today.year,
            area=frozen.area,
            agency=Agency.objects.get(pk=users["dinsos"].agency_id),
            due=today + dt.timedelta(days=21),
            note="Kunjungi dengan kelurahan; catat hasil pada lembar.",
            household_set=frozen,
            given_by=users["bappeda"],
            given_at=timezone.make_aware(dt.datetime.combine(timezone.localdate(frozen.frozen_at), dt.time(11, 0))),
        )
