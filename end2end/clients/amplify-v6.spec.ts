import { fetchAuthSession, signOut, updateUserAttributes } from 'aws-amplify/auth';
import { Hub } from 'aws-amplify/utils';
import { newEmail } from '../support/people';
import { amplifyV6 } from './amplify-v6';
import { wire } from './client';
import { enter, guide } from './guide';
import { expect, test } from './test';

test.describe('aws-amplify v6', () => {
  guide(amplifyV6);

  test('an update says what is done and what waits for its code', async ({ server, mailbox }) => {
    await enter(amplifyV6.connect(server), mailbox);
    expect(await updateUserAttributes({ userAttributes: { email: newEmail, family_name: 'Lastname' } })).toEqual({
      email: {
        isUpdated: false,
        nextStep: {
          updateAttributeStep: 'CONFIRM_ATTRIBUTE_WITH_CODE',
          codeDeliveryDetails: { attributeName: 'email', deliveryMedium: 'EMAIL', destination: 'm***@a***' },
        },
      },
      family_name: { isUpdated: true, nextStep: { updateAttributeStep: 'DONE' } },
    });
  });

  test('its Hub tells of a sign-in, fresh tokens and a sign-out', async ({ server, mailbox }) => {
    const events: string[] = [];
    const stop = Hub.listen('auth', ({ payload }) => events.push(payload.event));
    await enter(amplifyV6.connect(server), mailbox);
    await fetchAuthSession({ forceRefresh: true });
    await signOut();
    stop();
    expect(events).toEqual(['signedIn', 'tokenRefresh', 'signedOut']);
  });

  test('its Hub tells when the session is over', async ({ server, mailbox }) => {
    const client = amplifyV6.connect(server);
    await enter(client, mailbox);
    await wire(server, 'GlobalSignOut', { AccessToken: client.keep.token('accessToken') });
    const failures: unknown[] = [];
    const stop = Hub.listen('auth', ({ payload }) => {
      if (payload.event === 'tokenRefresh_failure') failures.push(payload.data?.error?.name);
    });
    expect((await fetchAuthSession({ forceRefresh: true })).tokens).toBeUndefined();
    stop();
    expect(failures).toEqual(['NotAuthorizedException']);
  });
});
