"""Forms of the team's decree and of series of meetings."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import User
from households.forms import DateField
from meetings.choices import MeetingKind, WorkingGroup
from meetings.forms import fields
from meetings.models import Decree, Series, TeamMember


class DecreeForm(fields.Form):
    """A decree. A new one may take the posts of the one before."""

    number = forms.CharField(label=_("number"), max_length=80)
    date = DateField(label=_("date"))
    title = forms.CharField(label=_("about"), max_length=250)
    valid_from = DateField(label=_("valid from"))
    valid_to = DateField(
        label=_("valid to"), required=False, help_text=_("Empty: until the next decree, which ends this one.")
    )
    copy_posts = forms.BooleanField(label=_("take over the posts of the decree before"), required=False, initial=True)

    def __init__(self, *args, decree: Decree | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        if decree is not None:
            del self.fields["copy_posts"]
            self.initial = {name: getattr(decree, name) for name in self.fields}


class PostForm(fields.Form):
    """A post of the team and who holds it."""

    order = forms.IntegerField(
        label=_("order"), required=False, min_value=1, max_value=999, help_text=_("Empty stands last.")
    )
    post = forms.CharField(label=_("post in the team"), max_length=120)
    working_group = forms.ChoiceField(
        label=_("working group"), required=False, choices=[("", "—"), *WorkingGroup.choices]
    )
    position = forms.CharField(label=_("office held"), max_length=150, help_text=_("As it stands in the decree."))
    name = forms.CharField(label=_("name"), max_length=150, required=False)
    nip = forms.CharField(label="NIP", max_length=30, required=False)
    rank = forms.CharField(label=_("rank"), max_length=80, required=False)
    agency = forms.ModelChoiceField(fields.agencies(), label=_("agency"), required=False, to_field_name="uuid")
    user = forms.ModelChoiceField(
        User.objects.none(),
        label=_("user"),
        required=False,
        to_field_name="uuid",
        help_text=_("Gets invitations by mail and sees them here."),
    )
    valid_from = DateField(label=_("valid from"), required=False, help_text=_("Empty: since the decree."))

    def __init__(self, *args, post: TeamMember | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = fields.agencies()
        self.fields["user"].queryset = User.objects.filter(is_active=True).order_by("full_name", "username")
        if post is not None:
            names = [name for name in self.fields if name not in ("agency", "user")]
            self.initial = {name: getattr(post, name) for name in names} | {
                "agency": post.agency and post.agency.uuid,
                "user": post.user and post.user.uuid,
            }


class EndPostForm(fields.Form):
    """The last day of a holder, and who comes after."""

    day = DateField(label=_("last day"))
    successor = forms.BooleanField(label=_("the post goes on with another holder"), required=False, initial=True)
    name = forms.CharField(label=_("name of the next holder"), max_length=150, required=False)
    nip = forms.CharField(label="NIP", max_length=30, required=False)
    rank = forms.CharField(label=_("rank"), max_length=80, required=False)


class SeriesForm(fields.Form):
    """A series of meetings with the template of their agenda."""

    name = forms.CharField(label=_("name"), max_length=120)
    kind = forms.ChoiceField(label=_("kind"), choices=MeetingKind.choices)
    agency = forms.ModelChoiceField(
        fields.agencies(), label=_("responsible agency"), required=False, to_field_name="uuid"
    )
    purpose = forms.CharField(label=_("purpose"), max_length=250, required=False)
    basis = forms.CharField(label=_("legal basis"), max_length=250, required=False)
    place = forms.CharField(label=_("place"), max_length=150, required=False)
    agenda = forms.CharField(
        label=_("agenda of the template"),
        max_length=5000,
        required=False,
        widget=fields.text_area(6, 5000),
        help_text=_("One point a line. New meetings of the series begin with them."),
    )
    ended = DateField(label=_("ended"), required=False, help_text=_("No meeting is planned from an ended series."))

    def __init__(self, *args, series: Series | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = fields.agencies()
        if series is None:
            del self.fields["ended"]
        else:
            names = [name for name in self.fields if name not in ("agency", "agenda")]
            self.initial = {name: getattr(series, name) for name in names} | {
                "agency": series.agency and series.agency.uuid,
                "agenda": "\n".join(series.agenda),
            }

    def clean_agenda(self) -> list[str]:
        """The points, without empty lines."""
        lines = [" ".join(line.split()) for line in self.cleaned_data["agenda"].splitlines()]
        if any(len(line) > 200 for line in lines):
            raise forms.ValidationError(_("A point has at most 200 characters."))
        return [line for line in lines if line]


class SignerForm(fields.Form):
    """Who signs the letters of a meeting."""

    signer = forms.ModelChoiceField(
        TeamMember.objects.none(), label=_("signs the papers"), required=False, to_field_name="uuid"
    )
    signs_for = forms.CharField(
        label=_("on behalf of (a.n.)"),
        max_length=150,
        required=False,
        help_text=_("Stands above the office, for example: Wali Kota Solok."),
    )

    def __init__(self, *args, posts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["signer"].queryset = posts
        self.fields["signer"].label_from_instance = post_label
        self.fields["signer"].empty_label = _("Who signs for the city (settings)")


def post_label(post: TeamMember) -> str:
    """A post in one line: post, holder, office."""
    return f"{post.post}: {', '.join(filter(None, (post.name, post.position)))}"
