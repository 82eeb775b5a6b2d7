//! Plain data and rules: who somebody is, time, chance, keys, contacts, settings.

#![warn(missing_docs)]

/// What holds secrets, addresses or codes shows nothing but its name in a log.
#[macro_export]
macro_rules! secretive {
    ($($name:ty),+) => {
        $(impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        })+
    };
}

pub mod attempts;
pub mod client;
pub mod clock;
pub mod code;
pub mod contact;
pub mod country;
pub mod device;
pub mod entropy;
pub mod identifiers;
pub mod identity;
pub mod key_error;
mod key_file;
pub mod keys;
pub mod phone;
pub mod settings;
pub mod srp_id;
