"""One running Nameplate with a store of its own, and its development mailbox."""

import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

BINARY = Path(os.environ["NAMEPLATE_BIN"]).resolve()
# What scripts/with-postgres has started; without it every store is a file.
POSTGRES = os.environ.get("NAMEPLATE_TEST_POSTGRES_URL", "")
PATIENCE = 30
# What opens the development mailbox of a program that is started here.
MAILBOX_TOKEN = "the-token-of-tests"

# The person of the guide, with its literal values.
JANE = {
    "username": "jdoe",
    "password": "mysecurerandompassword#123",
    "email": "me@domain.com",
    "phone_number": "+12128601234",
    "given_name": "Jane",
    "family_name": "Doe",
    "nickname": "Jane",
}
JOHN = JANE | {"username": "john", "email": "john@elsewhere.example", "given_name": "John"}
NEW_EMAIL = "me@anotherdomain.com"

QUICK = '[codes]\nresend_after = "0s"\n'
FLEETING = '[codes]\nlifetime = "6s"\nresend_after = "0s"\n'
READ_ONLY = QUICK + '[[clients]]\nid = "web"\nwrite = ["email", "phone_number", "given_name", "family_name", "nickname"]\n'
STRICT = QUICK + '[limits]\nsign_in_first_wait = "5min"\nchanges_per_account_an_hour = 3\n'


def until(what, ask):
    """Asks again and again until there is an answer."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not in time: {what}")


def attributes_of(person):
    return {name: value for name, value in person.items() if name not in ("username", "password")}


def other_than(code):
    """Six digits that are not this code."""
    return f"{(int(code) + 1) % 1_000_000:06}"


class Server:
    def __init__(self, config=""):
        self.folder = Path(tempfile.mkdtemp(prefix="nameplate-"))
        self.database = None
        self.log = self.folder / "log"
        (self.folder / "nameplate.toml").write_text(config)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "NAMEPLATE_LISTEN": "127.0.0.1:0",
            "NAMEPLATE_DATA": str(self.folder / "data"),
            "NAMEPLATE_CONFIG": str(self.folder / "nameplate.toml"),
            "NAMEPLATE_MAILBOX_TOKEN": MAILBOX_TOKEN,
        }
        if POSTGRES:
            self.database = f"nameplate_{secrets.token_hex(8)}"
            subprocess.run(["createdb", f"--maintenance-db={POSTGRES}", self.database], check=True)
            environment["NAMEPLATE_STORE_URL"] = urlsplit(POSTGRES)._replace(path=f"/{self.database}").geturl()
        with self.log.open("w") as log:
            self.process = subprocess.Popen([BINARY], cwd=self.folder, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            self.url, self.pool = until("a start", self._announced)
        except BaseException:
            self.end()
            raise
        self._read = {}

    def _announced(self):
        said = self.log.read_text()
        if self.process.poll() is not None:
            raise AssertionError(f"it ended:\n{said}")
        # The line of the pool is the last one that it says.
        pool = re.search(r"user pool (\w+), app client", said)
        return pool and (re.search(r" is at (http://\S+)", said).group(1), pool.group(1))

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.database:
            subprocess.run(["dropdb", f"--maintenance-db={POSTGRES}", "--force", self.database], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def messages(self, to):
        """Newest first."""
        with urllib.request.urlopen(f"{self.url}/dev/mailbox.json?token={MAILBOX_TOKEN}") as answer:
            return [message for message in json.load(answer) if message["to"] == to]

    def code_for(self, to):
        """The newest code sent to this address; waits for one that it has not handed out before."""

        def codes():
            found = [re.search(r"(?<!\d)(?:\d{6}|\d{8})(?!\d)", message["text"]) for message in self.messages(to)]
            return [code.group() for code in found if code]

        found = until(f"a new code for {to}", lambda: (all_of := codes()) and len(all_of) > self._read.get(to, 0) and all_of)
        self._read[to] = len(found)
        return found[0]
