# A new password, and one that was forgotten.

forgot-your-password = Forgot your password?
reset-password = Reset Password
code-to-contact = We send a code to an email address or phone number that you have confirmed.
send-reset-code = Send code
reset-anywhere = Enter your username, the code we sent you, and the new password.
no-code-yet = No code yet? Ask for one
code = Code
new-password = New Password
submit = Submit
another-name = Is that not you? Enter another name
no-reset-code = No message? Look in your spam folder, and check the name above for typing mistakes. If you never confirmed an email address or phone number, only the people who run this site can help.
change-password-heading = Change Password
own-password-text = Whoever runs this service gave you the password that you just entered. Choose one that only you know.
policy-lowercase = lower case
policy-uppercase = upper case
policy-number = a number
policy-symbol = a special character
policy-hint = At least { $length } characters. Spaces are fine. No common password, and not your own name or address.
policy-hint-with = At least { $length } characters, with { $kinds }. Spaces are fine. No common password, and not your own name or address.
reset-on-its-way = If { $name } belongs to an account with a confirmed email address or phone number, a code is on its way there. It may take a minute to arrive.
whose-password-username = Enter your username
whose-password-email = Enter your email
whose-password-phone = Enter your phone number
confirmation = Confirmation
