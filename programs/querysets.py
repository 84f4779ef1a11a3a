"""Reads of programmes and the log."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from core.models.regions import area_q
from core.roles import AGENCY_ROLES, Perm, access


class ProgramQuerySet(models.QuerySet):
    """Programmes are no personal data: whoever may see figures sees them."""

    def visible_to(self, user):
        """All programmes, for people with any role."""
        return self if access(user).can(Perm.SEE_FIGURES) else self.none()

    def managed_by(self, user, perm: Perm = Perm.MANAGE_PROGRAMS):
        """Programmes on which `user` holds `perm` through their agency or programme group."""
        return self.filter(_owned(user, perm, owner="owner_id", program="pk"))


class ProgramYearQuerySet(models.QuerySet):
    """Programme years."""

    def visible_to(self, user):
        """All programme years, for people with any role."""
        return self if access(user).can(Perm.SEE_FIGURES) else self.none()

    def managed_by(self, user, perm: Perm = Perm.MANAGE_PROGRAMS):
        """Programme years on which `user` holds `perm` through their agency or programme group."""
        return self.filter(_owned(user, perm, owner="program__owner_id", program="program_id"))


def _owned(user, perm: Perm, *, owner: str, program: str) -> Q:
    rights = access(user)
    agencies = rights.agency_ids(perm)
    if agencies is None:
        return Q()
    q = Q(**{f"{owner}__in": agencies})
    groups = rights.groups(perm)
    if groups:
        from programs.models import Program  # the models import this module

        in_group = Program.objects.filter(pk=OuterRef(program)).filter(
            Q(classifications__item__scheme="group", classifications__item__code__in=groups)
            | Q(cluster__implies__target__scheme="group", cluster__implies__target__code__in=groups)
        )
        q |= Q(Exists(in_group))
    return q


class AssistanceQuerySet(models.QuerySet):
    """The assistance log."""

    def visible_to(self, user):
        """Rows whose beneficiary lies in an area where `user` may see names and aid; group and area rows likewise."""
        prefixes = access(user).region_prefixes(Perm.SEE_AID)
        return self.filter(
            area_q("counts_for__region_id", prefixes)
            | area_q("group__region_id", prefixes)
            | area_q("area_id", prefixes)
        )

    def open(self):
        """Rows that stand: neither void nor rejected."""
        return self.exclude(status__in=["void", "rejected"])

    def of_year(self, year: int):
        """Rows of programme years of `year`."""
        return self.filter(program_year__year=year)


class WorkOrderQuerySet(models.QuerySet):
    """Gap lists that were handed over."""

    def visible_to(self, user):
        """Orders of one's own agency, those that touch one's own area, and for people of the whole city all of them."""
        rights = access(user)
        prefixes = rights.region_prefixes(Perm.SEE_NAMES)
        if not prefixes:
            return self.none()
        if prefixes != [""]:
            q = Q(area__isnull=True) | area_q("area_id", prefixes)
            for prefix in prefixes:  # a kelurahan sees what was handed over for its kecamatan
                q |= Q(area__in=[prefix[:n] for n in (2, 5, 8) if n < len(prefix)])
            return self.filter(q)
        if rights.roles and rights.roles <= AGENCY_ROLES:
            return self.filter(agency__in=[a.agency_id for a in rights.assignments if a.agency_id])
        return self

    def open(self):
        """Orders that nobody closed."""
        return self.filter(closed_at__isnull=True)
