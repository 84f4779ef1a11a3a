"""What the access walk knocks at: every address of the project, with an object of one's own area and one elsewhere."""

from __future__ import annotations

from django.urls import get_resolver, reverse

from core.choices import Role
from core.models import ImportBatch
from tests import factories as make
from tests.worlds import World

ROLES = [*Role.values, "none"]
# Their own tests walk them: the admin (tests/core/test_admin.py), allauth's pages and the two that need no sign-in.
LEFT_OUT = ("admin:", "account_", "mfa_", "healthz", "readyz")
# Opened by a signed link without an account; a forged one gives nothing away (tests/meetings).
PUBLIC = (
    "meetings:invitation_answer",
    "meetings:invitation_calendar",
    "meetings:calendar_feed",
    "meetings:room_enter",
    "meetings:room_sign",
)
SLUGS = {
    "households:household_bulk": {"key": "export"},
    "households:household_edit": {"section": "address"},
    "households:member_edit": {"section": "identity"},
    "households:import_step": {"step": "check"},
    "programs:plan_step": {"step": "submit"},
    "programs:plan_import_step": {"step": "check"},
    "programs:realisation_step": {"step": "submit", "quarter": 1},
    "programs:realisation_correct": {"quarter": 1},
    "programs:recipient_step": {"step": "verify"},
    "programs:match_row": {"n": 1},
    "programs:recipient_import_rows": {"which": "refused"},
    "programs:recipient_import_step": {"step": "check"},
    "reports:indicator_edit": {"code": "nothing"},
    "reports:issued_file": {"form": "pdf"},
    "reports:lp2kd_draft": {"form": "pdf"},
    "reports:lp2kd_text": {"chapter": "penutup"},
    "reports:report_download": {"name": "gap"},
    "reports:report_unmasked": {"name": "gap"},
    "attachment_add": {"kind": "household"},
    "help_chapter": {"slug": "nowhere"},
    "meetings:agenda_step": {"step": "up"},
    "meetings:action_step": {"step": "reopen"},
    "meetings:invitation_step": {"step": "remove"},
    "meetings:meeting_step": {"step": "invite"},
    "meetings:minutes_step": {"step": "final"},
    "meetings:material_file": {"form": "pdf"},
    "meetings:paper_number": {"kind": "invitation"},
    "meetings:paper_preview": {"kind": "undangan"},
    "meetings:paper_full": {"kind": "berita-acara"},
    "meetings:decree_annex": {"form": "pdf"},
    "meetings:paper_file": {"kind": "invitation", "form": "pdf"},
    "meetings:room_sign": {"code": "nothing"},
    "meetings:invitation_answer": {"token": "forged"},
    "meetings:invitation_calendar": {"token": "forged"},
    "meetings:calendar_feed": {"token": "forged"},
}


def names() -> list[str]:
    """Every URL name that the walk must know."""
    return sorted(name for name in _walk(get_resolver(), "") if not name.startswith(LEFT_OUT))


def _walk(resolver, prefix):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _walk(pattern, inner)
        elif pattern.name:
            yield prefix + pattern.name


