"""The register of the team's decree: posts over time, what it fills, the annex as a paper."""

import datetime as dt
import io
import subprocess

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from docx import Document

from meetings import paperwork, team_papers
from meetings.actions import people, team
from meetings.docx import docx
from meetings.models import Decree, TeamMember
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
LONG_AGO = TODAY - dt.timedelta(days=900)


@pytest.fixture
def staff(world):
    return world.user("bappeda_staff")


@pytest.fixture
def decree(world):
    made = make.DecreeFactory(number="050/1/2024", date=LONG_AGO, valid_from=LONG_AGO)
    for order, (post, position, group, agency) in enumerate(
        (
            ("Ketua", "Wakil Wali Kota", "", None),
            ("Sekretaris", "Kepala Bappeda", "", None),
            ("Ketua kelompok", "Kepala Dinas Sosial", "a", world.agency),
            ("Ketua pokja", "Kepala Bidang Data", "d", world.other_agency),
        ),
        1,
    ):
        make.TeamMemberFactory(
            decree=made, order=order, post=post, position=position, working_group=group, agency=agency
        )
    return made


def decree_values(**more):
    return {"number": "050/9/2026", "date": TODAY, "title": "Pembentukan TKPKD", "valid_from": TODAY} | more


def test_a_new_decree_takes_the_posts_over_and_ends_the_one_before(staff, decree):
    gone = decree.posts.get(post="Sekretaris")
    team.end_post(by=staff, post=gone, day=TODAY - dt.timedelta(days=1))
    new = team.save_decree(by=staff, copy_posts=True, **decree_values())
    decree.refresh_from_db()
    assert decree.valid_to == TODAY - dt.timedelta(days=1)
    assert list(new.posts.values_list("post", "order")) == [("Ketua", 1), ("Ketua kelompok", 3), ("Ketua pokja", 4)]
    assert decree.posts.count() == 4  # the old one keeps its own
    assert Decree.objects.in_force(TODAY) == new
    assert Decree.objects.in_force(TODAY - dt.timedelta(days=1)) == decree
    assert Decree.objects.in_force(LONG_AGO - dt.timedelta(days=1)) is None


def test_a_decree_may_begin_without_the_old_posts(staff, decree):
    assert team.save_decree(by=staff, **decree_values()).posts.count() == 0


def test_wrong_decrees_are_refused(world, staff, decree):
    with pytest.raises(ValidationError):
        team.save_decree(by=staff, **decree_values(number=decree.number))
    with pytest.raises(ValidationError):
        team.save_decree(by=staff, **decree_values(valid_to=TODAY - dt.timedelta(days=1)))
    with pytest.raises(PermissionDenied):
        team.save_decree(by=world.user("opd_operator"), **decree_values())
    assert Decree.objects.count() == 1


def test_a_post_goes_to_the_next_holder(staff, decree):
    post = decree.posts.get(post="Sekretaris")
    heir = team.end_post(by=staff, post=post, day=TODAY, successor=True, name="Rahmi", nip="1", rank="Pembina")
    post.refresh_from_db()
    assert post.valid_to == TODAY
    assert (heir.post, heir.order, heir.name, heir.valid_from) == (
        "Sekretaris",
        2,
        "Rahmi",
        TODAY + dt.timedelta(days=1),
    )
    held = TeamMember.objects.in_force
    assert post in held(TODAY)
    assert heir not in held(TODAY)
    assert [p.name for p in held(TODAY + dt.timedelta(days=1)).filter(post="Sekretaris")] == ["Rahmi"]
    with pytest.raises(ValidationError):
        team.end_post(by=staff, post=post, day=TODAY)  # twice
    with pytest.raises(ValidationError):
        team.end_post(by=staff, post=decree.posts.get(post="Ketua"), day=LONG_AGO - dt.timedelta(days=1))


def test_a_post_without_an_order_stands_last(staff, decree):
    assert team.save_post(by=staff, decree=decree, post="Anggota", position="Kepala BPS", order=None).order == 5


# --- what it fills ---------------------------------------------------------------------------------------------------


