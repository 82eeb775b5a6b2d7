import { Amplify, Auth, Hub } from 'aws-amplify-v5';
import type { Server } from '../support/server';
import type { Client, Delivery, Kind, Outcome } from './client';
import { Keep } from './keep';

export const amplifyV5: Kind = { unconfirmed: 'UserNotConfirmedException', connect };

function connect(server: Server): Client {
  const keep = new Keep();
  Amplify.configure({
    Auth: { region: server.pool.split('_')[0], userPoolId: server.pool, userPoolWebClientId: 'web', endpoint: server.url, storage: keep },
  });
  return {
    keep,
    signUp: async ({ username, password, ...attributes }) =>
      (await Auth.signUp({ username, password, attributes })).codeDeliveryDetails as Delivery,
    confirm: async (username, code) => void (await Auth.confirmSignUp(username, code)),
    signIn: async (username, password) => {
      const user = await Auth.signIn(username, password);
      return user.challengeName ?? 'DONE';
    },
    attributes: async () => {
      const { attributes } = await Auth.currentAuthenticatedUser({ bypassCache: true });
      return asText(attributes);
    },
    update: async (given) => {
      const user = await Auth.currentAuthenticatedUser();
      const { data } = await heard('updateUserAttributes', async () => {
        const result = await Auth.updateUserAttributes(user, given);
        if (result !== 'SUCCESS') throw new Error(`Unexpected result ${result}`);
      });
      return data as Outcome;
    },
    sendCode: (attribute) => Auth.verifyCurrentUserAttribute(attribute),
    verify: async (attribute, code) => void (await Auth.verifyCurrentUserAttributeSubmit(attribute, code)),
    remove: async (names) => {
      const user = await Auth.currentAuthenticatedUser();
      await Auth.deleteUserAttributes(user, names);
    },
    refresh: async () => {
      const user = await Auth.currentAuthenticatedUser();
      await new Promise<void>((resolve, reject) => {
        user.refreshSession(user.getSignInUserSession().getRefreshToken(), (error: Error | null) => (error ? reject(error) : resolve()));
      });
    },
    signOut: () => Auth.signOut(),
    signOutEverywhere: () => Auth.signOut({ global: true }),
  };
}

/** What the Hub says of a call, when it has ended well. */
export async function heard(event: string, call: () => Promise<void>): Promise<{ event: string; data?: unknown }> {
  const payloads: { event: string; data?: unknown }[] = [];
  const stop = Hub.listen('auth', ({ payload }) => {
    if (payload.event === event) payloads.push(payload);
  });
  try {
    await call();
  } finally {
    stop();
  }
  if (payloads.length !== 1) throw new Error(`${event} was told ${payloads.length} times`);
  return payloads[0]!;
}

/** This client makes booleans of the verified flags. */
function asText(attributes: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
}
