"""The ASGI application, for hosts that offer nothing else.

Every view is synchronous, so ``ombudsman.wsgi`` serves the same pages several times faster.
"""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ombudsman.settings")

application = get_asgi_application()
