"""What stands in the demo city: people, numbers, ranks, aid that agree with each other."""

import pytest
from django.db.models import Count

from core.models import HistoryEntry, HistoryTransaction, Region
from core.nik import check_against, check_nik
from households.choices import HouseholdStatus
from households.models import DataRelease, Household, HouseholdSet, Member, TransferRequest
from programs.choices import AssistanceStatus
from programs.models import Assistance, Delivery, Program, ProgramFunding, ProgramYear
from tests.seed.conftest import SIZE, TODAY, rows, value

REACHED = """
SELECT avg(EXISTS (
  SELECT 1 FROM programs_assistance a JOIN programs_delivery d ON d.assistance_id = a.id AND NOT d.void
  WHERE a.counts_for_id = h.id AND extract(year FROM d.date) = %s)::int)
FROM households_household h WHERE h.status = 'active' AND h.desil BETWEEN %s AND %s
"""


@pytest.mark.usefixtures("city")
class TestCity:
    """Reads only; one city serves all."""

    def test_counts_are_what_was_asked_for(self, city):
        assert Household.objects.count() == city["households"] == SIZE
        assert Member.objects.count() == city["members"]
        assert 3.0 < city["members"] / SIZE < 4.0
        assert Assistance.objects.count() == city["assistance"]
        assert Delivery.objects.count() == city["deliveries"]

    def test_half_of_the_families_are_poor(self):
        poor = Household.objects.target_group().count()
        assert 0.42 < poor / SIZE < 0.56

    def test_every_kelurahan_has_families(self):
        empty = Region.objects.villages().annotate(n=Count("households")).filter(n=0)
        assert not empty.exists()

    def test_numbers_agree_with_birth_and_sex_with_few_exceptions(self):
        people = Member.objects.exclude(nik=None).exclude(birth_date=None)
        odd = [m.name for m in people if check_against(m.nik, m.birth_date, m.sex)]
        assert not [m.nik for m in people if check_nik(m.nik)]
        assert "Leliwarni" in odd
        assert 1 < len(odd) < people.count() * 0.02

    def test_gaps_are_there(self):
        assert Member.objects.active().filter(nik=None).count() > 10
        assert Household.objects.filter(kk=None).count() > 10
        assert Household.objects.filter(rt="").exists()
        assert Household.objects.filter(verified_at=None).exists()
        assert Household.objects.active().filter(desil=None).exists()

    def test_every_status_has_a_reason_and_a_date(self):
        found = Household.objects.values_list("status", flat=True).distinct()
        assert set(found) == set(HouseholdStatus.values)
        assert not Household.objects.exclude(status="active").filter(status_reason="").exists()

    def test_derived_columns_are_what_refresh_would_write(self):
        from core.history import history
        from households import derived

        before = list(
            Household.objects.order_by("pk").values_list("pk", "head_name", "head_sort", "size", "work_order")
        )
        names = list(Member.objects.order_by("pk").values_list("pk", "name_sort"))
        with history(by=None, action="test"):
            assert derived.refresh(None) == 0
        assert before == list(
            Household.objects.order_by("pk").values_list("pk", "head_name", "head_sort", "size", "work_order")
        )
        assert names == list(Member.objects.order_by("pk").values_list("pk", "name_sort"))

    def test_active_people_are_members_of_their_household_since_some_day(self):
        wrong = value(
            "SELECT count(*) FROM households_member m WHERE m.status = 'active' AND NOT EXISTS (SELECT 1 FROM "
            "households_membership s WHERE s.member_id = m.id AND s.household_id = m.household_id "
            "AND s.valid_to IS NULL)"
        )
        assert wrong == 0
        assert (
            value(
                "SELECT count(*) FROM households_membership s JOIN households_member m ON m.id = s.member_id "
                "WHERE m.status <> 'active' AND s.valid_to IS NULL"
            )
            == 0
        )

    def test_desil_is_the_newest_rank(self):
        assert DataRelease.objects.count() == 3
        wrong = value(
            "SELECT count(*) FROM households_household h JOIN LATERAL (SELECT w.desil FROM households_welfarerank w "
            "JOIN households_datarelease r ON r.id = w.release_id WHERE w.household_id = h.id "
            "ORDER BY r.effective DESC LIMIT 1) w ON true WHERE w.desil IS DISTINCT FROM h.desil"
        )
        assert wrong == 0

    def test_ranks_move_between_releases_and_some_jump(self):
        steps = rows(
            "SELECT abs(a.desil - b.desil) FROM households_welfarerank a JOIN households_welfarerank b "
            "USING (household_id) WHERE a.release_id <> b.release_id AND a.desil <> b.desil"
        )
        assert steps
        assert any(step >= 4 for (step,) in steps)

    def test_coverage_is_believable_and_grows(self):
        shares = [float(value(REACHED, year, 1, 4)) for year in (2024, 2025, 2026)]
        assert shares == sorted(shares)
        assert 0.72 < shares[2] < 0.83
        poorest = float(value(REACHED, 2026, 1, 1))
        assert poorest > shares[2] > float(value(REACHED, 2026, 4, 4))

    def test_some_outside_the_target_group_are_reached(self):
        assert 0 < float(value(REACHED, 2026, 6, 10)) < 0.1

    def test_twenty_programmes_run_three_years(self):
        years = ProgramYear.objects.values("year").annotate(n=Count("pk")).values_list("year", "n")
        assert dict(years) == {2024: 20, 2025: 20, 2026: 20}
        assert Program.objects.count() > 20  # two more stand in the reference data without a year

    def test_every_status_of_the_log_is_there(self):
        assert set(Assistance.objects.values_list("status", flat=True)) == set(AssistanceStatus.values)

    def test_late_lists_hold_nobody_this_year(self):
        late = ProgramYear.objects.filter(year=2026, list_complete=None)
        assert {y.program.short_name for y in late} == {"PIP", "Jamkesda", "Zakat konsumtif"}
        assert not Assistance.objects.filter(program_year__in=late).exists()

    def test_aid_counts_for_the_family_of_its_unit(self):
        assert (
            not Assistance.objects.filter(household__isnull=False)
            .exclude(counts_for=1)
            .extra(where=["household_id <> counts_for_id"])
            .exists()
        )
        assert (
            value(
                "SELECT count(*) FROM programs_assistance a JOIN programs_member m ON m.id = a.member_id"
                " WHERE m.household_id <> a.counts_for_id".replace("programs_member", "households_member")
            )
            == 0
        )
        assert not Assistance.objects.filter(group=None, area=None, household_then=None).exists()
        assert not Assistance.objects.filter(region_then=None).exists()

    def test_units_are_those_of_their_programmes(self):
        wrong = value(
            "SELECT count(*) FROM programs_assistance a JOIN programs_programyear y ON y.id = a.program_year_id "
            "JOIN programs_program p ON p.id = y.program_id WHERE p.benefit_unit <> CASE "
            "WHEN a.household_id IS NOT NULL THEN 'household' WHEN a.member_id IS NOT NULL THEN 'person' "
            "WHEN a.group_id IS NOT NULL THEN 'group' ELSE 'area' END"
        )
        assert wrong == 0

    def test_received_means_delivered_in_its_year_and_not_in_the_future(self):
        assert not Assistance.objects.filter(status="received", deliveries=None).exists()
        assert not Assistance.objects.filter(
            status__in=["proposed", "verified", "approved", "returned", "rejected"], deliveries__isnull=False
        ).exists()
        assert not Delivery.objects.filter(date__gt=TODAY).exists()
        assert (
            value(
                "SELECT count(*) FROM programs_delivery d JOIN programs_assistance a ON a.id = d.assistance_id "
                "JOIN programs_programyear y ON y.id = a.program_year_id WHERE extract(year FROM d.date) <> y.year"
            )
            == 0
        )
        assert not Delivery.objects.filter(assistance__status="void", void=False).exists()

    def test_steps_follow_each_other(self):
        assert not value(
            "SELECT count(*) FROM programs_assistance WHERE proposed_at > verified_at OR verified_at > approved_at "
            "OR status_at < proposed_at OR proposed_at::date > %s",
            TODAY,
        )
        decided = Assistance.objects.filter(
            status__in=["approved", "received"], program_year__program__decided_elsewhere=False
        )
        assert not decided.filter(approved_by=None).exists()
        assert not decided.filter(decree_date=None).exists()

    def test_two_persons_decide_where_four_eyes_are_asked(self):
        assert not value(
            "SELECT count(*) FROM programs_assistance a JOIN programs_programyear y ON y.id = a.program_year_id "
            "JOIN programs_program p ON p.id = y.program_id WHERE p.four_eyes AND a.approved_by_id IS NOT NULL "
            "AND a.approved_by_id IN (a.proposed_by_id, a.verified_by_id)"
        )

    def test_one_house_two_sponsors(self):
        joined = Assistance.objects.exclude(benefit_key="").values("benefit_key").annotate(n=Count("pk"))
        assert joined
        assert {row["n"] for row in joined} == {2}

    def test_every_programme_year_is_funded(self):
        current = ProgramFunding.objects.filter(current=True)
        assert not ProgramYear.objects.exclude(pk__in=current.values("program_year")).exists()
        assert ProgramFunding.objects.filter(version=2).exclude(reason="").exists()

    def test_groups_and_areas_have_aid(self):
        assert Assistance.objects.filter(group__isnull=False, status="received").exists()
        assert Assistance.objects.filter(area__isnull=False, status="received").exists()

    def test_planted_families_show_what_they_are_for(self):
        one = Household.objects.get(head_name="Yusmaini", region__name="Laing")
        assert (one.desil, one.size, one.floor, one.toilet) == (1, 5, 8, 6)
        assert one.members.filter(nik=None).get().name == "Rohani"
        assert not one.aid.filter(deliveries__date__year=2026).exists()
        assert one.aid.get(program_year__year=2026).status == "proposed"
        merged = Household.objects.exclude(merged_into=None).get()
        assert merged.merged_into.head_name == "Kasmawati Jambak"
        assert Household.objects.filter(head_name="Nurlela Guci").count() >= 2
        son = Member.objects.get(name="Rahmat Jambak", relation=1, memberships__end_reason="split")
        assert son.household.head_name == "Rahmat Jambak"
        assert son.assistance.get().household_then != son.assistance.get().counts_for
        dead = Member.objects.get(name="Masrizal Tanjung", status="deceased")
        assert dead.household.head_name == "Rosmanidar"
        assert dead.household.aid.filter(deliveries__date__gt=dead.status_date).exists()

    def test_sets_and_requests_are_there(self):
        frozen = HouseholdSet.objects.get(frozen_at__isnull=False, decision=None)
        assert frozen.shared
        assert 0 < frozen.rows.count() < Household.objects.in_area("13.72.02.1006").count()
        assert HouseholdSet.objects.filter(frozen_at=None, shared=False).exists()
        assert TransferRequest.objects.filter(state="open").get().member.name == "Taufik Hidayat"

    def test_history_says_that_the_seed_wrote_it(self):
        head = Household.objects.get(head_name="Yusmaini", region__name="Laing")
        entry = HistoryEntry.objects.get(tbl="households_household", pk_text=str(head.pk), op="I")
        assert HistoryTransaction.objects.get(pk=entry.tx_id).action == "demo.seed"

    def test_edits_of_people_stand_in_the_history(self):
        head = Household.objects.get(head_name="Yusmaini", region__name="Laing")
        entry = HistoryEntry.objects.get(tbl="households_household", pk_text=str(head.pk), op="U")
        assert entry.data == {"wall": "3"}
        assert HistoryTransaction.objects.get(pk=entry.tx_id).actor == "Dewi Fitriani"

    def test_people_of_households_differ(self):
        names = Household.objects.exclude(head_name="").values("head_name").distinct().count()
        assert names > SIZE * 0.7
