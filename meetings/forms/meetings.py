"""Forms of meetings, their agenda, minutes and people."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from core.choices import ProgramGroup
from core.models import User
from meetings.choices import Answer, MeetingKind, TopicState, WorkingGroup
from meetings.forms import fields
from meetings.forms.team import post_label
from meetings.models import Meeting, Series, TeamMember, Topic


class MeetingForm(fields.Form):
    """A meeting: what, when, where, who leads."""

    series = forms.ModelChoiceField(
        Series.objects.none(),
        label=_("series"),
        required=False,
        to_field_name="uuid",
        empty_label=_("None: a meeting of its own"),
        help_text=_("The agenda of the template and what is unfinished in the series come by themselves."),
    )
    kind = forms.ChoiceField(label=_("kind"), choices=MeetingKind.choices)
    title = forms.CharField(label=_("title"), max_length=200)
    number = forms.CharField(
        label=_("number of the meeting"),
        max_length=80,
        required=False,
        help_text=_("As the city counts, for example III/2026."),
    )
    starts = fields.MomentField(label=_("begins"), required=False, help_text=_("Empty while only the month is known."))
    ends = fields.MomentField(label=_("ends"), required=False)
    month = forms.TypedChoiceField(
        label=_("month"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "—"), *MONTHS.items()],
    )
    place = forms.CharField(label=_("place"), max_length=150, required=False)
    link = forms.URLField(label=_("link"), max_length=300, required=False, assume_scheme="https")
    purpose = forms.CharField(label=_("purpose"), max_length=250, required=False)
    basis = forms.CharField(label=_("legal basis"), max_length=250, required=False)
    papers_due = forms.CharField(
        label=_("papers due"), max_length=150, required=False, help_text=_("For example RAT, RPKD, LP2KD.")
    )
    agency = forms.ModelChoiceField(
        fields.agencies(), label=_("responsible agency"), required=False, to_field_name="uuid"
    )
    region = forms.ModelChoiceField(
        Meeting.objects.none(), label=_("area"), required=False, help_text=_("For a deliberation of a kelurahan.")
    )
    group = forms.ChoiceField(label=_("programme group"), required=False, choices=[("", "—"), *ProgramGroup.choices])
    chair = forms.CharField(label=_("chair"), max_length=150, required=False)
    secretary = forms.CharField(label=_("secretary"), max_length=150, required=False)
    note_taker = forms.CharField(label=_("note taker"), max_length=150, required=False)

    def __init__(self, *args, meeting: Meeting | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["series"].queryset = Series.objects.filter(ended__isnull=True)
        self.fields["series"].label_from_instance = str
        self.fields["region"].queryset = fields.city_areas()
        self.fields["agency"].queryset = fields.agencies()
        if meeting is not None:
            names = [name for name in self.fields if name not in ("series", "region", "agency")]
            self.initial = {name: getattr(meeting, name) for name in names} | {
                "series": meeting.series and meeting.series.uuid,
                "agency": meeting.agency and meeting.agency.uuid,
                "region": meeting.region_id,
            }

    def clean(self):
        values = super().clean()
        starts, ends = values.get("starts"), values.get("ends")
        if ends and not starts:
            self.add_error("starts", _("Write when the meeting begins."))
        if starts and ends and not starts < ends <= starts + dt.timedelta(days=3):
            self.add_error("ends", _("The meeting must end after it begins."))
        if starts and not 2000 <= timezone.localtime(starts).year <= 2100:
            self.add_error("starts", _("Check the year."))
        return values


class StepForm(fields.Form):
    """Postpone, cancel or plan anew: reason and, where asked for, a new time."""

    reason = forms.CharField(label=_("reason"), max_length=250, widget=fields.text_area(2, 250))
    starts = fields.MomentField(label=_("new time"), required=False)
    ends = fields.MomentField(label=_("ends"), required=False)

    def __init__(self, *args, step: str, **kwargs):
        super().__init__(*args, **kwargs)
        if step == "cancel":
            del self.fields["starts"], self.fields["ends"]
        if step == "replan":
            del self.fields["reason"]
            self.fields["starts"].required = True


class AgendaForm(fields.Form):
    """A point of the agenda."""

    title = forms.CharField(label=_("agenda item"), max_length=200)
    presenter = forms.ModelChoiceField(fields.agencies(), label=_("presented by"), required=False, to_field_name="uuid")
    minutes_planned = forms.IntegerField(label=_("planned minutes"), required=False, min_value=1, max_value=480)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["presenter"].queryset = fields.agencies()
        self.fields["presenter"].label_from_instance = lambda agency: agency.short_name


class TopicForm(fields.Form):
    """A topic for the backlog."""

    title = forms.CharField(label=_("topic"), max_length=200)
    text = forms.CharField(label=_("why"), max_length=2000, required=False, widget=fields.text_area(3, 2000))


class TakeTopicForm(fields.Form):
    """Which meeting takes the topic."""

    meeting = forms.ModelChoiceField(Meeting.objects.none(), label=_("meeting"), to_field_name="uuid")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = Meeting.objects.filter(state__in=["planned", "invited"]).order_by("starts")


def waiting_topics():
    """Topics without an answer."""
    return Topic.objects.filter(state=TopicState.PROPOSED).select_related("agency", "by")


class AmendmentForm(fields.Form):
    """A correction of final minutes."""

    item = forms.ModelChoiceField(Meeting.objects.none(), label=_("agenda item"), required=False, to_field_name="uuid")
    text = forms.CharField(label=_("correction"), max_length=5000, widget=fields.text_area(4, 5000))
    reason = forms.CharField(label=_("reason"), max_length=250)

    def __init__(self, *args, meeting: Meeting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = meeting.agenda.order_by("order")


class InviteForm(fields.Form):
    """Who is invited: the team by its decree, agencies, areas, people with an account, one guest."""

    copy_only = forms.ChoiceField(
        label=_("these people"),
        required=False,
        choices=[("", _("are invited")), ("1", _("receive a copy (tembusan)"))],
        widget=forms.RadioSelect,
        initial="",
    )
    groups = forms.MultipleChoiceField(
        label=_("the team by its decree"), required=False, widget=forms.CheckboxSelectMultiple
    )
    posts = forms.ModelMultipleChoiceField(
        TeamMember.objects.none(),
        label=_("single posts"),
        required=False,
        to_field_name="uuid",
        widget=forms.CheckboxSelectMultiple,
    )
    agencies = forms.ModelMultipleChoiceField(
        fields.agencies(),
        label=_("agencies"),
        required=False,
        to_field_name="uuid",
        widget=forms.CheckboxSelectMultiple,
    )
    regions = forms.ModelMultipleChoiceField(
        Meeting.objects.none(), label=_("kecamatan and kelurahan"), required=False, widget=forms.CheckboxSelectMultiple
    )
    users = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("people with an account"),
        required=False,
        to_field_name="uuid",
        widget=forms.CheckboxSelectMultiple,
    )
    name = forms.CharField(label=_("name"), max_length=150, required=False)
    position = forms.CharField(label=_("office held"), max_length=150, required=False)
    organisation = forms.CharField(label=_("organisation"), max_length=150, required=False)
    email = forms.EmailField(label=_("e-mail"), required=False, help_text=_("The invitation with its link goes there."))

    def __init__(self, *args, day: dt.date, **kwargs):
        super().__init__(*args, **kwargs)
        self.team = list(TeamMember.objects.in_force(day).select_related("agency", "user"))
        self.fields["groups"].choices = self._groups()
        self.fields["posts"].queryset = TeamMember.objects.in_force(day)
        self.fields["posts"].label_from_instance = post_label
        self.fields["agencies"].queryset = fields.agencies()
        self.fields["agencies"].label_from_instance = lambda agency: agency.short_name
        self.fields["regions"].queryset = fields.city_areas()
        self.fields["users"].queryset = User.objects.filter(is_active=True).order_by("full_name", "username")

    def _groups(self) -> list[tuple[str, str]]:
        """The whole team, its leading posts, each working group there is; with how many posts."""
        counts = Counter(post.working_group for post in self.team)
        found = [("all", _("Whole team"), len(self.team)), ("lead", _("Leaders of the team"), counts[""])]
        found += [(group, label, counts[group]) for group, label in WorkingGroup.choices]
        return [(key, f"{label} ({n})") for key, label, n in found if n]

    def chosen_posts(self) -> list[TeamMember]:
        """Posts of the ticked groups and the single ones, in the order of the decree."""
        groups = {"" if group == "lead" else group for group in self.cleaned_data["groups"]}
        single = {post.pk for post in self.cleaned_data["posts"]}
        return [p for p in self.team if "all" in groups or p.working_group in groups or p.pk in single]

    def guest(self) -> list[dict]:
        """The person written by hand, as a list of one or none."""
        values = self.cleaned_data
        if not (values["name"] or values["organisation"] or values["position"]):
            return []
        return [{name: values[name] for name in ("name", "position", "organisation", "email") if values[name]}]

    def clean(self):
        values = super().clean()
        chosen = ("groups", "posts", "agencies", "regions", "users", "name", "organisation", "position")
        if not any(values.get(name) for name in chosen):
            raise ValidationError(_("Choose an agency or an area, or write a name."))
        return values


class AnswerForm(fields.Form):
    """Answer to an invitation."""

    answer = forms.ChoiceField(
        label=_("answer"), choices=[c for c in Answer.choices if c[0] != Answer.NONE], widget=forms.RadioSelect
    )
    substitute = forms.CharField(label=_("who comes instead"), max_length=150, required=False)
    reason = forms.CharField(label=_("why you cannot come"), max_length=250, required=False)

    def clean(self):
        values = super().clean()
        if values.get("answer") == Answer.SUBSTITUTE and not values.get("substitute", "").strip():
            self.add_error("substitute", _("Write who comes instead."))
        if values.get("answer") == Answer.DECLINE and not values.get("reason", "").strip():
            self.add_error("reason", _("Write why you cannot come."))
        return values


class PresentForm(fields.Form):
    """Somebody who came without an invitation, or signs in on a phone."""

    name = forms.CharField(label=_("name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    organisation = forms.CharField(
        label=_("organisation"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    position = forms.CharField(label=_("office held"), max_length=150, required=False)
