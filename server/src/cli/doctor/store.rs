//! The store, its keys, and what is in it.

use super::finding::{Finding, chain};
use crate::config::Config;
use accounts::maintenance::CLOCK_JUMP;
use accounts::{Keys, Timestamp};
use model::AttributeName;
use nameplate_core::key_error::KeyError;
use std::time::Duration;
use store::transfer::checkup::{CheckError, Checkup, checkup};
use store::transfer::location::StoreLocation;

/// A clock that is so far behind is no accident of several machines.
const BEHIND: Duration = Duration::from_secs(5 * 60);

/// The store and what can be told only with it; and whether it was ever served for real.
pub async fn check(config: &Config, now: Timestamp) -> (Vec<Finding>, bool) {
    const WHAT: &str = "store";
    let place = config.server.store_location();
    let found = match checkup(&place, now).await {
        Ok(found) => found,
        Err(CheckError::Unused) => {
            let says = format!("{place}: nobody has ever been served from it");
            let unused = Finding::look(WHAT, says, "that is well, it is made when nameplate first starts");
            return (vec![unused, keys(config, &[])], false);
        }
        Err(error) => {
            let todo = match error {
                CheckError::Store(_) => "look whether it is there, and whether we may read it",
                CheckError::Unused | CheckError::Damaged(_) | CheckError::Foreign => {
                    "restore a backup (nameplate restore), and keep what is there for whoever can repair it"
                }
            };
            return (vec![Finding::wrong(WHAT, format!("{place}: {}", chain(&error)), todo)], false);
        }
    };
    let findings = vec![
        shape(&place, &found),
        waiting(config, &found),
        undos(&found),
        keys(config, &found.keys),
        clock(&found, now),
        attributes(config, &found),
    ];
    (findings, found.production)
}

fn shape(place: &StoreLocation, found: &Checkup) -> Finding {
    const WHAT: &str = "store";
    let Checkup { shape, newest_shape, accounts, .. } = found;
    if found.half_copied {
        return Finding::wrong(
            WHAT,
            format!("{place}: a copy into it was begun and not finished"),
            "run the same nameplate copy again",
        );
    }
    match shape.cmp(newest_shape) {
        std::cmp::Ordering::Equal => {
            Finding::ok(WHAT, format!("{place}: whole, up to date, accounts: {accounts}"))
        }
        std::cmp::Ordering::Less => Finding::look(
            WHAT,
            format!("{place}: whole, and in the shape of an older version ({shape} of {newest_shape})"),
            "back it up; it is brought to shape when nameplate next starts",
        ),
        std::cmp::Ordering::Greater => Finding::wrong(
            WHAT,
            format!(
                "{place}: it has shape {shape}, of a newer version; this one knows those up to {newest_shape}"
            ),
            "run that version of nameplate",
        ),
    }
}

/// Who waits for a code. Many that others have tried too are somebody's attempt at them.
fn waiting(config: &Config, found: &Checkup) -> Finding {
    const WHAT: &str = "sign-ups";
    let days = config.pool.accounts.keep_unconfirmed.as_secs() / (24 * 60 * 60);
    let Checkup { waiting, contested, .. } = found;
    let says = format!("waiting for a code: {waiting}, contested: {contested}; each is kept for {days} days");
    if *contested > 100 && contested * 2 > *waiting {
        return Finding::look(
            WHAT,
            says,
            "someone may be signing up with other people's addresses: see who, with nameplate user list",
        );
    }
    Finding::ok(WHAT, says)
}

/// Which changes can still be undone by whoever reads the former address.
fn undos(found: &Checkup) -> Finding {
    const WHAT: &str = "undo";
    let until =
        found.undoable_until.map(|at| format!("; the first of them ends at {at}")).unwrap_or_default();
    let says =
        format!("changes of contacts and second factors that can be undone: {}{until}", found.undoable);
    Finding::ok(WHAT, says)
}

/// Whether the keys are there, and are those that the store was written with.
fn keys(config: &Config, stored: &[String]) -> Finding {
    const WHAT: &str = "keys";
    let file = config.server.key_file();
    let (source, keys) = match &config.server.keys {
        Some(text) => ("NAMEPLATE_KEYS".to_owned(), Keys::from_text(text.reveal()).map(Some)),
        None => (file.display().to_string(), Keys::load(&file)),
    };
    let given = match keys {
        Ok(Some(keys)) if stored.is_empty() && keys.first_served().is_some() => {
            return Finding::wrong(
                WHAT,
                format!("{source}: these keys have served a store, and there is none"),
                "put the store back or restore a backup; for a new beginning, move that file away",
            );
        }
        Ok(Some(keys)) => keys.fingerprints(),
        Ok(None) => {
            return match stored.first() {
                None => Finding::look(
                    WHAT,
                    format!("{source} is not there yet"),
                    "that is well, it is made when nameplate first starts",
                ),
                Some(key) => Finding::wrong(
                    WHAT,
                    format!("{source} is missing, and the store can't be opened without the key {key}"),
                    "put that file back, from a backup or another node",
                ),
            };
        }
        Err(error @ KeyError::File { .. }) => {
            return Finding::wrong(WHAT, chain(&error), "let us read that file");
        }
        Err(error) => return Finding::wrong(WHAT, format!("{source}: {error}"), "put the right file back"),
    };
    match stored.first() {
        Some(newest) if !given.contains(newest) => Finding::wrong(
            WHAT,
            format!(
                "{source}: the store was written with the key {newest}, which is not among these ({})",
                given.join(", ")
            ),
            "put the right keys back",
        ),
        _ => Finding::ok(WHAT, format!("{source}: {}", given.join(", "))),
    }
}

fn clock(found: &Checkup, now: Timestamp) -> Finding {
    const WHAT: &str = "clock";
    match found.latest {
        Some(latest) if latest > now.plus(BEHIND) => Finding::wrong(
            WHAT,
            format!("it is {now} here, and something in the store happened at {latest}"),
            "set the clock (with NTP): codes and sessions live by it",
        ),
        Some(latest) if latest.plus(CLOCK_JUMP) < now => Finding::look(
            WHAT,
            format!("it is {now} here, and nothing has happened in the store since {latest}"),
            "set the clock if it is wrong (with NTP); if it is right, nothing is removed for its age for a week",
        ),
        _ => Finding::ok(WHAT, format!("it is {now}")),
    }
}

/// What is stored and no longer in the configuration. It may have been taken out by mistake.
fn attributes(config: &Config, found: &Checkup) -> Finding {
    const WHAT: &str = "attributes";
    let known =
        |name: &str| name.parse::<AttributeName>().is_ok_and(|name| config.pool.schema.get(&name).is_some());
    let hidden: Vec<_> = found
        .attributes
        .iter()
        .filter(|(name, _)| !known(name))
        .map(|(name, count)| format!("{name} ({count})"))
        .collect();
    if hidden.is_empty() {
        return Finding::ok(WHAT, "all that are stored are in the configuration");
    }
    Finding::look(
        WHAT,
        format!(
            "stored and not in the configuration: {}; nobody sees them, and they are kept",
            hidden.join(", ")
        ),
        "put them back into attributes.custom if that was a mistake",
    )
}