def test_the_team_is_invited_by_its_decree(client, staff, decree, world):
    meeting = make.MeetingFactory()
    client.force_login(staff)
    url = f"/meetings/{meeting.uuid}/invitations/add/"
    page = client.get(url).content.decode()
    assert "Seluruh tim (4)" in page
    assert client.post(url, {"groups": ["a", "d"]}).status_code == 302
    assert [i.label for i in meeting.invitations.all()] == [
        "Kepala Dinas Sosial, Dinas Sosial",
        "Kepala Bidang Data, Dinas Koperasi",
    ]
    client.post(url, {"groups": ["all"]})
    client.post(url, {"groups": ["all"]})
    assert meeting.invitations.count() == 4
    client.post(url, {"posts": [str(decree.posts.get(post="Ketua").uuid)]})  # is there already
    client.post(url, {"agencies": [str(world.agency.uuid)]})  # by its post already
    assert meeting.invitations.count() == 4


def test_an_agency_takes_the_name_of_its_post_until_it_is_written_to(staff, decree, world):
    meeting = make.MeetingFactory()
    post = decree.posts.get(working_group="a")
    people.invite(meeting=meeting, by=staff, agencies=[world.agency])
    assert people.invite(meeting=meeting, by=staff, posts=[post]) == 0
    (one,) = meeting.invitations.all()
    assert (one.agency, one.position) == (world.agency, "Kepala Dinas Sosial")


def test_two_posts_of_one_agency_are_both_invited(staff, decree, world):
    make.TeamMemberFactory(decree=decree, post="Anggota", position="Sekretaris Dinas Sosial", agency=world.agency)
    meeting = make.MeetingFactory()
    posts = TeamMember.objects.in_force(TODAY).filter(agency=world.agency)
    assert people.invite(meeting=meeting, by=staff, posts=posts) == 2
    assert people.invite(meeting=meeting, by=staff, posts=posts) == 0


def test_copies_guests_and_people_come_through_the_page(client, staff, world):
    meeting = make.MeetingFactory()
    client.force_login(staff)
    url = f"/meetings/{meeting.uuid}/invitations/add/"
    client.post(url, {"position": "Wali Kota", "copy_only": "1"})
    client.post(url, {"users": [str(world.user("group_coordinator").uuid)]})
    client.post(url, {"name": "Rahmat", "organisation": "Baznas", "email": "r@x.test"})
    client.post(url, {"regions": [world.own.region.pk]})
    assert client.post(url, {"copy_only": "1"}).status_code == 422  # nobody chosen
    assert client.post(url, {"name": "A", "email": "no address"}).status_code == 422
    rows = list(meeting.invitations.values_list("name", "position", "copy_only", "email"))
    assert rows == [
        ("", "Wali Kota", True, ""),
        ("Pegawai group_coordinator", "", False, ""),
        ("Rahmat", "", False, "r@x.test"),
        ("", "", False, ""),
    ]


def test_the_signer_comes_from_the_decree_of_the_day(client, staff, decree):
    meeting = make.MeetingFactory(chair="Wakil Wali Kota", note_taker="Rina")
    post = decree.posts.get(post="Ketua")
    post.name, post.rank, post.nip = "Suardi Bahri", "Pembina (IV/a)", "19700101 199503 1 001"
    post.save()
    client.force_login(staff)
    url = f"/meetings/{meeting.uuid}/papers/signer/"
    assert "Suardi Bahri" in client.get(url).content.decode()
    assert client.post(url, {"signer": str(post.uuid), "signs_for": "Wali Kota Solok"}).status_code == 302
    meeting.refresh_from_db()
    (sign,) = [b for b in paperwork.build("undangan", meeting).blocks if b["kind"] == "sign"]
    assert sign["right"] == {
        "behalf": "a.n. Wali Kota Solok",
        "office": "Wakil Wali Kota selaku Ketua TKPKD",
        "name": "Suardi Bahri",
        "rank": "Pembina (IV/a)",
        "nip": "19700101 199503 1 001",
        "place": "",
    }
    (sign,) = [b for b in paperwork.build("notula", meeting).blocks if b["kind"] == "sign"]
    assert (sign["left"]["name"], sign["left"]["nip"]) == ("Suardi Bahri", "19700101 199503 1 001")
    assert (sign["right"]["name"], sign["right"]["nip"]) == ("Rina", "")
    ended = team.end_post(by=staff, post=decree.posts.get(post="Sekretaris"), day=TODAY)
    assert str(ended.uuid) not in client.get(url).content.decode()


