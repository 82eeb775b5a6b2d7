//! What an import did, or would do: in words, with the first names of each kind, and as lines with all of
//! them.

use super::reading::error::printable;
use accounts::admin::UserLabel;
use accounts::admin::{Arrival, Change, ImportPlan, Obstacle, Remark, Remarked};
use std::collections::BTreeMap;
use std::path::Path;

/// So many accounts of a kind are named on a terminal.
pub(super) const MOST_NAMED: usize = 10;

/// What there is to say after an import, or before one.
#[derive(Debug)]
pub(super) struct Report<'a> {
    pub(super) plan: &'a ImportPlan<'a>,
    pub(super) arrivals: &'a [Arrival],
    /// How many can't come in.
    pub(super) left_out: usize,
    /// Nothing was written.
    pub(super) check: bool,
}

/// What is said about an account, in the order in which it is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
    OtherSub,
    NoContactToSignInWith,
    Unreachable,
    OtherProvider,
    Disabled,
    Unconfirmed,
    NoPassword,
    NotVerified,
    OutsidePlan,
    NoSecondFactor,
    NewUsername,
    NoUsername,
    ContactFromUsername,
    Value,
    Sub,
    Dropped(String),
}

/// One account under a topic.
struct ReportLine<'a> {
    number: usize,
    user: &'a UserLabel,
    contact: Option<&'a str>,
    /// What is particular to this one.
    detail: String,
}

/// `1 account`, `2 accounts`.
pub(super) fn counted(accounts: usize) -> String {
    if accounts == 1 { "1 account".to_owned() } else { format!("{accounts} accounts") }
}

impl Topic {
    /// What scripts know it by.
    const fn id(&self) -> &'static str {
        match self {
            Self::OtherSub => "already_there_with_another_sub",
            Self::NoContactToSignInWith => "no_contact_to_sign_in_with",
            Self::Unreachable => "no_password_and_no_verified_contact",
            Self::OtherProvider => "other_provider",
            Self::Disabled => "disabled",
            Self::Unconfirmed => "unconfirmed",
            Self::NoPassword => "no_password",
            Self::NotVerified => "contact_not_verified",
            Self::OutsidePlan => "no_such_phone_number",
            Self::NoSecondFactor => "no_second_factor",
            Self::NewUsername => "new_username",
            Self::NoUsername => "no_username",
            Self::ContactFromUsername => "contact_from_username",
            Self::Value => "value_rewritten",
            Self::Sub => "sub_rewritten",
            Self::Dropped(_) => "attribute_dropped",
        }
    }

    /// Whether these people can't sign in, or not yet.
    const fn is_obstacle(&self) -> bool {
        matches!(
            self,
            Self::NoContactToSignInWith
                | Self::Unreachable
                | Self::OtherProvider
                | Self::Disabled
                | Self::Unconfirmed
                | Self::NoPassword
        )
    }

    fn title(&self) -> String {
        let title = match self {
            Self::OtherSub => "Skipped: the username exists here with another sub",
            Self::NoContactToSignInWith => {
                "Can't sign in: no verified contact to sign in with. Verify one with nameplate user set-attribute --verified"
            }
            Self::Unreachable => {
                "Can't sign in: no password, and no verified contact for a code. Verify a contact with nameplate user set-attribute \
                 --verified, or set a password with nameplate user reset-password --password-stdin"
            }
            Self::OtherProvider => {
                "Can't sign in yet: no password, because they signed in through another provider. They choose one with \"Forgot your password?\""
            }
            Self::Disabled => "Can't sign in: disabled. To enable an account, use nameplate user enable",
            Self::Unconfirmed => {
                "Can't sign in yet: not confirmed. They get a code by signing in with their password, or by signing up again"
            }
            Self::NoPassword => {
                "Can't sign in yet: no password. They choose one with \"Forgot your password?\""
            }
            Self::NotVerified => "Contact kept as unverified, because another account has verified it",
            Self::OutsidePlan => "Phone number kept, and nothing is sent to it, because no phone has it",
            Self::NoSecondFactor => "Two-step sign-in isn't imported: they set it up again",
            Self::NewUsername => {
                "The sub becomes the username, because the old one can't be used here. They sign in with their contact"
            }
            Self::NoUsername => "Username dropped, because people have no usernames here",
            Self::ContactFromUsername => "Contact taken from the username",
            Self::Value => "Value rewritten",
            Self::Sub => "Sub rewritten as a UUID in lower case",
            Self::Dropped(attribute) => {
                return format!(
                    "Attribute dropped, because the configuration doesn't have it: {}",
                    printable(attribute)
                );
            }
        };
        title.to_owned()
    }

    fn of(remark: &Remark) -> (Self, String) {
        let nothing = String::new;
        match remark {
            Remark::CanNotSignIn(obstacle) => match obstacle {
                Obstacle::NoPassword => (Self::NoPassword, nothing()),
                Obstacle::OtherProvider(provider) => {
                    (Self::OtherProvider, format!("signed in through {provider} before"))
                }
                Obstacle::Unreachable => (Self::Unreachable, nothing()),
                Obstacle::NoContactToSignInWith => (Self::NoContactToSignInWith, nothing()),
                Obstacle::Unconfirmed => (Self::Unconfirmed, nothing()),
                Obstacle::Disabled => (Self::Disabled, nothing()),
            },
            Remark::Changed(change) => match change {
                Change::Value { attribute, from, to } => {
                    (Self::Value, format!("{attribute}: {} is now {to}", printable(from)))
                }
                Change::NewUsername { from } if from.is_empty() => (Self::NewUsername, "it had none".into()),
                Change::NewUsername { from } => (Self::NewUsername, format!("it was {}", printable(from))),
                Change::NoUsername { from } => (Self::NoUsername, format!("it was {}", printable(from))),
                Change::ContactFromUsername { attribute } => {
                    (Self::ContactFromUsername, (*attribute).to_owned())
                }
                Change::Dropped { attribute } => (Self::Dropped(attribute.clone()), nothing()),
                Change::NotVerified { attribute } => (Self::NotVerified, (*attribute).to_owned()),
                Change::OutsidePlan { number } => (Self::OutsidePlan, number.clone()),
                Change::Sub { from } => (Self::Sub, format!("it was {}", printable(from))),
                Change::NoSecondFactor => (Self::NoSecondFactor, nothing()),
            },
        }
    }
}

