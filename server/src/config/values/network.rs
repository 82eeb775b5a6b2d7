//! Networks, as operators write them.

use crate::config::problems::Problems;
use ipnet::IpNet;
use std::net::IpAddr;

/// Reads addresses and networks (`192.0.2.1`, `10.0.0.0/8`); each that is none is a problem of the key.
pub fn networks(key: &'static str, texts: &[String], problems: &mut Problems<'_>) -> Vec<IpNet> {
    let network = |text: &String| text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok();
    for text in texts.iter().filter(|text| network(text).is_none()) {
        problems.add(key, format!("\"{text}\" is no network"), "for example \"10.0.0.0/8\" or \"::1\"");
    }
    texts.iter().filter_map(network).collect()
}
