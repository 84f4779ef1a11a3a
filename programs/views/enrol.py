"""Coming into a programme year: choose the year, see who would come in, confirm, undo."""

from __future__ import annotations

import uuid as uuids
from collections import Counter
from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core.roles import Perm, require
from core.templatetags.shell import angka
from households import sets
from households.actions import sets as set_actions
from households.models import Household, HouseholdSet, Member
from households.views.edits import add_errors
from programs import candidates, eligibility, ranking, rights
from programs.actions import enrolment as actions
from programs.actions import targeting as targeting_actions
from programs.choices import BenefitUnit
from programs.forms.enrol import AreaForm, ConfirmForm, GroupForm, QuotaOrderForm
from programs.left_out import MOST, left_out
from programs.matching import lists as matched_lists
from programs.matching import pages as matched_pages
from programs.models import Assistance, ProgramYear, QuotaOrder
from programs.views.finding import (
    find_program,
    find_year,
    groups_seen,
    program_crumbs,
    program_url,
    recipients_url,
    year_crumbs,
)

MOST_MEMBERS = 200
MOST_PLACES = 100


@dataclass
class Selection:
    """Who is meant: words, arguments of `candidates.preview` and `enrolment.propose`, query string, way back."""

    words: str
    chosen: dict = field(default_factory=dict)
    query: str = ""
    back: str = ""


def selection_of(request, program_year: ProgramYear) -> Selection:
    """Read `?set=`, `?household=`, `?member=` (repeatable), `?match=`, `?from=fit|last`; 404 for what is not seen."""
    data, user = request.GET, request.user
    if data.get("set"):
        household_set = _find(HouseholdSet.objects.openable_by(user), data["set"])
        words = _("Selected households") if household_set.temporary else _("List “%(name)s”") % {"name": household_set}
        chosen = {"households": sets.resolve(household_set, user)}
        return Selection(words, chosen, f"set={household_set.uuid}", reverse("households:household_list"))
    if data.getlist("member"):
        members = Member.objects.visible_to(user).filter(uuid__in=_uuids(data.getlist("member")))
        found = list(members.select_related("household")[:MOST_MEMBERS])
        if not found:
            raise Http404
        query = "&".join(f"member={m.uuid}" for m in found)
        back = reverse("households:household_detail", args=[found[0].household.uuid])
        return Selection(", ".join(m.name for m in found[:5]), {"members": [m.pk for m in found]}, query, back)
    if data.get("match"):
        return _matched(user, data["match"])
    if data.get("household"):
        household = _find(Household.objects.visible_to(user), data["household"])
        back = reverse("households:household_detail", args=[household.uuid])
        words = _("Household %(name)s") % {"name": household}
        return Selection(words, {"households": [household.pk]}, f"household={household.uuid}", back)
    seen = Household.objects.visible_to(user)
    if data.get("from") == "last":
        source = _last_year(program_year)
        chosen = {
            name: rows.filter(**{"pk__in" if name == "households" else "household__in": seen.values("pk")})
            for name, rows in candidates.recipients_to_copy(source).items()
        }
        words = _("Recipients of %(year)s") % {"year": source.year}
        return Selection(words, chosen, "from=last", program_url(program_year))
    if data.get("from") == "fit":
        fit = candidates.fitting_outside(program_year, seen)
        return Selection(_("All who fit and are not in"), fit, "from=fit", program_url(program_year))
    raise Http404


def _matched(user, text: str) -> Selection:
    """Lines of an own matched list, as ticked there or all that fit."""
    batch = _find(matched_lists.own(user), text)
    try:
        chosen = matched_pages.selection(batch, user, batch.options.get("picked"))
    except ValidationError:
        raise Http404 from None
    words = _("Matched list %(file)s") % {"file": batch.file_name}
    return Selection(words, chosen, f"match={batch.uuid}", reverse("programs:match_detail", args=[batch.uuid]))