impl Report<'_> {
    fn by_topic(&self) -> BTreeMap<Topic, Vec<ReportLine<'_>>> {
        let mut topics: BTreeMap<Topic, Vec<ReportLine<'_>>> = BTreeMap::new();
        for skipped in self.plan.skipped().iter().filter(|it| it.other_sub) {
            let line = ReportLine {
                number: skipped.number,
                user: &skipped.there,
                contact: None,
                detail: String::new(),
            };
            topics.entry(Topic::OtherSub).or_default().push(line);
        }
        for Remarked { number, user, contact, remark } in self.plan.remarks() {
            let (topic, mut detail) = Topic::of(remark);
            let provider = self.arrivals.get(*number).and_then(|it| it.elsewhere.provider.as_ref());
            if let (Topic::Unreachable, Some(provider)) = (&topic, provider) {
                detail = format!("signed in through {provider} before");
            }
            topics.entry(topic).or_default().push(ReportLine {
                number: *number,
                user,
                contact: contact.as_deref(),
                detail,
            });
        }
        topics
    }

    /// For people. `written`: where all of them are named.
    pub(super) fn in_words(&self, written: Option<&Path>) -> String {
        let accounts = counted(self.plan.accounts());
        let mut text = match (self.check, self.left_out) {
            (false, _) => format!("{accounts} imported\n"),
            (true, 0) => format!("{accounts} would be imported\n"),
            (true, left_out) => {
                format!("{accounts} would be imported without the {left_out} that can't be\n")
            }
        };
        match self.plan.skipped().len() {
            0 => {}
            skipped => text += &format!("{} skipped, because they already exist\n", counted(skipped)),
        }
        let mut named_all = true;
        for (topic, lines) in self.by_topic() {
            text += &format!(
                "{} ({}){}\n",
                topic.title(),
                counted(lines.len()),
                if matches!(topic, Topic::Dropped(_)) { "" } else { ":" }
            );
            if matches!(topic, Topic::Dropped(_)) {
                continue;
            }
            for line in lines.iter().take(MOST_NAMED) {
                text += &format!("  {}\n", self.named(line));
            }
            if let Some(more @ 1..) = lines.len().checked_sub(MOST_NAMED) {
                text += &format!("  and {more} more\n");
                named_all = false;
            }
        }
        match written {
            Some(path) => text += &format!("The full report is in {}\n", path.display()),
            None if !named_all => text += "To get the full report, use --report FILE\n",
            None => {}
        }
        text
    }

    fn named(&self, line: &ReportLine<'_>) -> String {
        let place = self.arrivals.get(line.number).map(|it| it.place.as_str()).unwrap_or_default();
        let contact = line
            .contact
            .filter(|it| *it != line.user.username)
            .map(|it| format!(", {}", printable(it)))
            .unwrap_or_default();
        let detail = if line.detail.is_empty() { String::new() } else { format!(": {}", line.detail) };
        // One that was drawn for this check is another one at the import.
        let user =
            if self.has_lasting_sub(line) { line.user.to_string() } else { line.user.username.clone() };
        format!("{place}, {}{contact}{detail}", printable(&user))
    }

    fn has_lasting_sub(&self, line: &ReportLine<'_>) -> bool {
        let brought = self.arrivals.get(line.number).is_some_and(|it| it.sub.is_some());
        !self.check || brought || line.user.username == line.user.sub
    }

    /// For scripts: one line of JSON for each account and topic.
    pub(super) fn lines(&self) -> String {
        let mut text = String::new();
        for (topic, lines) in self.by_topic() {
            for line in lines {
                let value = serde_json::json!({
                    "place": self.arrivals.get(line.number).map(|it| it.place.as_str()),
                    "username": line.user.username,
                    "sub": self.has_lasting_sub(&line).then_some(&line.user.sub),
                    "contact": line.contact,
                    "can_sign_in": !topic.is_obstacle(),
                    "topic": topic.id(),
                    "detail": if let Topic::Dropped(attribute) = &topic { attribute } else { &line.detail },
                });
                text += &format!("{value}\n");
            }
        }
        text
    }
}
