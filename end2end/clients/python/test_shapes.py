"""Requests and answers have the shapes of the published service model, operation by operation.

The model comes with botocore. What a request that breaks it has to be answered is computed from the model here, a second
time and independently of the program's own table (crates/wire/src/requests.rs).
"""

import base64
import hashlib
import hmac
import http.client
import itertools
import json
import re
import struct
import time
import unicodedata
import unittest
from pathlib import Path
from urllib.parse import urlsplit

from botocore.loaders import Loader
from pycognito.aws_srp import AWSSRP

from nameplate import JANE, Server

MODEL = Loader().load_service_model("cognito-idp", "service-2")
SHAPES, OPERATIONS = MODEL["shapes"], MODEL["operations"]
# What the reference of the wire API lists.
REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
SERVED = re.findall(r"^\| ([A-Z]\w+) \|", REFERENCE.read_text(), re.MULTILINE)

# Where the program differs from the model on purpose.
ALSO_REQUIRED = {
    ("SignUp", "Password"),
    ("ChangePassword", "PreviousPassword"),
    ("AssociateSoftwareToken", "AccessToken"),
    ("VerifySoftwareToken", "AccessToken"),
}
OWN_PATTERN = {"ClientIdType": r"[\w+-]+"}
NOT_REPEATED = {"ConfirmationCodeType"}
# Errors that no operation models, and every one may have.
COMMON = {"SerializationException", "InternalErrorException", "RequestEntityTooLargeException", "InvalidParameterException"}
MOST_TOLD, LONGEST_TOLD = 10, 64
CLASSES = "LMSNP"
# No-break and zero-width space, a separator of lines, an accent.
BEYOND = "\u00a0\u200b\u2028\u0301"
# As much as may be set: the longest text of the model has to get in.
ROOMY = "[server]\nbody_limit = 1048576\n"


class Misread(Exception):
    """A value of another type than the model's."""


def fits(pattern, text):
    """Whether the whole text matches; Python's own expressions know no classes of Unicode."""
    if "\\p{" not in pattern:
        return re.fullmatch(pattern, text, re.ASCII) is not None
    plain = "\t\n\r " if "\\t" in pattern else ""
    return text != "" and all(char in plain or unicodedata.category(char)[0] in CLASSES for char in text)


def read(shape, value):
    """Whether the value can be read at all."""
    kind = shape["type"]
    if value is None or shape.get("document") or kind == "timestamp" and type(value) in (int, float):
        return
    if kind == "structure" and isinstance(value, dict):
        for name, member in shape["members"].items():
            read(SHAPES[member["shape"]], value.get(name))
    elif kind == "map" and isinstance(value, dict):
        for each in value.values():
            read(SHAPES[shape["value"]["shape"]], each)
    elif kind == "list" and isinstance(value, list):
        for each in value:
            read(SHAPES[shape["member"]["shape"]], each)
    elif isinstance(value, dict):
        raise Misread("Start of structure or map found where not expected.")
    elif isinstance(value, list):
        raise Misread("Start of list found where not expected.")
    elif kind in ("structure", "map"):
        raise Misread("Expected null")
    elif kind == "list":
        raise Misread("Expected list or null")
    else:
        wanted = {"string": (str, "a String"), "boolean": (bool, "a Boolean"), "integer": (int, "an Integer")}
        python, name = wanted[kind]
        if type(value) is not python:
            said = f"{str(value).upper()}_VALUE" if isinstance(value, bool) else "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"
            raise Misread(f"{said} can not be converted to {name}")


def rules(name):
    """What a text has to keep, rule by rule."""
    shape = SHAPES[name]
    if "max" in shape:
        yield f"Member must have length less than or equal to {shape['max']}", lambda text: len(text) <= shape["max"]
    if "min" in shape:
        yield f"Member must have length greater than or equal to {shape['min']}", lambda text: len(text) >= shape["min"]
    if "pattern" in shape:
        pattern = OWN_PATTERN.get(name, shape["pattern"])
        yield f"Member must satisfy regular expression pattern: {pattern}", lambda text: fits(pattern, text)


def keeps(name, text):
    return isinstance(text, str) and all(kept(text) for _, kept in rules(name))


def joined(name):
    return f"must satisfy constraint: [{', '.join(rule for rule, _ in rules(name))}]"


