import { Amplify } from 'aws-amplify';
import {
  confirmSignUp, confirmUserAttribute, deleteUserAttributes, fetchAuthSession, fetchUserAttributes, sendUserAttributeVerificationCode,
  signIn, signOut, signUp, updateUserAttributes,
} from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { ConsoleLogger } from 'aws-amplify/utils';
import type { Person } from '../support/people';
import type { Server } from '../support/server';
import type { Client, Delivery, Kind, Outcome } from './client';
import { Keep } from './keep';

// It warns of every endpoint that isn't Amazon's.
ConsoleLogger.LOG_LEVEL = 'ERROR';

export const amplifyV6: Kind = { unconfirmed: 'CONFIRM_SIGN_UP', connect };

function connect(server: Server): Client {
  const keep = new Keep();
  const Auth = { Cognito: { userPoolId: server.pool, userPoolClientId: 'web', userPoolEndpoint: server.url } };
  Amplify.configure({ Auth });
  // Amplify is one for the whole process; each test begins with a storage of its own.
  cognitoUserPoolsTokenProvider.setAuthConfig(Auth);
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    getItem: async (key) => keep.getItem(key),
    setItem: async (key, value) => keep.setItem(key, value),
    removeItem: async (key) => keep.removeItem(key),
    clear: async () => keep.clear(),
  });
  return {
    keep,
    signUp: async ({ username, password, ...userAttributes }: Person) => {
      const { nextStep } = await signUp({ username, password, options: { userAttributes } });
      if (nextStep.signUpStep !== 'CONFIRM_SIGN_UP') throw new Error(`Unexpected step ${nextStep.signUpStep}`);
      return inTheGuidesWords(nextStep.codeDeliveryDetails);
    },
    confirm: async (username, confirmationCode) => void (await confirmSignUp({ username, confirmationCode })),
    signIn: async (username, password) => (await signIn({ username, password })).nextStep.signInStep,
    attributes: async () => (await fetchUserAttributes()) as Record<string, string>,
    update: async (userAttributes) => {
      const updated = Object.entries(await updateUserAttributes({ userAttributes }));
      const outcome = updated.map(([name, { isUpdated, nextStep }]) => {
        const { codeDeliveryDetails } = nextStep as { codeDeliveryDetails?: Details };
        return [name, codeDeliveryDetails ? { isUpdated, codeDeliveryDetails: inTheGuidesWords(codeDeliveryDetails) } : { isUpdated }];
      });
      return Object.fromEntries(outcome) as Outcome;
    },
    sendCode: async (userAttributeKey) => void (await sendUserAttributeVerificationCode({ userAttributeKey })),
    verify: (userAttributeKey, confirmationCode) => confirmUserAttribute({ userAttributeKey, confirmationCode }),
    remove: (names) => deleteUserAttributes({ userAttributeKeys: names as ['family_name'] }),
    refresh: async () => {
      const { tokens } = await fetchAuthSession({ forceRefresh: true });
      if (!tokens) throw new Error('The session is over');
    },
    signOut: () => signOut(),
    signOutEverywhere: () => signOut({ global: true }),
  };
}

interface Details {
  attributeName?: string;
  deliveryMedium?: string;
  destination?: string;
}

function inTheGuidesWords({ attributeName, deliveryMedium, destination }: Details): Delivery {
  return { AttributeName: attributeName, DeliveryMedium: deliveryMedium, Destination: destination };
}
