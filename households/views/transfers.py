"""Transfers between areas: asked for here, answered by who keeps the person."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.models.regions import area_q
from core.roles import Perm, access, require
from core.throttle import throttle
from households.actions.transfers import decide_transfer, request_transfer
from households.forms import TransferAnswerForm, TransferForm
from households.models import TransferRequest
from households.views.edits import add_errors


def _for_me(user):
    """Requests about people in one's own area, which one may answer."""
    return TransferRequest.objects.filter(
        area_q("member__household__region_id", access(user).region_prefixes(Perm.CHANGE_HOUSEHOLDS))
    ).select_related("member__household__region", "to_region", "by", "to_household")


@require_safe
def transfer_list(request):
    """Requests to answer, and the answers to one's own."""
    require(request.user, Perm.CHANGE_HOUSEHOLDS)
    own = Q(by=request.user) | area_q("to_region_id", access(request.user).region_prefixes(Perm.CHANGE_HOUSEHOLDS))
    context = {
        "to_answer": _for_me(request.user).filter(state=TransferRequest.State.OPEN)[:200],
        "asked": TransferRequest.objects.filter(own).select_related("to_region", "by")[:100],
        "crumbs": [(_("Households"), reverse("households:household_list")), (_("Transfers"), None)],
    }
    return render(request, "households/transfer_list.html", context)


def transfer_request(request):
    """Ask for a person by NIK. The answer is the same whether the person is registered or not."""
    require(request.user, Perm.CHANGE_HOUSEHOLDS)
    form = TransferForm(request.POST or None, user=request.user, initial={"nik": request.GET.get("nik", "")[:16]})
    if request.method == "POST" and form.is_valid():
        throttle(request.user, "transfer", limit=30, seconds=3600)
        request_transfer(
            nik=form.cleaned_data["nik"],
            to_region=form.cleaned_data["region"],
            note=form.cleaned_data["note"],
            by=request.user,
        )
        messages.success(request, _("The request was passed on. You will see the answer under Transfers."))
        return redirect("households:transfer_list")
    title = _("Ask for a transfer")
    context = {
        "form": form,
        "title": title,
        "cancel_url": reverse("households:transfer_list"),
        "crumbs": [
            (_("Households"), reverse("households:household_list")),
            (_("Transfers"), reverse("households:transfer_list")),
            (title, None),
        ],
    }
    return render(request, "households/household_form.html", context, status=422 if request.method == "POST" else 200)


def transfer_decide(request, uuid):
    """Accept or refuse."""
    transfer = get_object_or_404(_for_me(request.user), uuid=uuid)
    form = TransferAnswerForm(request.POST or None, user=request.user, transfer=transfer)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            decide_transfer(
                request=transfer,
                accept=values["accept"],
                answer=values["answer"],
                to_household=values.get("kk"),
                relation=values.get("relation"),
                new_head=values.get("new_head"),
                by=request.user,
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("households:transfer_list")
    title = _("Answer a transfer")
    context = {
        "form": form,
        "transfer": transfer,
        "household": transfer.member.household,
        "title": title,
        "cancel_url": reverse("households:transfer_list"),
        "crumbs": [
            (_("Households"), reverse("households:household_list")),
            (_("Transfers"), reverse("households:transfer_list")),
            (title, None),
        ],
    }
    return render(request, "households/household_form.html", context, status=422 if request.method == "POST" else 200)
