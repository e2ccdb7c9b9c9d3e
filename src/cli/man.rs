//! `capstake man`: the manual page, with every subcommand on it.

use clap_mangen::Man;

use super::exit::{Exit, Failure};
use super::output;

/// Prints the page in roff, for `man -l`.
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
        let heading = format!(".SH \"CAPSTAKE {}\"\n", inner.get_name().to_uppercase());
        let part = String::from_utf8_lossy(&part).into_owned();
        out.extend(
            part.replace(".SH SYNOPSIS\n", &heading).replace(".SH OPTIONS\n", ".SS Options\n").into_bytes(),
        );
    }
    root.render_extra_section(&mut out)?;
    root.render_version_section(&mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}
