"""Accounts: Django's own pages, and what helps somebody who lost their second factor."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from casework.actions.users import reset_second_factor
from casework.admin.pages import BackOfficeAdmin, actor
from casework.conditions import in_words

# Their pages show the keys of second factors, and addresses that nobody here logs in with.
admin.site.unregister(Authenticator)
admin.site.unregister(EmailAddress)
admin.site.unregister(User)
admin.site.unregister(Group)


class ResetForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        validators=[in_words],
        help_text="Such as: telephone lost; identity checked in person.",
    )


@admin.register(User)
class StaffAdmin(BackOfficeAdmin, UserAdmin):
    readonly_fields = ("second_factor",)
    fieldsets = (
        *UserAdmin.fieldsets,  # type: ignore[misc]
        ("Second factor", {"fields": ("second_factor",)}),
    )

    def _parts(self) -> list[type[Model]]:
        """Its history has second factors too: that one came or went, and nothing more of it."""
        return [Authenticator, EmailAddress]

    @admin.display(description="second factor")
    def second_factor(self, user: User) -> SafeString | str:
        kinds = Authenticator.objects.filter(user=user).order_by("pk")
        if not kinds:
            return "None set up."
        address = reverse("admin:auth_user_second_factor", args=[user.pk])
        said = ", ".join(kind.get_type_display() for kind in kinds)
        return format_html('{}. <a href="{}">Reset…</a>', said, address)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.second_factor_view)
        return [
            path("<int:pk>/second-factor/", view, name="auth_user_second_factor"),
            *super().get_urls(),
        ]

    def second_factor_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Says what a reset does; done by POST with a reason."""
        user = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        form = ResetForm(request.POST or None)
        if form.is_valid():
            reset_second_factor(user=user, by=actor(request), reason=form.cleaned_data["reason"])
            self.message_user(
                request,
                f"The second factor of {user.get_username()} is reset and their sessions have "
                "ended.",
                messages.SUCCESS,
            )
            return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": "Reset the second factor",
            "subtitle": user.get_username(),
            "opts": self.opts,
            "original": user,
            "form": form,
        }
        return TemplateResponse(request, "admin/auth/user/second_factor.html", context)


@admin.register(Group)
class RoleAdmin(BackOfficeAdmin, GroupAdmin):
    """Groups; `reviews.roles` puts the five that it makes back at every `migrate`."""
