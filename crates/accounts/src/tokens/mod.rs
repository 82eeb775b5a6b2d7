//! What applications hold: tokens, the keys that sign them, the clients that may have them.

pub(crate) mod clients;
pub(crate) mod issue;
pub(crate) mod key_ring;
pub(crate) mod refresh;
pub(crate) mod signing_keys;

pub use clients::check_hash_of_token;
pub use issue::{AccessTokenError, Tokens, info_of_access_token, issuer, user_info, viewer_of_access_token};
pub use key_ring::{public_keys, rotate};
pub use refresh::{Exchange, RefreshError, RevokeError, refresh, revoke};
pub use signing_keys::{NewSigningKey, PublicKey};
