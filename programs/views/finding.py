"""What every page of programmes begins with: the thing looked for, the area its figures are of, where links lead."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from core.models import Region
from core.models.regions import area_q
from core.roles import Perm, access, require
from core.templatetags.shell import angka
from households.filters import list_url
from programs.figures import SMALL
from programs.models import Assistance, Program, ProgramYear


def find_program(request, uuid) -> Program:
    """The programme, for everybody who may see figures."""
    require(request.user, Perm.SEE_FIGURES)
    programs = Program.objects.visible_to(request.user).select_related("owner", "cluster", "strategy", "benefit_kind")
    return get_object_or_404(programs.prefetch_related("rules"), uuid=uuid)


def find_year(request, uuid) -> ProgramYear:
    """The programme year, for everybody who may see figures."""
    require(request.user, Perm.SEE_FIGURES)
    years = ProgramYear.objects.visible_to(request.user).select_related(
        "program__owner", "program__benefit_kind", "program__cluster", "program__strategy", "owner"
    )
    return get_object_or_404(years.prefetch_related("program__rules"), uuid=uuid)


def find_assistance(request, uuid) -> Assistance:
    """The row of the log: 403 without the right to names, 404 outside one's area."""
    require(request.user, Perm.SEE_AID)
    rows = Assistance.objects.visible_to(request.user).select_related(
        "program_year__program__owner", "program_year__owner", "household", "member", "group__region", "area"
    )
    rows = rows.select_related("counts_for__region", "proposed_by", "verified_by", "approved_by", "status_by")
    return get_object_or_404(rows.prefetch_related("program_year__program__rules"), uuid=uuid)


def groups_seen(user, program: Program):
    """Groups of the programme in the areas where this person may see aid."""
    prefixes = access(user).region_prefixes(Perm.SEE_AID)
    return (
        program.groups.filter(area_q("region_id", prefixes)).select_related("region").order_by("region__name", "name")
    )


def figures_area(request) -> tuple[str, str]:
    """(code, name) of the area whose figures this person sees; `("", "")` for the whole city.

    Who answers for several areas chooses one by `?area=`.
    """
    prefixes = access(request.user).region_prefixes(Perm.SEE_FIGURES)
    if not prefixes:
        raise PermissionDenied(_("You may not see figures."))
    asked = request.GET.get("area", "")
    if "" in prefixes:
        return "", ""
    if asked and asked not in prefixes:
        raise Http404
    code = asked or prefixes[0]
    region = Region.objects.filter(pk=code).first()
    return code, region.name if region else code


def program_url(program_year: ProgramYear) -> str:
    """The programme's page in that year."""
    return f"{reverse('programs:program_detail', args=[program_year.program.uuid])}?year={program_year.year}"


def recipients_url(program_year: ProgramYear, **params) -> str:
    """The recipients list with these filters (empty values left out)."""
    path = reverse("programs:recipient_list", args=[program_year.uuid])
    query = "&".join(f"{k}={v}" for k, v in params.items() if v not in (None, ""))
    return f"{path}?{query}" if query else path


class Links:
    """Where figures lead: to the list behind them for who may see names, else to the breakdown on the page itself."""

    def __init__(self, request, breakdown: str = "#breakdown"):
        self.names = access(request.user).can(Perm.SEE_AID)
        self.breakdown = breakdown

    def shown(self, n: int) -> str:
        """A count in words: under 5 not told to who may not see names."""
        return angka(n) if self.names or not 0 < n < SMALL else _("under 5")

    def households(self, params: dict) -> str:
        """The household list with these filters."""
        return list_url(**params) if self.names else self.breakdown

    def recipients(self, program_year: ProgramYear, **params) -> str:
        """The recipients list with these filters."""
        return recipients_url(program_year, **params) if self.names else self.breakdown


def program_crumbs(program: Program, *more) -> list[tuple[str, str | None]]:
    """Programmes / this programme / … ; `more`: (label, url or None)."""
    own = reverse("programs:program_detail", args=[program.uuid]) if more else None
    return [(_("Programmes"), reverse("programs:program_list")), (program.short_name, own), *more]


def year_crumbs(program_year: ProgramYear, *more) -> list[tuple[str, str | None]]:
    """Programmes / this programme / year / … ; `more`: (label, url or None)."""
    program = program_year.program
    own = program_url(program_year)
    return [
        (_("Programmes"), reverse("programs:program_list")),
        (program.short_name, reverse("programs:program_detail", args=[program.uuid])),
        (str(program_year.year), own if more else None),
        *more,
    ]
