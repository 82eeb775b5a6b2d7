//! The kinds of work, and wrk that does them.

use crate::place::Place;
use crate::service::Service;
use accounts::testing::PASSWORD;
use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use std::process::{Child, Command, Stdio};

/// The profile page for four people, while 32 others sign in as fast as they can.
pub const MEANWHILE: &str = "meanwhile";

/// For so many of the residents an application acts: each has to sign in first.
const APPLICATIONS: usize = 256;

/// What one measurement found.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Found {
    pub requests: u64,
    pub seconds: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub errors: u64,
    /// The program's processor time for one request.
    #[serde(default)]
    pub processor_us: f64,
}

/// How `load.lua` asks.
#[derive(Debug, Clone, Copy)]
enum How {
    /// Anybody.
    Fetch,
    /// Who is signed in.
    Read,
    /// A new nickname, for one account after the other.
    Update,
    /// Somebody who has signed in before: the first time, what SRP needs of a password is computed too.
    SignIn,
    /// The operation GetUser, for the holder of an access token.
    GetUser,
    /// UpdateUserAttributes with a new nickname, for one account after the other.
    UpdateUser,
}

impl How {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Read => "read",
            Self::Update => "update",
            Self::SignIn => "sign-in",
            Self::GetUser => "get-user",
            Self::UpdateUser => "update-user",
        }
    }

    /// Whether it is for those who have signed in by the wire API.
    const fn is_for_applications(self) -> bool {
        matches!(self, Self::GetUser | Self::UpdateUser | Self::SignIn)
    }
}

/// One kind of request.
pub struct Work {
    pub name: &'static str,
    how: How,
    path: String,
}

impl Work {
    fn new(name: &'static str, how: How, path: &str) -> Self {
        Self { name, how, path: path.to_owned() }
    }

    pub fn run(&self, service: &Service, place: &Place, connections: u32, seconds: u64) -> Result<Found> {
        let before = service.processor_seconds()?;
        let mut found = found(self.start(service, place, connections, seconds)?)?;
        found.processor_us = (service.processor_seconds()? - before) * 1e6 / found.requests as f64;
        let rate = found.requests as f64 / found.seconds;
        let Found { p99_ms, processor_us, errors, .. } = found;
        let name = self.name;
        eprintln!(
            "  {name:<10} {connections:>4} connections {rate:>9.0}/s  p99 {p99_ms:.1} ms  {processor_us:.0} µs each  {errors} errors"
        );
        Ok(found)
    }

    fn start(&self, service: &Service, place: &Place, connections: u32, seconds: u64) -> Result<Child> {
        let mut wrk = Command::new("wrk");
        wrk.args(["--threads", "1", "--timeout", "30s", "--script", "bench/load.lua"]);
        wrk.args([
            "--connections",
            &connections.to_string(),
            "--duration",
            &format!("{seconds}s"),
            &service.address,
        ]);
        let who = if self.how.is_for_applications() { place.applications() } else { place.residents() };
        wrk.args(["--", self.how.as_str(), &self.path]).arg(who).env("BENCH_PASSWORD", PASSWORD);
        wrk.stdout(Stdio::piped()).spawn().context("wrk can't be started: scripts/setup bench installs it")
    }
}

fn found(wrk: Child) -> Result<Found> {
    let output = wrk.wait_with_output()?;
    ensure!(output.status.success(), "wrk failed");
    let said = String::from_utf8(output.stdout)?;
    let result = said
        .lines()
        .find_map(|line| line.strip_prefix("RESULT "))
        .context("wrk said nothing of its result")?;
    Ok(serde_json::from_str(result)?)
}

/// Every kind of work, each tried once before it is measured: an error is answered faster than the thing
/// itself.
pub fn all(service: &Service, place: &Place) -> Result<Vec<Work>> {
    let style = style_sheet(service)?;
    let (_, session) = place.somebody()?;
    let answer = |path: &str| -> Result<String> {
        let request =
            ureq::get(format!("{}{path}", service.address)).header("Cookie", format!("nameplate={session}"));
        Ok(request.config().max_redirects(0).build().call()?.into_body().read_to_string()?)
    };
    ensure!(
        answer("/profile/attributes.json")?.contains("\"zoneinfo\": \"Europe/Berlin\""),
        "the attributes are not there"
    );
    ensure!(answer("/profile")?.contains("@domain.com"), "the profile is not there");
    sign_applications_in(service, place)?;
    Ok(vec![
        Work::new("health", How::Fetch, "/healthz"),
        Work::new("static", How::Fetch, &style),
        Work::new("attributes", How::Read, "/profile/attributes.json"),
        Work::new("profile", How::Read, "/profile"),
        Work::new("update", How::Update, "/profile"),
        Work::new("GetUser", How::GetUser, "/"),
        Work::new("UpdateUserAttributes", How::UpdateUser, "/"),
        Work::new("sign-in", How::SignIn, "/sign-in"),
    ])
}

/// Writes down the access tokens of some of the residents.
fn sign_applications_in(service: &Service, place: &Place) -> Result<()> {
    let residents = std::fs::read_to_string(place.residents())?;
    let names: Vec<_> = residents
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, _)| name)
        .take(APPLICATIONS)
        .collect();
    let lines = names.iter().map(|name| {
        let asked = serde_json::json!({
            "ClientId": "web", "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": { "USERNAME": name, "PASSWORD": PASSWORD },
        });
        let request = ureq::post(format!("{}/", service.address))
            .header("Content-Type", "application/x-amz-json-1.1")
            .header("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth");
        let answer: serde_json::Value = serde_json::from_str(&request.send(asked.to_string())?.into_body().read_to_string()?)?;
        let token = answer
            .pointer("/AuthenticationResult/AccessToken")
            .and_then(serde_json::Value::as_str)
            .context("no access token")?;
        Ok(format!("{name} {token}\n"))
    });
    let lines: Result<Vec<_>> = lines.collect();
    Ok(std::fs::write(place.applications(), lines?.concat())?)
}

/// What the pages look like comes from a file with its hash in its name.
fn style_sheet(service: &Service) -> Result<String> {
    let page = ureq::get(format!("{}/sign-in", service.address)).call()?.into_body().read_to_string()?;
    page.split('"')
        .find(|it| it.starts_with("/pkg/") && it.ends_with(".css"))
        .map(str::to_owned)
        .context("no style sheet")
}

/// Hashing takes all there is; what others wait meanwhile.
pub fn while_others_sign_in(service: &Service, place: &Place, seconds: u64) -> Result<Found> {
    let others = Work::new("sign-in", How::SignIn, "/sign-in").start(service, place, 32, seconds + 2)?;
    std::thread::sleep(std::time::Duration::from_secs(1));
    let result = Work::new(MEANWHILE, How::Read, "/profile").run(service, place, 4, seconds)?;
    found(others)?;
    Ok(result)
}
