import { fleeting, quick } from '../support/configs';
import { type Mailbox, otherThan } from '../support/mailbox';
import { jane, john, newEmail, type Person } from '../support/people';
import { type Client, isRefused, type Kind, refusal, wire } from './client';
import { withAnotherKey, withAnotherName, withoutSignature } from './forged';
import { expect, test } from './test';

/** Some attributes are read-only, as where the guide says "Specify write attributes". */
const readOnly = `
${quick}
[[clients]]
id = "web"
write = ["email", "phone_number", "given_name", "family_name", "nickname"]
`;

/** Little may be done in a while. */
const strict = `
${quick}
[limits]
sign_in_first_wait = "5min"
changes_per_account_an_hour = 3
`;

const wrongPassword = ['NotAuthorizedException', 'Incorrect username or password.'];
const wrongCode = ['CodeMismatchException', 'Invalid verification code provided, please try again.'];
const noCode = ['ExpiredCodeException', 'Invalid code provided, please request a code again.'];
const taken = ['AliasExistsException', 'An account with the given email already exists.'];
const revoked = ['NotAuthorizedException', 'Access Token has been revoked'];

/** A confirmed account, signed in. */
export async function enter(client: Client, mailbox: Mailbox, person: Person = jane): Promise<void> {
  await client.signUp(person);
  await client.confirm(person.username, await mailbox.codeFor(person.email));
  await client.signIn(person.username, person.password);
}

/** What each client does and is told, the whole of it. */
export function guide(kind: Kind): void {
  theGuide(kind);
  accounts(kind);
  codes(kind);
  attributes(kind);
  tokens(kind);
}

function theGuide({ connect }: Kind): void {
  test.describe(() => {
    test.use({ config: quick });

    test('does the whole guide', async ({ server, mailbox }) => {
      const client = connect(server);
      const { username, password, ...given } = jane;

      await test.step('signs up with attributes, and confirms', async () => {
        expect(await client.signUp(jane)).toEqual({ AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'm***@d***' });
        await client.confirm(username, await mailbox.codeFor(jane.email));
      });

      await test.step('signs in, and reads the attributes', async () => {
        expect(await client.signIn(username, password)).toBe('DONE');
        const sub = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(await client.attributes()).toEqual({
          ...given, sub, email_verified: 'true', phone_number_verified: 'false', updated_at: expect.stringMatching(/^\d+$/),
        });
      });

      await test.step('updates: the name at once, the address when its code is entered', async () => {
        const delivery = { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'm***@a***' };
        expect(await client.update({ email: newEmail, family_name: 'Lastname' })).toEqual({
          email: { isUpdated: false, codeDeliveryDetails: delivery },
          family_name: { isUpdated: true },
        });
        expect(await client.attributes()).toMatchObject({ email: jane.email, email_verified: 'true', family_name: 'Lastname' });
        await mailbox.codeFor(newEmail);
        await client.sendCode('email');
        await client.verify('email', await mailbox.codeFor(newEmail));
        expect(await client.attributes()).toMatchObject({ email: newEmail, email_verified: 'true', family_name: 'Lastname' });
      });

      await test.step('deletes an attribute', async () => {
        await client.remove(['family_name']);
        expect(await client.attributes()).not.toHaveProperty('family_name');
      });

      await test.step('gets fresh tokens', async () => {
        const first = client.keep.token('accessToken');
        await client.refresh();
        expect(client.keep.token('accessToken')).not.toBe(first);
        expect(await client.attributes()).toHaveProperty('email', newEmail);
      });

      await test.step('signs out, here and at the service', async () => {
        const [AccessToken, REFRESH_TOKEN] = [client.keep.token('accessToken'), client.keep.token('refreshToken')];
        await client.signOut();
        expect(await isRefused(client.attributes())).toBe(true);
        expect((await wire(server, 'GetUser', { AccessToken })).body).toEqual({ __type: revoked[0], message: revoked[1] });
        const again = { ClientId: 'web', AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN } };
        expect((await wire(server, 'InitiateAuth', again)).body.message).toBe('Refresh Token has been revoked');
      });

      await test.step('signs in with the new address', async () => {
        expect(await client.signIn(newEmail, password)).toBe('DONE');
      });
    });
  });
}

