"""Match a list: what each line is, what it means for a programme, and what is done with those chosen."""

import datetime as dt
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.imports import batches, files
from core.models import AccessRecord, ImportBatch
from households.models import HouseholdSet, Member
from programs.imports.parse import pasted_cells, pasted_lines
from programs.matching import lists, pages
from programs.matching.lists import State
from programs.matching.near import Side, likeness, reasons
from programs.models import Assistance, RecipientRow
from tests import factories as make
from tests.programs.lists import sheet
from tests.programs.test_recipient_import import new_year, person

START = reverse("programs:match_start")
THIS_YEAR = timezone.localdate().year


@pytest.fixture
def year(world):
    """A year of the own agency's programme for desil 1 to 4."""
    return new_year(world)


@pytest.fixture
def signed_in(client, operator):
    """The agency's operator at the browser."""
    client.force_login(operator)
    return client


def matched(by, *lines, program_year=None, year=THIS_YEAR) -> ImportBatch:
    """A list of pasted lines, matched."""
    batch = lists.bring_text("\n".join(lines), by=by, year=year, program_year=program_year)
    batches.run(batch, "check", by=by, at_once=True)
    batch.refresh_from_db()
    return batch


def states(batch) -> list[str]:
    return list(RecipientRow.objects.filter(batch_id=batch.pk).order_by("n").values_list("outcome", flat=True))


def url(batch, name="match_detail", *more):
    return reverse(f"programs:{name}", args=[batch.uuid, *more])


def line(batch, user, n=0):
    return pages.lines(batch, RecipientRow.objects.filter(batch_id=batch.pk, n=n), user)[0]


# --- reading pasted lines --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("1372014503800004", {"nik": "1372014503800004"}),
        ("Yusmaini\t1372014503800004", {"name": "Yusmaini", "nik": "1372014503800004"}),
        ("1372014503800004\tYusmaini\t05/03/1980\tJl. Bypass", {
            "nik": "1372014503800004", "name": "Yusmaini", "birth_date": "05/03/1980", "address": "Jl. Bypass"}),
        ("12. Yusmaini ; 5 Maret 1980", {"name": "Yusmaini", "birth_date": "5 Maret 1980"}),
        ("Yusmaini, 05-03-1980, Jl. Bypass 3", {
            "name": "Yusmaini", "birth_date": "05-03-1980", "address": "Jl. Bypass 3"}),
        ("Drs. Amrizal, M.Si", {"name": "Drs. Amrizal, M.Si"}),
        ("NIK: 1372-0145-0380-0004", {"nik": "1372-0145-0380-0004"}),
        ("13720145038000", {"nik": "13720145038000"}),
        ("'1372014503800004|1372010101100001|Yusmaini", {
            "nik": "'1372014503800004", "kk": "1372010101100001", "name": "Yusmaini"}),
    ],
)  # fmt: skip
def test_the_parts_of_a_line_are_told_in_any_order(text, cells):
    assert pasted_cells(text) == cells


def test_headers_and_blank_lines_are_left_out_and_rows_keep_their_number():
    found = list(pasted_lines("No\tNama\tNIK\n\n1\tYusmaini\t1372014503800004\n"))

    assert found == [(3, {"name": "Yusmaini", "nik": "1372014503800004"})]


# --- who is meant ----------------------------------------------------------------------------------------------------


def test_every_line_gets_a_state(world, year, operator):
    fits, rich = person(world), person(world, name="Wirman", desil=8)
    enrolled = person(world, name="Arlina")
    make.AssistanceFactory(program_year=year, household=enrolled.household)
    person(world, name="Safrizal Chaniago")
    person(world, name="Safrizal Chaniago", area=world.other)

    batch = matched(
        operator,
        f"{fits.nik}\tGustina",
        rich.nik,
        f"Arlina\t{enrolled.nik}",
        "Safrizal Ch.",
        "1372015203800004\tBujang Salim",
        "13720152",
        program_year=year,
    )

    assert states(batch) == ["fit", "unfit", "in", "choose", "unknown", "bad"]
    assert {state: n for state, n, _hint in pages.tiles(batch, year)} == {
        State.FIT: 1, State.IN: 1, State.UNFIT: 1, State.CHOOSE: 1, State.UNKNOWN: 2,
    }  # fmt: skip


