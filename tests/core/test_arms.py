"""The coat of arms on letterheads: brought in the admin, kept small, printed on every paper."""

import io
import subprocess

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from PIL import Image

from core import papers
from core.arms import arms, keep_arms
from core.attachments import stored_at
from core.models import CitySettings
from meetings import paperwork
from meetings.docx import docx
from tests import factories as make

pytestmark = pytest.mark.django_db


def picture(width=900, height=1200, kind="PNG", name="lambang.png"):
    target = io.BytesIO()
    mode = "RGB" if kind == "JPEG" else "RGBA"
    Image.new(mode, (width, height), (10, 90, 120)).save(target, kind)
    return SimpleUploadedFile(name, target.getvalue())


def admin_values(city):
    """What the form of the settings sends back unchanged."""
    texts = "government_name planning_agency team_name address place signer_title signer_name signer_rank signer_nip"
    values = {name: getattr(city, name) for name in texts.split()}
    numbers = {"poor_desil_max": 4, "quorum_percent": 50, "reminder_days": 3, "home_region": city.home_region_id}
    return values | numbers | dict.fromkeys(("unfit_codes", "import_precedence", "labels"), "{}")


@pytest.fixture
def city(world):
    return CitySettings.load()


def test_a_picture_is_kept_as_a_small_png(city):
    sha256 = keep_arms(picture(kind="JPEG", name="lambang.jpg"))
    city.arms = sha256
    city.save()
    kept = Image.open(io.BytesIO(arms()))
    assert (kept.format, kept.size) == ("PNG", (240, 320))
    assert stored_at(sha256).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("lambang.png", b"<svg onload=alert(1)>"),
        SimpleUploadedFile("lambang.svg", b"<svg/>"),
        SimpleUploadedFile("lambang.pdf", b"%PDF-1.4 x"),
        SimpleUploadedFile("lambang.png", b""),
        SimpleUploadedFile("lambang.exe.png", picture().read()),
    ],
    ids=["markup", "svg", "pdf", "empty", "program"],
)
def test_what_is_no_picture_is_refused(upload):
    with pytest.raises(ValidationError):
        keep_arms(upload)


def test_the_admin_brings_and_takes_it_away(client, world, city):
    client.force_login(world.user("bappeda_admin"))
    url = "/admin/core/citysettings/1/change/"
    assert client.post(url, admin_values(city) | {"arms_file": picture()}).status_code == 302
    assert len(CitySettings.load().arms) == 64
    client.post(url, admin_values(city))  # saved without a new picture
    assert len(CitySettings.load().arms) == 64
    refused = client.post(url, admin_values(city) | {"arms_file": SimpleUploadedFile("x.png", b"no")})
    assert refused.status_code == 200
    assert len(CitySettings.load().arms) == 64
    client.post(url, admin_values(city) | {"arms_gone": "on"})
    assert CitySettings.load().arms == ""
    client.force_login(world.user("bappeda_staff"))
    assert client.get(url).status_code in (302, 403)


def test_it_stands_on_pdf_word_and_preview(client, world, city):
    city.arms = keep_arms(picture())
    city.save()
    staff = world.user("bappeda_staff")
    meeting = make.MeetingFactory()
    paper = paperwork.build("undangan", meeting)
    pdf = paperwork.pdf(paper, by=staff)
    images = subprocess.run(["pdfimages", "-list", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert "image" in images.split("\n", 2)[2]
    assert len(Document(io.BytesIO(docx(paper))).inline_shapes) == 1
    client.force_login(staff)
    page = client.get(f"/meetings/{meeting.uuid}/papers/undangan/preview/").content.decode()
    assert 'src="data:image/png;base64,iVBOR' in page


def test_a_missing_file_leaves_the_letterhead_without_it(city):
    city.arms = "a" * 64
    city.save()
    assert papers.letterhead()["arms"] == []
    assert paperwork.pdf(paperwork.build("undangan", make.MeetingFactory()), by=None).startswith(b"%PDF")
