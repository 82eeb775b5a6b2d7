# What a person is told when something is refused: a sentence to act on.

error-missing = Please fill this in.
error-not-an-email = Enter an email address like name@example.com.
error-not-a-phone-number = Enter a phone number with its country code, like +1 212 555 0123.
error-no-such-phone-number = No phone has this number. Check the digits and the country.
error-not-a-date = Enter a real date, like 1990-12-31.
error-not-a-number = Enter a whole number.
error-not-a-boolean = Choose yes or no.
error-control-characters = This has characters that can’t be seen. Please type it again.
error-not-in-list = Choose one from the list.
error-bad-username = Use letters and digits, and . _ - + after the first character.
error-username-looks-like-contact = A username can’t look like an email address or a phone number.
error-passwords-differ = Your passwords must match
error-same-as-now = You have this one already.
error-unknown-attribute = There is no such attribute. Nothing was changed.
error-not-writable = You can’t change this here. Nothing was changed.
error-immutable = This can’t be changed once it is set. Nothing was changed.
error-required-attribute = This is required. You can change it, but not remove it.
error-signs-in-with-it = You sign in with this. You can replace it, but not remove it.
error-last-verified-contact = This is your only verified contact. You can replace it, but not remove it.
error-is-second-step = We send the codes of your second step here. Turn off that second step on the security page first.
error-nothing-to-do = Nothing was filled in, so nothing was changed.
error-username-taken = This username is taken. Please choose another one.
error-alias-exists = An account with the given email or phone number already exists.
error-wrong-password = This is not your current password.
error-wrong-first-password = This isn’t the password from sign-up. Try again, or choose a new one below.
error-reset-required = This account needs a new password. Choose one with “Forgot your password?” below.
error-password-again = You signed in a while ago. Confirm that it’s you to go on.
error-app-code-again = Enter the code that your authenticator app shows, or one of your recovery codes.
error-sent-code-again = We sent you a code for your second step. Enter it, or one of your recovery codes.
error-not-confirmed = This is not the word.
error-wrong-credentials = Incorrect username or password.
error-signed-out = You are signed out.
error-sign-in-over = This sign-in took too long, or something changed meanwhile. Please sign in again.
error-disabled = This account is disabled. Ask whoever runs this service to enable it.
error-wrong-passkey = This passkey doesn’t work here. Please sign in another way.
error-passkey-failed = This passkey couldn’t be added. Please try again.
error-too-many-passkeys = You have as many passkeys as there can be. Remove one first.
error-challenge-over = That took too long. Please try again.
error-not-a-code = A code has 6 to 8 digits.
error-expired-code = This code has expired. Ask for a new one.
error-used-code = This code has been used already.
error-worn-out-code = This code was tried too often. Ask for a new one.
error-wrong-app-code = This is not the code that your app shows now. Wait for the next one, and check that your phone’s clock is right.
error-wrong-recovery-code = This is none of your recovery codes.
error-no-such-factor = This second step can’t be used: it isn’t set up, or has no confirmed address. Choose another one.
error-no-code = No code is waiting here. Ask for a new one.
error-bad-request = Something was wrong with this form. Please load the page again.
error-undo-over = This link no longer works. The changes can’t be taken back with it.
error-cross-site = This form came from another site, so we did nothing. Please load the page again.
error-other-account = This browser has signed in to another account since this page was opened, so nothing was changed. Load the page again to go on.
error-too-large = This is too much text. Please shorten it.
error-busy = Many people are signing in just now. Please try again in a moment.
error-unavailable = Something went wrong, and we can’t tell whether this was done. Please look before you try again.
error-too-long = { $max ->
    [one] Use at most { $max } character.
   *[other] Use at most { $max } characters.
}
error-too-short = { $min ->
    [one] Use at least { $min } character.
   *[other] Use at least { $min } characters.
}
error-out-of-range = Enter a whole number from { $min } to { $max }.
error-wrong-code = { $left ->
    [one] That is not the code we sent. Check the newest message. { $left } try left.
   *[other] That is not the code we sent. Check the newest message. { $left } tries left.
}
error-wait-seconds = { $seconds ->
    [one] Too many tries. Please wait { $seconds } second and try again.
   *[other] Too many tries. Please wait { $seconds } seconds and try again.
}
error-wait-minutes = { $minutes ->
    [one] Too many tries. Please wait { $minutes } minute and try again.
   *[other] Too many tries. Please wait { $minutes } minutes and try again.
}
error-wait-hours = { $hours ->
    [one] Too many tries. Please wait { $hours } hour and try again.
   *[other] Too many tries. Please wait { $hours } hours and try again.
}
error-no-messages-seconds = { $seconds ->
    [one] We can’t send messages right now. Try again in { $seconds } second.
   *[other] We can’t send messages right now. Try again in { $seconds } seconds.
}
error-no-messages-minutes = { $minutes ->
    [one] We can’t send messages right now. Try again in { $minutes } minute.
   *[other] We can’t send messages right now. Try again in { $minutes } minutes.
}
error-no-messages-hours = { $hours ->
    [one] We can’t send messages right now. Try again in { $hours } hour.
   *[other] We can’t send messages right now. Try again in { $hours } hours.
}
resend-wait-seconds = { $seconds ->
    [one] You can ask for another code in { $seconds } second.
   *[other] You can ask for another code in { $seconds } seconds.
}
resend-wait-minutes = { $minutes ->
    [one] You can ask for another code in { $minutes } minute.
   *[other] You can ask for another code in { $minutes } minutes.
}
resend-wait-hours = { $hours ->
    [one] You can ask for another code in { $hours } hour.
   *[other] You can ask for another code in { $hours } hours.
}
rule-length = { $min ->
    [one] Password must have at least { $min } character
   *[other] Password must have at least { $min } characters
}
rule-lowercase = Password must have lower case letters
rule-uppercase = Password must have upper case letters
rule-number = Password must have numbers
rule-symbol = Password must have special characters
rule-characters = Password must not begin or end with a space, and must have at most 256 characters
rule-uncommon = This password is among the first that are guessed. Choose a less common one
rule-impersonal = Password must not be your username, name or address, or consist mostly of it
problems = { $count ->
    [one] One thing to put right
   *[other] { $count } things to put right
}
show-password = Show
hide-password = Hide
password-word = password
sign-in-again = Sign in again
nothing-changed = Everything here is up to date.
changed-since = Changed since you opened this page: { $labels }.
error-no-texts-to-country = No text messages are sent to this country. Use another number.
error-no-texts-now = Too many text messages are being sent at the moment. Try again later.
error-username-reserved = This username is reserved. Please choose another one.
error-factor-too-new = This takes a second step that has been on for 7 days, and you have none. Leave the box unticked to go on.