# --- annex -----------------------------------------------------------------------------------------------------------


def test_the_annex_names_each_post_in_order(staff, decree):
    post = decree.posts.get(post="Ketua")
    post.name, post.rank, post.nip = "=cmd() *tebal* #let <b>", "Pembina", "123"
    post.save()
    paper = team_papers.annex(decree)
    document = Document(io.BytesIO(docx(paper)))
    word = " ".join(
        [*(p.text for p in document.paragraphs), *(c.text for t in document.tables for r in t.rows for c in r.cells)]
    )
    pdf = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=paperwork.pdf(paper, by=staff, size="a4"), capture_output=True
    ).stdout.decode()
    for text in (word, pdf):
        flat = " ".join(text.split())
        for fact in (decree.number, "Wali Kota Solok", "=cmd() *tebal* #let <b>", "NIP 123", "Ketua pokja"):
            assert fact.casefold() in flat.casefold()
    assert word.index("Ketua kelompok") < word.index("Ketua pokja")


def test_the_annex_of_an_ended_decree_stands_as_on_its_last_day(staff, decree):
    team.end_post(by=staff, post=decree.posts.get(post="Sekretaris"), day=LONG_AGO + dt.timedelta(days=3))
    team.save_decree(by=staff, **decree_values())
    decree.refresh_from_db()
    rows = [row for b in team_papers.annex(decree).blocks if b["kind"] == "table" for row in b["rows"]]
    assert [row[1] for row in rows] == ["Ketua", "Ketua kelompok", "Ketua pokja"]


# --- pages -----------------------------------------------------------------------------------------------------------


def test_pages_of_the_register(client, world, staff, decree):
    post = decree.posts.get(post="Ketua")
    post.name, post.nip = "Suardi", "19700101"
    post.save()
    client.force_login(staff)
    assert decree.number in client.get("/meetings/team/").content.decode()
    page = client.get(f"/meetings/team/{decree.uuid}/").content.decode()
    assert "19700101" in page
    assert client.post("/meetings/team/new/", {}).status_code == 422
    values = {key: str(value) for key, value in decree_values().items()}
    made = client.post("/meetings/team/new/", values | {"copy_posts": "on"})
    new = Decree.objects.get(number="050/9/2026")
    listed = client.get("/meetings/team/").content.decode()
    assert listed.index(new.number) < listed.index(decree.number)  # the newest first
    assert made.url == f"/meetings/team/{new.uuid}/"
    assert new.posts.count() == 4
    data = {"post": "Anggota", "position": "Kepala BPS", "order": "", "working_group": "d"}
    assert client.post(f"/meetings/team/{new.uuid}/posts/new/", data).status_code == 302
    added = new.posts.get(post="Anggota")
    assert client.post(f"/meetings/team/posts/{added.uuid}/", data | {"name": "Wati"}).status_code == 302
    end = {"day": str(TODAY), "successor": "on", "name": "Budi"}
    assert client.post(f"/meetings/team/posts/{added.uuid}/end/", end).status_code == 302
    assert sorted(new.posts.filter(post="Anggota").values_list("name", flat=True)) == ["Budi", "Wati"]
    pdf = client.get(f"/meetings/team/{new.uuid}/annex/pdf/?size=a4")
    assert pdf.content.startswith(b"%PDF")
    assert client.get(f"/meetings/team/{new.uuid}/annex/docx/").content.startswith(b"PK")
    assert client.get(f"/meetings/team/{new.uuid}/annex/odt/").status_code == 404
    client.force_login(world.user("leadership"))
    read = client.get(f"/meetings/team/{decree.uuid}/").content.decode()
    assert "Suardi" in read
    assert "19700101" not in read
