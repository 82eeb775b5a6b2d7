# Pages for errors.

go-to-profile = Go to your profile
tell-the-owner = If this keeps happening, tell the site’s owner: { $status }.
tell-the-owner-with-request = If this keeps happening, tell the site’s owner: { $status }, request { $request }.
page-bad-request = We didn’t understand that
page-bad-request-text = The request was not well formed. Nothing was changed. Go back, load the page again and try once more.
page-signed-out = Please sign in first
page-signed-out-text = This page is for people who are signed in.
page-cross-site = That isn’t allowed from here
page-cross-site-text = The request didn’t come from a page of this site, so we did nothing. Go back, load the page again and try once more.
page-not-found = There is nothing at this address
page-not-found-text = The link may be old, or a letter may be missing. Your account and your details are not affected.
page-wrong-method = This address can’t do that
page-wrong-method-text = It exists, but not for this kind of request. Your account and your details are not affected.
page-other-account = This page belonged to another account
page-other-account-text = This browser has signed in to another account since that page was opened, so nothing was changed.
page-too-large = That was too much at once
page-too-large-text = The form was larger than we accept. Nothing was changed. Shorten it and try again.
page-too-many = A little slower, please
page-too-many-text = There were too many requests in a short time. Wait a moment and try again.
page-busy = We are busy just now
page-busy-text = Wait a moment and try again. If you were saving something, look first whether it was saved.
page-unexpected = Something went wrong on our side
page-unexpected-text = If you were saving something, look first whether it was saved. If this keeps happening, tell the people who run this site.
signed-in-now = You are signed in as { $name }.
