import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

test.beforeEach(({ door }) => door.enter());

test('people read what happened, from where and with which browser', async ({ security, activity, door, visitor }) => {
  await door.update({ family_name: 'Lastname' });
  const other = await visitor();
  await other.door.post('/sign-in', { username: jane.username, password: 'not the password' });
  await security.open();
  await security.link('What happened to your account').click();
  await activity.arrived();
  await expect(activity.entries).toHaveCount(5);
  await expect(activity.entries.nth(0)).toContainText('Sign-in with a wrong password');
  await expect(activity.entries.nth(0)).toContainText('Refused');
  await expect(activity.entries.nth(1)).toContainText('Profile changed: Family Name');
  await expect(activity.entries.nth(1)).toContainText('127.0.0.1');
  await expect(activity.entries.nth(4)).toContainText('Account created');
});

test('older and newer lead through everything', async ({ page, activity, door }) => {
  for (let change = 0; change < 26; change++) await door.update({ nickname: `Jane ${change}` });
  await activity.open();
  await expect(activity.entries).toHaveCount(25);
  await expect(activity.link('Newer')).toHaveCount(0);
  await activity.link('Older').click();
  await activity.arrived();
  await expect(activity.entries).toHaveCount(4);
  await expect(activity.link('Older')).toHaveCount(0);
  await page.reload();
  await expect(activity.entries).toHaveCount(4);
  await activity.link('Newer').click();
  await expect(activity.entries).toHaveCount(25);
});
