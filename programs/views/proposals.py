"""What I proposed: who holds each, since how many days; and the answer slip for the family that asked."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import DateTimeField, IntegerField, Q
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.keyset import BadToken, Key, Sort, keyset_page
from core.models import CitySettings
from core.roles import AREA_ROLES, Perm, access, require
from programs.choices import AssistanceStatus
from programs.models import Assistance
from programs.recipients import NAME
from programs.views.assistance import KINDS, beneficiary_name
from programs.views.finding import find_assistance
from programs.views.programs import program_tabs

S = AssistanceStatus
STATES = (
    ("waiting", gettext_lazy("Waiting"), (S.PROPOSED, S.VERIFIED)),
    ("returned", gettext_lazy("Returned to me"), (S.RETURNED,)),
    ("granted", gettext_lazy("Approved or received"), (S.APPROVED, S.RECEIVED)),
    ("ended", gettext_lazy("Rejected or stopped"), (S.REJECTED, S.STOPPED)),
)
# The one that has waited longest stands first.
SORT = Sort("since", (Key("status_at", "status_at", DateTimeField()), Key("id", "id", IntegerField())))


@require_safe
def proposal_list(request):
    """My proposals, or with `?who=all` all of my area, by what became of them."""
    require(request.user, Perm.PROPOSE)
    user = request.user
    state = request.GET.get("state", "waiting")
    states = {key: statuses for key, _label, statuses in STATES}
    if state not in states:
        state = "waiting"
    everybody = request.GET.get("who") == "all"
    rows = Assistance.objects.visible_to(user).filter(program_year__year=request.year)
    if not everybody:
        rows = rows.filter(proposed_by=user)
    elif not any(a.role in AREA_ROLES for a in access(user).assignments):
        rows = rows.filter(_own_programmes(user))
    counts = {key: rows.filter(status__in=statuses).count() for key, statuses in states.items()}
    shown = rows.filter(status__in=states[state]).select_related(
        "program_year__program__owner", "counts_for__region", "group__region", "area", "proposed_by"
    )
    shown = shown.annotate(name=NAME)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    try:
        page = keyset_page(shown, SORT, after="" if before else after, before=before)
    except BadToken:
        messages.warning(request, _("That page is not known. This is the first page."))
        page = keyset_page(shown, SORT)
    now = timezone.now()
    for row in page.rows:
        row.days = (now - row.status_at).days
        row.holder = holder(row)
        row.mark = KINDS[S(row.status)]
    kept = "&who=all" if everybody else ""
    context = {
        "page": page,
        "total": counts[state],
        "state": state,
        "everybody": everybody,
        "tabs": program_tabs(request, "proposals"),
        "states": [
            {"label": label, "url": f"?state={key}{kept}", "count": counts[key], "current": key == state}
            for key, label, _statuses in STATES
        ],
        "who_url": f"?state={state}" if everybody else f"?state={state}&who=all",
        "prev": f"?state={state}{kept}&before={page.before}" if page.before else "",
        "next": f"?state={state}{kept}&after={page.after}" if page.after else "",
    }
    return render(request, "programs/proposal_list.html", context)


def _own_programmes(user) -> Q:
    agencies = access(user).agency_ids(Perm.PROPOSE)
    return Q() if agencies is None else Q(program_year__program__owner__in=agencies)


def holder(row: Assistance) -> str:
    """Who holds a proposal now, "" when it is decided."""
    owner = row.program_year.program.owner.short_name
    match row.status:
        case S.PROPOSED:
            return _("%(agency)s, to verify") % {"agency": owner}
        case S.VERIFIED:
            return _("%(agency)s, to approve") % {"agency": owner}
        case S.APPROVED:
            return _("%(agency)s, to hand over") % {"agency": owner}
        case S.RETURNED:
            return str(row.proposed_by or "")
    return ""


@require_safe
def assistance_slip(request, uuid):
    """The answer slip of a proposal, on paper, for the family that asked."""
    row = find_assistance(request, uuid)
    city = CitySettings.load()
    place = row.counts_for or row.group
    region = place.region if place else row.area
    main = access(request.user).main
    own_area = main is not None and main.role in AREA_ROLES
    context = {
        "row": row,
        "name": beneficiary_name(row),
        "program_year": row.program_year,
        "program": row.program_year.program,
        "region_name": region.name,
        "holder": holder(row),
        "back": reverse("programs:assistance_detail", args=[row.uuid]),
        "kop": {
            "city": city.government_name if city else "",
            "agency": _("Kelurahan %(name)s") % {"name": region.name} if own_area else city.planning_agency,
            "address": "" if own_area else city.address,
        },
        "sign": {
            "place": city.place if city else "",
            "date": timezone.localdate(),
            "office": request.user.position or _("Officer"),
            "name": str(request.user),
        },
        "since": row.status_at,
    }
    return render(request, "programs/assistance_slip.html", context)
