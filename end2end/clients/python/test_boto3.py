"""boto3 signs in with the password itself, as it has no SRP of its own."""

import unittest

import boto3

from guide import Guide
from nameplate import JANE, NEW_EMAIL, attributes_of


class Boto3:
    def __init__(self, server):
        self.cognito = boto3.client("cognito-idp", endpoint_url=server.url, region_name="local")
        self.access_token = self.id_token = self.refresh_token = None

    def sign_up(self, person):
        listed = [{"Name": name, "Value": value} for name, value in attributes_of(person).items()]
        done = self.cognito.sign_up(ClientId="web", Username=person["username"], Password=person["password"], UserAttributes=listed)
        return done["CodeDeliveryDetails"]

    def confirm(self, username, code):
        self.cognito.confirm_sign_up(ClientId="web", Username=username, ConfirmationCode=code)

    def sign_in(self, username, password):
        given = {"USERNAME": username, "PASSWORD": password}
        self._keep(self.cognito.initiate_auth(ClientId="web", AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given))

    def _keep(self, answer):
        result = answer["AuthenticationResult"]
        self.access_token, self.id_token = result["AccessToken"], result["IdToken"]
        self.refresh_token = result.get("RefreshToken", self.refresh_token)

    def attributes(self):
        listed = self.cognito.get_user(AccessToken=self.access_token)["UserAttributes"]
        return {attribute["Name"]: attribute["Value"] for attribute in listed}

    def update(self, attributes):
        listed = [{"Name": name, "Value": value} for name, value in attributes.items()]
        return self.cognito.update_user_attributes(AccessToken=self.access_token, UserAttributes=listed)

    def send_code(self, attribute):
        self.cognito.get_user_attribute_verification_code(AccessToken=self.access_token, AttributeName=attribute)

    def verify(self, attribute, code):
        self.cognito.verify_user_attribute(AccessToken=self.access_token, AttributeName=attribute, Code=code)

    def remove(self, names):
        self.cognito.delete_user_attributes(AccessToken=self.access_token, UserAttributeNames=names)

    def refresh(self):
        given = {"REFRESH_TOKEN": self.refresh_token}
        self._keep(self.cognito.initiate_auth(ClientId="web", AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=given))

    def sign_out(self):
        self.cognito.revoke_token(ClientId="web", Token=self.refresh_token)

    def sign_out_everywhere(self):
        self.cognito.global_sign_out(AccessToken=self.access_token)


class Boto3Test(Guide, unittest.TestCase):
    def connect(self, server):
        return Boto3(server)

    def test_an_update_lists_what_waits_for_a_code(self):
        server, client = self.started()
        self.enter(server, client)
        answer = client.update({"email": NEW_EMAIL, "family_name": "Lastname"})
        delivery = {"AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "m***@a***"}
        self.assertEqual(answer["CodeDeliveryDetailsList"], [delivery])

    def test_a_refresh_token_is_exchanged_for_another(self):
        server, client = self.started()
        self.enter(server, client)
        exchanged = client.cognito.get_tokens_from_refresh_token(ClientId="web", RefreshToken=client.refresh_token)
        self.assertNotEqual(exchanged["AuthenticationResult"]["RefreshToken"], client.refresh_token)

    def test_an_account_is_deleted(self):
        server, client = self.started()
        self.enter(server, client)
        client.cognito.delete_user(AccessToken=client.access_token)
        with self.refused(("NotAuthorizedException", "Incorrect username or password.")):
            client.sign_in(JANE["username"], JANE["password"])


if __name__ == "__main__":
    unittest.main()
