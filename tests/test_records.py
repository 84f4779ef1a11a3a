"""Every change made by a page says in the history who made it and by which action.

The walk knows every address (tests/access.py). It opens each as a person who may, fills in the form it finds with
sound values, sends it, and looks at what the history holds then.
"""

import datetime as dt

import pytest
from django import forms
from django.contrib.messages import ERROR, get_messages
from django.db import transaction
from django.utils import timezone

from core.models import HistoryTransaction
from tests.access import Doors, names

ROLES = ["bappeda_staff", "opd_operator", "opd_approver", "kelurahan_operator", "leadership", "bappeda_admin"]
# What a form on another page sends to an address that takes no GET.
SENT = {
    "households:note_add": {"text": "Atap bocor."},
    "households:set_rename": {"name": "Nama lain"},
    "households:set_freeze": {"name": "Dibekukan"},
    "language_set": {"language": "en"},
    "theme_set": {"theme": "dark"},
    "meetings:action_direct": {"text": "Percepat RTLH"},
    "meetings:agenda_add": {"title": "Laporan"},
    "meetings:agenda_text": {"text": "Dibahas.", "version": "0"},
    "meetings:decision_quick": {"title": "Sepakat", "text": "Bantu keluarga ini."},
    "meetings:filter_keep": {"name": "Milik saya", "query": "state=open"},
    "meetings:topic_propose": {"title": "Air bersih", "reason": "Kemarau"},
}
# Sent well, and leaves nothing in the history: why that is right.
QUIET = {
    "households:household_unmask": "a read; stands in the access record",
    "job_cancel": "rows of work",
    "job_rerun": "rows of work",
    "meetings:agenda_step": "a single point of the agenda cannot change its place",
    "meetings:notice_read": "what somebody has read is nobody else's business",
    "meetings:paper_full": "a read; stands in the access record",
    "programs:enrol_niks": "shows what each line means",
    "programs:plan_lock": "no plan is ready to be locked",
    "programs:realisation_grid": "nothing was typed",
    "programs:rule_builder": "shows what a rule would take",
    "programs:rule_preview": "shows what a rule would take",
    "reports:report_unmasked": "a read; stands in the access record",
}
LOOKED_AT = {"help_index", "help_chapter", "search"}  # pages to read that take a POST like a GET
AT_LEAST = 45  # addresses whose form the walk fills in so that something changes


def sound(field: forms.Field, given):
    """A value that a field takes; what stands in it already is kept."""
    if given not in (None, "", [], ()):
        return given
    if isinstance(field, forms.BooleanField):
        return "on"
    if not field.required:
        return ""
    if isinstance(field, forms.ModelChoiceField):
        first = field.queryset.first()
        return field.prepare_value(first) if first is not None else ""
    if isinstance(field, forms.ChoiceField):
        return next((str(key) for key, _label in _flat(field.choices) if key not in ("", None)), "")
    if isinstance(field, forms.DateField):
        return timezone.localdate().isoformat()
    if isinstance(field, forms.DateTimeField):
        return f"{timezone.localdate() + dt.timedelta(days=3):%Y-%m-%d} 09:00"
    if isinstance(field, forms.IntegerField | forms.DecimalField):
        return "1"
    return "Isian uji"


def _flat(choices):
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield key, label


def filled(page) -> dict:
    """What a person would send from the form of a page."""
    data = {}
    for form in forms_of(page):
        for name, field in form.fields.items():
            if isinstance(field, forms.FileField):
                continue
            value = sound(field, form[name].value())
            if isinstance(value, dt.date | dt.datetime):
                value = value.isoformat()
            if value is False or value is None:
                continue
            data[form.add_prefix(name)] = value
    return data


def forms_of(page):
    context = page.context or []
    seen = []
    for layer in context:
        for values in getattr(layer, "dicts", [layer]):
            for value in values.values() if hasattr(values, "values") else []:
                if isinstance(value, forms.BaseForm) and value not in seen:
                    seen.append(value)
    return seen


def last(model) -> int:
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def read(answer):
    if answer.streaming:
        b"".join(answer.streaming_content)  # a download closes its file at its end
    return answer


def send(client, world, doors, name: str, role: str):
    """Send the form of an address as `role`; (answer, recorded transactions, what was refused)."""
    user = world.user(role)
    client.force_login(user)
    url, before = doors.url(name, "own"), last(HistoryTransaction)
    page = read(client.get(url))
    data = (filled(page) if page.status_code == 200 and not page.streaming else {}) | SENT.get(name, {})
    answer = read(client.post(url, data))
    refused = [str(message) for message in get_messages(answer.wsgi_request) if message.level >= ERROR]
    recorded = list(HistoryTransaction.objects.filter(pk__gt=before))
    for tx in recorded:
        assert (tx.action, tx.actor_id) != ("direct", None), f"{name} writes outside an action"
        assert tx.actor_id == user.pk, f"{name}: {tx.action} says {tx.actor}"
    return answer, recorded, refused


@pytest.mark.slow
def test_what_pages_change_is_recorded(client, world):
    doors, recorded, silent = Doors(world), set(), set()
    for name in names():
        for role in ROLES:
            point = transaction.savepoint()
            answer, found, refused = send(client, world, doors, name, role)
            transaction.savepoint_rollback(point)
            if found:
                recorded.add(name)
            elif answer.status_code < 400 and not refused and not shows_errors(answer):
                silent.add(name)
            if answer.status_code not in (403, 404):
                break
    assert silent - set(QUIET) - LOOKED_AT == set()
    assert recorded & set(QUIET) == set()
    assert len(recorded) >= AT_LEAST, sorted(recorded)


def shows_errors(answer) -> bool:
    return any(form.is_bound and form.errors for form in forms_of(answer))
