"""What each client does and is told: the whole guide, and the refusals."""

import time
import unittest
from contextlib import contextmanager
from datetime import datetime

from botocore.exceptions import ClientError

import forged
from nameplate import FLEETING, JANE, JOHN, NEW_EMAIL, QUICK, READ_ONLY, STRICT, Server, attributes_of, other_than, until

WRONG_PASSWORD = ("NotAuthorizedException", "Incorrect username or password.")
WRONG_CODE = ("CodeMismatchException", "Invalid verification code provided, please try again.")
NO_CODE = ("ExpiredCodeException", "Invalid code provided, please request a code again.")
TAKEN = ("AliasExistsException", "An account with the given email already exists.")
REVOKED = ("NotAuthorizedException", "Access Token has been revoked")
LIMIT = ("LimitExceededException", "Attempt limit exceeded, please try after some time.")
DELIVERED = {"AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "m***@d***"}


class Guide:
    """The tests of a client. Whoever mixes it in says in `connect` how the client is made."""

    def connect(self, server):
        raise NotImplementedError

    def started(self, config=""):
        server = Server(config)
        self.addCleanup(server.end)
        return server, self.connect(server)

    def enter(self, server, client, person=JANE):
        """A confirmed account, signed in."""
        client.sign_up(person)
        client.confirm(person["username"], server.code_for(person["email"]))
        client.sign_in(person["username"], person["password"])

    @contextmanager
    def refused(self, refusal):
        """By the exception that the client has for it."""
        with self.assertRaises(ClientError) as caught:
            yield
        error = caught.exception.response["Error"]
        self.assertEqual((error["Code"], error["Message"]), refusal)
        self.assertEqual(type(caught.exception).__name__, refusal[0])

    def test_does_the_whole_guide(self):
        server, client = self.started(QUICK)
        self.assertEqual(client.sign_up(JANE), DELIVERED)
        client.confirm(JANE["username"], server.code_for(JANE["email"]))

        client.sign_in(JANE["username"], JANE["password"])
        told = client.attributes()
        self.assertEqual({name: told[name] for name in attributes_of(JANE)}, attributes_of(JANE))
        self.assertEqual((told["email_verified"], told["phone_number_verified"]), ("true", "false"))

        client.update({"email": NEW_EMAIL, "family_name": "Lastname"})
        told = client.attributes()
        self.assertEqual((told["email"], told["email_verified"], told["family_name"]), (JANE["email"], "true", "Lastname"))
        server.code_for(NEW_EMAIL)
        client.send_code("email")
        client.verify("email", server.code_for(NEW_EMAIL))
        told = client.attributes()
        self.assertEqual((told["email"], told["email_verified"], told["family_name"]), (NEW_EMAIL, "true", "Lastname"))

        client.remove(["family_name"])
        self.assertNotIn("family_name", client.attributes())

        first = client.access_token
        client.refresh()
        self.assertNotEqual(client.access_token, first)
        self.assertEqual(client.attributes()["email"], NEW_EMAIL)

        access, refresh = client.access_token, client.refresh_token
        client.sign_out()
        client.access_token, client.refresh_token = access, refresh
        with self.refused(REVOKED):
            client.attributes()
        with self.refused(("NotAuthorizedException", "Refresh Token has been revoked")):
            client.refresh()
        client.sign_in(NEW_EMAIL, JANE["password"])

    def test_a_wrong_password_and_an_unknown_name_are_refused_alike(self):
        server, client = self.started()
        client.sign_up(JANE)
        client.confirm(JANE["username"], server.code_for(JANE["email"]))
        with self.refused(WRONG_PASSWORD):
            client.sign_in(JANE["username"], "not-the-password")
        with self.refused(WRONG_PASSWORD):
            client.sign_in("nobody", JANE["password"])

    def test_nobody_gets_in_unconfirmed_with_a_taken_name_or_with_a_short_password(self):
        server, client = self.started()
        with self.refused(("InvalidPasswordException", "Password did not conform with policy: Password not long enough")):
            client.sign_up(JANE | {"password": "short"})
        client.sign_up(JANE)
        with self.refused(("UserNotConfirmedException", "User is not confirmed.")):
            client.sign_in(JANE["username"], JANE["password"])
        client.confirm(JANE["username"], server.code_for(JANE["email"]))
        with self.refused(("UsernameExistsException", "User already exists")):
            client.sign_up(JOHN | {"username": "JDoe"})

    def test_after_wrong_passwords_a_sign_in_has_to_wait_with_the_right_one_too(self):
        server, client = self.started(STRICT)
        client.sign_up(JANE)
        client.confirm(JANE["username"], server.code_for(JANE["email"]))
        for _ in range(6):
            with self.assertRaises(ClientError):
                client.sign_in(JANE["username"], "not-the-password")
        with self.refused(("NotAuthorizedException", "Password attempts exceeded")):
            client.sign_in(JANE["username"], JANE["password"])

    def test_wrong_and_used_codes_are_refused_and_after_some_nothing_more_is_tried(self):
        server, client = self.started(QUICK)
        client.sign_up(JANE)
        first = server.code_for(JANE["email"])
        with self.refused(WRONG_CODE):
            client.confirm(JANE["username"], other_than(first))
        client.confirm(JANE["username"], first)
        with self.refused(NO_CODE):
            client.confirm(JANE["username"], first)

        client.sign_in(JANE["username"], JANE["password"])
        client.update({"email": NEW_EMAIL})
        second = server.code_for(NEW_EMAIL)
        client.verify("email", second)
        with self.refused(NO_CODE):
            client.verify("email", second)

        client.update({"email": "me@thirddomain.com"})
        third = server.code_for("me@thirddomain.com")
        for _ in range(4):
            with self.refused(WRONG_CODE):
                client.verify("email", other_than(third))
        for tried in (other_than(third), third):
            with self.refused(LIMIT):
                client.verify("email", tried)

    def test_expired_codes_are_refused(self):
        server, client = self.started(FLEETING)
        self.enter(server, client)
        client.update({"email": NEW_EMAIL})
        client.sign_up(JOHN)
        verification, confirmation = server.code_for(NEW_EMAIL), server.code_for(JOHN["email"])
        sent = datetime.fromisoformat(server.messages(JOHN["email"])[0]["sent_at"]).timestamp()
        until("the end of the codes", lambda: time.time() > sent + 7)
        with self.refused(NO_CODE):
            client.confirm(JOHN["username"], confirmation)
        with self.refused(NO_CODE):
            client.verify("email", verification)

    def test_an_address_that_somebody_has_is_told_once_its_code_is_right(self):
        server, client = self.started(QUICK)
        self.enter(server, client)
        client.sign_up(JOHN | {"email": JANE["email"]})
        with self.refused(TAKEN):
            client.confirm(JOHN["username"], server.code_for(JANE["email"]))

        # Both want an address that is free when they ask for it.
        client.update({"email": NEW_EMAIL})
        late = server.code_for(NEW_EMAIL)
        other = self.connect(server)
        self.enter(server, other, JOHN | {"username": "jroe"})
        other.update({"email": NEW_EMAIL})
        other.verify("email", server.code_for(NEW_EMAIL))
        with self.refused(TAKEN):
            client.verify("email", late)
        self.assertEqual(client.attributes()["email"], JANE["email"])

    def test_a_read_only_or_unknown_attribute_is_refused_and_none_of_the_others_is_updated(self):
        server, client = self.started(READ_ONLY)
        self.enter(server, client)
        before = client.attributes()
        with self.refused(("NotAuthorizedException", "A client attempted to write unauthorized attribute")):
            client.update({"nickname": "Jo", "website": "https://domain.com"})
        with self.refused(("InvalidParameterException", "user.nope: Attribute does not exist in the schema.\n")):
            client.update({"nickname": "Jo", "nope": "x"})
        with self.refused(("NotAuthorizedException", "A client attempted to write unauthorized attribute")):
            client.update({"nickname": "Jo", "email_verified": "true"})
        self.assertEqual(client.attributes(), before)

    def test_too_many_changes_are_refused(self):
        server, client = self.started(STRICT)
        self.enter(server, client)
        for nickname in ("J", "Jo", "Joe"):
            client.update({"nickname": nickname})
        with self.refused(("TooManyRequestsException", "Too many requests")):
            client.update({"nickname": "Joey"})
        self.assertEqual(client.attributes()["nickname"], "Joe")

    def test_forged_and_revoked_tokens_are_refused(self):
        server, client = self.started()
        self.enter(server, client)
        genuine = client.access_token
        for token in (forged.with_another_key(genuine), forged.without_signature(genuine), client.id_token):
            client.access_token = token
            with self.refused(("NotAuthorizedException", "Invalid Access Token")):
                client.update({"nickname": "Jo"})
        client.access_token = genuine
        other = self.connect(server)
        other.sign_in(JANE["username"], JANE["password"])
        other.sign_out_everywhere()
        with self.refused(REVOKED):
            client.update({"nickname": "Jo"})


if __name__ == "__main__":
    unittest.main()
