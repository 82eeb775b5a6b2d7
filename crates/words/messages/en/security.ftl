# Second steps, passkeys, recovery codes and sessions.

security = Security
security-text = How you prove it’s you, and where you are signed in.
password-text = To set another one you need the one you have now.
change-password = Change password
current-password = Current Password

# Beside the password that a dangerous form asks for once more.
password-again = You signed in a while ago. To be safe, we ask once more.
signs-others-out = Every other browser is signed out, and a message about it goes to your confirmed email address or phone number.
passkeys = Passkeys
passkeys-text = Sign in with your fingerprint, your face or your screen lock instead of a password. No second step is asked for then.
add-passkey = Add a passkey
passkey-name = Name
passkey-name-hint = To tell it from others. Your device asks you next.
remove = Remove

# The browser has asked, and nobody answered.
no-passkey-used = No passkey was used. You can try again.
no-passkey-made = No passkey was made. You can try again.
has-a-passkey = This device has a passkey for your account already.
passkey-added = Your passkey is added. You can sign in with it from now on.
passkey-removed = The passkey is removed. Delete it on your device as well.
signed-in-at = Where you’re signed in
this-browser = This browser
active-now = active now
sign-out-others = Sign out all others
sign-out-everywhere = Sign out everywhere
what-happened = What happened to your account
second-step = Second step
second-step-text = Beside your password, a code that only you can have. Then a stolen password is not enough to get in.
on = On
asked-first = Asked first
turn-on = Turn on
turn-off = Turn off
ask-first = Ask first
set-up = Set up
set-up-again = Set up again
never-used = not used yet
app-text = Works without reception, and is the safest of these.
confirm-phone-first = Confirm a phone number first
confirm-email-first = Confirm an email address first
app = Authenticator app
app-before = You need an app on your phone that shows codes, such as Aegis, 2FAS, Google Authenticator or your password manager.
app-show = Show the QR code
app-scan = Scan this with your authenticator app, or type the key. Then enter the 6 digits the app shows.
app-replaces = The app that you use now goes on working until then.
app-key = Key
app-qr = QR code for your authenticator app; the key beside it says the same
open-in-app = On this phone? Open it in your app
recovery-codes = Recovery codes
recovery-text = For when your phone is lost: each takes the place of the second step once. Keep them where you keep other important papers. This is the only time we can show them.
recovery-new-text = Ten codes, each takes the place of the second step once. The codes that you have now stop working.
recovery-done = I have saved them
recovery-download = Download as a text file
make-new-codes = Make new codes
recovery-needs-step = Recovery codes come with a second step. Turn one on first.
sign-in-code-title = Confirm it’s you
app-shows = Enter the 6 digits that your authenticator app shows.
no-phone = Can’t get a code?
use-recovery-code = Use a recovery code
recovery-code = Recovery code
recovery-code-hint = Ten letters and digits, like abcde-fghij.
sign-in-over = This sign-in took too long, or something changed meanwhile. Your password is safe; please start again.
sign-in-paused = Signing in waits after your password was reset
sign-in-paused-ways = A recovery code or a passkey signs you in at once. You find your passkey on the sign-in page.
step-code = Second-step code
step-code-hint = 6 digits, or a recovery code like abcde-fghij. We ask for it before we change how your account is protected.
factor-off = It is turned off.
factor-first = It is asked for first from now on.
recovery-put-away = Your recovery codes can’t be shown any more. Keep them safe.
factor-sms = Text message
factor-email = Email
within-app = the code of an authenticator app
within-sms = a code in a text message
within-email = a code in an email
confirm-totp-code = Confirm TOTP Code
confirm-sms-code = Confirm SMS Code
confirm-email-code = Confirm Email Code
instead-app = Use your authenticator app
instead-sms = Get a code by text message
instead-email = Get a code by email
last-used = last used { $when }
codes-left = { $left ->
    [0] None left
   *[other] { $left } left
}
codes-file = Recovery codes of { $username } at { $service }, { $url }
    Each works once.
passkey-dates = added { $added }, last used { $used }
passkey-dates-unused = added { $added }, not used yet
device-on = { $browser } on { $system }
device-some-browser-on = A browser on { $system }
device-unknown = Unknown browser
active-lately = active in the last few minutes
active-minutes-ago = { $minutes ->
    [one] active { $minutes } minute ago
   *[other] active { $minutes } minutes ago
}
active-hours-ago = { $hours ->
    [one] active { $hours } hour ago
   *[other] active { $hours } hours ago
}
active-days-ago = { $days ->
    [one] active { $days } day ago
   *[other] active { $days } days ago
}
session-facts = { $network }, { $active }, signed in { $since }
passkey-instead = Use a passkey instead
is-confirmed = You confirmed a moment ago that it’s you, so we don’t ask for your password.
confirm-identity = Confirm that it’s you
confirm-identity-text = You signed in a while ago. We ask again before anything changes that protects your account.
confirm-button = Confirm
confirm-with-passkey = Confirm with a passkey
passkey-needs-scripts = Passkeys need JavaScript, and a browser that has them.
no-way-to-confirm = Your account has no password, no passkey, and no contact that was verified more than 3 days ago, so there is nothing to confirm with.
choose-a-password = Choose a password
goes-with-reset = Added in the last 7 days without your second step, so a password reset removes it.
keep = Keep
confirm-first-link = confirm that it’s you
confirm-first = You signed in a while ago. Before you change this, { $link }.
confirm-code-text = Your account has no password and no passkey. We can send a code to { $contact }.
no-way-to-confirm-help = { $link } and come back, or wait until a verified contact is 3 days old.
