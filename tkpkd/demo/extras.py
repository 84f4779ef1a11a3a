"""What people of the demo city did besides: saved sets, transfer requests, remarks, reads on record."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone

from core.choices import AccessKind
from core.models import AccessRecord, Region, User
from core.registry import registry
from households.actions.households import edit_household
from households.actions.members import edit_member
from households.models import Household, HouseholdSet, Member, TransferRequest
from tkpkd.demo.people import Family, Numbers

REMARKS = (
    "Kepala keluarga bekerja di luar kota, ditemui anaknya.",
    "Rumah terkunci pada kunjungan pertama; ditemui pada kunjungan kedua.",
    "Mohon diperiksa lagi: ada kendaraan roda empat di halaman.",
    "Anak ketiga belum masuk KK, akta kelahiran sedang diurus.",
    "Alamat di KK masih alamat lama.",
    "Lansia tinggal sendiri, makan diantar tetangga.",
    "Sudah diajukan ke Disdukcapil untuk pemadanan NIK.",
)
_NOTHING_BY = """
    FROM households_household h
    WHERE h.region_id = %(region)s AND h.status = 'active' AND h.merged_into_id IS NULL AND h.desil <= 4
      AND NOT EXISTS (
        SELECT 1 FROM programs_assistance a JOIN programs_delivery d ON d.assistance_id = a.id AND NOT d.void
        WHERE a.counts_for_id = h.id AND d.date BETWEEN %(first)s AND %(day)s)
