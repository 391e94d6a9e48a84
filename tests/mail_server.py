"""A small mail server for tests: takes messages in, refuses them, or hangs up."""

import email
import email.policy
import os
import signal
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

HANG_UP = "hang up"


@dataclass
class Mailbox:
    """What the server was given, and how it answers each command.

    `answers` holds a reply, or HANG_UP, by command; `CONTENT` is the end of a message.
    """

    answers: dict[str, str] = field(default_factory=dict)
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    # Told of each message taken in, before the answer.
    taken: Callable[[EmailMessage], None] = lambda message: None


class Handler(socketserver.StreamRequestHandler):
    timeout = 20

    def handle(self) -> None:
        box: Mailbox = self.server.box  # type: ignore[attr-defined]
        with suppress(OSError, EOFError):  # until the other side is gone
            self._talk(box)

    def _say(self, line: str) -> None:
        if line == HANG_UP:
            raise EOFError
        self.wfile.write(f"{line}\r\n".encode())

    def _line(self) -> str:
        line = self.rfile.readline()
        if not line:
            raise EOFError
        return line.decode().rstrip("\r\n")

    def _talk(self, box: Mailbox) -> None:
        self._say(box.answers.get("CONNECT", "220 ready"))
        while True:
            line = self._line()
            command = line.split(" ")[0].split(":")[0].upper()
            if command == "DATA":
                answer = box.answers.get("DATA", "354 go on")
                self._say(answer)
                if answer.startswith("354"):
                    self._take(box)
                continue
            self._say(box.answers.get(command, "250 fine"))
            if command == "RCPT":
                box.recipients.append(line.partition("<")[2].partition(">")[0])
            if command == "QUIT":
                return

    def _take(self, box: Mailbox) -> None:
        content = []
        while (line := self._line()) != ".":
            content.append(line.removeprefix("."))
        message = email.message_from_string("\n".join(content), policy=email.policy.default)
        answer = box.answers.get("CONTENT", "250 taken")
        if answer == HANG_UP or answer.startswith("2"):
            box.messages.append(message)
            box.taken(message)
        self._say(answer)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def make_server(box: Mailbox) -> Server:
    server = Server(("127.0.0.1", 0), Handler)
    server.box = box  # type: ignore[attr-defined]
    return server


def mailers(port: int) -> dict[str, Any]:
    """The MAILERS that lead to a server at this port."""
    return {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 20},
        }
    }


@contextmanager
def running(box: Mailbox) -> Iterator[int]:
    """The port of a server that serves meanwhile."""
    server = make_server(box)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def running_apart(taken: Path) -> Iterator[int]:
    """The port of a server in a process of its own, which notes in a file what it takes in.

    For tests that fork themselves, which do not go well with threads.
    """

    def note(message: EmailMessage) -> None:
        with taken.open("a") as file:
            file.write(f"{message['Message-ID']}\n")

    taken.touch()
    server = make_server(Mailbox(taken=note))
    process = os.fork()
    if not process:
        try:
            server.serve_forever()
        finally:
            os._exit(1)
    server.server_close()
    try:
        yield int(server.server_address[1])
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
