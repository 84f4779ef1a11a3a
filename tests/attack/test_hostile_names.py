"""Names that carry markup, formulas, quotes or direction marks stay names: on pages, in workbooks and in papers."""

import io
import zipfile
from xml.etree import ElementTree

import pytest

from core.models import Agency, Region, User
from households.models import Household, Member
from meetings.models import (
    ActionItem,
    AgendaItem,
    Decision,
    Decree,
    Invitation,
    Letter,
    Meeting,
    Series,
    TeamMember,
    Topic,
)
from programs.models import Package, Program, RecipientGroup, WorkOrder
from tests.access import Doors, names

MARKUP = "=1+1<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
RAW = ("<script>alert(1)", "<img src=x", "\"'><img")
SHORT = "=1+1<b x=\"'>"
# (model, field): texts that people write and other pages show.
FIELDS = [
    (Household, "head_name"),
    (Household, "address"),
    (Member, "name"),
    (Program, "name"),
    (Program, "short_name"),
    (Agency, "name"),
    (Agency, "short_name"),
    (Agency, "address"),
    (Region, "name"),
    (User, "full_name"),
    (User, "position"),
    (Meeting, "title"),
    (Meeting, "place"),
    (AgendaItem, "title"),
    (AgendaItem, "text"),
    (Invitation, "name"),
    (Invitation, "organisation"),
    (TeamMember, "position"),
    (ActionItem, "title"),
    (ActionItem, "obstacle"),
    (Decision, "title"),
    (Decision, "text"),
    (Decree, "number"),
    (Letter, "subject"),
    (Series, "name"),
    (TeamMember, "name"),
    (Topic, "title"),
    (Package, "name"),
    (RecipientGroup, "name"),
    (WorkOrder, "title"),
]


def poison():
    for model, name in FIELDS:
        field = model._meta.get_field(name)
        most = field.max_length
        text = MARKUP if most is None or most >= len(MARKUP) + 12 else SHORT
        for row in model.objects.all():
            model.objects.filter(pk=row.pk).update(**{name: f"{text}{row.pk}"})


def formulas(content: bytes) -> list[str]:
    """Formulas in a workbook that our texts became."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for part in book.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                for element in ElementTree.fromstring(book.read(part)).iter():
                    if element.tag.endswith("}f") and "1+1" in (element.text or ""):
                        found.append(f"{part}: {element.text}")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("role", ["bappeda_admin", "leadership"])
def test_hostile_names_stay_text(client, world, role):
    doors, found, pages, books = Doors(world), [], 0, 0
    poison()
    client.force_login(world.user(role))
    for name in names():
        url = doors.url(name, "own")
        try:
            answer = client.get(url)
        except Exception as error:
            found.append((name, repr(error)[:300]))
            continue
        if answer.status_code == 405:
            continue
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        kind = answer.headers.get("Content-Type", "")
        if kind.startswith("text/html"):
            pages += 1
            text = content.decode()
            found += [(name, text[max(0, text.find(raw) - 80) : text.find(raw) + 80]) for raw in RAW if raw in text]
            at = text.find("=1+1<b")
            if at >= 0:
                found.append((name, text[max(0, at - 80) : at + 80]))
        elif content[:2] == b"PK" and "spreadsheet" in kind:
            books += 1
            found += [(name, each) for each in formulas(content)]
    for _each in found:
        pass
    assert found == []
    assert pages > 20
