"""Handing over by the numbers of the signed receipt list, and taking a delivery back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.roles import Perm, require
from core.templatetags.shell import angka
from households.views.edits import add_errors
from programs import rights
from programs.actions import deliveries as actions
from programs.choices import AssistanceStatus
from programs.forms.programs import ReasonForm
from programs.forms.steps import NumbersForm
from programs.models import Assistance, Delivery
from programs.recipients import NAME
from programs.views.finding import find_year, program_url, year_crumbs
from programs.views.recipients import done_text

NUMBERED = (AssistanceStatus.APPROVED, AssistanceStatus.RECEIVED)
SHOWN = 1000


def deliver(request, uuid):
    """Mark hundreds as received: type the numbers of the receipt list, or tick them."""
    require(request.user, Perm.SEE_AID)
    program_year = find_year(request, uuid)
    rights.require_program(request.user, Perm.DELIVER, program_year.program)
    form = NumbersForm(request.POST or None, program_year=program_year)
    if request.method == "POST" and form.is_valid() and _deliver(request, program_year, form):
        return redirect("programs:deliver", uuid=program_year.uuid)
    rows = program_year.assistance.visible_to(request.user).filter(status__in=NUMBERED)
    numbered = rows.filter(receipt_no__isnull=False)
    delivered = Delivery.objects.filter(assistance=OuterRef("pk"), void=False)
    context = {
        "program_year": program_year,
        "program": program_year.program,
        "form": form,
        "rows": numbered.annotate(name=NAME, delivered=Exists(delivered))
        .select_related("counts_for__region", "group__region", "area")
        .order_by("receipt_no")[:SHOWN],
        "numbered": numbered.count(),
        "unnumbered": rows.filter(receipt_no__isnull=True).count(),
        "waiting": numbered.filter(~Exists(delivered)).count(),
        "shown": SHOWN,
        "crumbs": year_crumbs(program_year, (_("Mark as received"), None)),
        "cancel_url": program_url(program_year),
    }
    return render(request, "programs/deliver.html", context, status=422 if request.method == "POST" else 200)


def _deliver(request, program_year, form) -> bool:
    """Record the deliveries of the typed numbers; False when nothing was recorded and the form says why."""
    try:
        ticked = ",".join(text for text in request.POST.getlist("pick") if text.isascii() and text.isdigit())
        numbers = actions.parse_numbers(f"{form.cleaned_data['numbers']},{ticked}")
        rows = program_year.assistance.visible_to(request.user).filter(receipt_no__in=numbers)
        found = dict(rows.values_list("receipt_no", "pk"))
        if not found:
            raise ValidationError(
                _("None of these numbers is on the receipt list of %(year)s.") % {"year": program_year}, code="numbers"
            )
        outcome = actions.deliver(program_year=program_year, rows=found.values(), by=request.user, **form.values())
    except ValidationError as error:
        if getattr(error, "code", "") == "numbers":
            form.add_error("numbers", error)
        else:
            add_errors(form, error)
        return False
    messages.success(request, done_text(outcome))
    unknown = [n for n in numbers if n not in found]
    if unknown:
        text = ngettext(
            "%(n)s number is not on the list: %(list)s", "%(n)s numbers are not on the list: %(list)s", len(unknown)
        )
        shown = ", ".join(map(str, unknown[:20])) + ("…" if len(unknown) > 20 else "")
        messages.warning(request, text % {"n": angka(len(unknown)), "list": shown})
    return True


@require_POST
def receipts_number(request, uuid):
    """Give approved recipients their numbers on the receipt list."""
    require(request.user, Perm.SEE_AID)
    program_year = find_year(request, uuid)
    try:
        n = actions.number_receipts(program_year=program_year, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, ngettext("%(n)s number given.", "%(n)s numbers given.", n) % {"n": angka(n)})
    return redirect("programs:deliver", uuid=program_year.uuid)


def delivery_void(request, uuid):
    """Take a delivery back that was entered by mistake."""
    require(request.user, Perm.SEE_AID)
    seen = Assistance.objects.visible_to(request.user)
    deliveries = Delivery.objects.filter(assistance__in=seen.values("pk"))
    delivery = get_object_or_404(deliveries.select_related("assistance__program_year__program"), uuid=uuid)
    program_year = delivery.assistance.program_year
    region = actions.region_of(delivery.assistance)
    rights.require_program(request.user, Perm.DELIVER, program_year.program, region)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.void_delivery(delivery=delivery, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("The delivery is void."))
            return redirect("programs:assistance_detail", uuid=delivery.assistance.uuid)
    context = {
        "form": form,
        "page_title": _("Void this delivery?"),
        "crumbs": year_crumbs(program_year, (_("Void a delivery"), None)),
        "cancel_url": reverse("programs:assistance_detail", args=[delivery.assistance.uuid]),
        "is_stop": True,
        "save_label": _("Void the delivery"),
    }
    return render(request, "programs/program_form.html", context, status=422 if request.method == "POST" else 200)