class Doors:
    """Addresses of one world; `area` is `own` or `other`."""

    def __init__(self, world: World):
        self.world = world
        staff = world.users["bappeda_staff"]
        self.rows = {area: self._objects(getattr(world, area), staff) for area in ("own", "other")}

    def _objects(self, area, staff) -> dict:
        group = make.RecipientGroupFactory(program=self.world.program, region=area.region)
        return {
            "household": area.household.uuid,
            "note": area.household.uuid,
            "member": area.child.uuid,
            "assistance": area.assistance.uuid,
            "delivery": area.delivery.uuid,
            "set": make.HouseholdSetFactory(owner=staff).uuid,
            "transfer": make.TransferRequestFactory(member=area.child, to_region=area.region, by=staff).uuid,
            "import": ImportBatch.objects.create(kind="households", by=staff, file_name="x.xlsx", sha256="x").uuid,
            "plan": ImportBatch.objects.create(kind="plans", by=staff, file_name="x.xlsx", sha256="x").uuid,
            "recipient": ImportBatch.objects.create(kind="recipients", by=staff, file_name="x.xlsx", sha256="x").uuid,
            "meeting": (meeting := make.MeetingFactory()).uuid,
            "topic": make.TopicFactory().uuid,
            "agenda": make.AgendaItemFactory(meeting=meeting).uuid,
            "decision": make.DecisionFactory(meeting=meeting).uuid,
            "action": make.ActionItemFactory(region=area.region, agency=self._agency(area)).uuid,
            "invitation": make.InvitationFactory(meeting=meeting).uuid,
            "letter": make.LetterFactory().uuid,
            "post": (post := make.TeamMemberFactory()).uuid,
            "decree": post.decree.uuid,
            "series": make.SeriesFactory().uuid,
            "group": group.uuid,
            "gap": make.WorkOrderFactory(area=area.region, agency=self._agency(area)).uuid,
            "batch": make.JobFactory().uuid,
            "job": make.JobFactory(by=staff).uuid,
            "attachment": make.AttachmentFactory(owner_kind="household", owner_uuid=area.household.uuid).uuid,
        }

    def _agency(self, area):
        return self.world.agency if area is self.world.own else self.world.other_agency

    def url(self, name: str, area: str) -> str:
        """The address behind `name` for an object of the area; programmes are the own agency's, or another's."""
        kwargs = dict(SLUGS.get(name, {}))
        app, _colon, short = name.rpartition(":")
        if self._takes_uuid(name):
            kwargs["uuid"] = self._uuid(app, short, area)
        if short == "group_leave":
            kwargs["pk"] = 1
        query = "?what=kk" if short == "household_unmask" else ""
        return reverse(name, kwargs=kwargs) + query

    def _takes_uuid(self, name: str) -> bool:
        app, _colon, short = name.rpartition(":")
        resolver = get_resolver()
        if app:
            resolver = resolver.namespace_dict[app][1]
        return any(
            "uuid" in params for _path, params in (p for opt in resolver.reverse_dict.getlist(short) for p in opt[0])
        )

    def _uuid(self, app: str, short: str, area: str):
        rows = self.rows[area]
        kind = short.split("_")[0]
        if app == "programs":
            years = {"own": self.world.program_year, "other": self.world.other_program_year}
            if kind in ("program", "rule") or short in ("year_add", "group_list", "quota_order"):
                return years[area].program.uuid
            if kind in ("assistance", "delivery", "batch", "gap") or short in ("group_detail", "group_leave"):
                return rows[kind]
            if short.startswith("plan_import"):
                return rows["plan"]
            if short.startswith(("recipient_import", "match_")):
                return rows["recipient"]
            return years[area].uuid
        if app == "meetings":
            kind = "invitation" if short == "attendance_tick" else kind
            whole = short in ("agenda_add", "action_new_of_meeting", "action_quick", "decision_new", "invitation_list",
                              "invitation_add", "invitation_send", "invitation_remind", "letter_list",
                              "decision_quick")  # fmt: skip
            if short == "action_new_of_decision":
                return rows["decision"]
            return rows["meeting"] if whole else rows.get(kind, rows["meeting"])
        if short.startswith("duty_"):
            return self._agency(getattr(self.world, area)).uuid
        if short == "agency_detail":
            return (self.world.agency if area == "own" else self.world.other_agency).uuid
        return rows["household"] if short in ("member_add", "attachment_add") else rows.get(kind, rows["household"])


def knock(client, world: World, doors: Doors, name: str, role: str, area: str) -> int:
    """The status that `role` gets: by GET, or by an empty POST where the address takes only that."""
    client.force_login(world.user(role))
    url = doors.url(name, area)
    response = client.get(url)
    if response.status_code == 405:
        response = client.post(url)
    if response.streaming:
        b"".join(response.streaming_content)  # read to its end, a download closes its file
    return response.status_code
