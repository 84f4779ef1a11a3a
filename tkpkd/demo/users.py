"""Demo people who sign in, one for each role and every kelurahan. Their names are invented."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.contrib.auth.hashers import make_password

from core.choices import Role
from core.models import Agency, Region, RoleAssignment, User
from tkpkd.demo.people import Numbers

PASSWORD = "tkpkd-demo"


class Sign(NamedTuple):
    """A demo sign-in: name, role, and its scope (key of an agency, region code below the home region, or group)."""

    username: str
    full_name: str
    position: str
    role: str
    agency: str = ""
    group: str = ""


STAFF = (
    Sign("bappeda", "Rina Marlina", "Sekretariat TKPKD", Role.BAPPEDA_ADMIN, "planning"),
    Sign("staf", "Yoga Pratama", "Analis perencanaan", Role.BAPPEDA_STAFF, "planning"),
    Sign("dinsos", "Gusniati Koto", "Operator SIKS-NG", Role.OPD_OPERATOR, "social"),
    Sign("dinsos-setuju", "Amrizal Piliang", "Kepala Bidang Linjamsos", Role.OPD_APPROVER, "social"),
    Sign("dinkes", "Fitri Handayani", "Pengelola jaminan kesehatan", Role.OPD_OPERATOR, "health"),
    Sign("disdik", "Nofriadi", "Pengelola data PIP", Role.OPD_OPERATOR, "education"),
    Sign("perkim", "Hendra Sikumbang", "Pengelola perumahan", Role.OPD_OPERATOR, "housing"),
    Sign("perkim-setuju", "Yusrizal Tanjung", "Kepala Bidang Perumahan", Role.OPD_APPROVER, "housing"),
    Sign("pupr", "Ilham Saputra", "Pengelola sanitasi", Role.OPD_OPERATOR, "works"),
    Sign("naker", "Lismawati", "Pengantar kerja", Role.OPD_OPERATOR, "labour"),
    Sign("koperasi", "Betrianis Guci", "Penyuluh usaha mikro", Role.OPD_OPERATOR, "enterprise"),
    Sign("pertanian", "Basri Jambak", "Penyuluh pertanian", Role.OPD_OPERATOR, "farming"),
    Sign("pmd", "Silvia Wahyuni", "Pengelola pemberdayaan", Role.OPD_OPERATOR, "community"),
    Sign("baznas", "Zainal Malayu", "Amil pelaksana", Role.OPD_OPERATOR, "zakat"),
    Sign(
        "kelompok-a", "Elizawati Chaniago", "Ketua kelompok program bantuan sosial", Role.GROUP_COORDINATOR, group="a"
    ),
    Sign("pimpinan", "Suardi Bahri", "Wakil Wali Kota", Role.LEADERSHIP),
    Sign("auditor", "Darmawati Sari", "Auditor Inspektorat", Role.AUDITOR),
)
OPERATORS = {sign.agency: sign.username for sign in STAFF if sign.role == Role.OPD_OPERATOR}
APPROVERS = {sign.agency: sign.username for sign in STAFF if sign.role == Role.OPD_APPROVER}
_LOCAL_NAMES = {"Laing": "Dewi Fitriani", "Tanah Garam": "Rahmawati Jambak"}
_OTHER_NAMES = (
    "Yendrawati Koto",
    "Rinaldi Efendi",
    "Mulyani Susanti",
    "Firdaus Chaniago",
    "Refnida Yanti",
    "Khairul Anwar",
    "Arlina Tanjung",
    "Novrizal Putra",
    "Warnidar Sari",
    "Asril Bahri",
    "Nelmawati Guci",
    "Edison Hakim",
)


def make_users(agencies: dict[str, Agency], home: Region, since: dt.date, numbers: Numbers) -> dict[str, User]:
    """Make the demo people that are missing; returns all of them by sign-in name.

    `agencies`: by key of `core.reference`; `since`: first day of their roles; `numbers`: gives their public ids.
    """
    signs = [(sign, None) for sign in STAFF if not sign.agency or sign.agency in agencies]
    villages = Region.objects.in_area(home.pk).villages()
    districts = Region.objects.in_area(home.pk).filter(level="kecamatan")
    for number, village in enumerate(villages):
        name = _LOCAL_NAMES.get(village.name, _OTHER_NAMES[number % len(_OTHER_NAMES)])
        sign = Sign(_sign_in(village.name), name, f"Operator Kelurahan {village.name}", Role.KELURAHAN_OPERATOR)
        signs.append((sign, village))
    for number, district in enumerate(districts):
        name = ("Masrizal Guci", "Ernawilis Koto")[number % 2]
        sign = Sign(
            f"camat-{_sign_in(district.name)}", name, f"Kasi Kesos Kecamatan {district.name}", Role.KECAMATAN_READER
        )
        signs.append((sign, district))

    known = {user.username: user for user in User.objects.all()}
    # One hash for all: it costs a quarter of a second, and the password is no secret.
    password = make_password(PASSWORD)
    new, roles, taken = [], [], set(known)
    for sign, region in signs:
        if sign.username in taken:
            continue
        taken.add(sign.username)
        user = User(
            uuid=numbers.uuid(),
            username=sign.username,
            email=f"{sign.username}@demo.invalid",
            full_name=sign.full_name,
            position=sign.position,
            agency=agencies.get(sign.agency),
            password=password,
            is_staff=sign.role in (Role.BAPPEDA_ADMIN, Role.BAPPEDA_STAFF),
        )
        new.append(user)
        scope = agencies.get(sign.agency) if sign.role in (Role.OPD_OPERATOR, Role.OPD_APPROVER) else None
        roles.append(
            RoleAssignment(
                user=user, role=sign.role, region=region, agency=scope, program_group=sign.group, valid_from=since
            )
        )
    User.objects.bulk_create(new)
    RoleAssignment.objects.bulk_create(roles)
    return known | {user.username: user for user in new}


def _sign_in(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())[:30]
