# What happened to the account: on its page, and while others are open.

activity = Activity
not-you-link = Change your password
refused = Refused
today = Today
more-activity = More activity
older = Older
newer = Newer
activity-intro = { $days ->
    [one] Everything that happened to this account in the last day, newest first.
   *[other] Everything that happened to this account in the last { $days } days, newest first.
}
activity-not-you = Something you didn’t do? { $change-your-password }: every other browser is signed out by it. Times are in UTC.
event-verified = { $attribute } was verified and is now in force.
event-change-cancelled = The change of { $attribute } was cancelled.
event-deleted = Deleted on another page: { $labels }.
event-changed = Changed on another page: { $labels }.
event-waiting = Waiting for a code: { $labels }.
event-signed-in = This account was just signed in to in another browser.
event-passkey-added = A passkey was just added to this account.
event-passkey-removed = A passkey was just removed from this account.
event-reset-asked = A code for a new password was asked for, and sent to you.
event-password-changed = The password of this account was just changed.
event-factor-on = Signing in to this account now takes a second step.
event-factor-off = A second step to sign in to this account was turned off.
event-recovery-codes = New recovery codes were made. The old ones no longer work.
event-recovery-used = A recovery code was just used to sign in to this account.
event-undone = The latest changes of contacts and second steps were taken back.
event-downloaded = Everything we keep about you was just downloaded.
event-others-signed-out = Another browser was signed out of this account.
did-turn-factor-on = Signing in now takes a second step: { $factor }. Every other browser signed out
did-turn-factor-off = Signing in no longer takes this second step: { $factor }
did-prefer-factor = Asked for first when signing in: { $factor }
did-use-recovery-code = { $left ->
    [0] Recovery code used to sign in, none left
   *[other] Recovery code used to sign in, { $left } left
}
did-add-passkey = Passkey added: { $passkey }
did-remove-passkey = Passkey removed: { $passkey }
did-verify-attribute = { $attribute } confirmed
did-resend-code = { $attribute }: another code was sent
did-cancel-change = { $attribute }: the change was cancelled
did-delete-attributes = Deleted from the profile: { $labels }
did-sign-out-others = { $sessions ->
    [one] Another browser signed out from here
   *[other] { $sessions } other browsers signed out from here
}
refused-second-step = Sign-in with the right password and a wrong code. { $reasons }
refused-confirm-account = Confirming the account. { $reasons }
refused-reset = A new password with a code. { $reasons }
refused-update = Changing the profile. { $reasons }
refused-delete = Deleting from the profile. { $reasons }
refused-verify = Confirming: { $attribute }. { $reasons }
did-update = Profile changed: { $labels }
did-ask-for-change = { $attribute }: a change was asked for, and a code sent to { $destination }
label-and-reason = { $label }: { $reason }
did-sign-in-with-passkey = Signed in with the passkey “{ $passkey }”
refused-passkey = Sign-in with the passkey “{ $passkey }”
did-sign-up = Account created
did-confirm-account = Account confirmed
did-resend-sign-up-code = Another code for the new account was sent
did-sign-in = Signed in
did-prefer-no-factor = No second step is asked for before the others
did-make-recovery-codes = New recovery codes made, the old ones no longer work
did-ask-for-reset = A code for a new password was asked for
did-reset = Password replaced with a code, every browser signed out
did-change-password = Password changed, every other browser signed out
did-sign-out = Signed out
did-sign-out-everywhere = Signed out everywhere
did-download = Everything we keep about you was downloaded
did-admin-create = Account created by whoever runs the service
did-admin-reset = Password reset by whoever runs the service
did-admin-disable = Account disabled by whoever runs the service
did-admin-enable = Account enabled again by whoever runs the service
did-undo = Changes of contacts and second steps taken back, and everyone signed out
did-admin-void-undo = An administrator decided that the latest changes can’t be taken back
did-admin-reset-factors = Every second step to sign in removed by whoever runs the service
refused-password = Sign-in with a wrong password
refused-change-password = Changing the password without the current one
did-keep-passkey = Passkey kept after a password reset: { $passkey }
did-void-undo = A former address or number is no longer yours: the latest changes can’t be taken back from it
