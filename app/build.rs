//! Makes the scripts in `js` ready to be served: without comments, compressed, each with an address that its text
//! decides, so that browsers may keep it for ever.

fn main() {
    println!("cargo::rerun-if-changed=js");
    #[cfg(feature = "ssr")]
    scripts::write();
}

#[cfg(feature = "ssr")]
#[expect(clippy::unwrap_used, reason = "what can't be made ready is no build")]
mod scripts {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use sha2::{Digest as _, Sha256};
    use std::fmt::Write as _;
    use std::fs;
    use std::io::Write as _;
    use std::path::{Path, PathBuf};

    /// Writes the table that `src/scripts.rs` includes, and beside it the files that the table includes.
    pub fn write() {
        let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
        let mut sources: Vec<_> = fs::read_dir("js").unwrap().map(|entry| entry.unwrap().path()).collect();
        sources.retain(|path| path.extension().is_some_and(|end| end == "js"));
        sources.sort();
        let (mut table, mut names) = (String::new(), Vec::new());
        for source in sources {
            let name = source.file_stem().unwrap().to_str().unwrap().to_owned();
            writeln!(table, "{}", entry(&source, &name, &out)).unwrap();
            names.push(name.to_uppercase());
        }
        write!(table, "const ALL: [&Script; {}] = [&{}];", names.len(), names.join(", &")).unwrap();
        fs::write(out.join("scripts.rs"), table).unwrap();
    }

    fn entry(source: &Path, name: &str, out: &Path) -> String {
        let text = without_comments(&fs::read_to_string(source).unwrap());
        let hash: String = Sha256::digest(&text).iter().take(10).map(|byte| format!("{byte:02x}")).collect();
        let kept = |end: &str, bytes: &[u8]| {
            let path = out.join(format!("{name}.js{end}"));
            fs::write(&path, bytes).unwrap();
            format!("include_bytes!({path:?})")
        };
        let (plain, brotli) = (kept("", text.as_bytes()), kept(".br", &brotli(&text)));
        let gzip = kept(".gz", &gzip(&text));
        format!(
            "/// `js/{name}.js`\npub const {}: Script = Script {{ path: \"/pkg/{name}.{hash}.js\", plain: {plain}, brotli: {brotli}, gzip: {gzip} }};",
            name.to_uppercase()
        )
    }

    /// Without lines that are comment alone, and without indentation: what is left compresses well. Browsers' own
    /// tools show it as it is.
    fn without_comments(text: &str) -> String {
        let (mut kept, mut in_comment) = (String::new(), false);
        for line in text.lines().map(str::trim) {
            if in_comment || line.starts_with("/*") {
                in_comment = !line.ends_with("*/");
            } else if !line.is_empty() && !line.starts_with("//") {
                assert!(
                    line.matches('`').count().is_multiple_of(2),
                    "a text over several lines would lose its indentation: {line}"
                );
                kept.push_str(line);
                kept.push('\n');
            }
        }
        kept
    }

    fn brotli(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let params = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
        brotli::BrotliCompress(&mut text.as_bytes(), &mut out, &params).unwrap();
        out
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }
}
