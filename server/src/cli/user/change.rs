//! The `nameplate user` commands that change one account.

use super::account::AccountArgument;
use super::refused::Refused;
use crate::output::{self, print};
use accounts::Context;
use accounts::admin::ResetUserPasswordError;
use accounts::admin::UpdateUserError;
use accounts::admin::{ConfirmUserError, Confirming};
use accounts::admin::{CreateUserError, FirstPassword, NewUser};
use accounts::admin::{UserLabel, Vouching};
use accounts::undo::Undoing;
use clap::Args;
use model::Password;
use std::collections::BTreeMap;
use std::error::Error;
use std::io::{IsTerminal, stdin};

type Done = Result<(), Box<dyn Error>>;

#[derive(Debug, Args)]
pub(in crate::cli) struct Create {
    /// The username; none where people sign in with a contact alone.
    username: Option<String>,
    /// An attribute, as name=value; as often as needed.
    #[arg(long = "attribute", short = 'a', value_name = "NAME=VALUE", value_parser = pair)]
    attributes: Vec<(String, String)>,
    /// You vouch for the email address and the phone number: they count as verified, and sign in.
    #[arg(long)]
    verified: bool,
    /// Read the password from standard input, to its first line end. Its owner replaces it at the first
    /// sign-in, and is asked for required attributes that are left out here.
    #[arg(long, required_unless_present = "invite")]
    password_stdin: bool,
    /// The password is the owner's already: nobody is asked to replace it.
    #[arg(long, requires = "password_stdin")]
    permanent: bool,
    /// Send the person a code with which they choose a password of their own.
    #[arg(long, conflicts_with = "password_stdin", requires = "verified")]
    invite: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Confirm {
    #[command(flatten)]
    account: AccountArgument,
    /// Which one, where several sign-ups wait under the username: its email address or phone number.
    #[arg(long)]
    contact: Option<String>,
    /// You vouch for the contact that the code went to: it counts as verified, and signs in.
    #[arg(long)]
    verified: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SetAttribute {
    #[command(flatten)]
    account: AccountArgument,
    /// What to set, as name=value; nothing after the = removes the attribute.
    #[arg(required = true, value_name = "NAME=VALUE", value_parser = pair)]
    attributes: Vec<(String, String)>,
    /// You vouch for a new email address or phone number: it is in force at once. Otherwise a code is sent
    /// there, and the old one stays in force until it is entered.
    #[arg(long)]
    verified: bool,
    /// Whoever reads an email address that was verified before can undo it for some days. Otherwise the change
    /// stands, and what could be undone before no longer can.
    #[arg(long)]
    undo: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ResetMfa {
    #[command(flatten)]
    account: AccountArgument,
    /// Whoever reads an email address of the account can undo it for some days. Otherwise it stands, and what
    /// could be undone before no longer can.
    #[arg(long)]
    undo: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ResetPassword {
    #[command(flatten)]
    account: AccountArgument,
    /// Set the password that is read from standard input, to its first line end. Everybody who is signed in
    /// no longer is, and its owner replaces it at the next sign-in.
    #[arg(long)]
    password_stdin: bool,
    /// The password is the owner's already: nobody is asked to replace it.
    #[arg(long, requires = "password_stdin")]
    permanent: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Whom {
    #[command(flatten)]
    account: AccountArgument,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Delete {
    #[command(flatten)]
    account: AccountArgument,
    /// Don't ask.
    #[arg(long)]
    yes: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("an attribute is told as name=value")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

fn attributes(pairs: Vec<(String, String)>) -> Result<BTreeMap<String, String>, Twice> {
    let mut attributes = BTreeMap::new();
    for (name, value) in pairs {
        if attributes.insert(name.clone(), value).is_some() {
            return Err(Twice(name));
        }
    }
    Ok(attributes)
}

/// Which of the two should it be?
#[derive(Debug, thiserror::Error)]
#[error("the attribute {0} is told twice")]
struct Twice(String);

fn password_from_stdin() -> std::io::Result<Password> {
    let mut line = String::new();
    stdin().read_line(&mut line)?;
    Ok(Password::new(
        line.strip_suffix('\n').map_or(line.as_str(), |line| line.strip_suffix('\r').unwrap_or(line)),
    ))
}

/// What an administrator may know better than the numbering plan, or may have mistyped.
fn told_outside_plan(number: Option<String>) -> String {
    number
        .map(|number| format!("phone_number: no phone has {number}: it is kept, and nothing is sent to it\n"))
        .unwrap_or_default()
}

/// Whoever serves from this store looks for messages every few seconds.
const SOON: &str = "the service sends it as soon as it runs";

impl Create {
    pub(super) async fn run(self, pool: &Context) -> Done {
        let password = match (self.invite, self.permanent) {
            (true, _) => FirstPassword::Invitation,
            (false, true) => FirstPassword::Permanent(password_from_stdin()?),
            (false, false) => FirstPassword::Temporary(password_from_stdin()?),
        };
        let new = NewUser {
            username: self.username,
            password,
            attributes: attributes(self.attributes)?,
            verified: self.verified,
        };
        let made = accounts::admin::create_user(pool, new).await.map_err(|error| {
            if let CreateUserError::Refused(refusal) = error {
                Box::<dyn Error>::from(Refused(refusal))
            } else {
                error.into()
            }
        })?;
        let user = UserLabel { username: made.username, sub: made.sub };
        print(&format!("{user} was created\n"));
        print(&told_outside_plan(made.outside_plan));
        if let Some(to) = made.invited {
            print(&format!("the invitation goes to {to}: {SOON}\n"));
        }
        Ok(())
    }
}

impl Confirm {
    pub(super) async fn run(self, pool: &Context) -> Done {
        let form = Confirming {
            user: (&self.account).into(),
            contact: self.contact.as_deref(),
            verified: self.verified,
        };
        let confirmed = accounts::admin::confirm_user(pool, form).await.map_err(|error| {
            if let ConfirmUserError::Refused(refusal) = error {
                Box::<dyn Error>::from(Refused(refusal))
            } else {
                error.into()
            }
        })?;
        print(&format!("{} is confirmed\n", confirmed.user));
        if !confirmed.keeps_password {
            print(
                "someone else tried to sign up as this too, so it has no password: its owner sets one with “Forgot your password?”\n",
            );
        }
        Ok(())
    }
}

impl SetAttribute {
    pub(super) async fn run(self, pool: &Context) -> Done {
        let how = Vouching { verified: self.verified, undoing: undoing(self.undo) };
        let updated = accounts::admin::update_user(pool, &self.account, attributes(self.attributes)?, how)
            .await
            .map_err(|error| {
                if let UpdateUserError::Refused(refusal) = error {
                    Box::<dyn Error>::from(Refused(refusal))
                } else {
                    error.into()
                }
            })?;
        print(&format!("{}\n", updated.user));
        print(&told_outside_plan(updated.outside_plan));
        for (name, updated) in updated.outcome {
            match updated.code_delivery_details {
                None => print(&format!("{name}: done\n")),
                Some(code) => {
                    print(&format!("{name}: waits for the code that goes to {}: {SOON}\n", code.destination));
                }
            }
        }
        Ok(())
    }
}

impl ResetPassword {
    pub(super) async fn run(self, pool: &Context) -> Done {
        let told = |error| {
            if let ResetUserPasswordError::Refused(refusal) = error {
                Box::<dyn Error>::from(Refused(refusal))
            } else {
                error.into()
            }
        };
        if self.password_stdin {
            let user = accounts::admin::set_user_password(
                pool,
                &self.account,
                &password_from_stdin()?,
                self.permanent,
            )
            .await
            .map_err(told)?;
            print(&format!("{user} has the new password, and nobody is signed in\n"));
        } else {
            let sent = accounts::admin::reset_user_password(pool, &self.account).await.map_err(told)?;
            print(&format!("{}: a code for a new password goes to {}: {SOON}\n", sent.user, sent.to.value));
        }
        Ok(())
    }
}

impl ResetMfa {
    pub(super) async fn run(self, pool: &Context) -> Done {
        let done = accounts::admin::reset_mfa(pool, &self.account, undoing(self.undo)).await?;
        let words =
            if done.changed { "signs in with the password alone now" } else { "had no second factor" };
        print(&format!("{} {words}\n", done.user));
        Ok(())
    }
}

const fn undoing(is_wanted: bool) -> Undoing {
    if is_wanted { Undoing::Possible } else { Undoing::Over }
}

impl Whom {
    pub(super) async fn void_undo(self, pool: &Context) -> Done {
        let done = accounts::admin::void_undo(pool, &self.account).await?;
        let words = if done.changed {
            "keeps its changes: they can't be undone any more"
        } else {
            "had nothing to undo"
        };
        print(&format!("{} {words}\n", done.user));
        Ok(())
    }

    pub(super) async fn disable(self, pool: &Context) -> Done {
        let done = accounts::admin::disable_user(pool, &self.account).await?;
        let words =
            if done.changed { "is disabled, and nobody is signed in to it" } else { "was disabled before" };
        print(&format!("{} {words}\n", done.user));
        Ok(())
    }

    pub(super) async fn enable(self, pool: &Context) -> Done {
        let done = accounts::admin::enable_user(pool, &self.account).await?;
        let words =
            if done.changed { "is enabled: people can sign in to it again" } else { "was not disabled" };
        print(&format!("{} {words}\n", done.user));
        Ok(())
    }
}

/// Nothing was removed.
#[derive(Debug, thiserror::Error)]
enum NotDeleted {
    #[error("this removes the account for good: say so with --yes")]
    Unasked,
    #[error("nothing was removed")]
    Kept,
}

impl Delete {
    pub(super) async fn run(self, pool: &Context) -> Done {
        if !self.yes {
            let record = accounts::admin::find_user(pool, &self.account).await?.record;
            Self::ask(&UserLabel { username: record.username, sub: record.sub })?;
        }
        let user = accounts::admin::delete_user(pool, &self.account).await?;
        print(&format!("{user} is gone, with everything of it\n"));
        Ok(())
    }

    /// A script can't answer.
    fn ask(user: &UserLabel) -> Done {
        if !stdin().is_terminal() {
            return Err(NotDeleted::Unasked.into());
        }
        let mut answer = String::new();
        // If it can't be shown, nobody answers.
        output::complain(&format!("Permanently delete {user} and everything stored for it? [y/N] "));
        stdin().read_line(&mut answer)?;
        if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { Err(NotDeleted::Kept.into()) }
    }
}
