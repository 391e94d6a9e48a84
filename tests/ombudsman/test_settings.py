"""The settings file, run again with an environment of each test's choosing."""

import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
GOOD_KEY = "0123456789abcdefghij" * 3

Load = Callable[..., dict[str, Any]]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Run a copy of settings.py that sees only the given variables and the given .env."""
    copy = tmp_path / "ombudsman" / "settings.py"
    copy.parent.mkdir()
    shutil.copy(ROOT / "ombudsman" / "settings.py", copy)

    def run(dotenv: str | None = None, **variables: str) -> dict[str, Any]:
        monkeypatch.setattr(environ.Env, "ENVIRON", {"SECRET_KEY": GOOD_KEY} | variables)
        if dotenv is not None:
            (tmp_path / ".env").write_text(dotenv, encoding="utf-8")
        return runpy.run_path(str(copy))

    return run


def refusal(load: Load, **variables: str) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        load(**variables)
    return str(caught.value)


def test_settings_are_safe_by_default(load: Load) -> None:
    found = load()
    names = [
        "DEBUG",
        "ALLOWED_HOSTS",
        "SECURE_SSL_REDIRECT",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_HSTS_SECONDS",
        "X_FRAME_OPTIONS",
    ]
    assert [found[name] for name in names] == [
        False,
        ["localhost", "127.0.0.1", "[::1]"],
        True,
        True,
        True,
        31_536_000,
        "DENY",
    ]
    assert "SECURE_PROXY_SSL_HEADER" not in found
    assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == 0
    assert found["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"] is False


@pytest.mark.parametrize(
    ("variables", "required"),
    [
        ({}, True),
        ({"HTTPS": "off"}, False),
        ({"HTTPS": "off", "SECOND_FACTOR": "on"}, True),
        ({"HTTPS": "on", "SECOND_FACTOR": "off"}, False),
        ({"SECOND_FACTOR": ""}, True),
    ],
)
def test_second_factor_is_required_where_https_is_unless_said(
    load: Load, variables: dict[str, str], required: bool
) -> None:
    assert load(**variables)["SECOND_FACTOR"] is required


def test_https_off_leaves_cookies_and_redirects_plain(load: Load) -> None:
    found = load(HTTPS="off")
    assert [
        found["SECURE_SSL_REDIRECT"],
        found["SESSION_COOKIE_SECURE"],
        found["CSRF_COOKIE_SECURE"],
        found["SECURE_HSTS_SECONDS"],
    ] == [False, False, False, 0]


def test_proxy_header_is_trusted_only_behind_a_proxy(load: Load) -> None:
    found = load(BEHIND_PROXY="on")
    assert found["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


@pytest.mark.parametrize("word", ["on", "ON", "true", "yes", "1", " on "])
def test_boolean_reads_words_for_on(load: Load, word: str) -> None:
    assert load(DEBUG=word)["DEBUG"] is True


@pytest.mark.parametrize("word", ["off", "Off", "false", "no", "0", ""])
def test_boolean_reads_words_for_off(load: Load, word: str) -> None:
    assert load(DEBUG=word)["DEBUG"] is False


@pytest.mark.parametrize("name", ["DEBUG", "HTTPS", "BEHIND_PROXY", "SECOND_FACTOR"])
def test_boolean_refuses_other_words(load: Load, name: str) -> None:
    assert refusal(load, **{name: "ture"}) == (
        f"{name} must be on or off, not 'ture': set it to one of them."
    )


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("", "SECRET_KEY is not set: "),
        (GOOD_KEY[:49], "SECRET_KEY is too easy to guess: it needs at least 50 random "),
        ("abcd" * 20, "SECRET_KEY is too easy to guess: it needs at least 50 random "),
        ("django-insecure-" + GOOD_KEY, "SECRET_KEY still has a value that everybody can read: "),
    ],
)
def test_secret_key_must_be_hard_to_guess(load: Load, key: str, problem: str) -> None:
    message = refusal(load, SECRET_KEY=key)
    assert message.startswith(problem)
    assert "run 'make install'" in message


def test_secret_key_of_fifty_characters_is_taken(load: Load) -> None:
    assert load(SECRET_KEY=GOOD_KEY[:50])["SECRET_KEY"] == GOOD_KEY[:50]


def test_secret_key_of_the_example_is_refused(load: Load) -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    (example,) = [line.removeprefix("SECRET_KEY=") for line in lines if "SECRET_KEY=" in line]
    message = refusal(load, SECRET_KEY=example)
    assert message.startswith("SECRET_KEY still has a value that everybody can read: ")


@pytest.mark.parametrize(
    "hosts", ["https://x.example", "x.example:443", "x.example/", "a b", "*", "[::1", "-", "a;b"]
)
def test_allowed_hosts_refuses_what_is_no_host(load: Load, hosts: str) -> None:
    assert refusal(load, ALLOWED_HOSTS=f"localhost,{hosts}") == (
        f"ALLOWED_HOSTS contains {hosts!r}, which cannot be used: "
        "give host names separated by commas, without https://, port or path."
    )


def test_allowed_hosts_takes_names_addresses_and_subdomains(load: Load) -> None:
    found = load(ALLOWED_HOSTS="reviews.example.org, .example.org,10.0.0.1,[::1],")
    assert found["ALLOWED_HOSTS"] == ["reviews.example.org", ".example.org", "10.0.0.1", "[::1]"]


@pytest.mark.parametrize(
    "origin", ["reviews.example.org", "https://x.example/a", "ftp://x.example"]
)
def test_trusted_origins_refuse_what_is_no_origin(load: Load, origin: str) -> None:
    message = refusal(load, CSRF_TRUSTED_ORIGINS=origin)
    assert message.startswith(f"CSRF_TRUSTED_ORIGINS contains {origin!r}, which cannot be used: ")


def test_trusted_origins_take_scheme_host_and_port(load: Load) -> None:
    origins = "https://reviews.example.org,https://*.example.org:8443"
    assert load(CSRF_TRUSTED_ORIGINS=origins)["CSRF_TRUSTED_ORIGINS"] == origins.split(",")


def test_database_is_a_file_beside_manage_by_default(load: Load, tmp_path: Path) -> None:
    database = load()["DATABASES"]["default"]
    assert [database["ENGINE"], database["NAME"], database["OPTIONS"]] == [
        "django.db.backends.sqlite3",
        str(tmp_path / "db.sqlite3"),
        {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
    ]


def test_sqlite_path_is_taken_from_the_project_or_the_root(load: Load, tmp_path: Path) -> None:
    names = [
        load(DATABASE_URL=url)["DATABASES"]["default"]["NAME"]
        for url in (
            "sqlite:///a%20b.sqlite3",
            f"sqlite:///{tmp_path}/c.sqlite3",
            "sqlite:///:memory:",
        )
    ]
    assert names == [str(tmp_path / "a b.sqlite3"), str(tmp_path / "c.sqlite3"), ":memory:"]


def test_postgresql_goes_through_a_pool(load: Load) -> None:
    url = "postgres://app:p%40ss@db.example:6432/reviews?sslmode=require&conn_max_age=60"
    assert load(DATABASE_URL=url)["DATABASES"]["default"] == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "reviews",
        "USER": "app",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": 6432,
        "OPTIONS": {
            "options": "-c random_page_cost=1.1",
            "sslmode": "require",
            "pool": {"min_size": 1, "max_size": 8, "timeout": 10},
        },
        "CONN_MAX_AGE": 0,
    }


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mysql://u:secret@h/db", "DATABASE_URL names an unknown database 'mysql': "),
        ("reviews", "DATABASE_URL names no database: "),
        ("postgres://u:secret@h", "DATABASE_URL cannot be read or names no database: "),
        ("postgres://u:secret@h:port/db", "DATABASE_URL cannot be read or names no database: "),
        ("sqlite://", "DATABASE_URL has no path that SQLite can use: "),
        ("sqlite:///", "DATABASE_URL has no path that SQLite can use: "),
        ("sqlite://db.sqlite3", "DATABASE_URL has no path that SQLite can use: "),
        ("sqlite:///no/such/folder/x", "DATABASE_URL names a file in "),
    ],
)
def test_database_url_refuses_what_it_cannot_use(load: Load, url: str, problem: str) -> None:
    message = refusal(load, DATABASE_URL=url)
    assert message.startswith(problem)
    assert "secret" not in message


def test_mail_is_printed_unless_a_server_is_named(load: Load) -> None:
    assert load()["MAILERS"] == {
        "default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    }
    assert load(EMAIL_URL="smtp+tls://u:p%40ss@mail.example")["MAILERS"] == {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": "mail.example",
                "port": 587,
                "username": "u",
                "password": "p@ss",
                "use_tls": True,
                "use_ssl": False,
                "timeout": 30,
            },
        }
    }


@pytest.mark.parametrize("url", ["imap://u:secret@h", "smtp://", "smtp://u:secret@h:x", "mail"])
def test_mail_server_refuses_what_it_cannot_use(load: Load, url: str) -> None:
    message = refusal(load, EMAIL_URL=url)
    assert message.startswith("EMAIL_URL cannot be read: ")
    assert "secret" not in message


def test_dotenv_is_read_and_the_environment_wins(load: Load) -> None:
    found = load(dotenv="DEBUG=on\nALLOWED_HOSTS=file.example\n", ALLOWED_HOSTS="real.example")
    assert [found["DEBUG"], found["ALLOWED_HOSTS"]] == [True, ["real.example"]]


def test_example_environment_starts_once_it_has_a_key(load: Load) -> None:
    found = load(dotenv=(ROOT / ".env.example").read_text(encoding="utf-8"), SECRET_KEY=GOOD_KEY)
    default = load(dotenv="")
    differing = {
        name
        for name, value in found.items()
        if name.isupper() and name != "SECRET_KEY" and value != default[name]
    }
    assert differing == {
        "HTTPS",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SECURE_HSTS_PRELOAD",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECOND_FACTOR",
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN",
    }


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_deployment_check_is_clean_under_production_settings() -> None:
    found = manage(
        "check",
        "--deploy",
        "--fail-level=WARNING",
        HTTPS="on",
        SECRET_KEY=GOOD_KEY,
        ALLOWED_HOSTS="reviews.example.org",
        EMAIL_URL="smtp+tls://user:password@mail.example.org",
    )
    assert found.stderr == ""
    assert found.stdout == "System check identified no issues (0 silenced).\n"
    assert found.returncode == 0


def test_refused_settings_are_one_line_on_stderr() -> None:
    found = manage("check", DATABASE_URL="mysql://u:secret@h/db")
    assert found.stderr == (
        "Not started: DATABASE_URL names an unknown database 'mysql': "
        "use sqlite:///path/to/file or postgres://user:password@host:port/name.\n"
    )
    assert [found.returncode, found.stdout] == [1, ""]


def test_tests_do_not_depend_on_the_developers_environment() -> None:
    assert [settings.DEBUG, settings.HTTPS, "pool" in settings.DATABASES["default"]["OPTIONS"]] == [
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(("value", "months"), [("", 12), ("12", 12), (" 36 ", 36)])
def test_retention_is_twelve_months_or_more(load: Load, value: str, months: int) -> None:
    assert load(RETENTION_MONTHS=value)["RETENTION_MONTHS"] == months


@pytest.mark.parametrize("value", ["11", "0", "-12", "12.5", "a year", "99999"])
def test_retention_below_twelve_months_is_refused(load: Load, value: str) -> None:
    assert refusal(load, RETENTION_MONTHS=value) == (
        f"RETENTION_MONTHS must be a whole number of months from 12 on, not {value!r}."
    )


def test_mail_hook_key_is_none_unless_set(load: Load) -> None:
    assert load()["MAIL_HOOK_KEY"] == ""
    assert load(MAIL_HOOK_KEY=GOOD_KEY)["MAIL_HOOK_KEY"] == GOOD_KEY


@pytest.mark.parametrize("key", ["guess me", "0123456789abcdefghij", "a" * 60])
def test_mail_hook_key_that_can_be_guessed_is_refused(load: Load, key: str) -> None:
    message = refusal(load, MAIL_HOOK_KEY=key)
    assert message.startswith("MAIL_HOOK_KEY is too easy to guess: set it to the output of ")
    assert key not in message
