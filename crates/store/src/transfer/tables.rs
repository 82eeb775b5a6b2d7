//! Every table with its columns, once: what a copy has to take along. A test compares this with what the
//! migrations make.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// TEXT.
    Text,
    /// BIGINT.
    Number,
    /// BLOB or BYTEA.
    Bytes,
}

use Kind::{Bytes, Number, Text};

/// So many rows are read, and written in one transaction, at once.
pub const PAGE: usize = if cfg!(test) { 3 } else { 500 };

/// A table, as far as a copy has to know it.
#[derive(Debug)]
pub struct Table {
    /// As the migrations call it.
    pub name: &'static str,
    /// So many of its first columns are its primary key.
    pub key: usize,
    /// All of them, the key first.
    pub columns: &'static [(&'static str, Kind)],
}

/// In an order in which no row names one that isn't there yet. What says that the store is one comes last.
pub const TABLES: &[Table] = &[
    Table {
        name: "users",
        key: 1,
        columns: &[
            ("id", Number),
            ("sub", Text),
            ("username", Text),
            ("username_key", Text),
            ("sign_up_key", Text),
            ("status", Text),
            ("password_hash", Text),
            ("created_at", Number),
            ("updated_at", Number),
            ("confirmed_at", Number),
            ("disabled_at", Number),
            ("changes", Number),
            ("changes_since", Number),
            ("attributes", Text),
            ("proven", Text),
            ("sign_up_name", Text),
            ("sign_up_contact", Text),
            ("contested", Number),
            ("former_password", Text),
            ("former_until", Number),
            ("waiting_since", Number),
            ("resets", Text),
            ("srp_id", Text),
        ],
    },
    Table { name: "former_subs", key: 1, columns: &[("digest", Bytes)] },
    Table {
        name: "aliases",
        key: 2,
        columns: &[("kind", Text), ("key", Text), ("user_id", Number), ("verified_at", Number)],
    },
    Table {
        name: "codes",
        key: 3,
        columns: &[
            ("user_id", Number),
            ("purpose", Text),
            ("attribute", Text),
            ("value", Text),
            ("issue", Bytes),
            ("digest", Bytes),
            ("requested_at", Number),
            ("sent_at", Number),
            ("expires_at", Number),
            ("attempts", Number),
            ("used_at", Number),
        ],
    },
    Table {
        name: "sign_up_tickets",
        key: 1,
        columns: &[
            ("hash", Bytes),
            ("user_id", Number),
            ("created_at", Number),
            ("expires_at", Number),
            ("holder", Number),
            ("attributes", Bytes),
            ("proven_at", Number),
        ],
    },
    Table {
        name: "requested_codes",
        key: 1,
        columns: &[
            ("issue", Bytes),
            ("user_id", Number),
            ("purpose", Text),
            ("attribute", Text),
            ("value", Text),
            ("contact", Text),
            ("digest", Bytes),
            ("network", Bytes),
            ("sent_at", Number),
            ("expires_at", Number),
            ("attempts", Number),
            ("used_at", Number),
            ("message", Text),
        ],
    },
    Table {
        name: "requesters",
        key: 2,
        columns: &[("issue", Bytes), ("requester", Bytes), ("attempts", Number), ("network", Bytes)],
    },
    Table {
        name: "known_origins",
        key: 3,
        columns: &[("user_id", Number), ("kind", Text), ("digest", Bytes), ("seen_at", Number)],
    },
    Table {
        name: "sessions",
        key: 1,
        columns: &[
            ("id", Number),
            ("hash", Bytes),
            ("user_id", Number),
            ("client", Text),
            ("created_at", Number),
            ("last_seen_at", Number),
            ("expires_at", Number),
            ("network", Text),
            ("user_agent", Text),
            ("username", Text),
            ("proof", Text),
        ],
    },
    Table {
        name: "refresh_tokens",
        key: 1,
        columns: &[
            ("family", Bytes),
            ("session", Number),
            ("current", Bytes),
            ("previous", Bytes),
            ("rotated_at", Number),
        ],
    },
    Table {
        name: "srp_verifiers",
        key: 2,
        columns: &[("user_id", Number), ("name", Text), ("verifier", Bytes)],
    },
    Table {
        name: "factors",
        key: 2,
        columns: &[
            ("user_id", Number),
            ("kind", Text),
            ("secret", Bytes),
            ("pending", Bytes),
            ("pending_at", Number),
            ("last_step", Number),
            ("enabled_at", Number),
            ("preferred", Number),
            ("used_at", Number),
            ("goes_at", Number),
        ],
    },
    Table { name: "temporary_passwords", key: 1, columns: &[("user_id", Number), ("set_at", Number)] },
    Table {
        name: "recovery_codes",
        key: 2,
        columns: &[
            ("user_id", Number),
            ("digest", Bytes),
            ("readable", Bytes),
            ("created_at", Number),
            ("used_at", Number),
        ],
    },
    Table {
        name: "challenges",
        key: 1,
        columns: &[
            ("hash", Bytes),
            ("user_id", Number),
            ("client", Text),
            ("password", Text),
            ("asks", Text),
            ("created_at", Number),
            ("expires_at", Number),
        ],
    },
    Table {
        name: "passkeys",
        key: 1,
        columns: &[
            ("credential", Bytes),
            ("user_id", Number),
            ("name", Text),
            ("transports", Number),
            ("public_key", Bytes),
            ("state", Bytes),
            ("created_at", Number),
            ("last_used_at", Number),
            ("vouched", Number),
        ],
    },
    Table {
        name: "undoable_changes",
        key: 1,
        columns: &[
            ("hash", Bytes),
            ("user_id", Number),
            ("number", Number),
            ("made_at", Number),
            ("ends_at", Number),
        ],
    },
    Table {
        name: "former_contacts",
        key: 2,
        columns: &[
            ("change", Bytes),
            ("kind", Text),
            ("value", Text),
            ("key", Text),
            ("verified_at", Number),
        ],
    },
    Table {
        name: "former_factors",
        key: 2,
        columns: &[
            ("change", Bytes),
            ("kind", Text),
            ("secret", Bytes),
            ("last_step", Number),
            ("enabled_at", Number),
            ("preferred", Number),
            ("used_at", Number),
            ("goes_at", Number),
        ],
    },
    Table {
        name: "former_recovery_codes",
        key: 2,
        columns: &[("change", Bytes), ("digest", Bytes), ("created_at", Number), ("used_at", Number)],
    },
    Table { name: "former_passkeys", key: 2, columns: &[("change", Bytes), ("credential", Bytes)] },
    Table {
        name: "signing_keys",
        key: 1,
        columns: &[
            ("number", Number),
            ("kid", Text),
            ("private_key", Bytes),
            ("created_at", Number),
            ("retired_at", Number),
        ],
    },
    Table {
        name: "limits",
        key: 1,
        columns: &[("key", Bytes), ("count", Number), ("since", Number), ("free_at", Number)],
    },
    Table {
        name: "events",
        key: 1,
        columns: &[
            ("id", Number),
            ("user_id", Number),
            ("payload", Text),
            ("at", Number),
            ("network", Text),
            ("user_agent", Text),
        ],
    },
    Table {
        name: "outbox",
        key: 1,
        columns: &[
            ("id", Text),
            ("medium", Text),
            ("payload", Bytes),
            ("user_id", Number),
            ("purpose", Text),
            ("attribute", Text),
            ("issue", Bytes),
            ("created_at", Number),
            ("due_at", Number),
            ("attempts", Number),
            ("outcome", Text),
            ("lease", Number),
            ("renewals", Number),
        ],
    },
    Table {
        name: "decoy_requested_codes",
        key: 1,
        columns: &[
            ("issue", Bytes),
            ("user_id", Number),
            ("purpose", Text),
            ("attribute", Text),
            ("value", Text),
            ("contact", Text),
            ("digest", Bytes),
            ("network", Bytes),
            ("sent_at", Number),
            ("expires_at", Number),
            ("attempts", Number),
            ("used_at", Number),
            ("message", Text),
        ],
    },
    Table {
        name: "decoy_requesters",
        key: 2,
        columns: &[("issue", Bytes), ("requester", Bytes), ("attempts", Number), ("network", Bytes)],
    },
    Table {
        name: "decoy_outbox",
        key: 1,
        columns: &[
            ("id", Text),
            ("medium", Text),
            ("payload", Bytes),
            ("user_id", Number),
            ("purpose", Text),
            ("attribute", Text),
            ("issue", Bytes),
            ("created_at", Number),
            ("due_at", Number),
            ("attempts", Number),
        ],
    },
    Table {
        name: "decoy_events",
        key: 1,
        columns: &[
            ("id", Number),
            ("user_id", Number),
            ("payload", Text),
            ("at", Number),
            ("network", Text),
            ("user_agent", Text),
        ],
    },
    Table { name: "meta", key: 1, columns: &[("name", Text), ("value", Text)] },
];