def _last_year(program_year: ProgramYear) -> ProgramYear:
    earlier = program_year.program.years.filter(year__lt=program_year.year).order_by("-year").first()
    if earlier is None:
        raise Http404
    return earlier


def _uuids(texts) -> list[uuids.UUID]:
    try:
        return [uuids.UUID(text) for text in texts[:MOST_MEMBERS]]
    except ValueError:
        raise Http404 from None


def _find(queryset, text: str):
    return get_object_or_404(queryset, uuid=_uuids([text])[0])


@require_safe
def enrol_start(request):
    """Choose the programme that a list, or a household, is proposed for."""
    require(request.user, Perm.PROPOSE)
    user = request.user
    kept = [(name, request.GET[name]) for name in ("set", "household") if request.GET.get(name)]
    kept += [("member", text) for text in request.GET.getlist("member")]
    if not kept:
        raise Http404
    query = "&".join(f"{name}={uuid}" for name, text in kept for uuid in _uuids([text]))
    years = (
        ProgramYear.objects.managed_by(user, Perm.PROPOSE)
        .filter(
            year=request.year,
            closed=False,
            program__benefit_unit__in=[BenefitUnit.HOUSEHOLD, BenefitUnit.PERSON],
        )
        .select_related("program__owner", "program__benefit_kind")
        .prefetch_related("program__rules")
        .order_by("program__decided_elsewhere", "program__name")
    )
    rows = [
        {
            "year": each,
            "url": f"{reverse('programs:enrol', args=[each.uuid])}?{query}",
            "rule": eligibility.sentence_for(each.program, each.year),
        }
        for each in years
    ]
    crumbs = [(_("Programmes"), reverse("programs:program_list")), (_("Propose"), None)]
    return render(request, "programs/enrol_start.html", {"rows": rows, "crumbs": crumbs})


