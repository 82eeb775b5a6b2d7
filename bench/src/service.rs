//! The program that is measured.

use crate::place::{Place, now};
use anyhow::{Context as _, Result, bail, ensure};
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

pub struct Service {
    child: Child,
    pub address: String,
    /// From the call to the first answer of `/readyz`.
    pub started_in: Duration,
    /// Resident memory before the first request for a page.
    pub rest_mb: f64,
}

impl Service {
    pub fn start(program: &Path, place: &Place) -> Result<Self> {
        let program =
            fs::canonicalize(program).with_context(|| format!("no program at {}", program.display()))?;
        let data = place.data();
        let (said, log) = (data.join("said"), data.join("log"));
        let config = fs::canonicalize("bench/nameplate.toml")?;
        let mut command = Command::new(program);
        command.env_clear().envs(place.url().map(|url| ("NAMEPLATE_STORE_URL", url)));
        command
            .env("NAMEPLATE_CONFIG", config)
            .env("NAMEPLATE_DATA", &data)
            .env("NAMEPLATE_LISTEN", "127.0.0.1:0");
        command
            .current_dir(&data)
            .stdin(Stdio::null())
            .stdout(File::create(&said)?)
            .stderr(File::create(&log)?);
        let started = now();
        let mut child = command.spawn()?;
        let address = loop {
            if let Some(status) = child.try_wait()? {
                bail!("it ended ({status}): {}", fs::read_to_string(&log)?);
            }
            let said = fs::read_to_string(&said)?;
            let address = said.lines().find_map(|line| Some(line.split_once(" is at ")?.1.to_owned()));
            if let Some(address) = address.filter(|address| answers(address)) {
                break address;
            }
            ensure!(started.elapsed() < PATIENCE, "it did not start: {}", fs::read_to_string(&log)?);
            std::thread::sleep(Duration::from_millis(1));
        };
        let started_in = started.elapsed();
        let mut service = Self { child, address, started_in, rest_mb: 0.0 };
        service.rest_mb = service.memory("VmRSS:")?;
        Ok(service)
    }

    /// The processor time that it has used so far.
    pub fn processor_seconds(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields = stat.rsplit_once(") ").context("no name")?.1.split(' ').collect::<Vec<_>>();
        // proc(5): user and system time, in hundredths of a second.
        let ticks = |place: usize| -> Result<f64> { Ok(fields.get(place).context("no time")?.parse()?) };
        Ok((ticks(11)? + ticks(12)?) / 100.0)
    }

    pub fn peak_mb(&self) -> Result<f64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, field: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)).context("no such field")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }

    pub fn stop(&mut self) -> Result<()> {
        let told = Command::new("kill").arg(self.child.id().to_string()).status()?;
        ensure!(told.success() && self.child.wait()?.success(), "it did not stop as it should");
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn answers(address: &str) -> bool {
    ureq::get(format!("{address}/readyz")).call().is_ok()
}