def test_a_name_with_its_birth_date_or_its_address_is_found(world, operator):
    born, lives = person(world), person(world, name="Wirman", address="Jl. Bypass No. 59")
    person(world, name="Wirman", area=world.other, address="Jl. Bypass No. 95")

    batch = matched(operator, "GUSTINA\t5-3-1980", "Wirman\tjl bypass no 59")

    found = list(RecipientRow.objects.filter(batch_id=batch.pk).order_by("n").values_list("member_id", "how"))
    assert found == [(born.pk, "name"), (lives.pk, "address")]


def test_a_kk_finds_the_family_and_swapped_numbers_are_put_right(world, operator):
    found = person(world)

    batch = matched(operator, found.household.kk, f"{found.household.kk}\t{found.nik}\tGustina")

    rows = RecipientRow.objects.filter(batch_id=batch.pk).order_by("n")
    assert [(r.how, r.household_id) for r in rows] == [("kk", found.household_id), ("nik", found.household_id)]
    assert rows[1].same_as == 0


@pytest.mark.parametrize(
    ("row", "ours", "counts", "texts"),
    [
        (Side("Safrizal Ch."), Side("Safrizal Chaniago"), True, ["name 90% alike"]),
        (Side("H. Moh. Yusuf, S.H."), Side("Muhammad Yusuf"), True, ["same name"]),
        (Side("Nurhyati"), Side("Nurhayati"), True, ["name 88% alike"]),
        (Side("Rina", dt.date(1980, 3, 5)), Side("Rina Marlina", dt.date(1980, 3, 5)), True,
         ["name 80% alike", "same birth date"]),
        (Side("Yusmaini", dt.date(1980, 3, 5)), Side("Yusmaini", dt.date(1999, 1, 1)), True,
         ["same name", "other birth date"]),
        (Side("Yusmaina", dt.date(1980, 3, 5)), Side("Yusmaini", dt.date(1999, 1, 1)), False, None),
        (Side("Amrizal Koto"), Side("Nurhayati"), False, None),
        (Side("Yusmaini", None, "13.72.01.1001", "002", "001"), Side("Yusmaini", None, "13.72.01.1001", "002", "001"),
         True, ["same name", "same RT"]),
        (Side("Yusmaini", address="Jl. Bypass No. 59"), Side("Yusmaini", address="JL BYPASS NO 59"), True,
         ["same name", "same address"]),
        (Side("Yusmaini", address="Jl. Bypass No. 59"), Side("Yusmaini", address="Jl. Bypass No. 95"), True,
         ["same name"]),
    ],
)  # fmt: skip
def test_what_speaks_for_a_candidate(row, ours, counts, texts):
    like = likeness(row, ours)

    assert like.counts is counts
    if texts is not None:
        assert reasons(like) == texts


def test_who_lives_elsewhere_is_neither_named_nor_placed(world, village, client):
    there = person(world, area=world.other)
    client.force_login(village)

    batch = matched(village, f"{there.nik}\tX", "Gustina\t05-03-1980", "Gustna")

    assert states(batch) == ["away", "unknown", "unknown"]
    assert not RecipientRow.objects.filter(batch_id=batch.pk, near__len__gt=0).exists()
    page = client.get(url(batch)).content.decode()
    assert world.other.region.name not in page
    assert str(there.household.uuid) not in page


def test_who_leaves_ones_sight_later_is_hidden(world, village, client):
    found = person(world)
    batch = matched(village, found.nik)
    found.household.region_id = world.other.region.pk
    found.household.save(update_fields=["region"])

    shown = line(batch, village)

    assert (shown.state, shown.household, shown.told) == (State.AWAY, None, {})


