# Creating an account, and confirming it.

confirm-title = Confirm your account
we-emailed-you = We Emailed You
we-texted-you = We Texted You
confirm-heading = Confirm your account
confirm-anywhere = Enter your username and the code we sent you when you signed up.
confirmation-code = Confirmation Code
confirm = Confirm
resend-code = Resend Code
back-to-sign-in = Back to Sign In
wrong-address = Wrong address? Change it
new-address = New email address
new-address-hint = We send a new code here. Enter your password again with it.
send-new-code = Send a new code
new-username = New username
choose-password = Choose your password
password-after-code = That’s the right code. Enter the password you chose when you signed up.
password-after-contested-code = That’s the right code. Someone else tried to sign up with the same details, so we kept none of the passwords. Choose one now.
password-from-sign-up = Password from sign-up
continue-button = Continue
or-new-password = Or choose a new password
or-new-password-text = Do this if you don’t remember it, or if someone else signed up with your address. Other details from sign-up aren’t kept.
set-password = Set password
username-was-taken = Someone else has confirmed the username { $taken } since you signed up. Everything else you entered is kept.
code-emailed-to = Your code is on the way. To log in, enter the code we emailed to { $destination }. It may take a minute to arrive.
code-texted-to = Your code is on the way. To log in, enter the code we texted to { $destination }. It may take a minute to arrive.
works-until = It works until { $when }.
