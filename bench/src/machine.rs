//! What the figures were measured on.

use serde::Serialize;
use std::fs;
use std::process::Command;

#[derive(Debug, Serialize)]
pub struct Machine {
    pub processor: String,
    pub cores: usize,
    pub memory_gib: u64,
    pub system: String,
    pub date: String,
    pub version: String,
}

pub fn describe() -> Machine {
    Machine {
        processor: field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".into()),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_gib: field("/proc/meminfo", "MemTotal")
            .and_then(|it| it.trim_end_matches(" kB").parse().ok())
            .map_or(0, gib),
        system: said("uname", &["-sr"]),
        date: jiff::Zoned::now().date().to_string(),
        version: said("git", &["describe", "--always", "--dirty"]),
    }
}

const fn gib(kib: u64) -> u64 {
    kib.div_ceil(1024 * 1024)
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().map(|it| it.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}
