"""Every address of the project: the back office here, the public pages in ``reviews.site``.

Errors are answered with Django's default handlers, which show ``templates/404.html`` and
``templates/500.html``.
"""

from allauth.account import views as account
from django.contrib import admin
from django.urls import include, path

from ombudsman import login
from reviews.hooks import mail_hook

urlpatterns = [
    # These come before admin's own pages of the same addresses.
    path("admin/login/", login.log_in, name="account_login"),
    path("admin/logout/", account.logout, name="account_logout"),
    path("admin/inactive/", account.account_inactive, name="account_inactive"),
    path("admin/password_change/", account.password_change, name="account_change_password"),
    path("admin/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("admin/second-factor/totp/activate/", login.add_app, name="mfa_activate_totp"),
    path("admin/second-factor/webauthn/add/", login.add_passkey, name="mfa_add_webauthn"),
    path("admin/second-factor/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
    path("hooks/mail/", mail_hook, name="mail-hook"),
    path("", include("reviews.site.urls")),
]
