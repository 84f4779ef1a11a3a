"""Factories of meetings."""

import datetime as dt

import factory
from django.utils import timezone

from meetings.choices import MeetingKind, MeetingState, UpdateKind
from meetings.models import (
    ActionHelper,
    ActionItem,
    ActionUpdate,
    AgendaItem,
    Amendment,
    Attendance,
    Comment,
    Decision,
    DecisionAgency,
    DecisionProgram,
    Decree,
    Invitation,
    Letter,
    Meeting,
    Notice,
    Series,
    TeamMember,
    Topic,
)
from tests.factories.base import SINCE, Factory
from tests.factories.core import AgencyFactory, UserFactory
from tests.factories.programs import ProgramYearFactory


class DecreeFactory(Factory):
    """A decree in force."""

    class Meta:
        model = Decree

    number = factory.Sequence(lambda n: f"050/{n}/2024")
    date = SINCE
    title = "Pembentukan TKPKD"
    valid_from = SINCE


class TeamMemberFactory(Factory):
    """A post."""

    class Meta:
        model = TeamMember

    decree = factory.SubFactory(DecreeFactory)
    post = "Ketua"
    position = "Wakil Wali Kota"


class LetterFactory(Factory):
    """An outgoing letter with a number."""

    class Meta:
        model = Letter

    year = 2026
    sequence = factory.Sequence(lambda n: n + 1)
    number = factory.LazyAttribute(lambda o: f"005/{o.sequence}/Bappeda/{o.year}")
    date = dt.date(2026, 2, 1)
    subject = "Undangan rapat"


class SeriesFactory(Factory):
    """A series of coordination meetings."""

    class Meta:
        model = Series

    name = factory.Sequence(lambda n: f"Rakor {n}")
    kind = MeetingKind.RAKOR
    agenda = factory.LazyFunction(lambda: ["Pembukaan", "Kesenjangan"])


class MeetingFactory(Factory):
    """A coordination meeting planned in 30 days; `invited=True`, `held=True`, `final=True` for later stages."""

    class Meta:
        model = Meeting

    kind = MeetingKind.RAKOR
    title = factory.Sequence(lambda n: f"Rapat koordinasi {n}")
    starts = factory.LazyFunction(
        lambda: timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + dt.timedelta(days=30)
    )
    year = factory.LazyAttribute(lambda o: timezone.localtime(o.starts).year if o.starts else 2026)
    place = "Aula Bappeda"

    class Params:
        invited = factory.Trait(state=MeetingState.INVITED)
        held = factory.Trait(
            state=MeetingState.HELD, starts=factory.LazyFunction(lambda: timezone.now() - dt.timedelta(days=3))
        )
        final = factory.Trait(
            state=MeetingState.FINAL,
            starts=factory.LazyFunction(lambda: timezone.now() - dt.timedelta(days=20)),
            final_at=factory.LazyFunction(timezone.now),
            final_by=factory.SubFactory(UserFactory),
        )


class TopicFactory(Factory):
    """A topic that waits."""

    class Meta:
        model = Topic

    title = "Air bersih di Laing"


class AgendaItemFactory(Factory):
    """A point of an agenda."""

    class Meta:
        model = AgendaItem

    meeting = factory.SubFactory(MeetingFactory)
    order = factory.Sequence(lambda n: n + 1)
    title = "Kesenjangan di Laing"


class AmendmentFactory(Factory):
    """A correction of final minutes."""

    class Meta:
        model = Amendment

    meeting = factory.SubFactory(MeetingFactory, final=True)
    number = 1
    text = "Bukan 12, melainkan 21 keluarga."
    reason = "Salah tulis"


class CommentFactory(Factory):
    """A remark on a draft."""

    class Meta:
        model = Comment

    item = factory.SubFactory(AgendaItemFactory)
    text = "Angka belum benar."
    by = factory.SubFactory(UserFactory)


class InvitationFactory(Factory):
    """An invited agency."""

    class Meta:
        model = Invitation

    meeting = factory.SubFactory(MeetingFactory, invited=True)
    agency = factory.SubFactory(AgencyFactory)


class AttendanceFactory(Factory):
    """Somebody who was there."""

    class Meta:
        model = Attendance

    meeting = factory.SubFactory(MeetingFactory, held=True)
    name = "Yusrizal"


class DecisionFactory(Factory):
    """A decision without households."""

    class Meta:
        model = Decision

    meeting = factory.SubFactory(MeetingFactory, held=True)
    year = factory.SelfAttribute("meeting.year")
    sequence = factory.Sequence(lambda n: n + 1)
    number = factory.LazyAttribute(lambda o: f"{o.sequence}/{o.year}")
    title = "PBI-JK untuk Laing"
    text = "Seluruh keluarga desil 1 di Laing didaftarkan ke PBI-JK."


class DecisionAgencyFactory(Factory):
    """An agency that must act."""

    class Meta:
        model = DecisionAgency

    decision = factory.SubFactory(DecisionFactory)
    agency = factory.SubFactory(AgencyFactory)


class DecisionProgramFactory(Factory):
    """A programme year that a decision names."""

    class Meta:
        model = DecisionProgram

    decision = factory.SubFactory(DecisionFactory)
    program_year = factory.SubFactory(ProgramYearFactory)


class ActionItemFactory(Factory):
    """An open item of an agency, due in ten days."""

    class Meta:
        model = ActionItem

    year = factory.LazyFunction(lambda: timezone.localdate().year)
    title = factory.Sequence(lambda n: f"Daftarkan keluarga {n}")
    agency = factory.SubFactory(AgencyFactory)
    due = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=10))

    class Params:
        overdue = factory.Trait(due=factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=5)))
        done = factory.Trait(state="done", done_at=factory.LazyFunction(timezone.now))


class ActionHelperFactory(Factory):
    """An agency that helps."""

    class Meta:
        model = ActionHelper

    item = factory.SubFactory(ActionItemFactory)
    agency = factory.SubFactory(AgencyFactory)


class ActionUpdateFactory(Factory):
    """Progress that was written."""

    class Meta:
        model = ActionUpdate

    item = factory.SubFactory(ActionItemFactory)
    kind = UpdateKind.PROGRESS
    text = "Sudah separuh."


class NoticeFactory(Factory):
    """A notice that was not read."""

    class Meta:
        model = Notice

    user = factory.SubFactory(UserFactory)
    item = factory.SubFactory(ActionItemFactory)
    kind = "assigned"
    key = factory.Sequence(lambda n: f"assigned:{n}")
