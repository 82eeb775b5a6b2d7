//! `nameplate doctor`: what is well and what isn't, in words. It changes nothing.

mod deployment;
mod finding;
mod store;

use super::setup::configuration;
use crate::output::print;
use accounts::{Clock as _, SystemClock};
use clap::Args;
use finding::{Finding, Mark};
use std::error::Error;
use std::fmt;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// As JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// So many things are wrong; which, was said.
#[derive(Debug)]
struct ProblemsFound(usize);

impl fmt::Display for ProblemsFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("one thing is wrong"),
            more => write!(f, "{more} things are wrong"),
        }
    }
}

impl Error for ProblemsFound {}

impl Arguments {
    pub(super) async fn run(&self) -> Result<(), Box<dyn Error>> {
        let config = configuration()?;
        let mut findings = deployment::configuration(&config);
        findings.extend(deployment::folder(&config.server));
        let (findings_of_store, production) = store::check(&config, SystemClock.now()).await;
        findings.extend(findings_of_store);
        findings.push(deployment::mail(&config, production).await);
        findings.extend(deployment::texts(&config));
        findings.extend(deployment::address(&config.server).await);
        findings.push(deployment::proxies(&config.server));
        let wrong = findings.iter().filter(|finding| finding.mark == Mark::Wrong).count();
        match self.json {
            true => print(&(serde_json::to_string_pretty(&findings)? + "\n")),
            false => print(&findings.iter().map(Finding::line).collect::<String>()),
        }
        if wrong == 0 { Ok(()) } else { Err(ProblemsFound(wrong).into()) }
    }
}
