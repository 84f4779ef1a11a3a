"""Invitations and attendance of a meeting, for the secretariat and for people without an account."""

from __future__ import annotations

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.roles import Perm, access, require
from households.views.edits import add_errors
from meetings import calendar, chat, links
from meetings.actions import mails
from meetings.actions import people as actions
from meetings.choices import Answer, MeetingState
from meetings.forms.meetings import AnswerForm, InviteForm, PresentForm
from meetings.models import Attendance, Invitation, Meeting
from meetings.people import attendance_of, short_label
from meetings.views.finding import do, find_meeting, meeting_crumbs, meeting_url, run_form
from meetings.views.meetings import meeting_tabs

ANSWER_MARKS = {
    Answer.NONE: ("", "hourglass-split"),
    Answer.COME: ("good", "check-circle"),
    Answer.SUBSTITUTE: ("good", "person-check"),
    Answer.DECLINE: ("warn", "x-circle"),
}


@require_safe
def invitation_list(request, uuid):
    """Who is invited and what they answered; mail, links and names of guests only for the secretariat."""
    meeting = find_meeting(request, uuid)
    runs = access(request.user).can(Perm.RUN_MEETINGS)
    rows = list(meeting.invitations.select_related("agency", "region", "user").order_by("order", "pk"))
    states = mails.mail_states(meeting) if runs else {}
    reached = mails.reachable(rows) if runs else set()
    for row in rows:
        row.mark = (*ANSWER_MARKS[Answer(row.answer)], row.get_answer_display())
        row.short = short_label(row)
        row.sub = _sub(row)
        row.url = links.invitation_url(row) if runs and row.sent_at and not row.copy_only else ""
        row.chat = chat.meeting_text(meeting, row.url) if row.url and meeting.starts else ""
        row.mail = _mail_mark(states.get(row.uuid.hex), row.pk in reached) if row.sent_at else None
    counts = {key: sum(1 for r in rows if r.answer == key and not r.copy_only) for key in Answer.values}
    waiting = [row for row in rows if row.answer == Answer.NONE and row.sent_at and not row.copy_only]
    shown = request.GET.get("show", "")
    if shown not in ("", "waiting"):
        raise Http404
    coming = meeting.starts and meeting.starts > timezone.now()
    context = {
        "meeting": meeting,
        "crumbs": meeting_crumbs(meeting, (_("Invitations"), None)),
        "tabs": meeting_tabs(meeting, "people", runs),
        "rows": waiting if shown == "waiting" else rows,
        "shown": shown,
        "counts": counts,
        "waiting": len(waiting),
        "runs": runs,
        "may_invite": runs and meeting.state in (MeetingState.PLANNED, MeetingState.INVITED),
        "may_send": runs
        and meeting.state in (MeetingState.PLANNED, MeetingState.INVITED)
        and meeting.starts
        and any(r.sent_at is None or meeting.state == MeetingState.PLANNED for r in rows),
        "may_remind": runs and waiting and meeting.state == MeetingState.INVITED and coming,
        "chat_text": chat.meeting_text(meeting) if runs and meeting.starts else "",
    }
    return render(request, "meetings/invitation_list.html", context)


def _sub(row: Invitation) -> str:
    """Second line of an invitation: office, organisation or agency, and whether it is a copy."""
    place = row.organisation or (row.agency.short_name if row.agency and row.name else "")
    parts = [row.position, place, _("copy only") if row.copy_only else ""]
    return ", ".join(part for part in parts if part and part != row.short)


def _mail_mark(mail, reachable: bool) -> tuple[str, str, str] | None:
    """Whether mail went out to an invitation; one without an address has its link passed on by hand."""
    if mail is None:
        return None if reachable else ("warn", "envelope-slash", _("no e-mail: pass the link on"))
    marks = {
        "waiting": ("", "hourglass-split", _("mail waits")),
        "sent": ("good", "envelope-check", _("mail sent")),
        "failed": ("bad", "envelope-x", _("mail failed")),
    }
    return marks[mail.state]


def invitation_add(request, uuid):
    """Invite by the team's decree, agency, area and person; or send them a copy."""
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    day = timezone.localtime(meeting.starts).date() if meeting.starts else timezone.localdate()
    form = InviteForm(request.POST or None, day=day)
    back = reverse("meetings:invitation_list", args=[meeting.uuid])
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            try:
                n = actions.invite(
                    meeting=meeting,
                    by=request.user,
                    posts=form.chosen_posts(),
                    agencies=values["agencies"],
                    regions=values["regions"],
                    users=values["users"],
                    people=form.guest(),
                    copy_only=values["copy_only"] == "1",
                )
            except ValidationError as error:
                add_errors(form, error)
            else:
                text = ngettext("%(n)s is new on the list.", "%(n)s are new on the list.", n)
                messages.success(request, text % {"n": n})
                return redirect(back)
    context = {
        "meeting": meeting,
        "form": form,
        "cancel_url": back,
        "crumbs": meeting_crumbs(meeting, (_("Invitations"), back), (_("Invite"), None)),
    }
    return render(request, "meetings/invitation_form.html", context, status=status)


