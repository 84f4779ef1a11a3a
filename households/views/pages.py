"""The household page: who they are, what they get, what happened; numbers in full by reason and on record."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.dates import age_on
from core.models import Attachment, CitySettings
from core.registry import registry
from core.roles import Perm, access, require
from core.timeline import timeline
from households.actions.households import add_note
from households.actions.reading import may_unmask, unmask
from households.choices import HEAD
from households.forms import NoteForm
from households.labels import Labels
from households.models import Household, Member
from households.models.households import HOUSING_CODES
from households.reference import ASSETS

RECENT = 8  # entries of the history shown on the page itself
PURPOSE_KEY = "unmask_purpose"  # the reason is chosen once a working session


def find_household(request, uuid) -> Household:
    """The household if this person may see it by name, else 404."""
    return get_object_or_404(Household.objects.visible_to(request.user).select_related("region__parent"), uuid=uuid)


@require_safe
def household_detail(request, uuid):
    """One household with its panels."""
    household = find_household(request, uuid)
    rights = access(request.user)
    sees_health = rights.can(Perm.SEE_HEALTH, region=household.region_id)
    labels = Labels(
        *HOUSING_CODES,
        "relation",
        "school_level",
        "school_status",
        "insurance",
        "education",
        "disability",
        "chronic_illness",
    )
    people = list(household.members.filter(merged_into__isnull=True).order_by("status", "relation", "birth_date", "pk"))
    panels = [(p.side, p.render(request, household)) for p in sorted(registry.household_panels, key=lambda p: p.order)]
    eye = f"{reverse('households:household_unmask', args=[household.uuid])}?what="
    eye = eye if may_unmask(request.user, household) else ""
    context = {
        "household": household,
        "crumbs": _crumbs(household),
        "desil_label": _desil_label(household.desil),
        "may_change": rights.can(Perm.CHANGE_HOUSEHOLDS, region=household.region_id),
        "sees_health": sees_health,
        "sees_log": rights.can(Perm.SEE_LOGS),
        "people": [_person(m, labels, sees_health, eye) for m in people if m.status == "active"],
        "kk_eye": f"{eye}kk" if eye else "",
        "gone": [m for m in people if m.status != "active"],
        "pupils": sum(1 for m in people if m.status == "active" and m.school_status == 2),
        "housing": _housing(household, labels),
        "house_tags": _house_tags(household, labels),
        "assets": [(ASSETS.get(k, k), v) for k, v in household.assets.items() if v],
        "ranks": household.ranks.select_related("release").order_by("-release__effective", "-release__id")[:6],
        "numbers": household.numbers.filter(valid_to__isnull=False).order_by("-valid_to"),
        "notes": household.notes.select_related("by")[:5],
        "note_form": NoteForm(),
        "panels": [html for side, html in panels if html and not side],
        "side_panels": [html for side, html in panels if html and side],
        "entries": timeline(history_keys(household), user=request.user, limit=RECENT),
        "purpose": request.session.get(PURPOSE_KEY, ""),
        "today": timezone.localdate(),
    }
    return render(request, "households/household_detail.html", context)


@require_safe
def household_history(request, uuid):
    """Everything that happened to the household and its people."""
    household = find_household(request, uuid)
    context = {
        "household": household,
        "crumbs": [*_crumbs(household, linked=True), (_("History"), None)],
        "entries": timeline(history_keys(household), user=request.user, limit=500),
    }
    return render(request, "households/household_history.html", context)


@require_POST
def household_unmask(request, uuid):
    """Show one number in full for a moment: `what` is `kk` or the uuid of a member."""
    household = find_household(request, uuid)
    purpose = (request.POST.get("purpose") or request.session.get(PURPOSE_KEY, "")).strip()[:200]
    what = request.POST.get("what") or request.GET.get("what", "")
    if what == "kk":
        value, label, words = household.kk, "KK", _("KK of the household of %(name)s") % {"name": household}
    else:
        try:
            member = get_object_or_404(household.members.filter(merged_into__isnull=True), uuid=what)
        except ValidationError:
            return HttpResponse(status=404)
        value, label, words = member.nik, "NIK", _("NIK of %(name)s") % {"name": member}
    if not purpose:
        return _ask_purpose(request, household, what)
    unmask(household=household, by=request.user, purpose=purpose, what=words)
    request.session[PURPOSE_KEY] = purpose
    if request.htmx:
        url = f"{request.path}?what={what}"
        return render(
            request, "components/_mask.html", {"value": value or "", "what": label, "url": url, "shown": True}
        )
    messages.info(request, f"{words}: {value}")
    return redirect("households:household_detail", uuid=household.uuid)


def _ask_purpose(request, household, what):
    """The first look of a session asks for the reason; over htmx as a dialog, else as a page."""
    if not may_unmask(request.user, household):
        unmask(household=household, by=request.user, purpose="", what="")  # raises 403
    context = {
        "household": household,
        "what": what,
        "crumbs": [*_crumbs(household, linked=True), (_("Full number"), None)],
    }
    if request.htmx:
        response = render(request, "households/_unmask_ask.html", context)
        response["HX-Retarget"], response["HX-Reswap"] = "#ask-slot", "innerHTML"
        return response
    return render(request, "households/unmask_ask.html", context)


@require_POST
def note_add(request, uuid):
    """Write a remark on the household."""
    household = find_household(request, uuid)
    require(request.user, Perm.CHANGE_HOUSEHOLDS, region=household.region_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        add_note(household=household, text=form.cleaned_data["text"], by=request.user)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Not saved: write the note."))
    return redirect("households:household_detail", uuid=household.uuid)


def history_keys(household: Household) -> list[tuple[str, object]]:
    """Rows whose history belongs on the household's page: itself, its people, card numbers, ranks and notes."""
    members = Member.objects.filter(memberships__household=household).values_list("pk", flat=True)
    keys = [("households_household", household.pk)]
    keys += [("households_member", pk) for pk in {*members, *household.members.values_list("pk", flat=True)}]
    keys += [("households_householdnumber", pk) for pk in household.numbers.values_list("pk", flat=True)]
    keys += [("households_householdnote", pk) for pk in household.notes.values_list("pk", flat=True)]
    keys += [("households_welfarerank", pk) for pk in household.ranks.values_list("pk", flat=True)]
    files = Attachment.objects.filter(owner_kind="household", owner_uuid=household.uuid)
    keys += [("core_attachment", pk) for pk in files.values_list("pk", flat=True)]
    for hook in registry.household_history:
        keys += hook(household)
    return keys


