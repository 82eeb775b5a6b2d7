//! What every use case can fail with.

use crate::limits::rate::{Full, Wait};
use crate::password::hasher::HashingError;
use std::error::Error;
use store::StoreError;

/// The store, or the hashing of passwords, failed. People are told "unavailable"; the chain of sources is for
/// operators.
#[derive(Debug, thiserror::Error)]
#[error("the service can't do this now")]
pub struct Unavailable(#[source] pub(crate) Box<dyn Error + Send + Sync>);

impl From<StoreError> for Unavailable {
    fn from(error: StoreError) -> Self {
        Self(Box::new(error))
    }
}

impl From<HashingError> for Unavailable {
    fn from(error: HashingError) -> Self {
        Self(Box::new(error))
    }
}

impl Unavailable {
    /// What the person is told, after the operator was.
    pub(crate) fn why(&self) -> model::ErrorCode {
        tracing::error!(error = self as &dyn Error, "unavailable");
        model::ErrorCode::Unavailable
    }
}

impl From<Unavailable> for model::FormErrors {
    fn from(fault: Unavailable) -> Self {
        Self::form(fault.why())
    }
}

/// What may stop any use case, whatever it is about.
#[derive(Debug, thiserror::Error)]
pub enum CommonError {
    /// A limit was reached.
    #[error("too often; again in {seconds} s")]
    Wait {
        /// After how many it is worth trying again.
        seconds: u32,
    },
    /// The installation has sent as many messages to strangers as it does in an hour.
    #[error("no messages are sent to strangers now; again in {seconds} s")]
    NoMessagesNow {
        /// After how many it is worth trying again.
        seconds: u32,
    },
    /// More than [`Limits::hashing_queue`](nameplate_core::settings::Limits::hashing_queue) hashes wait.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The session ended, or the account was deleted or disabled, meanwhile.
    #[error("nobody is signed in any more")]
    SignedOut,
    /// The database, or the hashing of passwords, failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<CommonError> for model::FormErrors {
    fn from(error: CommonError) -> Self {
        Self::form(match error {
            CommonError::Wait { seconds } => model::ErrorCode::Wait { seconds },
            CommonError::NoMessagesNow { seconds } => model::ErrorCode::NoMessagesNow { seconds },
            CommonError::Busy => model::ErrorCode::Busy,
            CommonError::SignedOut => model::ErrorCode::SignedOut,
            CommonError::Unavailable(fault) => fault.why(),
        })
    }
}

impl From<StoreError> for CommonError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for CommonError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl From<Full> for CommonError {
    fn from(full: Full) -> Self {
        Self::NoMessagesNow { seconds: full.seconds }
    }
}

impl From<HashingError> for CommonError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            failed @ HashingError::Failed(_) => Self::Unavailable(failed.into()),
        }
    }
}

/// The conversions of what may stop any use case into the error of one, which has a variant `Common`.
macro_rules! common_error {
    ($error:ty) => {
        $crate::error::common_error!($error: store::StoreError, $crate::limits::rate::Wait,
            $crate::limits::rate::Full,
            $crate::password::hasher::HashingError, $crate::error::Unavailable);
    };
    ($error:ty: $($from:ty),+) => {
        $(impl From<$from> for $error {
            fn from(error: $from) -> Self {
                Self::Common(error.into())
            }
        })+
    };
}
pub(crate) use common_error;