@require_POST
def invitation_remind(request, uuid):
    """Write to all who have not answered; once a day."""
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    n = mails.remind(meeting=meeting, by=request.user)
    if n:
        text = ngettext("%(n)s reminder goes out.", "%(n)s reminders go out.", n)
        messages.success(request, text % {"n": n})
    else:
        messages.error(request, _("Nobody to write to: reminded today already, or no e-mail is known."))
    return redirect(f"{reverse('meetings:invitation_list', args=[meeting.uuid])}?show=waiting")


@require_POST
def invitation_send(request, uuid):
    """The invitations go out."""
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    back = reverse("meetings:invitation_list", args=[meeting.uuid])
    return do(request, lambda: actions.send(meeting=meeting, by=request.user) and None, back=back)


def _invitation(request, uuid) -> Invitation:
    require(request.user, Perm.RUN_MEETINGS)
    return get_object_or_404(Invitation.objects.select_related("meeting"), uuid=uuid)


@require_POST
def invitation_step(request, uuid, step):
    """Take somebody off the list, or give a new link."""
    invitation = _invitation(request, uuid)
    acts = {"drop": actions.drop_invitation, "renew": actions.renew_link}
    if step not in acts:
        raise Http404
    back = reverse("meetings:invitation_list", args=[invitation.meeting.uuid])
    return do(request, lambda: acts[step](invitation=invitation, by=request.user) and None, back=back)


def invitation_record(request, uuid):
    """An answer that came by telephone or letter."""
    invitation = _invitation(request, uuid)
    back = reverse("meetings:invitation_list", args=[invitation.meeting.uuid])
    form = AnswerForm(request.POST or None)
    return run_form(
        request,
        form,
        lambda values: actions.answer(invitation=invitation, by=request.user, **values) and None,
        title=_("Record the answer"),
        back=back,
        crumbs=meeting_crumbs(invitation.meeting, (_("Invitations"), back), (_("Record the answer"), None)),
        facts=invitation.label,
    )


# --- attendance ------------------------------------------------------------------------------------------------------


@require_safe
def attendance_list(request, uuid):
    """Tick list of the note taker, guests, quorum."""
    meeting = find_meeting(request, uuid)
    runs = access(request.user).can(Perm.RUN_MEETINGS)
    came = {a.invitation_id: a for a in meeting.attendance.filter(withdrawn=False, invitation__isnull=False)}
    rows = list(meeting.invitations.filter(copy_only=False).select_related("agency", "region").order_by("order", "pk"))
    for row in rows:
        row.here = came.get(row.pk)
        row.short = short_label(row)
        row.mark = (*ANSWER_MARKS[Answer(row.answer)], row.get_answer_display())
    context = {
        "meeting": meeting,
        "crumbs": meeting_crumbs(meeting, (_("Attendance"), None)),
        "tabs": meeting_tabs(meeting, "attendance", runs),
        "rows": rows,
        "guests": list(meeting.attendance.filter(withdrawn=False, invitation__isnull=True).order_by("pk")),
        "found": attendance_of(meeting),
        "runs": runs,
        "ticks": runs and meeting.state in (MeetingState.INVITED, MeetingState.HELD),
        "room_open": runs and links.is_open(meeting),
        "form": PresentForm(),
    }
    return render(request, "meetings/attendance_list.html", context)


@require_POST
def attendance_tick(request, uuid):
    """Tick or untick one of the invited."""
    invitation = _invitation(request, uuid)
    back = f"{reverse('meetings:attendance_list', args=[invitation.meeting.uuid])}#p-{invitation.uuid}"
    how = request.POST.get("how", "")
    return do(
        request,
        lambda: (
            actions.tick(
                invitation=invitation,
                present=how != "absent",
                late=how == "late",
                substitute=how == "substitute",
                name=request.POST.get("name", "")[:150].strip(),
                by=request.user,
            )
            and None
        ),
        back=back,
    )


@require_POST
def attendance_add(request, uuid):
    """Somebody who came without being on the list."""
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    form = PresentForm(request.POST)
    back = reverse("meetings:attendance_list", args=[meeting.uuid])
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}: {' '.join(errors)}")
        return redirect(back)
    return do(
        request, lambda: actions.add_present(meeting=meeting, by=request.user, **form.cleaned_data) and None, back=back
    )


@never_cache
@require_safe
def room(request, uuid):
    """The screen of the room: a QR code that changes; htmx fetches the next one."""
    meeting = find_meeting(request, uuid)
    require(request.user, Perm.RUN_MEETINGS)
    context = {
        "meeting": meeting,
        "open": links.is_open(meeting),
        "found": attendance_of(meeting),
        "seconds": links.CODE_SECONDS // 3,
        "crumbs": meeting_crumbs(
            meeting, (_("Attendance"), reverse("meetings:attendance_list", args=[meeting.uuid])), (_("QR page"), None)
        ),
    }
    if context["open"]:
        address = links.room_url(meeting)
        code = segno.make(address, error="m", micro=False)
        context["qr"] = mark_safe(code.svg_inline(scale=8, border=2, svgclass="qr", lineclass=None))
        context["address"] = address
    return render(request, "meetings/_room_code.html" if request.htmx else "meetings/room.html", context)