def _crumbs(household: Household, *, linked: bool = False):
    own = reverse("households:household_detail", args=[household.uuid]) if linked else None
    return [(_("Households"), reverse("households:household_list")), (str(household), own)]


def _desil_label(desil: int | None) -> str:
    city = CitySettings.load()
    names = (city.labels or {}).get("desil", {}) if city else {}
    return names.get(str(desil), "") if desil else ""


def _person(member: Member, labels: Labels, sees_health: bool, eye: str) -> dict:
    today = timezone.localdate()
    school = labels.of("school_level", member.school_level) if member.school_status == 2 else ""
    return {
        "member": member,
        "eye": f"{eye}{member.uuid}" if eye else "",
        "relation": labels.of("relation", member.relation),
        "age": age_on(member.birth_date, today) if member.birth_date else None,
        "activity": _("pupil, %(level)s") % {"level": school} if school else member.occupation,
        "insurance": labels.of("insurance", member.insurance),
        "uninsured": member.insurance == 0,
        "is_head": member.relation == HEAD,
        "health": _health(member, labels) if sees_health else [],
    }


def _health(member: Member, labels: Labels) -> list[str]:
    words = [labels.of("disability", c) for c in member.disability]
    words += [labels.of("chronic_illness", c) for c in member.chronic_illness]
    if member.pregnant:
        words.append(_("pregnant"))
    return words


def _housing(household: Household, labels: Labels) -> list[tuple[str, str, bool]]:
    rows = []
    for name in HOUSING_CODES:
        code = getattr(household, name)
        if code is not None:
            label = Household._meta.get_field(name).verbose_name
            rows.append((str(label).capitalize(), labels.of(name, code), labels.is_poor(name, code)))
    if household.floor_area:
        rows.append((_("Floor area"), f"{household.floor_area} m²", False))
    return rows


def _house_tags(household: Household, labels: Labels) -> list[str]:
    tags = []
    if any(labels.is_poor(f, getattr(household, f)) for f in ("floor", "wall", "roof")):
        tags.append(_("Unfit house"))
    if household.toilet == 6:  # Regsosek 309a: no facility
        tags.append(_("No toilet"))
    elif labels.is_poor("toilet", household.toilet) or labels.is_poor("sewage", household.sewage):
        tags.append(_("Unsafe sanitation"))
    if labels.is_poor("water", household.water):
        tags.append(_("Unsafe water"))
    return tags
