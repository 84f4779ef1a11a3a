"""The demo city's team: two decrees with their posts; letters of every kind. Persons are invented."""

from __future__ import annotations

import datetime as dt

from core.models import Agency, User
from meetings.models import Decree, Letter, TeamMember
from tkpkd.demo.people import Numbers

NIP = "000000000000000000 (contoh)"
# Post, office ("" = head of the agency), working group, key of the agency, sign-in of the holder, invented name.
POSTS = (
    ("Penanggung jawab", "Wali Kota", "", "", "", ""),
    ("Ketua", "Wakil Wali Kota", "", "", "pimpinan", ""),
    ("Wakil ketua", "Sekretaris Daerah", "", "", "", "Syafrizal Anwar (contoh)"),
    ("Sekretaris", "Kepala Bapperida", "", "planning", "", "Marlina Yusuf (contoh)"),
    ("Ketua kelompok program A", "", "a", "social", "", "Erdison Malin (contoh)"),
    ("Anggota", "", "a", "health", "", ""),
    ("Anggota", "", "a", "education", "", ""),
    ("Anggota", "", "a", "zakat", "", ""),
    ("Ketua kelompok program B", "", "b", "enterprise", "", ""),
    ("Anggota", "", "b", "community", "", ""),
    ("Ketua kelompok program C", "", "c", "farming", "", ""),
    ("Anggota", "", "c", "housing", "", ""),
    ("Anggota", "", "c", "works", "", ""),
    ("Anggota", "", "c", "labour", "", ""),
    ("Ketua pokja", "Kepala Bidang Data dan Pelaporan Bapperida", "d", "planning", "staf", ""),
    ("Anggota", "", "d", "registry", "", ""),
    ("Anggota", "", "d", "statistics", "", ""),
)


def make_team(users: dict[str, User], agencies: dict[str, Agency], numbers: Numbers, today: dt.date) -> None:
    """Write the decrees: one of the founding year that has ended, one in force with a holder who changed."""
    year = today.year - 2
    first = dt.date(year, 1, 15)
    title = "Pembentukan Tim Koordinasi Penanggulangan Kemiskinan Daerah"
    for number, day, last, posts in (
        (f"050/61/{year - 3} (contoh)", dt.date(year - 3, 6, 1), first - dt.timedelta(days=1), POSTS[:7]),
        (f"050/85/{year} (contoh)", first, None, POSTS),
    ):
        decree = Decree.objects.create(
            uuid=numbers.uuid(), number=number, date=day, title=title, valid_from=day, valid_to=last
        )
        rows = [
            _post(decree, n, post, users, agencies, numbers)
            for n, post in enumerate((p for p in posts if not p[3] or p[3] in agencies), 1)
        ]
        TeamMember.objects.bulk_create(rows)
    changed = TeamMember.objects.get(decree=decree, post="Wakil ketua")
    changed.valid_to = dt.date(year + 1, 6, 30)
    changed.save()
    TeamMember.objects.create(
        uuid=numbers.uuid(),
        decree=decree,
        order=changed.order,
        post=changed.post,
        position=changed.position,
        name="Ratna Dewita (contoh)",
        rank="Pembina Utama Madya (IV/d)",
        nip=NIP,
        valid_from=dt.date(year + 1, 7, 1),
    )


def _post(decree: Decree, n: int, post: tuple, users, agencies, numbers: Numbers) -> TeamMember:
    name, office, group, key, sign_in, invented = post
    agency, user = agencies.get(key), users.get(sign_in)
    head = f"{'Kepala' if agency and agency.kind == 'opd' else 'Ketua'} {agency.name if agency else ''}"
    return TeamMember(
        uuid=numbers.uuid(),
        decree=decree,
        order=n,
        post=name,
        position=office or head,
        working_group=group,
        agency=agency,
        user=user,
        name=invented or (user.full_name if user else ""),
        rank="Pembina Utama Muda (IV/c)" if invented else "",
        nip=NIP if invented else "",
    )


def make_letters(staff: User, numbers: Numbers, today: dt.date) -> None:
    """Letters that are not invitations: incoming, with a number of the city's own system, without one, refused."""
    day = today - dt.timedelta(days=min(40, today.timetuple().tm_yday - 1))
    values = {"year": day.year, "date": day, "by": staff}
    for more in (
        {
            "direction": "in",
            "sequence": 1,
            "number": f"460/118/Dinsos-Prov/{day.year}",
            "subject": "Permintaan data penerima bantuan",
            "counterpart": "Dinas Sosial Provinsi",
            "sifat": "segera",
        },
        {
            "number": f"100.3/85/Setda/{day.year}",
            "subject": "Penyampaian rekomendasi TKPKD",
            "counterpart": "Wali Kota",
        },
        {
            "blank_reason": "Nomor dari Setda menyusul",
            "subject": "Permohonan narasumber",
            "counterpart": "BPS",
            "enclosure": "1 (satu) berkas",
        },
        {
            "direction": "in",
            "sequence": 2,
            "number": f"12/LSM/{day.year}",
            "subject": "Permintaan daftar nama keluarga penerima",
            "counterpart": "Lembaga (contoh)",
            "refused_reason": "Memuat data pribadi; diberi rekap tanpa nama.",
        },
    ):
        Letter.objects.create(uuid=numbers.uuid(), **(values | more))