# --- without an account ----------------------------------------------------------------------------------------------


def _gone(request, *, status: int = 404):
    return render(request, "meetings/public_gone.html", status=status)


@login_not_required
@never_cache
def invitation_answer(request, token):
    """The personal page of an invitation: what, when, where, and the answer."""
    try:
        invitation = links.read_invitation(token)
    except links.BadLink:
        return _gone(request)
    meeting = invitation.meeting
    open_ = meeting.state == MeetingState.INVITED and meeting.starts > timezone.now() and not invitation.copy_only
    initial = {"answer": invitation.answer, "substitute": invitation.substitute, "reason": invitation.answer_reason}
    form, status, saved = AnswerForm(request.POST or None, initial=initial), 200, request.GET.get("saved") == "1"
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.answer(invitation=invitation, key_version=invitation.key_version, **form.cleaned_data)
            except ValidationError as error:
                add_errors(form, error)
            else:
                return redirect(f"{reverse('meetings:invitation_answer', args=[token])}?saved=1")
    context = {
        "invitation": invitation,
        "meeting": meeting,
        "agenda": list(meeting.agenda.filter(follow_up=False).order_by("order").values_list("title", flat=True)),
        "form": form,
        "open": open_,
        "saved": saved,
        "file_url": reverse("meetings:invitation_calendar", args=[token]),
    }
    return render(request, "meetings/public_invitation.html", context, status=status)


@login_not_required
@never_cache
@require_safe
def invitation_calendar(request, token):
    """The meeting for the calendar of who was invited."""
    try:
        invitation = links.read_invitation(token)
    except links.BadLink:
        return _gone(request)
    if invitation.meeting.starts is None:
        return _gone(request)
    return _ics(calendar.meeting_file(invitation.meeting, links.invitation_url(invitation)), "undangan.ics")


def _ics(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=calendar.ICS_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def meeting_calendar(request, uuid):
    """The calendar file of a meeting in sight."""
    meeting = find_meeting(request, uuid)
    if meeting.starts is None:
        raise Http404
    return _ics(calendar.meeting_file(meeting, request.build_absolute_uri(meeting_url(meeting))), "rapat.ics")


@login_not_required
@never_cache
@require_safe
def calendar_feed(request, token):
    """A person's meetings to subscribe to; the key is personal."""
    try:
        user = links.read_feed(token)
    except links.BadLink:
        return _gone(request)
    meetings = Meeting.objects.visible_to(user).filter(starts__isnull=False).order_by("-starts")[:300]
    return _ics(calendar.feed(meetings, "TKPKD"), "tkpkd.ics")


@login_not_required
@never_cache
@require_safe
def room_sign(request, uuid, code):
    """Scanned in the room: the code is fresh, so there is time to type one's name."""
    meeting = get_object_or_404(Meeting, uuid=uuid)
    try:
        links.check_code(meeting, code)
    except links.BadLink:
        return _gone(request)
    return _desk(request, meeting, PresentForm(), links.desk_token(meeting))


def _desk(request, meeting: Meeting, form, token: str, *, status: int = 200):
    here = Attendance.objects.filter(meeting=meeting, withdrawn=False, invitation__isnull=False).values("invitation")
    invited = meeting.invitations.filter(copy_only=False).exclude(pk__in=here).select_related("agency", "region")
    choices = [(str(i.uuid), str(i.agency or i.region)) for i in invited if i.agency_id or i.region_id]
    context = {"meeting": meeting, "form": form, "token": token, "choices": sorted(choices, key=lambda c: c[1])}
    return render(request, "meetings/public_room.html", context, status=status)


@login_not_required
@never_cache
@require_POST
def room_enter(request, uuid):
    """Write oneself onto the attendance list."""
    meeting = get_object_or_404(Meeting, uuid=uuid)
    token = request.POST.get("desk", "")
    try:
        links.check_desk(meeting, token)
    except links.BadLink:
        return _gone(request, status=403)
    data = request.POST.copy()
    invitation = None
    if data.get("invitation"):
        invitation = next((i for i in meeting.invitations.all() if str(i.uuid) == data["invitation"]), None)
        if invitation and not data.get("organisation"):
            data["organisation"] = str(invitation.agency or invitation.region or invitation.organisation)
    form = PresentForm(data)
    if form.is_valid():
        try:
            actions.sign_in(meeting=meeting, invitation=invitation, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return render(request, "meetings/public_done.html", {"meeting": meeting, "name": form.cleaned_data["name"]})
    return _desk(request, meeting, form, token, status=422)
