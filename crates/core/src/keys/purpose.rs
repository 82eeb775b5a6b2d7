//! What sub-keys are for.

/// What a sub-key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Digests of codes.
    Codes,
    /// Messages that wait to be sent.
    Outbox,
    /// What the counters of limits are called.
    Limits,
    /// Stable answers about accounts that don't exist.
    Masks,
    /// The keys that tokens are signed with, and what refresh tokens are followed by.
    Tokens,
    /// What passwords are compared with in SRP, and the state of an exchange.
    Srp,
    /// The secrets of authenticator apps, and recovery codes.
    Factors,
    /// The questions that passkeys answer.
    Passkeys,
    /// What somebody entered who waits for the code of a sign-up.
    SignUps,
    /// What tells a form of one account from a form of another.
    Forms,
    /// Secrets of the store's own.
    Store,
}

impl Purpose {
    /// All of them, in their order.
    pub const ALL: [Self; 11] = [
        Self::Codes,
        Self::Outbox,
        Self::Limits,
        Self::Masks,
        Self::Tokens,
        Self::Srp,
        Self::Factors,
        Self::Passkeys,
        Self::SignUps,
        Self::Forms,
        Self::Store,
    ];

    /// Those whose digests are looked for under older keys too. What the others digest is only ever compared
    /// with what the newest key makes of it.
    pub(super) const KEPT_DIGESTS: [Self; 4] = [Self::Codes, Self::Tokens, Self::Factors, Self::Forms];

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Codes => "nameplate codes 1",
            Self::Outbox => "nameplate outbox 1",
            Self::Limits => "nameplate limits 1",
            Self::Masks => "nameplate masks 1",
            Self::Tokens => "nameplate tokens 1",
            Self::Srp => "nameplate srp 1",
            Self::Factors => "nameplate factors 1",
            Self::Passkeys => "nameplate passkeys 1",
            Self::SignUps => "nameplate sign-ups 1",
            Self::Forms => "nameplate forms 1",
            Self::Store => "nameplate store 1",
        }
    }
}
