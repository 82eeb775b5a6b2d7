//! What the property test of strangers tries: `server` compares it with what its doors offer to who isn't signed in.

use model::closed_set;

closed_set! {
    /// A kind of anonymous request that the property test makes, in any order.
    pub enum StrangerOperation {
        /// A sign-up, in a browser also with the ticket of an earlier one.
        SignUp,
        /// An earlier sign-up moves to another address.
        ChangeAddress,
        /// Another code by name.
        Resend,
        /// Another code by the ticket of a sign-up.
        ResendByTicket,
        /// A wrong code by name.
        Confirm,
        /// A wrong code by the ticket of a sign-up.
        ConfirmByTicket,
        /// The same with a name beside it.
        ConfirmNamedWithTicket,
        /// What the page of a waiting sign-up shows.
        PendingSignUp,
        /// The password of a sign-up whose code was never entered.
        FirstPassword,
        /// What becomes of a contact's former account, by such a sign-up.
        FormerContact,
        /// A code for a new password.
        ForgotPassword,
        /// A wrong code for a new password.
        ConfirmForgotPassword,
        /// What the page for a new password shows.
        PendingReset,
        /// A wrong password on the pages.
        SignIn,
        /// A wrong password on the wire.
        SignInForTokens,
        /// An exchange without the password, and a wrong proof.
        Srp,
        /// All that takes a username, by an id that SRP has called somebody.
        BySrpId,
        /// What is asked of a passkey, and the answer of one that nobody has.
        Passkey,
        /// Every step of a sign-in that nobody has begun: codes, recovery codes, other factors, new passwords.
        Challenge,
        /// A refresh token that nobody was given: exchanged, revoked.
        RefreshToken,
        /// An access token that nobody was given.
        AccessToken,
        /// The page and the form of an undo by a link that nobody was sent.
        Undo,
        /// Time passes.
        Wait,
    }
}
