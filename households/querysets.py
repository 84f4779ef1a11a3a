"""Reads of households and members; every one that serves a person starts at `visible_to(user)`."""

from django.db import models
from django.db.models import Q

from core.models.regions import area_q
from core.roles import Perm, access


class HouseholdQuerySet(models.QuerySet):
    """Households. `objects` returns every row, `visible_to` narrows."""

    def visible_to(self, user, perm: Perm = Perm.SEE_NAMES):
        """Households by name in the areas where `user` holds `perm`; merged duplicates are left out."""
        return self.unmerged().filter(area_q("region_id", access(user).region_prefixes(perm)))

    def unmerged(self):
        """Without rows that were merged into another."""
        return self.filter(merged_into__isnull=True)

    def in_area(self, code: str):
        """In the region `code` or below it (`""`: everywhere)."""
        return self.filter(area_q("region_id", [code]))

    def active(self):
        """Households that count today: status active, not merged."""
        return self.filter(status="active", merged_into__isnull=True)

    def target_group(self, desil_max: int = 4):
        """Active households of desil 1 to `desil_max`, the default target group (domain.md section 3)."""
        return self.active().filter(desil__lte=desil_max)


class MemberQuerySet(models.QuerySet):
    """Members. `objects` returns every row, `visible_to` narrows."""

    def visible_to(self, user, perm: Perm = Perm.SEE_NAMES):
        """People by name in the areas where `user` holds `perm`; merged duplicates are left out."""
        return self.filter(area_q("household__region_id", access(user).region_prefixes(perm)), merged_into__isnull=True)

    def active(self):
        """People who live in their household today."""
        return self.filter(status="active", merged_into__isnull=True)


class HouseholdSetQuerySet(models.QuerySet):
    """Saved sets."""

    def visible_to(self, user):
        """Own sets and sets shared by others, for those who may see names; archived and temporary ones left out."""
        if not access(user).can(Perm.SEE_NAMES):
            return self.none()
        return self.filter(Q(owner=user) | Q(shared=True), archived_at__isnull=True, temporary=False)

    def owned_by(self, user):
        """The person's own sets, also those put away."""
        return self.filter(owner=user, temporary=False)

    def openable_by(self, user):
        """As `visible_to`, with the person's own temporary selections."""
        if not access(user).can(Perm.SEE_NAMES):
            return self.none()
        return self.filter(Q(owner=user) | Q(shared=True, temporary=False), archived_at__isnull=True)