def test_the_aid_of_the_family_and_its_agency_is_told(world, year, operator):
    found = person(world)
    make.AssistanceFactory(program_year=world.other_program_year, household=found.household)
    last_year = make.ProgramYearFactory(program=world.program, year=THIS_YEAR - 1)
    make.AssistanceFactory(program_year=last_year, household=found.household)

    plain, judged = matched(operator, found.nik), matched(operator, found.nik, program_year=year)

    assert states(plain) == ["something"]
    for batch in (plain, judged):
        assert line(batch, operator).aid == ["Modal Usaha (Diskop)"]


def test_the_condition_that_fails_and_aid_of_the_same_kind_are_told(world, year, operator):
    rich = person(world, desil=8)
    make.AssistanceFactory(program_year=world.program_year, household=rich.household, received=True)

    shown = line(matched(operator, rich.nik, program_year=year), operator)

    assert shown.told["same_kind"] == [world.program.short_name]
    assert len(shown.told["why"]) == 1
    assert "already has aid of the same kind" in pages.remark(shown)


def test_a_rule_on_health_is_not_judged_by_who_may_not_see_health(world, client):
    year = make.ProgramYearFactory(program=make.ProgramFactory(owner=world.other_agency, of_persons=False))
    rule = {"count": "members", "where": {"field": "severe_disability", "op": "eq", "value": True}, "op": ">=",
            "value": 1}  # fmt: skip
    make.EligibilityRuleFactory(program=year.program, rule=rule)
    operator = world.user("opd_operator")

    batch = matched(operator, person(world).nik, program_year=year)

    assert states(batch) == ["nothing"]
    assert line(batch, operator).told.get("why") is None


def test_the_same_household_twice_is_told(world, year, operator):
    head, child = make.family(2, region_id=world.own.region.pk, desil=2).members.order_by("relation")

    batch = matched(operator, head.nik, child.nik, program_year=year)

    assert line(batch, operator, 1).same_as == 1
    assert (batch.counts["fit_households"], batch.counts["repeated"]) == (1, 1)


def test_a_family_card_offers_its_people_for_a_programme_of_persons(world, operator):
    year = new_year(world, of_persons=True)
    household = make.family(2, region_id=world.own.region.pk)

    batch = matched(operator, household.kk, program_year=year)

    assert states(batch) == ["choose"]
    assert len(line(batch, operator).near) == 2


# --- the pages -------------------------------------------------------------------------------------------------------


