//! The one place that decides whether a test without what it needs is skipped, by name, or fails.

use std::process::Command;

/// Set where everything is to be there, as in `.ci/run`: a test whose outside program is missing then fails.
const NO_SKIPS: &str = "CAPSTAKE_NO_SKIPS";

/// Reports that an outside program is missing: `install` says where it comes from.
#[track_caller]
pub(crate) fn program_is_missing(test: &str, program: &str, install: &str) {
    let note = note(test, program, install);
    assert!(std::env::var_os(NO_SKIPS).is_none(), "{note}; {NO_SKIPS} is set, so this is a failure");
    println!("skipped: {note}");
}

fn note(test: &str, program: &str, install: &str) -> String {
    format!("{test} needs {program} ({install})")
}

/// Whether an outside program is there and answers; a test that needs it ends otherwise.
#[track_caller]
pub(crate) fn has_program(test: &str, program: &str, asked: &str, install: &str) -> bool {
    let there = Command::new(program).arg(asked).output().is_ok();
    if !there {
        program_is_missing(test, program, install);
    }
    there
}

/// Reports that this user's rights rule a test out; no program is missing, so it is a skip everywhere.
pub(crate) fn rights_rule_out(test: &str, why: &str) {
    println!("skipped: {test}: {why}");
}

#[test]
fn a_missing_program_fails_by_name_where_skips_are_not_allowed() {
    // A process of its own: the variable belongs to all tests of this one.
    if std::env::var_os("CAPSTAKE_SKIP_PROBE").is_some() {
        program_is_missing("probe::a_test", "no-such-program", "Debian: apt-get install none");
        return;
    }
    let name = "skip::a_missing_program_fails_by_name_where_skips_are_not_allowed";
    let probe = |no_skips: bool| {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args([name, "--exact", "--nocapture"]).env("CAPSTAKE_SKIP_PROBE", "1").env_remove(NO_SKIPS);
        if no_skips {
            command.env(NO_SKIPS, "1");
        }
        let output = command.output().expect("the tests start");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    };
    let words = "probe::a_test needs no-such-program (Debian: apt-get install none)";
    let (passed, said) = probe(false);
    assert!(passed && said.contains(&format!("skipped: {words}")), "{said}");
    let (passed, said) = probe(true);
    assert!(!passed && said.contains(words), "{said}");
}
