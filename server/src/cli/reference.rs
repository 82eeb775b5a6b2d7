//! `docs/cli.md`, made from the commands' definitions.

use super::Arguments;
use clap::{Command, CommandFactory};
use std::fmt::Write;

const HEAD: &str = "\
# Command line

Made from the commands' definitions by the tests (`UPDATE_EXPECT=1 cargo test -p server --test docs`); don't edit it
here. What may be configured is in [config.md](config.md).
";

/// The reference of every command, as Markdown.
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    describe(&mut program, &mut text);
    text
}

fn describe(command: &mut Command, text: &mut String) {
    let name = command.get_bin_name().unwrap_or("nameplate").to_owned();
    let help = command.render_long_help().to_string();
    let help = help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    // Writing to a String can't fail.
    _ = write!(text, "\n## `{name}`\n\n```text\n{}\n```\n", help.trim_end());
    for inner in command.get_subcommands_mut() {
        describe(inner, text);
    }
}
