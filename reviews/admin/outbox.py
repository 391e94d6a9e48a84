"""Messages: which wait, which are in doubt or came back, and what a person decides about them."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from casework.admin.filters import ConditionFilter
from casework.admin.pages import RecordAdmin, actor
from casework.admin.tools import Tool, WithTools
from casework.refusals import Refused
from reviews import rounds
from reviews.admin.access import may
from reviews.admin.letters import EVERYWHERE
from reviews.admin.records import RecordInline
from reviews.letters.statements import number
from reviews.models import (
    NEXT_STATES,
    CaseList,
    Letter,
    MessageEvent,
    MessageState,
    OutboxMessage,
    Round,
)
from reviews.rounds.outbox import LONGEST_ATTEMPT


class MessageStateFilter(ConditionFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("unsent", "Waiting or being sent"),
            ("unknown", "Not known whether it arrived"),
            ("failed", "Failed"),
            ("bounced", "Came back"),
            ("sent", "Sent"),
            ("withdrawn", "Withdrawn"),
        ]

    @classmethod
    def condition(cls, request: HttpRequest, value: str | None) -> Q:
        """What staff has to know: an attempt that never ended is in doubt."""
        begun_before = timezone.now() - LONGEST_ATTEMPT
        interrupted = Q(pk__in=OutboxMessage.objects.interrupted(since=begun_before).values("pk"))
        match value:
            case "unsent":
                return Q(state__in=("queued", "sending")) & ~interrupted
            case "unknown":
                return Q(state="unknown") | interrupted
        return Q(state=value) if value in MessageState else Q()


def standing(round_: Round) -> dict[str, int]:
    """The numbers of a round's messages: due now, for later, in doubt and so on."""
    own = OutboxMessage.objects.of_round(round_.pk)
    now = timezone.now()
    found = own.aggregate(
        **{state.value: Count("pk", filter=Q(state=state)) for state in MessageState}
    )
    due = own.due(at=now).count()
    may_be_sent = own.waiting().may_be_sent().count()
    issued = Letter.objects.of_round(round_.pk).issued()
    return found | {
        "due": due,
        "later": may_be_sent - due,
        "held": found["queued"] - may_be_sent,
        "nobody": issued.filter(recipients={}).count(),
        "lists": rounds.awaiting_case_lists(round_).count(),
    }