def broken(name, at, value, also=()):
    """Every fault of a value that can be read, in the order of the model: where, what is shown of it, and the rule."""
    shape = SHAPES[name]
    kind, told = shape["type"], not shape.get("sensitive") and name not in NOT_REPEATED
    if kind == "structure":
        for member, about in shape["members"].items():
            path = f"{at}{'.' if at else ''}{member[0].lower()}{member[1:]}"
            if value.get(member) is not None:
                yield from broken(about["shape"], path, value[member])
            elif member in shape.get("required", []) or member in also:
                yield path, " null", "Member must not be null"
    elif kind == "map":
        # Null is as good as absent: the clients of browsers send it.
        for side, found in (("keys", value.keys()), ("value", [text for text in value.values() if text is not None])):
            if not all(keeps(shape["key" if side == "keys" else side]["shape"], text) for text in found):
                yield at, "", f"Map {side} {joined(shape['value']['shape'])}"
    elif kind == "list":
        each = shape["member"]["shape"]
        if SHAPES[each]["type"] == "string":
            if not all(keeps(each, text) for text in value):
                yield at, shown(f"[{', '.join('null' if text is None else text for text in value)}]"), f"Member {joined(each)}"
            return
        for number, one in enumerate(value, 1):
            path = f"{at}.{number}.member"
            if one is None:
                yield path, " null", "Member must not be null"
            else:
                yield from broken(each, path, one)
    elif "enum" in shape:
        if value not in shape["enum"]:
            yield at, shown(value), f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]"
    elif kind == "string":
        for rule, kept in rules(name):
            if not kept(value):
                yield at, shown(value) if told else "", rule
    elif kind == "integer":
        if value > shape.get("max", value):
            yield at, shown(str(value)), f"Member must have value less than or equal to {shape['max']}"
        if value < shape.get("min", value):
            yield at, shown(str(value)), f"Member must have value greater than or equal to {shape['min']}"


def shown(text):
    return f" '{text}'" if len(text) <= LONGEST_TOLD else ""


def expected(operation, request):
    """The refusal of a request that breaks the model; none, if it doesn't."""
    name = OPERATIONS[operation]["input"]["shape"]
    try:
        read(SHAPES[name], request)
    except Misread as fault:
        return "SerializationException", str(fault)
    also = {member for known, member in ALSO_REQUIRED if known == operation}
    faults = list(itertools.islice(broken(name, "", request, also), MOST_TOLD))
    if not faults:
        return None
    told = "; ".join(f"Value{value} at '{at}' failed to satisfy constraint: {rule}" for at, value, rule in faults)
    return "InvalidParameterException", f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: {told}"


def sample(name):
    """A value that the model allows."""
    shape = SHAPES[name]
    if shape.get("document"):
        return {}
    match shape["type"]:
        case "structure":
            return {member: sample(about["shape"]) for member, about in shape["members"].items()}
        case "map":
            return {"a": "b"}
        case "list":
            return [sample(shape["member"]["shape"])]
        case "boolean":
            return True
        case "integer":
            return shape.get("min", 0)
        case _ if "enum" in shape:
            return shape["enum"][0]
        case _:
            length = max(shape.get("min", 1), 1)
            return next(text for text in ("a" * length, "1" * length, "a_0") if keeps(name, text))


def variants(name, looked_at):
    """Values at the borders of the shape and beyond; more of them where a shape is met for the first time."""
    shape, first = SHAPES[name], name not in looked_at
    looked_at.add(name)
    yield from (None, 5, 1.5, True, "", "x", [], {}, ["x"], {"x": "y"})
    match shape["type"]:
        case "structure":
            for member, about in shape.get("members", {}).items():
                for value in variants(about["shape"], looked_at):
                    yield {**sample(name), member: value}
        case "map":
            yield from ({"a": None}, {"a": 5}, {"a": {}}, {"": ""})
        case "list":
            for value in variants(shape["member"]["shape"], looked_at):
                yield [sample(shape["member"]["shape"]), value]
        case "integer":
            yield from (shape.get("min", 0) - 1, shape.get("max", 100) + 1, shape.get("max", 100))
        case "string" if "enum" not in shape:
            for length in {shape.get("min", 0) - 1, shape.get("min", 0), shape.get("max", 0), shape.get("max", 0) + 1}:
                if 0 <= length <= 5000 or first:
                    yield "a" * max(length, 0)
            if "pattern" in shape:
                good = sample(name)
                for char in [*map(chr, range(128)), *"éß漢💡", *BEYOND] if first else " \u0000-+=_":
                    yield from (char + good[1:], good[:-1] + char)


