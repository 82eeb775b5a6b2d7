//! How fast the finished program is, and how it grows: fills a store, starts the program on it, and has wrk
//! drive it. `make bench` runs all of it; the results stand in `bench/RESULTS.md`.
//!
//! The load comes from wrk. Looked at besides: oha (every request has the same headers, so one account would
//! do all the work), goose (a program of its own for each kind of work, and several times the load of wrk on
//! the same cores).

mod growth;
mod hashing;
mod load;
mod machine;
mod place;
mod report;
mod service;

use anyhow::{Context as _, Result};
use clap::Parser;
use growth::Running;
use place::{Kind, Place};
use report::Report;
use service::Service;
use std::path::{Path, PathBuf};

#[derive(Debug, Parser)]
#[command(name = "bench", about = "Measures the release build of nameplate")]
struct Options {
    /// The program to measure.
    #[arg(long, default_value = "target/release/nameplate")]
    program: PathBuf,
    /// Another build, to compare with: the two take turns, and nothing but the comparison is printed.
    #[arg(long)]
    against: Option<PathBuf>,
    /// How many accounts there are.
    #[arg(long, value_delimiter = ',', default_value = "1000,100000,1000000")]
    users: Vec<usize>,
    /// Which databases. PostgreSQL needs NAMEPLATE_TEST_POSTGRES_URL (scripts/with-postgres sets it).
    #[arg(long, value_delimiter = ',', default_value = "sqlite,postgres")]
    stores: Vec<Kind>,
    /// Connections at the same time.
    #[arg(long, value_delimiter = ',', default_value = "1,8,32,128")]
    connections: Vec<u32>,
    /// Which kinds of work: profile, attributes, update, GetUser, UpdateUserAttributes, sign-in, static,
    /// health, meanwhile. How it grows is measured for all of them.
    #[arg(long, value_delimiter = ',')]
    work: Vec<String>,
    /// How long each measurement takes.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Where RESULTS.md and RESULTS.json are written; without it they are only printed.
    #[arg(long)]
    out: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(other) = &options.against {
        return compare(&options, other);
    }
    // Now rather than after everything is measured.
    if let Some(folder) = &options.out {
        std::fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    }
    let mut report = Report::new(machine::describe(), hashing::measure(options.seconds)?, options.seconds);
    for store in &options.stores {
        measure_store(&options, *store, &mut report)?;
    }
    println!("{}", report.markdown());
    if let Some(folder) = &options.out {
        std::fs::write(folder.join("RESULTS.md"), report.markdown())?;
        std::fs::write(folder.join("RESULTS.json"), serde_json::to_string_pretty(&report)? + "\n")?;
    }
    Ok(())
}

/// What this build does as a part of what the other one does.
fn compare(options: &Options, other: &Path) -> Result<()> {
    for store in &options.stores {
        for users in &options.users {
            let start = |program: &Path| -> Result<Running> {
                let place = Place::fill(*store, *users)?;
                let service = Service::start(program, &place)?;
                Ok(Running { place, service })
            };
            let (mut before, mut after) = (start(other)?, start(&options.program)?);
            for it in growth::measure(&before, &after, &options.work)? {
                let [middle, worst, best] = it.rate.map(|rate| rate * 100.0);
                let (store, work, processor) = (&it.store, it.work, it.processor * 100.0);
                println!(
                    "{store}, {users} accounts, {work}: {middle:.0} % ({worst:.0}–{best:.0}), processor {processor:.0} %"
                );
            }
            before.service.stop()?;
            after.service.stop()?;
        }
    }
    Ok(())
}

/// A store of each size, and at last the smallest against the largest.
fn measure_store(options: &Options, store: Kind, report: &mut Report) -> Result<()> {
    let mut kept: Vec<Running> = Vec::new();
    for users in &options.users {
        let measured = measure(options, store, *users, report)?;
        // The program on the one in the middle would only be in the way.
        if kept.len() == 2 {
            kept.remove(1).service.stop()?;
        }
        kept.push(measured);
    }
    if let [small, large] = kept.as_slice() {
        report.growth.extend(growth::measure(small, large, &[])?);
    }
    kept.iter_mut().try_for_each(|it| it.service.stop())
}

/// Everything about one store of one size.
fn measure(options: &Options, store: Kind, users: usize, report: &mut Report) -> Result<Running> {
    let place = Place::fill(store, users)?;
    let service = Service::start(&options.program, &place)?;
    let mut site = report::Site::of(&place, &service)?;
    for work in load::all(&service, &place)? {
        if !options.work.is_empty() && !options.work.iter().any(|it| it == work.name) {
            continue;
        }
        for connections in &options.connections {
            let result = work.run(&service, &place, *connections, options.seconds)?;
            report.add(&place, &work, *connections, result);
        }
    }
    if options.work.is_empty() || options.work.iter().any(|it| it == load::MEANWHILE) {
        let result = load::while_others_sign_in(&service, &place, options.seconds)?;
        report.add_named(&place, load::MEANWHILE, 4, result);
    }
    site.peak_mb = service.peak_mb()?;
    report.sites.push(site);
    Ok(Running { place, service })
}
