"""Search of meetings, decisions, minutes and action items: beginnings, Indonesian word forms, rights."""

import datetime as dt

import pytest
from django.utils import timezone

from meetings.actions import items
from meetings.models import Decision, Meeting
from meetings.search import find_meetings, forms_of, matching, prefix_query
from tests import factories as make

pytestmark = pytest.mark.django_db
SOON = timezone.localdate() + dt.timedelta(days=20)


class Asked:
    """A request of a person."""

    def __init__(self, user):
        self.user = user


def hits(user, text, limit=20):
    return [hit["label"] for hit in find_meetings(Asked(user), text, limit)]


def finds(text):
    rows = matching(Decision.objects.all(), "meetings_decision", "title || ' ' || text", text)
    return set(rows.values_list("title", flat=True))


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("penyaluran", "Bantuan disalurkan triwulan ini"),
        ("menyalurkan", "Penyaluran sembako"),
        ("salur", "Tersalurkan seluruhnya"),
        ("usulan", "Keluarga Laing mengusulkan air bersih"),
        ("mengusulkan", "Diusulkan ke PBI-JK"),
        ("pendataan", "Keluarga didata ulang"),
        ("pemutakhiran", "Data dimutakhirkan memutakhirkan"),
        ("rumah", "Perumahan layak"),
        ("kesehatan", "Penyehatan lingkungan"),
        ("latih", "Pelatihan kerja"),
        ("jamb", "Jamban sehat"),
    ],
)
def test_other_forms_of_a_word_are_found(asked, text):
    make.DecisionFactory(title=text, text="x")
    make.DecisionFactory(title="Rapat anggaran", text="tidak ada hubungannya")
    assert finds(asked) == {text}


def test_every_word_must_be_there():
    make.DecisionFactory(title="Penyaluran Sembako di Laing", text="x")
    make.DecisionFactory(title="Penyaluran Sembako di Nan Balimo", text="x")
    assert finds("salur laing") == {"Penyaluran Sembako di Laing"}
    assert finds("sembako air") == set()


@pytest.mark.parametrize("text", ["", "   ", "!!!", "':* | &", "a" * 500, "di", "13.72", "é ñ", "\\"])
def test_odd_input_is_only_text(text):
    make.DecisionFactory(title="Sembako", text="x")
    finds(text)
    assert isinstance(prefix_query(text), str)


def test_short_roots_have_no_forms():
    assert forms_of("air") == []
    assert "menyalur" in forms_of("salur")


def test_each_finds_only_what_is_in_sight(world):
    staff = world.user("bappeda_staff")
    final, open_ = make.MeetingFactory(final=True), make.MeetingFactory(held=True)
    make.AgendaItemFactory(meeting=final, title="Jamban final", text="Penyehatan jamban")
    make.AgendaItemFactory(meeting=open_, title="Jamban draf", text="Rahasia jamban")
    make.DecisionFactory(meeting=final, title="Jamban diputuskan")
    make.DecisionFactory(meeting=open_, title="Jamban belum terbuka")
    items.create_item(by=staff, title="Jamban dinas", agency=world.agency, due=SOON)
    items.create_item(by=staff, title="Jamban lain", agency=world.other_agency, due=SOON)
    items.direct(by=world.user("leadership"), text="Jamban arahan")
    everything = {"Jamban final", "Jamban draf", "Jamban dinas", "Jamban lain", "Jamban arahan"}
    assert everything <= set(hits(staff, "jamb"))
    operator = hits(world.user("opd_operator"), "jamb")
    assert {"Jamban final", "Jamban dinas"} <= set(operator)
    assert not {"Jamban draf", "Jamban lain", "Jamban arahan"} & set(operator)
    assert any("Jamban diputuskan" in hit for hit in operator)
    assert not any("belum terbuka" in hit for hit in operator)
    assert "Jamban draf" not in hits(world.user("auditor"), "jamb")
    assert hits(world.user("kelurahan_operator"), "jamb") == []
    assert hits(world.user("none"), "jamb") == []


def test_many_meetings_do_not_push_decisions_out(world):
    staff = world.user("bappeda_staff")
    for n in range(12):
        make.MeetingFactory(title=f"Rapat koordinasi {n}")
    make.DecisionFactory(meeting=Meeting.objects.first(), title="Rapat tiap triwulan")
    found = hits(staff, "rapat", 6)
    assert len(found) == 6
    assert any("Rapat tiap triwulan" in hit for hit in found)
    assert len(hits(staff, "koordinasi", 6)) == 6