/// Tables whose ids the database counts.
pub const COUNTED: [&str; 3] = ["users", "events", "decoy_events"];

impl Table {
    /// Which of its rows a copy is about: all but its own note, that of checks of health, and the one that says
    /// that a store was served for real, which the target keeps even if the source doesn't have it.
    fn which(&self) -> &'static str {
        if self.name == "meta" { "name NOT IN ('copying', 'production', 'checked')" } else { "1 = 1" }
    }

    fn names(columns: &[(&'static str, Kind)]) -> String {
        columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    #[expect(clippy::indexing_slicing, reason = "a key is the first columns of its table")]
    fn key_names(&self) -> String {
        Self::names(&self.columns[..self.key])
    }

    pub(super) fn count(&self) -> String {
        format!("SELECT COUNT(*) AS number FROM {} WHERE {}", self.name, self.which())
    }

    /// The first rows, or those that come after a key.
    pub fn page(&self, after: bool) -> String {
        let (name, columns, key) = (self.name, Self::names(self.columns), self.key_names());
        let after =
            if after { format!("({key}) > {}", placeholders(0, self.key)) } else { "1 = 1".to_owned() };
        let which = self.which();
        format!("SELECT {columns} FROM {name} WHERE {after} AND {which} ORDER BY {key} LIMIT {PAGE}")
    }

    /// So many rows at once.
    #[expect(clippy::indexing_slicing, reason = "a key is the first columns of its table")]
    pub fn insert(&self, rows: usize) -> String {
        let (name, columns, key) = (self.name, Self::names(self.columns), self.key_names());
        let width = self.columns.len();
        let values = (0..rows).map(|row| placeholders(row * width, width)).collect::<Vec<_>>().join(", ");
        let rest = self.columns[self.key..]
            .iter()
            .map(|(name, _)| format!("{name} = excluded.{name}"))
            .collect::<Vec<_>>()
            .join(", ");
        let again = if rest.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {rest}") };
        format!("INSERT INTO {name} ({columns}) VALUES {values} ON CONFLICT ({key}) DO {again}")
    }

    /// Some rows go: a transaction that takes them all could take too long.
    pub fn remove_some(&self) -> String {
        let (name, key, which) = (self.name, self.key_names(), self.which());
        format!("DELETE FROM {name} WHERE ({key}) IN (SELECT {key} FROM {name} WHERE {which} LIMIT {PAGE})")
    }
}

fn placeholders(after: usize, number: usize) -> String {
    let list = (after + 1..=after + number).map(|it| format!("${it}")).collect::<Vec<_>>().join(", ");
    format!("({list})")
}