class Wire:
    """One connection to the wire API."""

    def __init__(self, server):
        self.server = server
        self.connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)

    def call(self, operation, request):
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"AWSCognitoIdentityProviderService.{operation}"}
        self.connection.request("POST", "/", json.dumps(request), headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def close(self):
        self.connection.close()


class RequestShapes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(ROOMY)
        cls.addClassCleanup(cls.server.end)
        cls.wire = Wire(cls.server)
        cls.addClassCleanup(cls.wire.close)

    def judged(self, operation, request, member=None):
        """Compares the answer with what the model says. A request that it allows would act, so another member that has to be
        there is left out: that has to stay the only fault."""
        told = expected(operation, request)
        if told is None:
            required = SHAPES[OPERATIONS[operation]["input"]["shape"]].get("required", [])
            other = next((name for name in required if name != member), None)
            if other:
                request = {name: value for name, value in request.items() if name != other}
                told = expected(operation, request)
            elif required == ["AccessToken"]:
                told = ("NotAuthorizedException", "Invalid Access Token")
            else:
                return
        status, answer = self.wire.call(operation, request)
        about = f"{operation} {json.dumps(request)[:300]}"
        self.assertEqual((status, answer.get("__type"), answer.get("message")), (400, *told), about)

    def test_every_operation_that_is_served_is_one_of_the_model(self):
        self.assertGreater(len(SERVED), 15)
        self.assertLessEqual(set(SERVED), set(OPERATIONS))

    def test_every_member_is_judged_as_the_model_says(self):
        looked_at = set()
        for operation in SERVED:
            name = OPERATIONS[operation]["input"]["shape"]
            whole, members = sample(name), SHAPES[name]["members"]
            for member, about in members.items():
                with self.subTest(operation=operation, member=member):
                    for value in variants(about["shape"], looked_at):
                        self.judged(operation, {**whole, member: value}, member)

    def test_of_a_request_in_which_all_is_wrong_all_is_told_in_order(self):
        for operation in SERVED:
            members = SHAPES[OPERATIONS[operation]["input"]["shape"]]["members"]
            with self.subTest(operation=operation):
                self.judged(operation, {})
                wrong = {"string": "\u0000 ", "list": [None, None], "map": {"a": None}, "structure": {}, "integer": -1, "boolean": False}
                self.judged(operation, {member: wrong[SHAPES[about["shape"]]["type"]] for member, about in members.items()})

    def test_what_is_no_structure_is_not_read(self):
        for request in ([], "x", 5, True):
            self.judged("GetUser", request)


def complaints(name, at, value):
    """What an answer has that the model doesn't know, or the other way round."""
    shape = SHAPES[name]
    if shape.get("document"):
        return
    try:
        read(shape, value)
    except Misread as fault:
        yield f"{at}: {fault}"
        return
    if shape["type"] == "structure":
        for member in value.keys() - shape["members"].keys():
            yield f"{at}.{member} is unknown"
        for member in shape.get("required", []):
            if member not in value:
                yield f"{at}.{member} is missing"
        for member, about in shape["members"].items():
            if value.get(member) is not None:
                yield from complaints(about["shape"], f"{at}.{member}", value[member])
    elif shape["type"] == "list":
        for number, each in enumerate(value):
            yield from complaints(shape["member"]["shape"], f"{at}[{number}]", each)
    else:
        yield from (f"{path}: {rule}" for path, _, rule in broken(name, at, value))


class AnswerShapes(unittest.TestCase):
    def setUp(self):
        self.server = Server('[codes]\nresend_after = "0s"\n')
        self.addCleanup(self.server.end)
        self.wire = Wire(self.server)
        self.addCleanup(self.wire.close)
        self.seen = set()

    def does(self, operation, **request):
        """An answer that the model allows."""
        status, answer = self.wire.call(operation, request)
        self.assertEqual(status, 200, f"{operation}: {answer}")
        self.seen.add(operation)
        if "output" in OPERATIONS[operation]:
            self.assertEqual(list(complaints(OPERATIONS[operation]["output"]["shape"], operation, answer)), [])
        else:
            self.assertEqual(answer, {}, operation)
        return answer

    def refuses(self, operation, exception, **request):
        """A refusal that the model allows."""
        status, answer = self.wire.call(operation, request)
        self.assertEqual((status, answer["__type"]), (400, exception), operation)
        modelled = {error["shape"] for error in OPERATIONS[operation]["errors"]}
        self.assertIn(exception, modelled | COMMON, operation)
        self.assertIsInstance(answer["message"], str)

    def sign_in(self, password=JANE["password"]):
        given = {"USERNAME": JANE["username"], "PASSWORD": password}
        return self.does("InitiateAuth", ClientId="web", AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)["AuthenticationResult"]

    def test_every_answer_is_one_of_the_model(self):
        name, password, email = JANE["username"], JANE["password"], JANE["email"]
        who = {"ClientId": "web", "Username": name}
        self.does("SignUp", **who, Password=password, UserAttributes=[{"Name": "email", "Value": email}])
        self.refuses("SignUp", "InvalidPasswordException", **who, Password="short")
        given = {"USERNAME": name, "PASSWORD": password}
        # Each of these sends a code, and each is waited for: only the newest is worth something.
        self.code(email)
        self.refuses("InitiateAuth", "UserNotConfirmedException", ClientId="web", AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)
        self.code(email)
        self.does("ResendConfirmationCode", **who)
        self.refuses("ConfirmSignUp", "CodeMismatchException", **who, ConfirmationCode="no-code")
        self.does("ConfirmSignUp", **who, ConfirmationCode=self.code(email))
        self.refuses("SignUp", "UsernameExistsException", **who, Password=password, UserAttributes=[{"Name": "email", "Value": email}])

        entered = self.sign_in()
        token = {"AccessToken": entered["AccessToken"]}
        self.does("GetUser", **token)
        self.refuses("GetUser", "NotAuthorizedException", AccessToken="nonsense")
        self.does("GetUserAuthFactors", **token)
        email = self.change(token)
        self.other_flows(name, password, entered)
        self.factors(token)
        self.passwords(who, password, email)
        self.does("DeleteUser", AccessToken=self.sign_in()["AccessToken"])
        with_an_authenticator = {"CompleteWebAuthnRegistration", "DeleteWebAuthnCredential"}
        self.assertEqual(set(SERVED) - self.seen - with_an_authenticator, set(), "no answer of these was looked at")

    def code(self, to):
        return self.server.code_for(to)

    def change(self, token):
        """The address, and answers which it is now."""
        new = "me@anotherdomain.com"
        attributes = [{"Name": "email", "Value": new}, {"Name": "nickname", "Value": "Jo"}]
        self.does("UpdateUserAttributes", **token, UserAttributes=attributes)
        self.refuses("UpdateUserAttributes", "NotAuthorizedException", **token, UserAttributes=[{"Name": "sub", "Value": "x"}])
        self.code(new)
        self.does("GetUserAttributeVerificationCode", **token, AttributeName="email")
        self.refuses("VerifyUserAttribute", "CodeMismatchException", **token, AttributeName="email", Code="no-code")
        self.does("DeleteUserAttributes", **token, UserAttributeNames=["nickname"])
        self.does("VerifyUserAttribute", **token, AttributeName="email", Code=self.code(new))
        return new

    def other_flows(self, name, password, entered):
        kept = {"REFRESH_TOKEN": entered["RefreshToken"]}
        self.does("InitiateAuth", ClientId="web", AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=kept)
        srp = AWSSRP(username=name, password=password, pool_id=self.server.pool, client_id="web", client=object())
        given = srp.get_auth_params()
        challenge = self.does("InitiateAuth", ClientId="web", AuthFlow="USER_SRP_AUTH", AuthParameters=given)
        proof = srp.process_challenge(challenge["ChallengeParameters"], given)
        self.does("RespondToAuthChallenge", ClientId="web", ChallengeName=challenge["ChallengeName"], ChallengeResponses=proof)
        self.refuses("RespondToAuthChallenge", "NotAuthorizedException", ClientId="web", ChallengeName="CUSTOM_CHALLENGE")
        other = self.sign_in()
        self.does("GetTokensFromRefreshToken", ClientId="web", RefreshToken=other["RefreshToken"])
        self.refuses("RevokeToken", "UnsupportedTokenTypeException", ClientId="web", Token=other["AccessToken"])
        self.does("RevokeToken", ClientId="web", Token=self.sign_in()["RefreshToken"])

    def factors(self, token):
        if "AssociateSoftwareToken" in SERVED:
            secret = self.does("AssociateSoftwareToken", **token)["SecretCode"]
            self.does("VerifySoftwareToken", **token, UserCode=totp(secret))
        if "SetUserMFAPreference" in SERVED:
            self.does("SetUserMFAPreference", **token, SoftwareTokenMfaSettings={"Enabled": False, "PreferredMfa": False})
        if "StartWebAuthnRegistration" in SERVED:
            self.does("StartWebAuthnRegistration", **token)
            self.does("ListWebAuthnCredentials", **token)
            self.refuses("DeleteWebAuthnCredential", "ResourceNotFoundException", **token, CredentialId="nothing")

    def passwords(self, who, password, email):
        other = "another-password#1"
        token = self.sign_in()["AccessToken"]
        self.refuses("ChangePassword", "NotAuthorizedException", AccessToken=token, PreviousPassword="wrong", ProposedPassword=other)
        self.does("ChangePassword", AccessToken=token, PreviousPassword=password, ProposedPassword=other)
        self.does("GlobalSignOut", AccessToken=token)
        self.does("ForgotPassword", **who)
        self.refuses("ConfirmForgotPassword", "CodeMismatchException", **who, ConfirmationCode="no-code", Password=password)
        self.does("ConfirmForgotPassword", **who, ConfirmationCode=self.code(email), Password=password)


def totp(secret):
    """RFC 6238, as authenticator apps compute it."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


if __name__ == "__main__":
    unittest.main()
