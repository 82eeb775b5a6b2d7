//! The site is embedded by a macro that Cargo doesn't watch.

fn main() {
    println!("cargo::rerun-if-changed=../target/site");
}
