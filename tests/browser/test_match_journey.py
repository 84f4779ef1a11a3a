"""Candidates pasted in a browser: known, near, unknown, fit or served; downloaded, kept as a list, proposed."""

import openpyxl
import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core.models import Agency
from households.models import Household, HouseholdSet, Member
from programs.models import Assistance, ProgramYear
from tests import factories as make


@pytest.fixture
def program_year(city) -> ProgramYear:
    """This year of a new programme for desil 1 to 3."""
    program = make.ProgramFactory(name="Paket Pangan Daerah", owner=Agency.objects.get(short_name="Dinas Sosial"))
    make.EligibilityRuleFactory(program=program, rule={"field": "desil", "op": "between", "value": [1, 3]})
    return make.ProgramYearFactory(program=program)


def families(**narrowed):
    """Active households with a head whose NIK is known and whose name nobody else bears."""
    found = Household.objects.filter(status="active", members__relation=1, members__nik__isnull=False, **narrowed)
    for household in found.distinct().order_by("pk"):
        head = household.members.get(relation=1, status="active")
        if Member.objects.filter(name=head.name).count() == 1:
            yield household, head


def slip(name: str) -> str:
    """The name with one letter twice, as a hurried hand writes it."""
    return name[:2] + name[1] + name[2:]


def test_candidates_are_told_apart_downloaded_kept_and_proposed(program_year, desk, tmp_path):
    page = desk.page
    poor = families(desil__lte=3, size__gte=2)
    (home, fit), (_home2, second), (_home3, misspelt), (enrolled_home, enrolled) = (next(poor) for _ in range(4))
    served_home, served = next(
        (household, head)
        for household, head in poor
        if Assistance.objects.filter(
            counts_for=household,
            status="received",
            program_year__year=program_year.year,
            program_year__program__short_name="PKH",
        ).exists()
    )
    _rich_home, rich = next(families(desil__gte=6))
    relative = home.members.exclude(pk=fit.pk).filter(nik__isnull=False, status="active").first()
    make.AssistanceFactory(program_year=program_year, household=enrolled_home)
    lines = [
        "Nama\tNIK",
        f"{fit.name}\t{fit.nik}",
        f"{relative.name}\t{relative.nik}",  # the same family
        f"{fit.name}\t{fit.nik}",  # the same person again
        f"{second.name}\t{second.nik[:4]} {second.nik[4:8]} {second.nik[8:]}",
        f"{slip(misspelt.name)}",  # near
        f"{enrolled.name}\t{enrolled.nik}",
        f"{rich.name}\t{rich.nik}",
        f"{served.name}\t{served.nik}",
        "BUJANG TIDAK ADA\t1372014101990077",  # unknown
        "SALAH KETIK\t13720141019",  # too short
    ]

    # pasted
    desk.sign_in("dinsos")
    desk.open(reverse("programs:match_start"))
    desk.check()
    page.select_option("[name=program_year]", label=program_year.program.short_name)
    page.fill("[name=text]", "\n".join(lines))
    desk.press("main form .panel-f button[type=submit]")
    desk.check()

    # each line has its answer
    rows = page.locator("[data-list] tbody tr")
    expect(rows).to_have_count(len(lines) - 1)
    expect(rows.nth(0)).to_contain_text("Dari NIK")
    expect(rows.nth(0)).to_contain_text("Layak, belum terdaftar")
    expect(rows.nth(1)).to_contain_text("keluarga yang sama dengan baris 2")
    expect(rows.nth(2)).to_contain_text("keluarga yang sama dengan baris 2")
    expect(rows.nth(3)).to_contain_text("Layak, belum terdaftar")
    expect(rows.nth(4)).to_contain_text("Nama mirip")
    expect(rows.nth(5)).to_contain_text("Diusulkan")
    expect(rows.nth(6)).to_contain_text("Di luar sasaran")
    expect(rows.nth(6)).to_contain_text("Desil")
    expect(rows.nth(7)).to_contain_text("PKH")
    expect(rows.nth(7)).to_contain_text("Dinas Sosial")
    expect(rows.nth(8)).to_contain_text("Tidak ada")
    expect(rows.nth(9)).to_contain_text("Tidak terbaca")
    assert fit.nik not in page.content(), "numbers stay behind dots"

    # the near one is chosen by a person
    desk.press("[data-list] tbody tr:nth-child(5) a.btn")
    desk.check()
    with page.expect_navigation():
        page.locator(f"button[name=member][value='{misspelt.uuid}']").click()
    expect(rows.nth(4)).to_contain_text("Dipilih")

    # the workbook
    with page.expect_download() as started:
        page.click("a[href*='/result.xlsx']")
    path = tmp_path / started.value.suggested_filename
    started.value.save_as(path)
    sheet = openpyxl.load_workbook(path).active
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = next(n for n, row in enumerate(table) if "NIK" in " ".join(map(str, row)) and "No." in row)
    told = table[start + 1 : start + len(lines)]
    assert [row[1] for row in told] == [line.split("\t")[0] for line in lines[1:]]
    assert told[0][2] == f"{fit.nik[:6]}••••••••••"
    assert any("PKH (Dinas Sosial)" in str(cell) for cell in told[7])
    assert any("keluarga yang sama" in str(cell) for cell in told[1])

    # a list of the ticked
    for n in (0, 3, 4):
        rows.nth(n).locator("[data-tick]").check()
    desk.press("[data-bulk-bar] button[formaction*='/keep/']")
    page.fill("[name=name]", "Calon paket pangan")
    desk.check()
    desk.press("main form .savebar button[type=submit]")
    kept = HouseholdSet.objects.get(name="Calon paket pangan")
    assert kept.frozen_at
    assert kept.rows.count() == 3
    desk.check()

    # those chosen come in
    desk.open(reverse("programs:match_start"))
    desk.press("main a.task")
    for n in (0, 3, 4, 5, 6):
        rows.nth(n).locator("[data-tick]").check()
    desk.press("[data-bulk-bar] button[formaction*='/enrol/']")
    desk.check()
    expect(page.locator("main")).to_contain_text("Ajukan 3")
    desk.press("main form .savebar button[type=submit]")
    proposed = Assistance.objects.filter(program_year=program_year, status="proposed", proposed_by__username="dinsos")
    assert set(proposed.values_list("household", flat=True)) == {
        fit.household_id,
        second.household_id,
        misspelt.household_id,
    }
