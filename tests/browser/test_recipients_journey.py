"""Recipient lists in a browser: three files guessed and confirmed, one mended, applied, undone; last year's copied."""

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from households.models import Member
from programs.models import Assistance, Delivery, ProgramYear

YEAR = timezone.localdate().year
STAGE = 4


def year_of(short_name: str, year: int = YEAR) -> ProgramYear:
    return ProgramYear.objects.get(program__short_name=short_name, year=year)


def heads():
    """Heads of active households whose numbers are known, by name unlike anybody else's."""
    found = Member.objects.filter(relation=1, status="active", household__status="active", nik__isnull=False)
    for head in found.filter(birth_date__isnull=False).select_related("household__region").order_by("pk"):
        if Member.objects.filter(name=head.name).count() == 1:
            yield head


def book(path, title: str, *rows):
    """A list as an office sends it: a title, an empty line, a header, people."""
    made = openpyxl.Workbook()
    for line in ((title,), (), ("No", "Nama Penerima", "NIK", "Tanggal Lahir", "Alamat"), *rows):
        made.active.append(line)
    made.save(path)
    return str(path)


@pytest.fixture
def people(city):
    """Three who do not have PKH, and one who has it without this stage."""
    rows = Assistance.objects.filter(program_year=year_of("PKH"))
    served = set(rows.values_list("counts_for", flat=True))
    new = [head for head in heads() if head.household_id not in served][:3]
    received = rows.filter(status="received", deliveries__void=False).values("counts_for")
    known = Member.objects.filter(relation=1, status="active", nik__isnull=False, household__in=received).first()
    Delivery.objects.filter(assistance__in=rows.filter(counts_for=known.household), stage=STAGE).delete()
    return [*new, known]


@pytest.fixture
def files(people, tmp_path):
    """PKH's list with a damaged NIK, one without and a stranger; Sembako's; one that tells nothing."""
    first, second, third, known = people
    pkh = book(
        tmp_path / f"Penerima PKH tahap {STAGE} {YEAR}.xlsx",
        f"DAFTAR PENERIMA PROGRAM KELUARGA HARAPAN TAHAP {STAGE} TAHUN {YEAR}",
        (1, first.name, first.nik, "", ""),
        (2, second.name, second.nik[:13], "", ""),
        (3, third.name, "", third.birth_date.strftime("%d-%m-%Y"), third.household.address),
        (4, known.name, known.nik, "", ""),
        (5, "BUJANG TIDAK ADA", "1372014101990077", "", ""),
    )
    sembako = book(tmp_path / "data bulan ini.xlsx", f"Penerima BPNT / Program Sembako {YEAR}", (1, "", first.nik))
    silent = book(tmp_path / "daftar.xlsx", "Daftar nama", (1, first.name, first.nik, "", ""))
    return [pkh, sembako, silent]


def test_lists_are_guessed_confirmed_mended_applied_and_undone(people, files, desk):
    page, pkh = desk.page, year_of("PKH")
    first, second, third, known = people
    rows, deliveries = Assistance.objects.filter(program_year=pkh), Delivery.objects.filter(void=False)
    before = rows.count(), deliveries.count()
    desk.sign_in("dinsos")
    desk.open(reverse("programs:recipient_import_list"))
    desk.check()

    # several at once; programme and year are guessed
    page.set_input_files("input[type=file]", files)
    desk.press("main form .panel-f button[type=submit]")
    lists = page.locator("#h-batches").locator("xpath=ancestor::section").locator("tbody tr")
    expect(lists).to_have_count(3)
    expect(lists.filter(has_text="Penerima PKH")).to_contain_text(f"PKH {YEAR}")
    expect(lists.filter(has_text="data bulan ini")).to_contain_text(f"Sembako {YEAR}")
    expect(lists.filter(has_text="daftar.xlsx").locator(".tag.none")).to_be_visible()
    desk.check()

    # confirmed by the person
    desk.press("a.name:has-text('Penerima PKH')")
    assert page.locator("[name=program_year]").input_value() == str(pkh.uuid)
    assert page.locator("[name=stage]").input_value() == str(STAGE)
    expect(page.locator("[name=enter_as][value=received]")).to_be_checked()
    desk.check()
    desk.press("main .savebar button[type=submit]")
    desk.check()
    assert (rows.count(), deliveries.count()) == before, "a check stores nothing"
    for label, n in (("Baru", 2), ("Mendapat penyaluran", 1), ("Tidak ada di data kita", 1), ("Ditolak", 1)):
        tile = page.locator(".stat").filter(has=page.get_by_text(label, exact=True)).locator("strong")
        expect(tile).to_have_text(str(n))

    # mended in the page
    desk.press(".stat[href='?show=refused']")
    desk.check()
    refused = page.locator("#h-findings").locator("xpath=ancestor::section").locator("tbody tr")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("13 digit")
    page.fill("[name=value]", second.nik)
    desk.press("form[action$='/mend/']:has([name=value]) button >> nth=0")
    expect(page.locator(".stat[href='?show=refused'] strong")).to_have_text("0")
    expect(page.locator(".stat[href='?show=new'] strong")).to_have_text("3")

    # applied
    desk.press("button[form=apply-rest]")
    desk.check()
    assert (rows.count(), deliveries.count()) == (before[0] + 3, before[1] + 4)
    for head in (first, second, third):
        assert rows.get(household=head.household).status == "received"
    assert deliveries.filter(assistance__counts_for=known.household, assistance__in=rows, stage=STAGE).count() == 1

    # undone
    page.click("[data-ask=ask-undo]")
    desk.check()
    desk.press("dialog[open] button.btn-stop")
    expect(page.locator("h1")).to_have_text("Impor dibatalkan")
    assert (rows.count(), deliveries.count()) == before
    desk.check()


def test_last_years_recipients_are_copied_and_those_who_no_longer_fit_are_named(city, desk):
    page, now, past = desk.page, year_of("BLT Daerah"), year_of("BLT Daerah", YEAR - 1)
    rows = Assistance.objects.filter(program_year=now)
    before = rows.count()
    was_in = past.assistance.filter(status__in=["approved", "received"])
    grown = was_in.exclude(household__in=rows.values("household")).select_related("household").first().household
    type(grown).objects.filter(pk=grown.pk).update(desil=9)

    desk.sign_in("dinsos")
    desk.open(reverse("programs:program_detail", args=[now.program.uuid]))
    page.click(".head .dropdown > .btn-primary")
    desk.press("a[href$='?from=last']")
    left = page.locator("#left-out tbody tr")
    expect(left.filter(has_text=grown.head_name)).to_contain_text("Desil 1–2")
    desk.check()
    kept_out = [line.get_attribute("href").split("/")[-2] for line in left.locator("a.name").all()]
    fit = int(page.locator(".stat strong").first.inner_text())
    desk.press("main form .savebar button[type=submit]")
    assert rows.count() == before + fit
    assert not rows.filter(household__uuid__in=kept_out).exists()
    desk.check()
