import { Auth } from 'aws-amplify-v5';
import { newEmail } from '../support/people';
import { amplifyV5, heard } from './amplify-v5';
import { enter, guide } from './guide';
import { expect, test } from './test';

test.describe('aws-amplify v5', () => {
  guide(amplifyV5);

  test('its Hub tells of an update what the guide shows', async ({ server, mailbox }) => {
    await enter(amplifyV5.connect(server), mailbox);
    const user = await Auth.currentAuthenticatedUser();
    const { data } = await heard('updateUserAttributes', async () => {
      expect(await Auth.updateUserAttributes(user, { email: newEmail, family_name: 'Lastname' })).toBe('SUCCESS');
    });
    expect(data).toEqual({
      email: {
        isUpdated: false,
        codeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'm***@a***' },
      },
      family_name: { isUpdated: true },
    });
  });

  test('its Hub tells of an update that failed, and nothing of it was done', async ({ server, mailbox }) => {
    const client = amplifyV5.connect(server);
    await enter(client, mailbox);
    const before = await client.attributes();
    const user = await Auth.currentAuthenticatedUser();
    const { data } = await heard('updateUserAttributes_failure', async () => {
      await expect(Auth.updateUserAttributes(user, { email: newEmail, nickname: 'Jo', nope: 'x' })).rejects.toThrow();
    });
    expect(data).toMatchObject({ code: 'InvalidParameterException', message: 'user.nope: Attribute does not exist in the schema.\n' });
    expect(await client.attributes()).toEqual(before);
    expect(await mailbox.messages(newEmail)).toEqual([]);
  });
});