function accounts({ connect, unconfirmed }: Kind): void {
  test('a wrong password and an unknown name are refused alike', async ({ server, mailbox }) => {
    const client = connect(server);
    await client.signUp(jane);
    await client.confirm(jane.username, await mailbox.codeFor(jane.email));
    expect(await refusal(client.signIn(jane.username, 'not-the-password'))).toEqual(wrongPassword);
    expect(await refusal(client.signIn('nobody', jane.password))).toEqual(wrongPassword);
  });

  test('nobody gets in unconfirmed, with a taken name, or with a short password', async ({ server, mailbox }) => {
    const client = connect(server);
    expect(await refusal(client.signUp({ ...jane, password: 'short' }))).toEqual([
      'InvalidPasswordException', 'Password did not conform with policy: Password not long enough',
    ]);
    await client.signUp(jane);
    const answer = await client.signIn(jane.username, jane.password).catch((error: Error) => error.name);
    expect(answer).toBe(unconfirmed);
    await client.confirm(jane.username, await mailbox.codeFor(jane.email));
    expect(await refusal(client.signUp({ ...john, username: 'JDoe' }))).toEqual(['UsernameExistsException', 'User already exists']);
  });

  test.describe(() => {
    test.use({ config: strict });

    test('after wrong passwords a sign-in has to wait, with the right one too', async ({ server, mailbox }) => {
      const client = connect(server);
      await client.signUp(jane);
      await client.confirm(jane.username, await mailbox.codeFor(jane.email));
      for (let attempt = 0; attempt < 6; attempt += 1) await refusal(client.signIn(jane.username, 'not-the-password'));
      expect(await refusal(client.signIn(jane.username, jane.password))).toEqual(['NotAuthorizedException', 'Password attempts exceeded']);
    });
  });
}

function codes({ connect }: Kind): void {
  test('wrong and used codes are refused, and after some nothing more is tried', async ({ server, mailbox }) => {
    const client = connect(server);
    await client.signUp(jane);
    const first = await mailbox.codeFor(jane.email);
    expect(await refusal(client.confirm(jane.username, otherThan(first)))).toEqual(wrongCode);
    await client.confirm(jane.username, first);
    expect(await refusal(client.confirm(jane.username, first))).toEqual(noCode);

    await client.signIn(jane.username, jane.password);
    expect(await refusal(client.verify('email', first))).toEqual(noCode);
    await client.update({ email: newEmail });
    const second = await mailbox.codeFor(newEmail);
    for (let attempt = 0; attempt < 4; attempt += 1) expect(await refusal(client.verify('email', otherThan(second)))).toEqual(wrongCode);
    const limit = ['LimitExceededException', 'Attempt limit exceeded, please try after some time.'];
    expect(await refusal(client.verify('email', otherThan(second)))).toEqual(limit);
    expect(await refusal(client.verify('email', second))).toEqual(limit);
    expect(await client.attributes()).toMatchObject({ email: jane.email });
  });

  test.describe(() => {
    test.use({ config: quick });

    test('a code that was used once works no second time', async ({ server, mailbox }) => {
      const client = connect(server);
      await enter(client, mailbox);
      await client.update({ email: newEmail });
      const code = await mailbox.codeFor(newEmail);
      await client.verify('email', code);
      expect(await refusal(client.verify('email', code))).toEqual(noCode);
    });

    test('an address that somebody has is told once its code is right, at confirmation and at verification', async ({ server, mailbox }) => {
      const client = connect(server);
      await enter(client, mailbox);
      await client.signUp({ ...john, email: jane.email });
      expect(await refusal(client.confirm(john.username, await mailbox.codeFor(jane.email)))).toEqual(taken);

      // Both want an address that is free when they ask for it.
      await client.update({ email: newEmail });
      const late = await mailbox.codeFor(newEmail);
      await client.signOut();
      await enter(client, mailbox, { ...john, username: 'jroe' });
      await client.update({ email: newEmail });
      await client.verify('email', await mailbox.codeFor(newEmail));
      await client.signOut();
      await client.signIn(jane.username, jane.password);
      expect(await refusal(client.verify('email', late))).toEqual(taken);
      expect(await client.attributes()).toMatchObject({ email: jane.email, email_verified: 'true' });
    });
  });

  test.describe(() => {
    test.use({ config: fleeting });

    test('expired codes are refused', async ({ server, mailbox }) => {
      const client = connect(server);
      await enter(client, mailbox);
      await client.signUp(john);
      await client.update({ email: newEmail });
      const [confirmation, verification] = [await mailbox.codeFor(john.email), await mailbox.codeFor(newEmail)];
      const [last] = await mailbox.messages(newEmail);
      const until = new Date(last!.sent_at).getTime() + 7_000;
      await expect.poll(() => Date.now(), { timeout: 20_000, intervals: [200] }).toBeGreaterThan(until);
      expect(await refusal(client.confirm(john.username, confirmation))).toEqual(noCode);
      expect(await refusal(client.verify('email', verification))).toEqual(noCode);
    });
  });
}