class MessageEventInline(RecordInline):
    model = MessageEvent
    verbose_name_plural = "what happened"
    fields = ("done_at", "state", "detail", "next_attempt_at", "done_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("message", "done_by")


class AddressForm(forms.Form):
    email = forms.EmailField(
        label="Send it to",
        max_length=254,
        help_text="The message that went to the former address stays on record.",
    )


@admin.register(OutboxMessage)
class OutboxMessageAdmin(WithTools, RecordAdmin):
    list_display = (
        "subject", "role", "email", "progress", "attempts", "queued_at", "next_attempt_at",
        "sent_at",
    )  # fmt: skip
    list_filter = (
        MessageStateFilter, "role", "has_case_lists", "letter__summary__freeze__round",
    )  # fmt: skip
    search_fields = ("subject", "email", "=message_id")
    search_help_text = "By authority, address or Message-ID."
    date_hierarchy = "queued_at"
    actions = ("confirm_arrived", "send_again", "report_bounce", "withdraw")
    inlines = (MessageEventInline,)
    readonly_fields = ("progress", "letter_link", "former")
    fieldsets = (
        (None, {"fields": ("subject", ("role", "email"), "progress", "letter_link", "former")}),
        ("What it says", {"fields": ("body", ("has_letter", "has_case_lists"), "message_id")}),
        ("Sending", {"fields": ("queued_at", "attempts", "next_attempt_at", "sent_at")}),
    )  # fmt: skip

    def has_send_permission(self, request: HttpRequest) -> bool:
        return may(request, "send_messages")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("letter__summary")

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<int:pk>/address/",
                self.admin_site.admin_view(self.address_view),
                name="reviews_outboxmessage_address",
            ),
            *super().get_urls(),
        ]

    def tools(self, request: HttpRequest, record: OutboxMessage) -> Iterable[Tool]:
        yield from super().tools(request, record)
        may_go = MessageState.WITHDRAWN in NEXT_STATES[MessageState(record.state)]
        if self.has_send_permission(request) and may_go:
            address = reverse("admin:reviews_outboxmessage_address", args=[record.pk])
            yield Tool("Send to another address", address)

    # What a list or page shows ------------------------------------------------------------------

    @admin.display(description="state", ordering="state")
    def progress(self, message: OutboxMessage) -> str:
        return message.get_state_display()

    @admin.display(description="letter")
    def letter_link(self, message: OutboxMessage) -> SafeString:
        address = reverse("admin:reviews_letter_change", args=[message.letter_id])
        return format_html('<a href="{}">{}</a>', address, message.letter.summary.name)

    @admin.display(description="in place of", empty_value="None")
    def former(self, message: OutboxMessage) -> SafeString | None:
        replaced = message.replaces
        if replaced is None:
            return None
        address = reverse("admin:reviews_outboxmessage_change", args=[replaced.pk])
        return format_html('<a href="{}">An earlier message to {}</a>', address, replaced.email)

    # What a person decides ----------------------------------------------------------------------

    def _each(
        self, request: HttpRequest, chosen: QuerySet, decide: Callable[..., None], said: str
    ) -> None:
        done = 0
        for message in chosen.select_related("letter__summary"):
            try:
                decide(message=message, by=actor(request))
                done += 1
            except Refused as refused:
                self.message_user(request, str(refused), messages.ERROR)
        if done:
            decided = number(done, "message", "messages")
            self.message_user(request, f"{decided} {said}.", messages.SUCCESS)

    @admin.action(
        permissions=["send"],
        description="It arrived: do not send it again",
        description_plural="They arrived: do not send them again",
        location=EVERYWHERE,
    )
    def confirm_arrived(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        self._each(request, queryset, rounds.confirm_arrived, "marked as arrived")

    @admin.action(
        permissions=["send"],
        description="Send it again",
        description_plural="Send them again",
        location=EVERYWHERE,
    )
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        self._each(request, queryset, rounds.send_again, "waiting to be sent again")

    @admin.action(
        permissions=["send"],
        description="It came back",
        description_plural="They came back",
        location=EVERYWHERE,
    )
    def report_bounce(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        self._each(request, queryset, rounds.report_bounce, "marked as come back")

    @admin.action(
        permissions=["send"],
        description="Withdraw it: nothing more is done about it",
        description_plural="Withdraw them: nothing more is done about them",
        location=EVERYWHERE,
    )
    def withdraw(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        self._each(request, queryset, rounds.withdraw, "withdrawn")

    def address_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks for another address and queues the message for it."""
        message = get_object_or_404(self.get_queryset(request), pk=pk)
        if not (self.has_send_permission(request) and self.has_view_permission(request, message)):
            raise PermissionDenied
        page = reverse("admin:reviews_outboxmessage_change", args=[pk])
        form = AddressForm(
            request.POST if request.method == "POST" else None, initial={"email": message.email}
        )
        problems: list[str] = []
        if request.method == "POST" and form.is_valid():
            try:
                made = rounds.send_to(
                    message=message, email=form.cleaned_data["email"], by=actor(request)
                )
            except Refused as refused:
                problems = refused.problems
            else:
                self.message_user(
                    request, "The message waits to be sent to the new address.", messages.SUCCESS
                )
                made_page = reverse("admin:reviews_outboxmessage_change", args=[made.pk])
                return HttpResponseRedirect(made_page)
        context = {
            **self.admin_site.each_context(request),
            "title": "Send to another address",
            "subtitle": str(message),
            "opts": self.opts,
            "original": message,
            "form": form,
            "problems": problems,
            "back": page,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/reviews/outboxmessage/address.html", context)


@admin.register(MessageEvent)
class MessageEventAdmin(RecordAdmin):
    list_display = ("done_at", "message", "state", "detail", "done_by")
    list_filter = ("state",)
    list_select_related = ("message", "done_by")
    search_fields = ("detail", "message__subject")
    date_hierarchy = "done_at"


@admin.register(CaseList)
class CaseListAdmin(RecordAdmin):
    list_display = ("council", "year", "freeze", "kind", "number")
    list_filter = ("kind", "summary__freeze__round")
    search_fields = ("summary__name", "summary__slug")
    search_help_text = "By authority."
    fields = ("council", "year", "freeze", "kind", "number")
    readonly_fields = ("council", "year", "freeze")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("summary__freeze").defer("cases")

    @admin.display(description="authority", ordering="summary__name")
    def council(self, found: CaseList) -> str:
        return found.summary.name

    @admin.display(description="year", ordering="summary__year_ending")
    def year(self, found: CaseList) -> str:
        return str(found.summary.year_ending)

    @admin.display(description="freeze")
    def freeze(self, found: CaseList) -> int:
        return found.summary.freeze.number
