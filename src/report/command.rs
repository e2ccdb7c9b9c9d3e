//! The command line that repeats a run or a study.

use super::results::Facts;

/// Quotes an argument for a shell if necessary.
pub fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

/// The command line: `capstake run base.toml -n 1000000 -s 1` with all `--set` flags.
pub fn again(facts: &Facts) -> String {
    let (name, arguments) = facts.command.split_first().map_or(("run", &[][..]), |(name, rest)| (name, rest));
    let mut command = format!("capstake {name} {}", quoted(&facts.file));
    for argument in facts.further_files.iter().chain(arguments) {
        command.push_str(&format!(" {}", quoted(argument)));
    }
    for flag in &facts.overrides {
        command.push_str(&format!(" --set {}", quoted(flag)));
    }
    command.push_str(&format!(" -n {} -s {}", facts.paths_asked, facts.seed));
    if let Some(sampling) = facts.sampling {
        command.push_str(&format!(" --sampling {sampling}"));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_says_the_sampling_where_the_scenario_does_not() {
        let facts = |sampling| Facts {
            file: "base.toml".to_owned(),
            paths_asked: 8_192,
            seed: "1".to_owned(),
            sampling,
            ..Facts::default()
        };
        assert_eq!(again(&facts(None)), "capstake run base.toml -n 8192 -s 1");
        assert_eq!(again(&facts(Some("sobol"))), "capstake run base.toml -n 8192 -s 1 --sampling sobol");
    }
}
