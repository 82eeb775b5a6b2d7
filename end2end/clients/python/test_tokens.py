"""PyJWT verifies the tokens with the keys that the service publishes."""

import unittest

import jwt

import forged
from nameplate import JANE, Server
from test_boto3 import Boto3


class TokensTest(unittest.TestCase):
    def test_pyjwt_verifies_the_tokens_and_no_others(self):
        server = Server()
        self.addCleanup(server.end)
        client = Boto3(server)
        client.sign_up(JANE)
        client.confirm(JANE["username"], server.code_for(JANE["email"]))
        client.sign_in(JANE["username"], JANE["password"])
        issuer = f"{server.url}/{server.pool}"
        keys = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json")

        def verified(token, **expected):
            key = keys.get_signing_key_from_jwt(token)
            return jwt.decode(token, key, algorithms=["RS256"], issuer=issuer, options={"require": ["exp", "iat", "iss", "sub"]}, **expected)

        told = verified(client.id_token, audience="web")
        self.assertEqual((told["token_use"], told["cognito:username"], told["email"]), ("id", JANE["username"], JANE["email"]))
        self.assertEqual((told["email_verified"], told["phone_number_verified"]), (True, False))
        told = verified(client.access_token)
        self.assertEqual((told["token_use"], told["client_id"], told["username"]), ("access", "web", JANE["username"]))
        with self.assertRaises(jwt.InvalidAudienceError):
            verified(client.id_token, audience="another")
        with self.assertRaises(jwt.InvalidSignatureError):
            verified(forged.with_another_key(client.access_token))
        with self.assertRaises(jwt.PyJWTError):
            verified(forged.without_signature(client.access_token))


if __name__ == "__main__":
    unittest.main()