"""


def _field(name: str, op: str, value) -> dict:
    return {"field": name, "op": op, "value": value}


def _poor(*more: dict) -> dict:
    return {"all": [_field("desil", "between", [1, 4]), _field("status", "eq", "active"), *more]}


_POOR_QUERY = "desil_from=1&desil_to=4&status=active"


def make_sets(users: dict[str, User], numbers: Numbers, today: dt.date, laing: str) -> None:
    """Live filters, shared and own, and a frozen list as a meeting handed it out. `laing`: code of the kelurahan."""
    poor_homes = HouseholdSet(
        name="RTLH desil 1–4 belum dibantu",
        rule=_poor(_field("unfit_house", "eq", True), _field("ownership", "eq", 1)),
        query=f"{_POOR_QUERY}&housing=unfit_house",
        description="Bahan musyawarah RTLH tahun depan.",
        owner=users["bappeda"],
        shared=True,
    )
    rows = [
        poor_homes,
        HouseholdSet(
            name="Desil 1–2 tanpa program tahun ini",
            rule={
                "all": [
                    _field("desil", "between", [1, 2]),
                    _field("status", "eq", "active"),
                    {"field": "program.none", "value": {"year": today.year}},
                ]
            },
            query="desil_from=1&desil_to=2&status=active&aid=none",
            owner=users["bappeda"],
            shared=True,
        ),
        HouseholdSet(
            name="Anak putus sekolah desil 1–4",
            rule=_poor(_field("out_of_school", "eq", True)),
            query=f"{_POOR_QUERY}&member=out_of_school",
            owner=users["disdik"],
            shared=True,
        ),
        HouseholdSet(
            name="Tanpa jamban desil 1–4",
            rule=_poor(_field("no_toilet", "eq", True)),
            query=f"{_POOR_QUERY}&housing=no_toilet",
            owner=users["dinsos"],
        ),
    ]
    if "tanahgaram" in users:
        rows.append(
            HouseholdSet(
                name="NIK kosong",
                rule=_poor(_field("gap_nik", "eq", True)),
                query=f"{_POOR_QUERY}&gap=nik",
                owner=users["tanahgaram"],
            )
        )
    frozen_on = max(dt.date(today.year, 1, 2), today - dt.timedelta(days=54))
    frozen = HouseholdSet(
        name="Laing desil 1–4 tanpa program",
        rule=_poor(_field("region", "in", [laing])),
        query=f"area={laing}&{_POOR_QUERY}&aid=none",
        description="Daftar kerja dari rakor TKPKD: keluarga yang belum tercatat menerima program apa pun.",
        frozen_at=timezone.make_aware(dt.datetime.combine(frozen_on, dt.time(10, 30))),
        area=Region.objects.get(pk=laing),
        owner=users["bappeda"],
        shared=True,
    )
    rows.append(frozen)
    for row in rows:
        row.uuid = numbers.uuid()
    HouseholdSet.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO households_householdsetrow (set_id, household_id, desil_then, region_then, "then")'
            " SELECT %(set)s, h.id, h.desil, h.region_id, jsonb_build_object('size', h.size)" + _NOTHING_BY,
            {"set": frozen.pk, "region": laing, "first": dt.date(today.year, 1, 1), "day": frozen_on},
        )
    for snapshot in registry.set_snapshots:
        snapshot(frozen.pk)


def make_transfers(users: dict[str, User], numbers: Numbers, today: dt.date, asked: Family | None) -> None:
    """Requests to move people between kelurahan: one open, one accepted, one refused.

    `asked`: the planted family whose head Tanah Garam asks for; None leaves all out.
    """
    asker = users.get("tanahgaram")
    if asked is None or asker is None:
        return
    home = asker.role_assignments.get().region
    others = Member.objects.filter(status="active", relation=1).exclude(household__region=home).order_by("pk")
    rows = [
        TransferRequest(
            member_id=asked.people[0].id,
            to_region=home,
            note="Tinggal di Tanah Garam sejak Juli, ada surat pindah.",
            by=asker,
            at=_at(today, -9),
        )
    ]
    staff = users["staf"]
    for (state, answer), member in zip(
        (("refused", "Surat pindah belum terbit."), ("accepted", "Sudah dipindahkan.")), others[100:102], strict=False
    ):
        rows.append(
            TransferRequest(
                member=member,
                to_region=home,
                note="Menikah dan ikut keluarga di Tanah Garam.",
                by=asker,
                at=_at(today, -60),
                state=state,
                decided_by=staff,
                decided_at=_at(today, -52),
                answer=answer,
            )
        )
    for row in rows:
        row.uuid = numbers.uuid()
    TransferRequest.objects.bulk_create(rows)


def make_edits(users: dict[str, User], family: Family | None) -> None:
    """Changes to Yusmaini's household through the actions, so that its history shows before and after.

    `family`: as it was planted; None, or a city without Laing, leaves them out.
    """
    operator = users.get("laing")
    if family is None or operator is None:
        return
    household = Household.objects.get(pk=family.id)
    edit_household(
        household=household,
        section="housing",
        values={"wall": 6},
        version=None,
        by=operator,
        reason="Dinding kayu sudah diganti bambu, dilihat saat verifikasi",
    )
    edit_member(
        member=Member.objects.get(pk=family.people[1].id),
        section="work",
        values={"works": False, "occupation": "Belum/tidak bekerja"},
        version=None,
        by=operator,
        reason="Berhenti kuliah dan belum bekerja",
    )


def make_reads(users: dict[str, User], families: list[Family], today: dt.date) -> None:
    """A few reads of full numbers and exports, so that the record is not empty."""
    bappeda, local = users["bappeda"], users.get("laing", users["staf"])
    rows = [
        AccessRecord(
            at=_at(today, -74),
            user=local,
            actor=str(local),
            kind=AccessKind.UNMASK,
            what=f"Keluarga {family.head.name}",
            object_key=f"household:{family.uuid}",
            purpose="Verifikasi lapangan",
        )
        for family in families[:3]
        if family.head
    ]
    rows.append(
        AccessRecord(
            at=_at(today, -40),
            user=bappeda,
            actor=str(bappeda),
            kind=AccessKind.EXPORT,
            what="Daftar keluarga",
            purpose="Bahan rakor TKPKD",
            filters="Desil 1–4, status aktif",
            rows=3000,
        )
    )
    AccessRecord.objects.bulk_create(rows)


def _at(today: dt.date, days: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(today + dt.timedelta(days=days), dt.time(9, 15)))