function attributes({ connect }: Kind): void {
  test.describe(() => {
    test.use({ config: readOnly });

    test('a read-only or unknown attribute is refused, and none of the others is updated', async ({ server, mailbox }) => {
      const client = connect(server);
      await enter(client, mailbox);
      const before = await client.attributes();
      expect(await refusal(client.update({ nickname: 'Jo', website: 'https://domain.com' }))).toEqual([
        'NotAuthorizedException', 'A client attempted to write unauthorized attribute',
      ]);
      expect(await refusal(client.update({ nickname: 'Jo', nope: 'x' }))).toEqual([
        'InvalidParameterException', 'user.nope: Attribute does not exist in the schema.\n',
      ]);
      expect(await refusal(client.update({ nickname: 'Jo', email: 'me at domain' }))).toEqual([
        'InvalidParameterException', 'Invalid email address format.',
      ]);
      expect(await refusal(client.remove(['nickname', 'email']))).toEqual([
        'InvalidParameterException', 'Attributes did not conform to the schema: email: The attribute is required\n',
      ]);
      expect(await client.attributes()).toEqual(before);
    });
  });

  test.describe(() => {
    test.use({ config: strict });

    test('too many changes are refused', async ({ server, mailbox }) => {
      const client = connect(server);
      await enter(client, mailbox);
      for (const nickname of ['J', 'Jo', 'Joe']) await client.update({ nickname });
      expect(await refusal(client.update({ nickname: 'Joey' }))).toEqual(['TooManyRequestsException', 'Too many requests']);
      expect(await client.attributes()).toMatchObject({ nickname: 'Joe' });
    });
  });
}

function tokens({ connect }: Kind): void {
  test('forged tokens are refused', async ({ server, mailbox }) => {
    const client = connect(server);
    await enter(client, mailbox);
    const genuine = client.keep.token('accessToken');
    // An ID token is genuine, and says who somebody is, not what they may do.
    const none = [await withAnotherKey(genuine), withoutSignature(genuine), withAnotherName(genuine), client.keep.token('idToken')];
    for (const token of none) {
      client.keep.replace('accessToken', token);
      expect(await refusal(client.update({ nickname: 'Jo' }))).toEqual(['NotAuthorizedException', 'Invalid Access Token']);
    }
    client.keep.replace('accessToken', genuine);
    expect(await client.attributes()).toMatchObject({ nickname: 'Jane' });
  });

  test('a sign-out everywhere ends the other sessions', async ({ server, mailbox }) => {
    const client = connect(server);
    await enter(client, mailbox);
    const AuthParameters = { USERNAME: jane.username, PASSWORD: jane.password };
    const elsewhere = await wire(server, 'InitiateAuth', { ClientId: 'web', AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters });
    const { AccessToken } = elsewhere.body.AuthenticationResult;
    expect((await wire(server, 'GetUser', { AccessToken })).status).toBe(200);
    await client.signOutEverywhere();
    expect((await wire(server, 'GetUser', { AccessToken })).body).toEqual({ __type: revoked[0], message: revoked[1] });
  });

  test('revoked tokens are refused', async ({ server, mailbox }) => {
    const client = connect(server);
    await enter(client, mailbox);
    await wire(server, 'GlobalSignOut', { AccessToken: client.keep.token('accessToken') });
    expect(await refusal(client.update({ nickname: 'Jo' }))).toEqual(revoked);
    expect(await isRefused(client.refresh())).toBe(true);
  });
}
