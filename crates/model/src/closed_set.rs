//! Enums whose values travel by name. The values, the list of them, the name of each and the value behind a
//! name are all written once.

/// Declares such an enum.
///
/// ```
/// model::closed_set! {
///     /// What is asked for.
///     pub enum Answer {
///         Yes = "yes",
///         No = "no",
///     }
/// }
/// assert_eq!(Answer::ALL, [Answer::Yes, Answer::No]);
/// assert_eq!(Answer::Yes.as_str(), "yes");
/// assert_eq!(Answer::named("no"), Some(Answer::No));
/// assert_eq!(Answer::named("perhaps"), None);
/// ```
///
/// With `serialized` before everything else the names are those of its serialised form, too. Without names
/// the enum has its list alone.
#[macro_export]
macro_rules! closed_set {
    (
        serialized
        $(#[$meta:meta])*
        $vis:vis enum $Set:ident { $($(#[$doc:meta])* $Value:ident = $name:literal),+ $(,)? }
    ) => {
        $crate::closed_set! {
            $(#[$meta])*
            #[derive(serde::Serialize, serde::Deserialize)]
            $vis enum $Set { $($(#[$doc])* #[serde(rename = $name)] $Value = $name),+ }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis enum $Set:ident { $($(#[$doc:meta])* $Value:ident = $name:literal),+ $(,)? }
    ) => {
        $crate::closed_set! {
            $(#[$meta])*
            $vis enum $Set {
                $(
                    $(#[$doc])*
                    #[doc = ""]
                    #[doc = concat!("Travels as `", $name, "`.")]
                    $Value
                ),+
            }
        }

        impl $Set {
            /// The name by which the value travels.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Value => $name),+
                }
            }

            /// The value of this name, if there is one.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|value| value.as_str() == name)
            }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis enum $Set:ident { $($(#[$doc:meta])* $Value:ident),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $Set { $($(#[$doc])* $Value),+ }

        impl $Set {
            /// Every value, in order.
            pub const ALL: [Self; [$(stringify!($Value)),+].len()] = [$(Self::$Value),+];
        }
    };
}
