"""What an authenticator app shows, worked out from RFC 6238 beside the package that checks it."""

import base64
import hmac
import time


def code_now(key: str) -> str:
    """The six digits for a key as the page shows it, in the half minute it is now."""
    counter = int(time.time()) // 30
    digest = hmac.digest(base64.b32decode(key), counter.to_bytes(8), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
