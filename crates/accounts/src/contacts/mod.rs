//! Email addresses and phone numbers: verified before they count.

pub(crate) mod cancel;
pub(crate) mod code;
pub(crate) mod notify;
pub(crate) mod resend;
pub(crate) mod settled;
pub(crate) mod verify;

pub use cancel::{CancelError, cancel};
pub use resend::{AttributeCodeResent, resend};
pub use verify::{EnteredCode, Verified, VerifyAttributeError, verify, verify_and_decide};
