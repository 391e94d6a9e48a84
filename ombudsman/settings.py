"""Settings of the project, read from the environment and from ``.env`` beside ``manage.py``.

Every variable has a safe default except SECRET_KEY. One that cannot be understood stops the start
with a sentence that names it: a guess might open the site to the world or write to the wrong
database. ``.env.example`` lists the variables.
"""

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent

# Reading the environment ------------------------------------------------------------------------

env = environ.Env()
if (BASE_DIR / ".env").is_file():
    environ.Env.read_env(BASE_DIR / ".env")  # variables of the real environment win

EXAMPLE_SECRET_KEY = "replace-this-example-with-fifty-or-more-random-characters"
NEW_SECRET_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"

# A host name or address without scheme, port or path; a leading dot stands for all subdomains.
HOST = re.compile(r"\.?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
ORIGIN = re.compile(r"https?://((\*\.)?[A-Za-z0-9]([A-Za-z0-9._-]*)|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?")

TRUE, FALSE = {"on", "true", "yes", "1"}, {"off", "false", "no", "0"}


def read_boolean(name: str, *, default: bool) -> bool:
    """A switch; django-environ would take every unknown word, such as "ture", for off."""
    value = env.str(name, default="").strip().lower()
    if not value:
        return default
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(
            f"{name} must be on or off, not {value!r}: set it to one of them."
        )
    return value in TRUE


def read_months(name: str, *, least: int) -> int:
    """A whole number of months, `least` unless set; fewer are refused."""
    value = env.str(name, default="").strip() or str(least)
    if not re.fullmatch("[0-9]{1,4}", value) or int(value) < least:
        raise ImproperlyConfigured(
            f"{name} must be a whole number of months from {least} on, not {value!r}."
        )
    return int(value)


def read_key(name: str) -> str:
    """A key that others sign with: blank, or too long to guess."""
    value = env.str(name, default="").strip()
    if value and (len(value) < 32 or len(set(value)) < 5):
        raise ImproperlyConfigured(
            f"{name} is too easy to guess: set it to the output of {NEW_SECRET_KEY}, or to nothing."
        )
    return value


def read_list(name: str, *, default: list[str], pattern: re.Pattern[str], hint: str) -> list[str]:
    values = [part.strip() for part in env.str(name, default="").split(",") if part.strip()]
    for value in values:
        if not pattern.fullmatch(value):
            raise ImproperlyConfigured(f"{name} contains {value!r}, which cannot be used: {hint}")
    return values or default


def read_secret_key() -> str:
    value = env.str("SECRET_KEY", default="")
    if not value:
        problem = "SECRET_KEY is not set"
    elif value == EXAMPLE_SECRET_KEY or value.startswith("django-insecure-"):
        problem = "SECRET_KEY still has a value that everybody can read"
    elif len(value) < 50 or len(set(value)) < 5:
        problem = "SECRET_KEY is too easy to guess: it needs at least 50 random characters"
    else:
        return value
    raise ImproperlyConfigured(
        f"{problem}: run 'make install', which puts one into .env, or set it to the output of "
        f"{NEW_SECRET_KEY}."
    )


def read_database(url: str) -> dict[str, Any]:
    """The DATABASES entry for DATABASE_URL; a message never repeats it, as it holds a password."""
    usage = "use sqlite:///path/to/file or postgres://user:password@host:port/name."
    scheme = url.partition(":")[0].lower() if ":" in url else ""
    if scheme == "sqlite":
        return sqlite_database(url)
    if scheme not in {"postgres", "postgresql"}:
        named = f"an unknown database {scheme!r}" if scheme else "no database"
        raise ImproperlyConfigured(f"DATABASE_URL names {named}: {usage}")
    try:
        database = dict(env.db_url_config(url))
    except ValueError:  # such as a port that is no number
        database = {}
    if not database.get("NAME"):
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read or names no database: {usage}")
    # Two workers of four threads each need four connections; the rest is room for commands.
    pool = {"min_size": 1, "max_size": 8, "timeout": 10}
    # PostgreSQL takes it that a row found by an index costs as much as four read in order, as on a
    # turning disk, and would read whole tables for the few rows that wait on a desk.
    planner = "-c random_page_cost=1.1"
    return database | {
        "OPTIONS": {"options": planner} | database.get("OPTIONS", {}) | {"pool": pool},
        "CONN_MAX_AGE": 0,  # the pool keeps connections open, so Django must not
    }


def sqlite_database(url: str) -> dict[str, Any]:
    """Three slashes for a path from the project's folder, four for one from the root."""
    parts = urlsplit(url)
    path = unquote(parts.path.removeprefix("/"))
    if parts.netloc or not path or parts.query:
        raise ImproperlyConfigured(
            "DATABASE_URL has no path that SQLite can use: write sqlite:///name.sqlite3 for one "
            "in the project's folder or sqlite:////full/path/name.sqlite3 for one elsewhere."
        )
    name = path if path == ":memory:" else str(BASE_DIR / path)
    if name != ":memory:" and not Path(name).parent.is_dir():
        raise ImproperlyConfigured(
            f"DATABASE_URL names a file in {Path(name).parent}, which is no folder: make it first."
        )
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {
            # Readers go on while one writes; writers queue from their first statement, so that
            # none of them fails half-way; each waits up to 20 seconds for its turn.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
    }


def read_mailer(url: str) -> dict[str, Any]:
    """The MAILERS entry for EMAIL_URL, which is kept out of messages like DATABASE_URL."""
    ports = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
    scheme = url.partition(":")[0].lower()
    if scheme == "console":
        return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    try:
        parts = urlsplit(url)
        port = parts.port or ports.get(scheme)
    except ValueError:  # a port that is no number, an address with half a bracket
        parts, port = urlsplit(""), None
    if not port or not parts.hostname:
        raise ImproperlyConfigured(
            "EMAIL_URL cannot be read: use smtp+tls://user:password@host:587, "
            "smtp+ssl://user:password@host:465, smtp://host:25 or console://."
        )
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": port,
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": scheme == "smtp+tls",
            "use_ssl": scheme == "smtp+ssl",
            "timeout": 30,
        },
    }


