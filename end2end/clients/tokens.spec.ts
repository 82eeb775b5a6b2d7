import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { jane } from '../support/people';
import { withAnotherKey, withAnotherName, withoutSignature } from './forged';
import { enter } from './guide';
import { identityJs } from './identity-js';
import { expect, test } from './test';

test('jose verifies the tokens with what the service publishes, and no others', async ({ server, mailbox }) => {
  const client = identityJs.connect(server);
  await enter(client, mailbox);
  const described = await (await fetch(`${server.url}/${server.pool}/.well-known/openid-configuration`)).json();
  expect(described.issuer).toBe(`${server.url}/${server.pool}`);
  const keys = createRemoteJWKSet(new URL(described.jwks_uri));
  const { issuer } = described;
  const { sub } = await client.attributes();

  const id = await jwtVerify(client.keep.token('idToken'), keys, { issuer, audience: 'web', algorithms: ['RS256'] });
  expect(id.payload).toMatchObject({
    sub, token_use: 'id', 'cognito:username': jane.username, email: jane.email, email_verified: true, given_name: 'Jane',
    phone_number: jane.phone_number, phone_number_verified: false,
  });
  const access = await jwtVerify(client.keep.token('accessToken'), keys, { issuer, algorithms: ['RS256'] });
  expect(access.payload).toMatchObject({
    sub, token_use: 'access', client_id: 'web', username: jane.username, scope: 'aws.cognito.signin.user.admin',
    jti: expect.any(String), origin_jti: expect.any(String), auth_time: expect.any(Number),
  });
  expect(access.payload.exp! - access.payload.iat!).toBe(3600);
  expect(decodeProtectedHeader(client.keep.token('accessToken'))).toMatchObject({ alg: 'RS256', kid: expect.any(String) });

  const genuine = client.keep.token('accessToken');
  for (const forged of [await withAnotherKey(genuine), withoutSignature(genuine), withAnotherName(genuine)]) {
    await expect(jwtVerify(forged, keys, { issuer })).rejects.toThrow();
  }
});
