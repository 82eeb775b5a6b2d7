"""Tokens that the service has not made."""

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


def _claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def with_another_key(token):
    """The same claims, signed with a key of somebody else that says it is the service's."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(_claims(token), key, algorithm="RS256", headers={"kid": jwt.get_unverified_header(token)["kid"]})


def without_signature(token):
    """The same claims, signed by nobody."""
    return jwt.encode(_claims(token), None, algorithm="none")
