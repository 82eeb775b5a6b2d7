//! Light, dark, or as the system has it.

use model::closed_set;

closed_set! {
    /// The theme that a person chose, or the system's.
    #[derive(Default)]
    pub enum Theme {
        #[default]
        System = "system",
        Light = "light",
        Dark = "dark",
    }
}

impl Theme {
    /// What isn't one of them is the system's.
    pub fn parse(text: &str) -> Self {
        Self::named(text).unwrap_or_default()
    }
}
