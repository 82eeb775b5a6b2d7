//! The command line: no argument serves. A new command is a variant of [`Command`] with a comment, which is
//! its help and its section of `docs/cli.md`, and a file here.

mod backup;
mod config;
mod copy;
mod doctor;
mod init;
mod keys;
pub mod reference;
mod restore;
mod setup;
mod user;

use crate::config::ConfigError;
use crate::lifecycle;
use crate::output;
use crate::telemetry;
use clap::{Parser, Subcommand};
use setup::configuration;
use std::error::Error;
use std::process::ExitCode;

/// What the program says when what it was told is wrong: arguments or configuration.
const WRONG: u8 = 2;

/// Accounts, their attributes and their sign-in. Without a command it serves: it prints its address and where
/// its data is, lets open requests finish on the first SIGTERM or Ctrl-C, and quits at once on the second.
#[derive(Debug, Parser)]
#[command(name = "nameplate", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
It is configured by the file that NAMEPLATE_CONFIG names (or nameplate.toml in this folder) and by the environment;
all of it is optional. It ends with 0 when all is well, 1 when something failed, 2 when arguments or configuration are
wrong.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the configuration file, question by question: how people sign in, and which attributes are
    /// required, readable and writable. One that is there keeps its comments and everything else; what would
    /// change is shown first.
    Init(init::Arguments),
    /// Look at the configuration.
    #[command(subcommand)]
    Config(config::Command),
    /// Look after the keys that the store is written with.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Write the store and its keys into one file, while the service goes on. Whoever has that file has all
    /// that people entrusted to the service: keep it as secret as the data folder.
    Backup(backup::Arguments),
    /// Put what is in such a file into the data folder. A store that is there is kept beside it. Stop the
    /// service first.
    Restore(restore::Arguments),
    /// Copy a whole store into another database: from SQLite to PostgreSQL, back, or to another machine. Stop
    /// the service first. It counts every table on both sides at the end, and may be run again. The keys are
    /// not copied.
    Copy(copy::Arguments),
    /// Say in words what is well and what isn't, and what to do: the store, its keys, mail, the clock, the
    /// data folder and the address. It changes nothing, whether the service runs or not, and ends with 1 if
    /// something is wrong.
    Doctor(doctor::Arguments),
    /// Look after accounts. These work on the store itself, whether the service runs or not.
    #[command(subcommand)]
    User(user::Command),
}

/// What the process was started with. Help and version are printed, and what is wrong is said, without what a terminal
/// obeys.
///
/// # Errors
/// There is nothing to do, and this is how to end.
pub fn arguments() -> Result<Arguments, ExitCode> {
    Arguments::try_parse().map_err(|error| {
        if !error.use_stderr() {
            error.exit();
        }
        output::complain(&error.render().to_string());
        ExitCode::from(WRONG)
    })
}

/// Does what the arguments say; what went wrong is said on standard error.
pub async fn run(arguments: Arguments) -> ExitCode {
    let done = match arguments.command {
        None => serve().await,
        Some(Command::Init(arguments)) => arguments.run(),
        Some(Command::Config(command)) => command.run(),
        Some(Command::Keys(command)) => command.run().await,
        Some(Command::Backup(arguments)) => arguments.run().await,
        Some(Command::Restore(arguments)) => arguments.run().await,
        Some(Command::Copy(arguments)) => arguments.run().await,
        Some(Command::Doctor(arguments)) => arguments.run().await,
        Some(Command::User(command)) => command.run().await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&*error),
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let config = configuration()?;
    telemetry::start(&config.server);
    Ok(lifecycle::serve(config).await?)
}

fn complain(error: &(dyn Error + 'static)) -> ExitCode {
    let mut text = String::new();
    // One line for each fault of a configuration; otherwise one for each cause.
    for line in error.to_string().lines() {
        text += &format!("nameplate: {line}\n");
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!("  because: {error}\n");
        cause = error.source();
    }
    output::complain(&text);
    let is_argument = error.is::<copy::WrongPlace>()
        || error.downcast_ref().is_some_and(init::NotWritten::is_wrong_argument);
    if error.is::<ConfigError>() || is_argument { ExitCode::from(WRONG) } else { ExitCode::FAILURE }
}