def test_paste_see_filter_and_search(world, year, signed_in):
    fits, rich = person(world), person(world, name="Wirman", desil=8)

    response = signed_in.post(
        START, {"text": f"{fits.nik}\tGustina\n{rich.nik}\tWirman", "program_year": str(year.uuid)}, follow=True
    )

    assert response.context["total"] == 2
    content = response.content.decode()
    assert fits.nik not in content
    assert f"{fits.nik[:6]}••••••••••" in content
    batch = ImportBatch.objects.get(kind="match")
    for query, names in (({"state": "fit"}, ["Gustina"]), ({"q": "wir"}, ["Wirman"]), ({"q": rich.nik}, ["Wirman"]),
                         ({"state": "choose"}, []), ({"state": "x", "after": "y"}, ["Gustina", "Wirman"])):  # fmt: skip
        found = signed_in.get(url(batch), query).context["lines"]
        assert [each.row.name for each in found] == names
    part = signed_in.get(url(batch), {"state": "fit"}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()


def test_a_file_is_matched_at_once_and_a_strange_one_asks_for_its_columns(world, signed_in):
    nik = person(world).nik
    good = SimpleUploadedFile("calon.csv", sheet((nik, "Gustina")).read())
    strange = SimpleUploadedFile("aneh.csv", sheet(("Gustina", "Jl. Bypass"), header=("Satu", "Dua")).read())

    assert signed_in.post(START, {"file": good}, follow=True).context["stage"] == "preview"
    response = signed_in.post(START, {"file": strange}, follow=True)
    assert response.context["stage"] == "columns"

    batch = response.context["batch"]
    signed_in.post(url(batch, "match_columns"), {"take_0": "on", "col_0_0": "name", "col_0_1": "address"})
    batch.refresh_from_db()
    assert batch.state == "checked"


@pytest.mark.parametrize("data", [{}, {"text": "  \n "}, {"text": "a", "program_year": "x"}])
def test_what_is_missing_is_said_at_the_form(world, signed_in, data):
    assert signed_in.post(START, data).status_code == 422
    assert not ImportBatch.objects.filter(kind="match").exists()


def test_file_and_text_together_are_one_too_many(world, signed_in):
    data = {"file": SimpleUploadedFile("a.csv", b"NIK\n1"), "text": "x"}

    assert signed_in.post(START, data).status_code == 422


def test_another_programme_is_chosen_for_the_same_list(world, year, signed_in, operator):
    batch = matched(operator, person(world).nik)

    signed_in.post(url(batch, "match_program"), {"program_year": str(year.uuid)})
    assert states(batch) == ["fit"]
    signed_in.post(url(batch, "match_program"), {"program_year": ""})
    assert states(batch) == ["nothing"]
    signed_in.post(url(batch, "match_program"), {"program_year": "nonsense"})
    assert states(batch) == ["nothing"]


def test_the_person_is_chosen_and_the_choice_taken_back(world, year, signed_in, operator):
    person(world)
    there = person(world, area=world.other)
    batch = matched(operator, "Gustina", program_year=year)
    row = url(batch, "match_row", 0)

    assert len(signed_in.get(row).context["line"].near) == 2
    signed_in.post(row, {"member": str(there.uuid)})
    assert states(batch) == ["fit"]
    assert RecipientRow.objects.get(batch_id=batch.pk).member_id == there.pk
    signed_in.post(row, {"member": ""})
    assert states(batch) == ["choose"]
    for member in (str(world.own.head.uuid), "x"):
        assert signed_in.post(row, {"member": member}).status_code == 404
    assert signed_in.get(url(batch, "match_row", 99)).status_code == 404


def test_the_chosen_become_a_frozen_list(world, year, signed_in, operator):
    two = [person(world), person(world, name="Wirman")]
    batch = matched(operator, *[p.nik for p in two], "1372015203800004", program_year=year)

    ask = signed_in.post(url(batch, "match_keep"), {"all_fit": "1"})
    assert ask.context["n"] == 2
    signed_in.post(url(batch, "match_keep"), {"pick": ["1"], "confirm": "1", "name": "Calon"})

    made = HouseholdSet.objects.get(name="Calon")
    assert made.frozen_at is not None
    assert [row.household_id for row in made.rows.all()] == [two[1].household_id]
    for data in ({}, {"pick": ["2"]}, {"pick": ["x", "-1"]}):
        assert signed_in.post(url(batch, "match_keep"), data).status_code == 302
    twice = signed_in.post(url(batch, "match_keep"), {"pick": ["0"], "confirm": "1", "name": "Calon"})
    assert twice.status_code == 422


@pytest.mark.parametrize("persons", [False, True])
def test_the_chosen_are_proposed_through_the_preview(world, signed_in, operator, persons):
    year = new_year(world, of_persons=persons)
    fits, unfit = person(world), person(world, name="Wirman", desil=9)
    batch = matched(operator, fits.nik, unfit.nik, program_year=year)

    response = signed_in.post(url(batch, "match_enrol"), {"all_fit": "1"}, follow=True)
    plan = response.context["plan"]
    assert (plan.given, plan.fit) == (1, 1)
    signed_in.post(response.request["PATH_INFO"] + f"?match={batch.uuid}", {"note": ""})

    row = Assistance.objects.get(program_year=year)
    assert (row.counts_for_id, row.member_id) == (fits.household_id, fits.pk if persons else None)
    response = signed_in.post(url(batch, "match_enrol"), {"pick": ["0", "1"]}, follow=True)
    assert response.context["plan"].given == 2


def test_who_may_not_propose_cannot_enrol(world, year, client):
    reader = world.user("kecamatan_reader")
    client.force_login(reader)
    batch = matched(reader, person(world).nik, program_year=year)

    assert not client.get(url(batch)).context["may_propose"]
    assert client.post(url(batch, "match_enrol"), {"all_fit": "1"}).status_code == 403


def test_the_workbook_is_masked_and_recorded(world, year, signed_in, operator):
    found = person(world)
    batch = matched(operator, f"{found.nik}\t=A1+x", "Bujang Salim\t1-1-1970", program_year=year)

    response = signed_in.get(url(batch, "match_export"), {"state": "fit"})

    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    rows = list(book.worksheets[0].values)
    assert len(rows) == 2
    assert (rows[1][1], rows[1][2], rows[1][4]) == ("=A1+x", f"{found.nik[:6]}••••••••••", "Gustina")
    assert all(cell.data_type != "f" for row in book.worksheets[0].iter_rows() for cell in row)
    assert AccessRecord.objects.latest("id").kind == "export"


def test_matching_is_recorded_as_a_look_up(world, operator):
    batch = matched(operator, person(world).nik, "1372015203800004")

    record = AccessRecord.objects.latest("id")
    assert (record.kind, record.rows, record.object_key) == ("lookup", 2, f"match:{batch.uuid}")
    assert "1372015203800004" not in record.what


# --- whose it is, how long, how fast ---------------------------------------------------------------------------------


def test_a_list_belongs_to_who_brought_it(world, client, operator, bappeda):
    batch = matched(operator, person(world).nik)
    client.force_login(bappeda)

    assert client.get(url(batch)).status_code == 404
    assert client.get(url(batch, "match_export")).status_code == 404
    assert client.post(url(batch, "match_forget")).status_code == 404
    assert list(client.get(START).context["batches"]) == []


def test_leadership_may_not_match(world, client):
    client.force_login(world.user("leadership"))

    assert client.get(START).status_code == 403


def test_a_list_is_forgotten_by_hand_and_after_a_week(world, signed_in, operator):
    by_hand, old, young = (matched(operator, person(world, name=f"N {n}").nik) for n in range(3))
    ImportBatch.objects.filter(pk=old.pk).update(created=timezone.now() - dt.timedelta(days=8))

    signed_in.post(url(by_hand, "match_forget"))
    assert lists.forget_old() == "1 matched lists forgotten"

    for batch in (by_hand, old):
        assert not RecipientRow.objects.filter(batch_id=batch.pk).exists()
        assert not files.stored_path(batch).exists()
        batch.refresh_from_db()
        assert (batch.path, batch.options, batch.state) == ("", {}, "discarded")
        assert signed_in.get(url(batch)).status_code == 404
    assert RecipientRow.objects.filter(batch_id=young.pk).exists()
    assert lists.forget_old() == ""


def test_a_matched_list_is_never_applied(world, operator):
    batch = matched(operator, person(world).nik)

    with pytest.raises(Exception, match="not applied"):
        batches.run(batch, "apply", by=operator, at_once=True)


def test_queries_do_not_grow_with_the_list(world, year, operator, signed_in):
    def queries(n):
        niks = [person(world, name=f"Nama {n} {i}").nik for i in range(n)]
        with CaptureQueriesContext(connection) as captured:
            batch = matched(operator, *niks, *[f"Namaa {n} {i}" for i in range(n)], program_year=year)
            signed_in.get(url(batch))
        return len(captured)

    queries(1)
    assert queries(1) == queries(15)


def test_markup_in_names_is_text(world, signed_in, operator):
    batch = matched(operator, "<script>alert(1)</script>\t1-1-1970", "{{ x }} ; 1-1-1970")

    page = signed_in.get(url(batch)).content.decode()

    assert "<script>alert" not in page
    assert "{{ x }}" in page
    assert Member.objects.filter(name__contains="script").count() == 0


def test_a_long_list_is_matched_by_a_job(world, signed_in, monkeypatch):
    monkeypatch.setattr(lists, "AT_ONCE", 1)

    response = signed_in.post(START, {"text": "\n".join([person(world).nik] * 5)}, follow=True)

    batch = response.context["batch"]
    assert batch.job is not None
    assert batch.job.kind == "import.check"
