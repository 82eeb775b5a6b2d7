//! What an app client may read and write: a pure table.

use crate::attribute::{AttributeName, Standard};
use crate::schema::Schema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The read and write lists of one app client, resolved against the schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessLists {
    read: BTreeSet<AttributeName>,
    write: BTreeSet<AttributeName>,
}

impl AccessLists {
    /// `None` is the default of the user pool: read the standard attributes and the verified flags, write the
    /// mutable standard ones (CreateUserPoolClient, ReadAttributes and WriteAttributes).
    ///
    /// What only the service sets never becomes writable, whatever the list says.
    pub fn resolve(schema: &Schema, read: Option<&[AttributeName]>, write: Option<&[AttributeName]>) -> Self {
        let standard = || schema.definitions().filter(|it| it.name.standard().is_some());
        let mut read: BTreeSet<_> = match read {
            Some(list) => list.iter().cloned().collect(),
            None => standard().map(|it| it.name.clone()).collect(),
        };
        let write = match write {
            Some(list) => list.iter().filter(|name| !is_set_by_service(name)).cloned().collect(),
            None => standard()
                .filter(|it| it.mutable && it.name != Standard::UpdatedAt)
                .map(|it| it.name.clone())
                .collect(),
        };
        // `sub` is what the account is called; a client that can't see it can't tell accounts apart.
        read.insert(Standard::Sub.into());
        Self { read, write }
    }

    /// Whether the client may see the attribute.
    pub fn may_read(&self, name: &AttributeName) -> bool {
        self.read.contains(name)
    }

    /// Whether the client may set or delete the attribute.
    pub fn may_write(&self, name: &AttributeName) -> bool {
        self.write.contains(name) && !is_set_by_service(name)
    }

    /// The attributes that the client may see, in order.
    pub fn readable(&self) -> impl Iterator<Item = &AttributeName> {
        self.read.iter()
    }

    /// The attributes that the client may set, in order.
    pub fn writable(&self) -> impl Iterator<Item = &AttributeName> {
        self.write.iter()
    }
}

fn is_set_by_service(name: &AttributeName) -> bool {
    name.standard().is_some_and(Standard::is_set_by_service)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> AttributeName {
        text.parse().unwrap()
    }

    #[test]
    fn resolve_without_lists_reads_standard_and_writes_mutable_attributes() {
        let lists = AccessLists::resolve(&Schema::standard(), None, None);
        assert!(lists.may_read(&name("email_verified")) && lists.may_read(&name("sub")));
        assert!(lists.may_write(&name("email")) && lists.may_write(&name("family_name")));
        for never in ["sub", "email_verified", "phone_number_verified", "updated_at", "custom:team", "nope"] {
            assert!(!lists.may_write(&name(never)), "{never}");
        }
        assert!(!lists.may_read(&name("custom:team")));
    }

    #[test]
    fn resolve_with_a_write_list_never_covers_service_attributes() {
        let all: Vec<_> = ["sub", "email_verified", "nickname"].map(name).into();
        let lists = AccessLists::resolve(&Schema::standard(), None, Some(&all));
        assert!(lists.may_write(&name("nickname")));
        assert!(!lists.may_write(&name("sub")) && !lists.may_write(&name("email_verified")));
    }
}
