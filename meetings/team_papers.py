"""The annex of the team's decree: its posts and who holds them, as a paper of the same kind as those of a meeting."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from core import papers
from core.dates import tanggal
from core.models import CitySettings
from meetings.choices import WorkingGroup
from meetings.models import Decree, TeamMember
from meetings.paperwork import NOBODY, Paper

_COLUMNS = [
    {"label": "No.", "width": 10, "align": "center"},
    {"label": "Kedudukan dalam tim", "width": 48, "align": "left"},
    {"label": "Jabatan/instansi", "width": 0, "align": "left"},
    {"label": "Nama", "width": 48, "align": "left"},
]
# As the decree writes them; the pages show the group's name in the reader's language.
_GROUPS = {
    WorkingGroup.A: "Kelompok program bantuan dan jaminan sosial",
    WorkingGroup.B: "Kelompok program pemberdayaan masyarakat dan penguatan usaha mikro dan kecil",
    WorkingGroup.C: "Kelompok program lainnya yang meningkatkan kegiatan ekonomi dan kesejahteraan",
    WorkingGroup.DATA: "Kelompok kerja pendataan dan informasi",
}


def annex(decree: Decree, day: dt.date | None = None) -> Paper:
    """The annex as it stands on `day`: by default today, or the last day of a decree that has ended."""
    day = day or min(timezone.localdate(), decree.valid_to or dt.date.max)
    city = CitySettings.load()
    by = papers.decided_by()
    paper = Paper("Lampiran keputusan", with_kop=False)
    rows = [["Nomor", decree.number], ["Tanggal", tanggal(decree.date)], ["Tentang", decree.title]]
    paper.add("heading", text=f"Lampiran Keputusan {by}", after=0)
    paper.add("pairs", width=24, rows=rows, after=5)
    paper.add("title", lines=[f"Susunan keanggotaan {city.team_name if city else 'tim'}", f"Keadaan {tanggal(day)}"])
    posts = list(decree.posts.held_on(max(day, decree.valid_from)).select_related("agency").order_by("order", "pk"))
    number = 0
    for group in ("", *WorkingGroup.values):
        part = [post for post in posts if post.working_group == group]
        if not part:
            continue
        if group:
            paper.add("heading", text=_GROUPS[group], after=0)
        cells = []
        for post in part:
            number += 1
            cells.append([str(number), post.post, _office(post), _name(post)])
        paper.add("table", columns=_COLUMNS, rows=cells)
    if not posts:
        paper.add("text", text="Belum ada susunan keanggotaan.")
    paper.add("sign", left=NOBODY, right=NOBODY | {"office": by})
    return paper


def _office(post: TeamMember) -> str:
    """The office, with its agency where the office does not name it."""
    position = post.position.casefold()
    named = post.agency is None or any(n.casefold() in position for n in (post.agency.name, post.agency.short_name))
    return post.position if named else f"{post.position}\n{post.agency.name}"


def _name(post: TeamMember) -> str:
    return "\n".join(filter(None, (post.name, post.rank, f"NIP {post.nip}" if post.nip else "")))
