"""Reads of meetings, decisions and action items; every one that serves a person starts at `visible_to(user)`.

The secretariat, the leadership and the auditor see all. An agency sees meetings it is invited to or responsible for,
and the final minutes of coordination meetings; a kelurahan or kecamatan those it is invited to and those on its area; a
coordinator those of the programme group and the final minutes of coordination meetings.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q

from core.models.regions import area_q
from core.roles import Perm, access
from meetings.choices import UNFINISHED, ItemState

NOTHING = Q(pk__in=[])


class MeetingQuerySet(models.QuerySet):
    """Meetings."""

    def visible_to(self, user):
        """Meetings that `user` may read."""
        return self.filter(_meetings_of(user))

    def of_year(self, year: int):
        """Meetings of a year."""
        return self.filter(year=year)


def _meetings_of(user) -> Q:
    from meetings.models.people import Invitation  # the models import this module

    scopes = access(user).grants.get(Perm.SEE_MEETINGS, ())
    if not scopes:
        return NOTHING
    sent = Invitation.objects.filter(meeting=OuterRef("pk")).exclude(meeting__state="planned")
    q = Q(Exists(sent.filter(user=user)))
    for scope in scopes:
        if not (scope.region or scope.agency or scope.group):
            return Q()
        if scope.agency:
            q |= Q(agency=scope.agency) | Q(Exists(sent.filter(agency=scope.agency))) | Q(kind="rakor", state="final")
        if scope.group:
            q |= Q(kind="group", group=scope.group) | Q(kind="rakor", state="final")
        if scope.region:
            q |= area_q("region_id", [scope.region]) | Q(Exists(sent.filter(area_q("region_id", [scope.region]))))
    return q


class DecisionQuerySet(models.QuerySet):
    """Decisions."""

    def visible_to(self, user):
        """Decisions of meetings that `user` may read, and those that name the own agency or touch the own area."""
        from households.models import HouseholdSetRow
        from meetings.models import DecisionAgency, Meeting

        scopes = access(user).grants.get(Perm.SEE_MEETINGS, ())
        if not scopes:
            return self.none()
        if any(not (s.region or s.agency or s.group) for s in scopes):
            return self
        q = Q(meeting__in=Meeting.objects.visible_to(user).values("pk"))
        for scope in scopes:
            if scope.agency:
                q |= Q(Exists(DecisionAgency.objects.filter(decision=OuterRef("pk"), agency=scope.agency)))
            if scope.region:
                rows = HouseholdSetRow.objects.filter(set=OuterRef("household_set"))
                q |= area_q("region_id", [scope.region])
                q |= Q(Exists(rows.filter(_starts("region_then", scope.region))))
        return self.filter(q)


def _starts(field: str, code: str) -> Q:
    return Q(**{field: code}) | Q(**{f"{field}__startswith": f"{code}."})


class ActionItemQuerySet(models.QuerySet):
    """Action items."""

    def visible_to(self, user):
        """Action items that `user` may read; drafts only for the secretariat, the leadership and who wrote them."""
        from meetings.models import ActionHelper, Decision, Meeting

        rights = access(user)
        scopes = rights.grants.get(Perm.SEE_MEETINGS, ())
        if not scopes:
            return self.none()
        if rights.can(Perm.RUN_MEETINGS):
            return self
        published = self.filter(~Q(state=ItemState.DRAFT) | Q(by=user))
        if any(not (s.region or s.agency or s.group) for s in scopes):
            return published
        q = (
            Q(owner=user)
            | Q(by=user)
            | Q(meeting__in=Meeting.objects.visible_to(user).values("pk"))
            | Q(decision__in=Decision.objects.visible_to(user).values("pk"))
        )
        for scope in scopes:
            if scope.agency:
                q |= Q(agency=scope.agency)
                q |= Q(Exists(ActionHelper.objects.filter(item=OuterRef("pk"), agency=scope.agency)))
            if scope.region:
                q |= area_q("region_id", [scope.region]) | area_q("area_id", [scope.region])
        return published.filter(q)

    def owned_by(self, user):
        """Action items of the own agency or area: what `user` has to answer for.

        For those who run or read everything these are all.
        """
        scopes = access(user).grants.get(Perm.SEE_MEETINGS, ())
        if any(not (s.region or s.agency or s.group) for s in scopes):
            return self
        q = Q(owner=user)
        for scope in scopes:
            if scope.agency:
                q |= Q(agency=scope.agency)
            if scope.region:
                q |= area_q("region_id", [scope.region])
        return self.filter(q)

    def unfinished(self):
        """Open, or proposed as done and not yet confirmed."""
        return self.filter(state__in=UNFINISHED)

    def overdue(self, day):
        """Unfinished and due before `day`."""
        return self.unfinished().filter(due__lt=day)


class DecreeQuerySet(models.QuerySet):
    """Decrees of the team."""

    def in_force(self, day):
        """The decree of `day`, None when there is none; of two the later."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day).first()


class TeamQuerySet(models.QuerySet):
    """Posts of the team."""

    def held_on(self, day):
        """Posts that were not ended before `day` and had begun."""
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
        return self.filter(begun, Q(valid_to__isnull=True) | Q(valid_to__gte=day))

    def in_force(self, day):
        """Posts of the decree in force on `day`, in its order; none without one."""
        from meetings.models import Decree

        return self.filter(decree=Decree.objects.in_force(day)).held_on(day).order_by("order", "pk")
