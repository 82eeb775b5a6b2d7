import { readFile } from 'node:fs/promises';
import { wary } from '../../support/configs';
import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

test.beforeEach(({ door }) => door.enter());

test('everything that is kept is downloaded as a file', async ({ page, profile, account }) => {
  await profile.open();
  await profile.link('Account').click();
  await account.arrived();
  const downloading = page.waitForEvent('download');
  await account.button('Download my data').click();
  const file = await downloading;
  expect(file.suggestedFilename()).toBe('my-data.json');
  const data = JSON.parse(await readFile(await file.path(), 'utf8'));
  expect(data.account.attributes).toMatchObject({ email: jane.email });
  expect(data.events.length).toBeGreaterThan(1);
  await expect(page).toHaveURL('/account');
});

test.describe('some time after signing in', () => {
  test.use({ config: wary });

  test('the download asks for the password first', async ({ page, account }) => {
    await expect(async () => {
      await account.open();
      await expect(account.password).toBeVisible({ timeout: 100 });
    }).toPass();
    await account.password.fill('not the password');
    await account.button('Download my data').click();
    await account.refuses('Current Password', /not your current password/);
    await account.password.fill(jane.password);
    const downloading = page.waitForEvent('download');
    await account.button('Download my data').click();
    expect((await downloading).suggestedFilename()).toBe('my-data.json');
  });
});

test('deleting takes the password and a word, and is said in a last message', async ({ page, account, signIn, mailbox, visitor, scripts }) => {
  const other = await visitor();
  await other.door.signIn();
  await other.profile.open();
  await account.open();
  await account.toDelete();
  await account.delete('not the password', 'remove');
  await account.refuses('Type “delete” to confirm', /not the word/);
  await account.ready();
  await account.delete('not the password', 'delete');
  await account.refuses('Current Password', /not your current password/);
  await account.ready();
  await account.delete(jane.password, 'delete');
  await signIn.arrived();
  await signIn.says(/account is deleted/i);
  await mailbox.message(jane.email, /account was deleted/);
  // An open page hears of it; without scripts the next click finds it out.
  if (!scripts) await other.page.reload();
  await expect(other.page).toHaveURL('/sign-in?next=/profile');
  await signIn.submit(jane.username, jane.password);
  await expect(signIn.alert.filter({ hasText: /Incorrect/ })).toBeVisible();
  expect(page.url()).toContain('/sign-in');
});

test('deleting can be thought better of', async ({ account }) => {
  await account.open();
  await account.toDelete();
  await account.link('Cancel').click();
  await account.arrived();
});
