//! `nameplate init`: a walkthrough that writes the configuration file.

use crate::config::draft::{self, Choices, Draft, SIGN_IN};
use crate::config::{ConfigError, Environment};
use crate::output::{self, print};
use clap::Args;
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, Input, MultiSelect};
use std::error::Error;
use std::io::{ErrorKind, IsTerminal, stderr, stdin};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The name on pages and in mails.
    #[arg(long)]
    name: Option<String>,
    /// What people sign in with: any of username, email, phone_number, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    sign_in: Option<Vec<String>>,
    /// The attributes that nobody signs up without.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    required: Option<Vec<String>>,
    /// The attributes that sign-up asks for besides.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    sign_up: Option<Vec<String>>,
    /// The attributes that the pages may read; "standard" stands for all the standard ones.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    read: Option<Vec<String>>,
    /// The attributes that the pages may write; "standard" stands for all the standard ones.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    write: Option<Vec<String>>,
    /// Ask nothing: what isn't told here stays as it is, or as it is by default.
    #[arg(long)]
    yes: bool,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotWritten {
    #[error(
        "this asks questions, and there is no terminal to ask them on: give the answers as options, and --yes (see nameplate init --help)"
    )]
    NoTerminal,
    #[error("there is no attribute called \"{0}\" to choose here; there are {1}")]
    Unknown(String, String),
    #[error("nothing was written")]
    Kept,
    #[error("{path} can't be read or written")]
    File {
        path: String,
        #[source]
        source: std::io::Error,
    },
}

impl NotWritten {
    /// Whether it is what the arguments say that is wrong.
    pub(super) const fn is_wrong_argument(&self) -> bool {
        matches!(self, Self::NoTerminal | Self::Unknown(..))
    }
}

/// Who answers.
trait Ask {
    fn line(&mut self, question: &str, now: &str) -> Result<String, Box<dyn Error>>;
    /// Some of the items, in their order.
    fn some(
        &mut self,
        question: &str,
        items: &[String],
        now: &[String],
    ) -> Result<Vec<String>, Box<dyn Error>>;
    fn yes(&mut self, question: &str) -> Result<bool, Box<dyn Error>>;
}

impl Arguments {
    pub(super) fn run(self) -> Result<(), Box<dyn Error>> {
        let environment = Environment::of_process()?;
        let path = draft::path(&environment, Path::new("."));
        let text = read(&path)?;
        let (before, choices) = draft::read(&path, text.as_deref())?;
        let mut draft = self.answers(&before, &choices)?;
        let terminal = stdin().is_terminal() && stderr().is_terminal();
        if !self.yes && !terminal {
            return Err(NotWritten::NoTerminal.into());
        }
        let mut person = (!self.yes).then_some(Terminal(ColorfulTheme::default()));
        let written = loop {
            if let Some(person) = &mut person {
                draft = walk(person, draft, &choices)?;
            }
            let written = draft.put_into(text.as_deref(), &before, &choices)?;
            match (draft::check(&path, &written, &environment), &mut person) {
                (Ok(()), _) => break written,
                (Err(faults), None) => return Err(faults.into()),
                (Err(faults), Some(person)) => again(person, &faults)?,
            }
        };
        if text.as_deref() == Some(written.as_str()) {
            print(&format!("{} says all that already, and stays as it is\n", path.display()));
            return Ok(());
        }
        print(&difference(&path, text.as_deref().unwrap_or_default(), &written));
        if let Some(person) = &mut person
            && !person.yes(&format!("Write {}?", path.display()))?
        {
            return Err(NotWritten::Kept.into());
        }
        write(&path, &written)?;
        print(&format!("{} is written; start nameplate (again) to use it\n", path.display()));
        Ok(())
    }

    /// What the options say, and otherwise what holds now.
    fn answers(&self, now: &Draft, choices: &Choices) -> Result<Draft, NotWritten> {
        let sign_in = SIGN_IN.map(ToOwned::to_owned);
        let write = chosen(self.write.as_ref(), &now.write, &draft::with_standard(&choices.writable))?;
        let write = draft::resolved(&write, &choices.writable);
        let sign_up = match &self.sign_up {
            Some(_) => chosen(self.sign_up.as_ref(), &now.sign_up, &choices.writable)?,
            None => draft::writable(now.sign_up.clone(), &write),
        };
        Ok(Draft {
            name: self.name.clone().unwrap_or_else(|| now.name.clone()),
            sign_in: chosen(self.sign_in.as_ref(), &now.sign_in, &sign_in)?,
            required: chosen(self.required.as_ref(), &now.required, &choices.writable)?,
            sign_up,
            read: draft::resolved(
                &chosen(self.read.as_ref(), &now.read, &draft::with_standard(&choices.readable))?,
                &choices.readable,
            ),
            write,
        })
    }
}

fn chosen(told: Option<&Vec<String>>, now: &[String], choices: &[String]) -> Result<Vec<String>, NotWritten> {
    let Some(told) = told else { return Ok(now.to_vec()) };
    let told: Vec<String> =
        told.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    match told.iter().find(|name| !choices.contains(name)) {
        Some(unknown) => Err(NotWritten::Unknown(unknown.clone(), choices.join(", "))),
        None => Ok(told),
    }
}

