"""Files of objects: what is kept, what is refused, who opens them, what stays on record."""

import io
import zipfile

import docx
import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from core.attachments import attach, stored_at, withdraw
from core.contents import LONGEST_SIDE, read_content
from core.models import AccessRecord, Attachment
from core.models.records import HistoryTransaction

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
PLACE = {0x010F: "Pabrik HP", 0x8825: {1: "S", 2: (0.0, 47.0, 30.0), 3: "E", 4: (100.0, 39.0, 0.0)}}


def picture(kind="JPEG", size=(60, 40), mode="RGB", **more) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "teal" if mode == "RGB" else (0, 120, 120, 90)).save(out, kind, **more)
    return out.getvalue()


def with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = PLACE[0x010F]
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825).update(PLACE[0x8825])
    return picture(exif=exif, comment=b"rumah Bu Yulinar")


def office(kind) -> bytes:
    out = io.BytesIO()
    (openpyxl.Workbook() if kind == "xlsx" else docx.Document()).save(out)
    return out.getvalue()


def upload(name, data) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


@pytest.mark.parametrize(
    ("name", "data", "content_type"),
    [
        ("kk.jpg", picture(), "image/jpeg"),
        ("KK.JPEG", picture(), "image/jpeg"),
        ("atap.png", picture("PNG", mode="RGBA"), "image/png"),
        ("atap.webp", picture("WEBP"), "image/webp"),
        ("sk.pdf", PDF, "application/pdf"),
        ("daftar.xlsx", office("xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("surat.docx", office("docx"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_kept_by_content(name, data, content_type):
    assert read_content(name, data).content_type == content_type


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("kosong.pdf", b""),
        ("kk.pdf", picture()),
        ("kk.jpg", picture("PNG")),
        ("kk.jpg", b"\xff\xd8\xff rusak"),
        ("kk.jpg", PDF),
        ("potong.jpg", picture(size=(600, 400))[:400]),
        ("surat.docx", office("xlsx")),
        ("surat.docx", b"PK\x03\x04 rusak"),
        ("foto.exe", b"MZ" + bytes(90)),
        ("foto.exe.jpg", picture()),
        ("foto\u202egpj.exe", b"MZ" + bytes(90)),
        ("gambar.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("halaman.html", b"<script>alert(1)</script>"),
        ("tanpa ending", PDF),
        ("..pdf", b"%PD"),
    ],
)
def test_refused(name, data):
    with pytest.raises(ValidationError) as refused:
        read_content(name, data)
    assert str(refused.value.messages[0]).endswith(".")  # says what to do in a sentence


def test_macros_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("word/document.xml", "<w/>")
        parts.writestr("word/vbaProject.bin", "x")
    with pytest.raises(ValidationError):
        read_content("surat.docx", out.getvalue())


def test_photo_loses_place_device_and_comment_and_stands_upright():
    kept = read_content("rumah.jpg", with_place())
    with Image.open(io.BytesIO(kept.data)) as photo:
        assert not dict(photo.getexif())
        assert "comment" not in photo.info
        assert photo.size == (40, 60)  # the turn is in the picture now
    assert b"Pabrik HP" not in kept.data
    assert b"Yulinar" not in kept.data


def test_large_photo_is_made_smaller():
    kept = read_content("rumah.jpg", picture(size=(4000, 3000)))
    with Image.open(io.BytesIO(kept.data)) as photo:
        assert max(photo.size) == LONGEST_SIDE


def test_name_is_cleaned():
    assert read_content("C:\\Users\\rt\\fo\u200bto\x00 kk.JPG", picture()).name == "foto kk.JPG"
    assert read_content("../../etc/kk.pdf", PDF).name == "kk.pdf"
    assert len(read_content("n" * 300 + ".pdf", PDF).name) <= 120


def test_attach_open_withdraw(client, world):
    staff, household = world.user("bappeda_staff"), world.own.household
    client.force_login(staff)
    add = reverse("attachment_add", args=["household", household.uuid])
    page = client.post(add, {"file": upload("kk.jpg", picture()), "label": "Kartu keluarga"}, follow=True)
    assert "Kartu keluarga" in page.content.decode()
    row = Attachment.objects.get()
    path = stored_at(row.sha256)
    assert path.stat().st_mode & 0o777 == 0o600
    assert HistoryTransaction.objects.filter(action="attachment.add", actor_id=staff.pk).exists()

    opened = client.get(reverse("attachment_file", args=[row.uuid]))
    assert b"".join(opened.streaming_content) == path.read_bytes()
    assert opened["Content-Type"] == "image/jpeg"
    assert opened["X-Content-Type-Options"] == "nosniff"
    seen = AccessRecord.objects.get(kind="file")
    assert (seen.user, seen.object_key) == (staff, f"household:{household.uuid}")

    gone = reverse("attachment_withdraw", args=[row.uuid])
    assert client.post(gone, {"reason": " "}).status_code == 422
    client.post(gone, {"reason": "Foto keluarga lain"})
    row.refresh_from_db()
    assert row.withdrawn_reason == "Foto keluarga lain"
    assert path.exists()
    assert client.get(reverse("attachment_file", args=[row.uuid])).status_code == 404
    assert (
        "Kartu keluarga" in client.get(reverse("households:household_history", args=[household.uuid])).content.decode()
    )


def test_same_file_twice_is_refused_and_kept_once(world):
    staff = world.user("bappeda_staff")
    for household in (world.own.household, world.other.household):
        attach(kind="household", owner_uuid=household.uuid, upload=upload("sk.pdf", PDF), by=staff)
    assert len({a.sha256 for a in Attachment.objects.all()}) == 1
    with pytest.raises(ValidationError):
        attach(kind="household", owner_uuid=world.own.household.uuid, upload=upload("sk.pdf", PDF), by=staff)
    first = Attachment.objects.first()
    withdraw(attachment=first, reason="Salah", by=staff)
    assert stored_at(first.sha256).exists()  # the other household still needs it


def test_too_large(world, settings):
    settings.ATTACHMENT_MAX_BYTES = 40
    with pytest.raises(ValidationError):
        attach(
            kind="household",
            owner_uuid=world.own.household.uuid,
            upload=upload("sk.pdf", PDF),
            by=None or world.user("bappeda_staff"),
        )
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [
        ("bappeda_staff", 200, 200),
        ("kelurahan_operator", 200, 404),
        ("opd_operator", 200, 200),  # its agency serves both families
        ("kecamatan_reader", 403, 404),
        ("auditor", 403, 403),
        ("leadership", 404, 404),
        ("none", 404, 404),
    ],
)
def test_who_opens(client, world, role, own, other):
    staff = world.user("bappeda_staff")
    urls = []
    for area in (world.own, world.other):
        row = attach(kind="household", owner_uuid=area.household.uuid, upload=upload("sk.pdf", PDF), by=staff)
        urls.append(reverse("attachment_file", args=[row.uuid]))
    client.force_login(world.user(role))
    found = []
    for url in urls:
        response = client.get(url)
        found.append(response.status_code)
        if response.streaming:
            b"".join(response.streaming_content)  # read to its end, a download closes its file
    assert found == [own, other]


@pytest.mark.parametrize("role", ["opd_operator", "kecamatan_reader", "auditor"])
def test_only_who_may_change_attaches(client, world, role):
    client.force_login(world.user(role))
    add = reverse("attachment_add", args=["household", world.own.household.uuid])
    assert client.post(add, {"file": upload("sk.pdf", PDF)}).status_code == 403
    assert not Attachment.objects.exists()