# Who may ask, and how ---------------------------------------------------------------------------

DEBUG = read_boolean("DEBUG", default=False)
SECRET_KEY = read_secret_key()
ALLOWED_HOSTS = read_list(
    "ALLOWED_HOSTS",
    default=["localhost", "127.0.0.1", "[::1]"],
    pattern=HOST,
    hint="give host names separated by commas, without https://, port or path.",
)
CSRF_TRUSTED_ORIGINS = read_list(
    "CSRF_TRUSTED_ORIGINS",
    default=[],
    pattern=ORIGIN,
    hint="give origins separated by commas, such as https://reviews.example.org.",
)

# Where the public site is found: letters name its pages.
SITE_ADDRESS = read_list(
    "SITE_ADDRESS",
    default=["http://127.0.0.1:8000"],
    pattern=ORIGIN,
    hint="give one origin without a final slash, such as https://reviews.example.org.",
)[0]

HTTPS = read_boolean("HTTPS", default=True)
BEHIND_PROXY = read_boolean("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Of the addresses in X-Forwarded-For only the last can be trusted: the proxy itself wrote it.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # a watchdog beside the server asks without TLS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS

SESSION_COOKIE_AGE = 12 * 60 * 60  # one working day
SECOND_FACTOR = read_boolean("SECOND_FACTOR", default=HTTPS)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}

# The largest casework file (200,000 rows) comes through a command; a form takes less.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000  # every letter of a round may be ticked at once
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_PERMISSIONS = 0o640

# After so many months without decision or outcome a closed case may be anonymised.
RETENTION_MONTHS = read_months("RETENTION_MONTHS", least=12)

# What runs --------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "reviews.apps.BackOfficeConfig",  # the admin, in the order of use
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "casework",
    "reviews",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "ombudsman.middleware.permissions_policy",
    "ombudsman.middleware.asked_for_again",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ombudsman.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "ombudsman.urls"
WSGI_APPLICATION = "ombudsman.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reviews.site.context.site",
            ],
        },
    },
]

DATABASES = {
    "default": read_database(
        env.str("DATABASE_URL", default="") or "sqlite:///db.sqlite3",
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Logging in --------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "ombudsman.login.AccountAdapter"
ACCOUNT_FORMS = {"login": "ombudsman.login.LogInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # accounts have these; nobody signs up
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False  # `LogInView` decides

MFA_ADAPTER = "ombudsman.login.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Ombudsman back office"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an account need not have an e-mail address
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # passkeys at http://localhost

# Holds what counts failed attempts, for all processes together; migrations make its table.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # So many that nobody can push out the count against them with attempts of other names.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Words, days and files ---------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "ombudsman.formats"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Files of cases. No address leads there; a view checks who asks.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": BASE_DIR / (env.str("PRIVATE_FILES", default="") or "private"),
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

MAILERS = {"default": read_mailer(env.str("EMAIL_URL", default="") or "console://")}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="") or "annual-reviews@localhost"
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# With this key the mail provider signs what it reports to /hooks/mail/; without one there is no
# such page.
MAIL_HOOK_KEY = read_key("MAIL_HOOK_KEY")

# Logs hold addresses and errors, never form data or rows: nothing is e-mailed, all goes to stderr.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "ombudsman.logs.RowlessFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},
    },
}
