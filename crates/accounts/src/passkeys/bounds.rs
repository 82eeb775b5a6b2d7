//! What a passkey and a question may be.

use std::time::Duration;

/// How long a question waits for its answer.
pub const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// No account has more passkeys.
pub const MOST: usize = 20;

/// No passkey has a longer name, in characters.
pub const LONGEST_NAME: u32 = 64;