/// The questions, one after the other. What was chosen before is chosen already.
fn walk(person: &mut impl Ask, now: Draft, choices: &Choices) -> Result<Draft, Box<dyn Error>> {
    let sign_in = SIGN_IN.map(ToOwned::to_owned);
    let name = person.line("What is the service called, on pages and in mails?", &now.name)?;
    let sign_in = person.some("What do people sign in with?", &sign_in, &now.sign_in)?;
    let required =
        person.some("Which attributes does nobody sign up without?", &choices.writable, &now.required)?;
    let rest: Vec<_> = choices.writable.iter().filter(|name| !required.contains(name)).cloned().collect();
    let sign_up = person.some("Which others does sign-up ask for?", &rest, &now.sign_up)?;
    let read =
        person.some("Specify read attributes: what may the pages show?", &choices.readable, &now.read)?;
    let write = person.some(
        "Specify write attributes: what may people change there?",
        &choices.writable,
        &now.write,
    )?;
    Ok(Draft {
        name,
        sign_in: in_order(now.sign_in, &sign_in),
        required: in_order(now.required, &required),
        sign_up: draft::writable(in_order(now.sign_up, &sign_up), &write),
        read,
        write,
    })
}

/// The same in the order that somebody has put them in, new ones at the end.
fn in_order(now: Vec<String>, chosen: &[String]) -> Vec<String> {
    let new: Vec<_> = chosen.iter().filter(|name| !now.contains(name)).cloned().collect();
    now.into_iter().filter(|name| chosen.contains(name)).chain(new).collect()
}

fn again(person: &mut impl Ask, faults: &ConfigError) -> Result<(), Box<dyn Error>> {
    // If it can't be shown, nobody answers.
    output::complain(&format!("{faults}\n"));
    if person.yes("These answers don't go together. Answer again?")? {
        Ok(())
    } else {
        Err(NotWritten::Kept.into())
    }
}

fn difference(path: &Path, old: &str, new: &str) -> String {
    let name = path.display().to_string();
    similar::TextDiff::from_lines(old, new).unified_diff().context_radius(2).header(&name, &name).to_string()
}

fn read(path: &Path) -> Result<Option<String>, NotWritten> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(missing) if missing.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(NotWritten::File { path: path.display().to_string(), source }),
    }
}

/// Beside it first: nobody finds half a file.
fn write(path: &Path, text: &str) -> Result<(), NotWritten> {
    let error = |source| NotWritten::File { path: path.display().to_string(), source };
    let draft = PathBuf::from(format!("{}.new", path.display()));
    std::fs::write(&draft, text).map_err(error)?;
    if let Ok(old) = std::fs::metadata(path) {
        std::fs::set_permissions(&draft, old.permissions()).map_err(error)?;
    }
    std::fs::rename(&draft, path).map_err(error)
}

/// Somebody at a terminal.
struct Terminal(ColorfulTheme);

impl Ask for Terminal {
    fn line(&mut self, question: &str, now: &str) -> Result<String, Box<dyn Error>> {
        Ok(Input::with_theme(&self.0).with_prompt(question).default(now.to_owned()).interact_text()?)
    }

    fn some(
        &mut self,
        question: &str,
        items: &[String],
        now: &[String],
    ) -> Result<Vec<String>, Box<dyn Error>> {
        let question = format!("{question} (space chooses, enter goes on)");
        let presets: Vec<bool> = items.iter().map(|item| now.contains(item)).collect();
        let asked = MultiSelect::with_theme(&self.0).with_prompt(question).items(items).defaults(&presets);
        let chosen = asked.max_length(20).interact_opt()?.ok_or(NotWritten::Kept)?;
        Ok(chosen.into_iter().filter_map(|index| items.get(index).cloned()).collect())
    }

    fn yes(&mut self, question: &str) -> Result<bool, Box<dyn Error>> {
        Ok(Confirm::with_theme(&self.0).with_prompt(question).default(true).interact()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FILE;
    use std::collections::VecDeque;

    /// Answers what it was told to: for each question what to add and what to take away.
    struct Script(VecDeque<(&'static str, &'static str)>);

    impl Ask for Script {
        fn line(&mut self, _: &str, now: &str) -> Result<String, Box<dyn Error>> {
            let (new, _) = self.0.pop_front().unwrap();
            Ok(if new.is_empty() { now.to_owned() } else { new.to_owned() })
        }

        fn some(
            &mut self,
            question: &str,
            items: &[String],
            now: &[String],
        ) -> Result<Vec<String>, Box<dyn Error>> {
            let (more, less) = self.0.pop_front().unwrap();
            assert!(
                more.is_empty() || items.iter().any(|item| item == more),
                "{more} can't be chosen: {question}"
            );
            Ok(items
                .iter()
                .filter(|item| (now.contains(item) || *item == more) && *item != less)
                .cloned()
                .collect())
        }

        fn yes(&mut self, _: &str) -> Result<bool, Box<dyn Error>> {
            Ok(true)
        }
    }

    #[test]
    fn walk_with_an_existing_file_starts_from_its_values_in_order() {
        let text = "[attributes]\nsign_up = [\"nickname\", \"given_name\"]\n";
        let before = draft::read(Path::new(FILE), Some(text)).unwrap();
        let answers = [
            ("Acme", ""),
            ("", "username"),
            ("birthdate", ""),
            ("family_name", "given_name"),
            ("", "gender"),
            ("", "gender"),
        ];
        let draft = walk(&mut Script(answers.into()), before.0.clone(), &before.1).unwrap();
        assert_eq!((draft.name.as_str(), draft.sign_in), ("Acme", vec!["email".to_owned()]));
        assert_eq!(
            (draft.required, draft.sign_up),
            (vec!["email".to_owned(), "birthdate".into()], vec!["nickname".to_owned(), "family_name".into()])
        );
        assert!(!draft.read.contains(&"gender".to_owned()) && !draft.write.contains(&"gender".to_owned()));
        let unchanged = walk(&mut Script([("", ""); 6].into()), before.0.clone(), &before.1).unwrap();
        assert_eq!(unchanged, before.0);
    }
}