def enrol(request, uuid):
    """Who would come in, with reasons for those who would not; confirmed, they are proposed."""
    program_year = find_year(request, uuid)
    rights.require_program(request.user, Perm.PROPOSE, program_year.program)
    if program_year.program.benefit_unit in (BenefitUnit.GROUP, BenefitUnit.AREA):
        return redirect("programs:enrol_unit", uuid=program_year.uuid)
    selection = selection_of(request, program_year)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.propose(program_year=program_year, by=request.user, **selection.chosen, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            _keep_reserve(request, program_year, done)
            return _done(request, program_year, done)
    plan = candidates.preview(program_year, by=request.user, **selection.chosen)
    places = ranking.ranked(program_year, request.user, **selection.chosen) if plan.over_quota else []
    criteria = ranking.criteria_of(program_year)
    context = {
        "places": places[:MOST_PLACES],
        "ranked": Counter(place.state for place in places),
        "criteria": ranking.words(criteria),
        "criteria_seen": eligibility.may_judge(request.user, program_year.program, {"all": criteria or [{}]}),
        "may_order": rights.may(request.user, Perm.MANAGE_PROGRAMS, program_year.program),
        "most_places": MOST_PLACES,
        "program_year": program_year,
        "program": program_year.program,
        "selection": selection,
        "plan": plan,
        "person": program_year.program.benefit_unit == BenefitUnit.PERSON,
        "may_force": bool(plan.unfit or plan.unknown),
        "left_out": left_out(program_year, by=request.user, **selection.chosen) if plan.reasons else [],
        "most_left_out": MOST,
        "gone": _gone(request, program_year),
        "form": form,
        "rule_sentence": eligibility.sentence_for(program_year.program, program_year.year),
        "question": enrol_question(program_year, plan.fit),
        "crumbs": year_crumbs(program_year, (_("Propose"), None)),
    }
    return render(request, "programs/enrol.html", context, status=422 if request.method == "POST" else 200)


def _gone(request, program_year: ProgramYear) -> list:
    """People of the year before who are not here any more, when that year is copied."""
    if request.GET.get("from") != "last":
        return []
    return list(candidates.gone_since(_last_year(program_year), request.user)[:MOST])


def _keep_reserve(request, program_year: ProgramYear, done: actions.Enrolment) -> None:
    """Keep whom the quota did not hold as a frozen list of one's own, and say so."""
    if not done.reserve:
        return
    now = timezone.localtime()
    name = _("Reserve of %(program)s, %(day)s") % {"program": program_year, "day": f"{now:%d-%m-%Y %H.%M.%S}"}
    kept = set_actions.freeze_queryset(
        name=name[:120], by=request.user, queryset=Household.objects.filter(pk__in=done.reserve)
    )
    n = kept.rows.count()
    text = ngettext("%(n)s household stands on the reserve list.", "%(n)s households stand on the reserve list.", n)
    messages.info(request, text % {"n": angka(n)})


def quota_order(request, uuid):
    """Who comes first after the desil, when a quota does not reach all."""
    program = find_program(request, uuid)
    rights.require_program(request.user, Perm.MANAGE_PROGRAMS, program)
    row = QuotaOrder.objects.filter(program=program).first()
    form = QuotaOrderForm(request.POST or None, order=row)
    if request.method == "POST" and form.is_valid():
        try:
            targeting_actions.set_quota_order(program=program, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("programs:program_detail", uuid=program.uuid)
    context = {
        "form": form,
        "page_title": _("Order of the quota of %(program)s") % {"program": program.short_name},
        "crumbs": program_crumbs(program, (_("Order of the quota"), None)),
        "cancel_url": reverse("programs:program_detail", args=[program.uuid]),
    }
    return render(request, "programs/program_form.html", context, status=422 if request.method == "POST" else 200)


def enrol_question(program_year: ProgramYear, n: int) -> str:
    """The question of an enrolment, with number and programme."""
    if program_year.program.benefit_unit == BenefitUnit.PERSON:
        text = ngettext(
            "Propose %(n)s person as a candidate for %(program)s?",
            "Propose %(n)s people as candidates for %(program)s?",
            n,
        )
    else:
        text = ngettext(
            "Propose %(n)s household as a candidate for %(program)s?",
            "Propose %(n)s households as candidates for %(program)s?",
            n,
        )
    return text % {"n": angka(n), "program": program_year}


def enrolled_text(program_year: ProgramYear, done: actions.Enrolment) -> str:
    """What an enrolment did."""
    if program_year.program.benefit_unit == BenefitUnit.PERSON:
        text = ngettext("%(n)s person proposed as a candidate.", "%(n)s people proposed as candidates.", done.added)
    else:
        text = ngettext(
            "%(n)s household proposed as a candidate.", "%(n)s households proposed as candidates.", done.added
        )
    texts = [text % {"n": angka(done.added)}]
    if done.already:
        texts.append(_("%(n)s were already registered and skipped.") % {"n": angka(done.already)})
    if done.left_out:
        texts.append(_("%(n)s left out.") % {"n": angka(done.left_out)})
    return " ".join(texts)


def _done(request, program_year: ProgramYear, done: actions.Enrolment, back: str = ""):
    text = enrolled_text(program_year, done)
    if done.added:
        undo = reverse("programs:batch_undo", args=[done.batch])
        messages.success(request, text, extra_tags=f"undo:{undo}")
    else:
        messages.info(request, text)
    return redirect(back or recipients_url(program_year, stage="proposed"))


@require_POST
def propose_one(request, uuid):
    """Propose one household, or people of it, from its own page: at once when nothing stands in the way, else the
    preview says what does.
    """
    program_year = find_year(request, uuid)
    rights.require_program(request.user, Perm.PROPOSE, program_year.program)
    request.GET = request.POST  # the button posts what the preview page takes as its query
    selection = selection_of(request, program_year)
    plan = candidates.preview(program_year, by=request.user, **selection.chosen)
    doubts = plan.same_kind or plan.over_quota or plan.over_ceiling or plan.unfit or plan.unknown or plan.outside
    if doubts or not plan.fit:
        return redirect(f"{reverse('programs:enrol', args=[program_year.uuid])}?{selection.query}")
    try:
        done = actions.propose(program_year=program_year, by=request.user, **selection.chosen)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(selection.back)
    return _done(request, program_year, done, selection.back)


@require_POST
def batch_undo(request, uuid):
    """Take an enrolment back."""
    require(request.user, Perm.SEE_AID)
    row = Assistance.objects.visible_to(request.user).filter(batch=uuid).select_related("program_year__program").first()
    if row is None:
        raise Http404
    try:
        undone = actions.undo_batch(batch=uuid, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        text = _("Undone.")
        if undone.kept:
            text = _("Undone. %(n)s stay, because somebody worked on them since.") % {"n": angka(undone.kept)}
        messages.success(request, text)
    back = request.META.get("HTTP_REFERER", "")
    if back and url_has_allowed_host_and_scheme(back, {request.get_host()}):
        return redirect(back)
    return redirect(program_url(row.program_year))


# --- groups and areas ------------------------------------------------------------------------------------------


def enrol_unit(request, uuid):
    """Propose groups, or areas, of a programme that goes to them."""
    program_year = find_year(request, uuid)
    program = program_year.program
    rights.require_program(request.user, Perm.PROPOSE, program)
    if program.benefit_unit == BenefitUnit.GROUP:
        return _enrol_groups(request, program_year)
    if program.benefit_unit != BenefitUnit.AREA:
        raise Http404
    form = AreaForm(request.POST or None, user=request.user, program=program)
    if request.method == "POST" and form.is_valid():
        batch, added = uuids.uuid4(), 0
        for region in form.cleaned_data["regions"]:
            try:
                actions.propose_area(
                    program_year=program_year,
                    region=region,
                    by=request.user,
                    note=form.cleaned_data["note"],
                    batch=batch,
                )
                added += 1
            except ValidationError as error:
                messages.warning(request, f"{region}: {' '.join(error.messages)}")
        if added:
            messages.success(
                request,
                ngettext("%(n)s area proposed.", "%(n)s areas proposed.", added) % {"n": added},
                extra_tags=f"undo:{reverse('programs:batch_undo', args=[batch])}",
            )
        return redirect(recipients_url(program_year))
    context = {
        "form": form,
        "page_title": _("Propose areas for %(program)s") % {"program": program_year},
        "crumbs": year_crumbs(program_year, (_("Propose"), None)),
        "cancel_url": program_url(program_year),
    }
    return render(request, "programs/program_form.html", context, status=422 if request.method == "POST" else 200)


def _enrol_groups(request, program_year: ProgramYear):
    program = program_year.program
    waiting = _groups_outside(request.user, program_year)
    if request.method == "POST":
        chosen = waiting.filter(uuid__in=_uuids(request.POST.getlist("pick")))
        batch, added = uuids.uuid4(), 0
        for group in chosen:
            try:
                actions.propose_group(program_year=program_year, group=group, by=request.user, batch=batch)
                added += 1
            except ValidationError as error:
                messages.warning(request, f"{group}: {' '.join(error.messages)}")
        if added:
            messages.success(
                request,
                ngettext("%(n)s group proposed.", "%(n)s groups proposed.", added) % {"n": added},
                extra_tags=f"undo:{reverse('programs:batch_undo', args=[batch])}",
            )
            return redirect(recipients_url(program_year))
        messages.error(request, _("Tick at least one group first."))
    context = {
        "program_year": program_year,
        "program": program,
        "groups": waiting,
        "form": GroupForm(user=request.user, program=program),
        "crumbs": year_crumbs(program_year, (_("Propose"), None)),
    }
    return render(request, "programs/enrol_groups.html", context)


def _groups_outside(user, program_year: ProgramYear):
    enrolled = program_year.assistance.open().filter(group__isnull=False).values("group")
    return groups_seen(user, program_year.program).exclude(pk__in=enrolled)
