//! `capstake man`: prints the manual page with all subcommands.

use clap_mangen::Man;

use capstake::job::error::{Exit, Failure};

use super::output;

/// Prints the manual page in roff, for `man -l`.
pub fn man(command: clap::Command) -> Result<Exit, Failure> {
    let page = page(command).expect("a vector takes all bytes");
    output::results(&page)?;
    Ok(Exit::Done)
}

fn page(mut command: clap::Command) -> std::io::Result<String> {
    command.build();
    let root = Man::new(command.clone());
    let mut out = Vec::new();
    root.render_title(&mut out)?;
    root.render_name_section(&mut out)?;
    root.render_synopsis_section(&mut out)?;
    root.render_description_section(&mut out)?;
    root.render_subcommands_section(&mut out)?;
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        let man = Man::new(inner.clone());
        let mut part = Vec::new();
        man.render_synopsis_section(&mut part)?;
        man.render_options_section(&mut part)?;
        let examples = verbatim(".SS Examples", inner);
        let heading = format!(".SH \"CAPSTAKE {}\"\n", inner.get_name().to_uppercase());
        let part = String::from_utf8_lossy(&part).into_owned();
        out.extend(
            part.replace(".SH SYNOPSIS\n", &heading).replace(".SH OPTIONS\n", ".SS Options\n").into_bytes(),
        );
        out.extend(examples.into_bytes());
    }
    out.extend(verbatim(".SH EXAMPLES AND EXIT CODES", &command).into_bytes());
    root.render_version_section(&mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// The text after a command's help, with line breaks that roff keeps.
fn verbatim(heading: &str, command: &clap::Command) -> String {
    let Some(text) = command.get_after_help() else { return String::new() };
    let mut out = format!("{heading}\n.nf\n");
    for line in text.to_string().lines() {
        // Roff takes a line that begins with a point or an apostrophe as a request; a leading `\&` prevents that.
        let guard = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
        out.push_str(&format!("{guard}{}\n", line.replace('\\', "\\e").replace('-', "\\-")));
    }
    out.push_str(".fi\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_after_the_help_stay_lines() {
        let command = clap::Command::new("x").after_help("Examples:\n  x -n 1\n.5 is a half\n'a' \\ b");
        assert_eq!(
            verbatim(".SS E", &command),
            ".SS E\n.nf\nExamples:\n  x \\-n 1\n\\&.5 is a half\n\\&'a' \\e b\n.fi\n"
        );
        assert_eq!(verbatim(".SS E", &clap::Command::new("x")), "");
    }
}
