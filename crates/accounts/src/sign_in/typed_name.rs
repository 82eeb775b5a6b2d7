//! Whom somebody says to be.

use crate::Context;
use model::identifier::USERNAME_MAX;
use nameplate_core::identifiers::Identifier;

/// What somebody typed to say who they are, and whom it names here.
#[derive(Debug, Clone)]
pub(crate) struct TypedName {
    /// Without what clings to it.
    pub(crate) text: String,
    /// `None`: it can't be anybody.
    pub(crate) who: Option<Identifier>,
}

impl TypedName {
    pub(crate) fn read(ctx: &Context, typed: &str) -> Self {
        Self { text: model::typed::identifier(typed), who: ctx.settings.identifier(typed) }
    }

    /// What limits are counted for: the canonical form, or what was typed where that can't be anybody.
    pub(crate) fn key(&self) -> String {
        self.who.as_ref().map_or_else(|| self.nobodys_key(), Identifier::to_key)
    }

    /// What a sign-up of that name waits under.
    pub(crate) fn waiting_key(&self) -> String {
        self.who.as_ref().map_or_else(|| self.nobodys_key(), Identifier::to_waiting_key)
    }

    /// The key of what can't be anybody. It is asked for like a name, and not every database takes a text with
    /// NUL in it.
    fn nobodys_key(&self) -> String {
        let shown: String = self.text.chars().take(4 * USERNAME_MAX).flat_map(char::escape_default).collect();
        format!("nobody:{shown}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestPool;

    #[tokio::test]
    async fn key_of_a_typed_name_is_canonical_when_it_can_exist() {
        let pool = TestPool::new().await;
        let keys = |typed| {
            let name = TypedName::read(&pool, typed);
            (name.key(), name.waiting_key())
        };
        let both = |key: &str| (key.to_owned(), key.to_owned());
        assert_eq!(keys(" JDoe "), both("username:jdoe"));
        assert_eq!(keys("Me@DOMAIN.com"), both("email:me@domain.com"));
        assert_eq!(keys(" jdoe\u{7}x "), both("nobody:jdoe\\u{7}x"));
    }
}
