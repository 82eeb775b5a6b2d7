//! The results, for people and for programs.

use crate::growth::{Growth, ROUNDS};
use crate::hashing::Limit;
use crate::load::{Found, Work};
use crate::machine::Machine;
use crate::place::Place;
use crate::service::Service;
use anyhow::Result;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write as _;

#[derive(Debug, Serialize)]
pub struct Report {
    machine: Machine,
    hashing: Limit,
    seconds_each: u64,
    configuration: &'static str,
    pub sites: Vec<Site>,
    pub growth: Vec<Growth>,
    rows: Vec<Row>,
}

/// A store of one size, and the program on it.
#[derive(Debug, Serialize)]
pub struct Site {
    store: String,
    users: usize,
    filled_in_s: f64,
    started_in_ms: f64,
    rest_mb: f64,
    pub peak_mb: f64,
    /// Bytes sent for the first page of somebody signed out, and for the profile: the page and all that it
    /// loads, from nothing, as brotli.
    sign_in_bytes: usize,
    profile_bytes: usize,
}

#[derive(Debug, Serialize)]
struct Row {
    store: String,
    users: usize,
    work: &'static str,
    connections: u32,
    requests_per_second: f64,
    #[serde(flatten)]
    found: Found,
}

impl Site {
    pub fn of(place: &Place, service: &Service) -> Result<Self> {
        let (_, session) = place.somebody()?;
        Ok(Self {
            store: place.kind.to_string(),
            users: place.users,
            filled_in_s: place.filled_in.as_secs_f64(),
            started_in_ms: service.started_in.as_secs_f64() * 1000.0,
            rest_mb: service.rest_mb,
            peak_mb: 0.0,
            sign_in_bytes: sent(service, "/sign-in", "")?,
            profile_bytes: sent(service, "/profile", &format!("nameplate={session}"))?,
        })
    }
}

/// The bytes of a page's body and of every file of ours that it names.
fn sent(service: &Service, path: &str, cookies: &str) -> Result<usize> {
    let ask = |path: &str, encoding: &str| -> Result<Vec<u8>> {
        let request = ureq::get(format!("{}{path}", service.address))
            .header("Cookie", cookies)
            .header("Accept-Encoding", encoding);
        Ok(request.call()?.into_body().read_to_vec()?)
    };
    let page = String::from_utf8(ask(path, "identity")?)?;
    let named = page.split(['"', '\'']).filter(|it| it.starts_with("/pkg/") || it.starts_with("/favicon"));
    let files: BTreeSet<_> = named.collect();
    let mut bytes = ask(path, "br")?.len();
    for file in files {
        bytes += ask(file, "br")?.len();
    }
    Ok(bytes)
}

impl Report {
    pub fn new(machine: Machine, hashing: Limit, seconds_each: u64) -> Self {
        let configuration = include_str!("../nameplate.toml");
        Self {
            machine,
            hashing,
            seconds_each,
            configuration,
            sites: Vec::new(),
            growth: Vec::new(),
            rows: Vec::new(),
        }
    }

    pub fn add(&mut self, place: &Place, work: &Work, connections: u32, found: Found) {
        self.add_named(place, work.name, connections, found);
    }

    pub fn add_named(&mut self, place: &Place, work: &'static str, connections: u32, found: Found) {
        let requests_per_second = found.requests as f64 / found.seconds;
        self.rows.push(Row {
            store: place.kind.to_string(),
            users: place.users,
            work,
            connections,
            requests_per_second,
            found,
        });
    }

    pub fn markdown(&self) -> String {
        let mut text = String::new();
        _ = self.write(&mut text); // a String takes everything
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let Machine { processor, cores, memory_gib, system, date, version } = &self.machine;
        writeln!(text, "# Measured on {date}\n")?;
        writeln!(
            text,
            "Version {version} on {processor}, {cores} cores, {memory_gib} GiB, {system}; the load (wrk, one thread) and the"
        )?;
        writeln!(
            text,
            "database run on the same cores. {} s for each row, one after the other. `make bench` measures again.\n",
            self.seconds_each
        )?;
        writeln!(
            text,
            "Written by `make bench`, with this configuration:\n\n```toml\n{}```\n",
            self.configuration
        )?;
        self.write_sites(text)?;
        self.write_growth(text)?;
        self.write_rows(text)
    }

    fn write_sites(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "## The program\n")?;
        writeln!(
            text,
            "| store | accounts | filled in | ready after | memory at rest | most memory | sign-in page, cold | profile, cold |"
        )?;
        writeln!(text, "|---|--:|--:|--:|--:|--:|--:|--:|")?;
        for it in &self.sites {
            writeln!(
                text,
                "| {} | {} | {:.1} s | {:.0} ms | {:.0} MB | {:.0} MB | {:.1} KB | {:.1} KB |",
                it.store,
                it.users,
                it.filled_in_s,
                it.started_in_ms,
                it.rest_mb,
                it.peak_mb,
                it.sign_in_bytes as f64 / 1000.0,
                it.profile_bytes as f64 / 1000.0
            )?;
        }
        writeln!(text)
    }

    fn write_growth(&self, text: &mut String) -> std::fmt::Result {
        if self.growth.is_empty() {
            return Ok(());
        }
        writeln!(text, "## Growth\n")?;
        writeln!(
            text,
            "The largest store as a part of the smallest, 32 connections. The two programs take turns of a second, {ROUNDS} times; the health"
        )?;
        writeln!(
            text,
            "check knows nothing of accounts, so its distance from 100 % is the error of the others.\n"
        )?;
        writeln!(text, "| store | accounts | work | requests/s | worst and best turn | processor, each |")?;
        writeln!(text, "|---|--:|---|--:|--:|--:|")?;
        for it in &self.growth {
            let [middle, worst, best] = it.rate.map(|rate| rate * 100.0);
            let (store, most, least, work, processor) =
                (&it.store, it.most, it.least, it.work, it.processor * 100.0);
            writeln!(
                text,
                "| {store} | {most} : {least} | {work} | {middle:.0} % | {worst:.0}–{best:.0} % | {processor:.0} % |"
            )?;
        }
        writeln!(text)
    }

    fn write_rows(&self, text: &mut String) -> std::fmt::Result {
        let Limit { at_once, hashes_per_second, each_ms } = self.hashing;
        writeln!(
            text,
            "## The load\n\n`meanwhile` is the profile page while 32 others sign in (its processor time includes theirs).\n"
        )?;
        writeln!(
            text,
            "No sign-in is faster than its hash: Argon2id alone, {at_once} at once, takes {each_ms:.1} ms, {hashes_per_second:.0} a second.\n"
        )?;
        writeln!(
            text,
            "| store | accounts | work | connections | requests/s | p50 | p99 | processor, each | errors |"
        )?;
        writeln!(text, "|---|--:|---|--:|--:|--:|--:|--:|--:|")?;
        for it in &self.rows {
            writeln!(
                text,
                "| {} | {} | {} | {} | {:.0} | {:.2} ms | {:.2} ms | {:.0} µs | {} |",
                it.store,
                it.users,
                it.work,
                it.connections,
                it.requests_per_second,
                it.found.p50_ms,
                it.found.p99_ms,
                it.found.processor_us,
                it.found.errors
            )?;
        }
        Ok(())
    }
}
