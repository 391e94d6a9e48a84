"""The project's own settings, without anything from a developer's .env or shell but the database.

DATABASE_URL of the real environment chooses the database; unset, SQLite in memory.
"""

import os
import tempfile

# Files of cases lie in a folder that goes when the tests end.
private_files = tempfile.TemporaryDirectory()

TEST_ENVIRONMENT = {
    "PRIVATE_FILES": private_files.name,
    "SECRET_KEY": "only-for-tests-" + "0123456789" * 5,
    "DEBUG": "off",
    "HTTPS": "off",
    "BEHIND_PROXY": "off",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
    "CSRF_TRUSTED_ORIGINS": "",
    "SITE_ADDRESS": "https://reviews.example.org",
    "EMAIL_URL": "",
    "DEFAULT_FROM_EMAIL": "",
    "MAIL_HOOK_KEY": "",
    "RETENTION_MONTHS": "",
}
os.environ.update(TEST_ENVIRONMENT)
os.environ.setdefault("DATABASE_URL", "sqlite:///:memory:")

from ombudsman.settings import *  # noqa: E402, F403
from ombudsman.settings import DATABASES, INSTALLED_APPS, STORAGES  # noqa: E402

# Its `flush` may empty the tables whose rows are immutable.
INSTALLED_APPS += ["tests"]

# A pool keeps connections to the test database open, which then cannot be dropped.
DATABASES["default"]["OPTIONS"].pop("pool", None)

# Strong hashes are slow by design; no password here is worth the wait.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Files straight from where they are, so that no test waits for or depends on collectstatic.
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
