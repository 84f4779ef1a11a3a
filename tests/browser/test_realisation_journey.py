"""A quarter of twelve programmes in a real browser: moved by keys, pasted from a sheet, mended, submitted."""

import pytest
from django.utils import timezone

from core.models import Agency
from programs.models import Realisation
from tests import factories as make

LAST = timezone.localdate().year - 1


@pytest.fixture
def years(city):
    """Twelve programmes of Dinas Sosial last year, each paid by the city alone."""
    owner = Agency.objects.get(short_name="Dinas Sosial")
    made = []
    for n in range(12):
        program = make.ProgramFactory(name=f"Aksi {n + 10}", short_name=f"Aksi {n + 10}", owner=owner)
        made.append(make.whole_plan(make.ProgramYearFactory(program=program, year=LAST)))
    return made


def cell(page, year, key="spent_city_apbd_kota"):
    return page.locator(f'[name="{key}-{year.uuid.hex}"]')


def paste(page, text):
    """What a sheet puts on the clipboard, pasted into the cell that has the focus."""
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def test_twelve_programmes_by_keyboard_and_paste(desk, years):
    page = desk.enter("dinsos")
    desk.open(f"/programs/realisation/?year={LAST}&quarter=1")
    first, second, last = years[0], years[1], years[-1]

    cell(page, first).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == f"spent_city_apbd_kota-{second.uuid.hex}"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.name") == f"spent_city_apbd_kota-{first.uuid.hex}"

    # Rupiah, output and beneficiaries stand in columns with others between them for other programmes.
    paste(page, "\n".join(f"{n + 1}.000.000" for n in range(12)) + "\n")
    assert cell(page, last).input_value() == "12.000.000"
    cell(page, first, "output").focus()
    paste(page, "\r\n".join(f"{n + 1}\t0" for n in range(12)) + "\r\n")
    assert cell(page, last, "beneficiaries").input_value() == "0"
    cell(page, second).fill("dua juta")
    page.get_by_role("button", name="Simpan dan ajukan").click()

    page.wait_for_selector(".errors")
    assert cell(page, second).input_value() == "dua juta"
    mine = Realisation.objects.filter(program_year__in=[y.pk for y in years])
    assert mine.filter(state="submitted").count() == 11
    page.locator(".errors a").click()
    assert page.evaluate("document.activeElement.name") == f"spent_city_apbd_kota-{second.uuid.hex}"
    page.keyboard.press("Control+A")
    page.keyboard.type("2000000")
    page.get_by_role("button", name="Simpan dan ajukan").click()
    page.wait_for_selector("[data-toast]")
    assert mine.filter(state="submitted").count() == 12
    assert sum(row.spending.get().amount for row in mine) == sum(range(1, 13)) * 1_000_000
    assert desk.problems == []
