"""pycognito signs in with SRP, and verifies each token that it is given."""

import unittest

from pycognito import Cognito

from guide import Guide
from nameplate import attributes_of


class Pycognito:
    def __init__(self, server):
        self.cognito = Cognito(server.pool, "web", boto3_client_kwargs={"endpoint_url": server.url})

    @property
    def access_token(self):
        return self.cognito.access_token

    @access_token.setter
    def access_token(self, token):
        self.cognito.access_token = token

    @property
    def refresh_token(self):
        return self.cognito.refresh_token

    @refresh_token.setter
    def refresh_token(self, token):
        self.cognito.refresh_token = token

    @property
    def id_token(self):
        return self.cognito.id_token

    def sign_up(self, person):
        self.cognito.set_base_attributes(**attributes_of(person))
        return self.cognito.register(person["username"], person["password"])["CodeDeliveryDetails"]

    def confirm(self, username, code):
        self.cognito.confirm_sign_up(code, username=username)

    def sign_in(self, username, password):
        self.cognito.username = username
        self.cognito.authenticate(password=password)

    def attributes(self):
        user = self.cognito.get_user()
        # This client makes booleans of the verified flags, and keeps them apart.
        flags = {name: str(getattr(user, name)).lower() for name in ("email_verified", "phone_number_verified")}
        return user._data | flags

    def update(self, attributes):
        self.cognito.update_profile(attributes)

    def send_code(self, attribute):
        self.cognito.send_verification(attribute)

    def verify(self, attribute, code):
        self.cognito.validate_verification(code, attribute)

    def remove(self, names):
        # It has no call for that; an empty value deletes an attribute.
        self.cognito.update_profile({name: "" for name in names})

    def refresh(self):
        self.cognito.renew_access_token()

    def sign_out(self):
        self.cognito.logout()

    def sign_out_everywhere(self):
        self.cognito.logout()


class PycognitoTest(Guide, unittest.TestCase):
    def connect(self, server):
        return Pycognito(server)


if __name__ == "__main__":
    unittest.main()
