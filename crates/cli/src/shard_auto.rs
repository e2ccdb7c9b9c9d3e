//! `--shard auto`: which part of a run a task of a job array simulates, from the variables that schedulers set.

use capstake::job::error::{Exit, Failure};
use capstake::job::portion::{Shard, shard_argument};
use capstake::job::words::{cut, listed};

/// The part to simulate, as asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardChoice {
    /// A part by its number.
    Part(Shard),
    /// The part of this task of a job array; the number of parts if it was given.
    Auto(Option<u64>),
}

/// Parses `--shard`.
pub fn shard_choice_argument(text: &str) -> Result<ShardChoice, String> {
    match text.strip_prefix("auto") {
        None => shard_argument(text).map(ShardChoice::Part),
        Some("") => Ok(ShardChoice::Auto(None)),
        // The same limits on N as in I/N.
        Some(of) => match of.strip_prefix('/') {
            Some(of) => Ok(ShardChoice::Auto(Some(shard_argument(&format!("1/{of}"))?.of))),
            None => Err("a part (3/16), auto, or auto/N".to_owned()),
        },
    }
}

/// A part and the variables that say so.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// The part.
    pub shard: Shard,
    /// The variables, for the person.
    pub source: String,
}

/// One scheduler: the variable by which it is known, and how its variables are read.
type Reader = fn(&Variables<'_>, Option<u64>) -> Result<(u64, u64), Failure>;

/// Schedulers with job arrays.
const SCHEDULERS: [(&str, Reader); 3] = [
    ("SLURM_ARRAY_TASK_ID", slurm),
    ("JOB_COMPLETION_INDEX", kubernetes),
    ("AWS_BATCH_JOB_ARRAY_INDEX", aws_batch),
];

/// The environment; variables without text count as unset.
struct Variables<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Variables<'_> {
    fn text(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|text| !text.trim().is_empty())
    }

    fn number(&self, name: &str) -> Result<Option<u64>, Failure> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match text.trim().parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(unusable(format!("{name} is `{}`, not a whole number", cut(&text)))),
        }
    }

    fn needed(&self, name: &str, with: &str) -> Result<u64, Failure> {
        self.number(name)?.ok_or_else(|| unusable(format!("{with} is set, and {name} is not")))
    }
}

fn unusable(message: String) -> Failure {
    Failure::told(Exit::Usage, format!("--shard auto: {message}"))
        .help("name the part yourself: --shard I/N, with I from 1 to N")
}

/// Finds the part of this task. `environment` gives the text of a variable, and `of` is the number of parts if it was given.
///
/// # Errors
/// No scheduler has set its variables, two have, or they contradict each other or `of`.
pub fn find(environment: &dyn Fn(&str) -> Option<String>, of: Option<u64>) -> Result<Found, Failure> {
    let variables = Variables(environment);
    let set: Vec<_> = SCHEDULERS.iter().filter(|(name, _)| variables.text(name).is_some()).collect();
    let names =
        |of: &[&(&'static str, Reader)]| listed(&of.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let (name, read) = match set[..] {
        [one] => *one,
        [] => {
            let all = names(&SCHEDULERS.iter().collect::<Vec<_>>());
            return Err(unusable(format!("this is no task of a job array: none of {all} is set")));
        }
        _ => return Err(unusable(format!("{} are set: which of them counts?", names(&set)))),
    };
    let (number, found) = read(&variables, of)?;
    if let Some(of) = of.filter(|of| *of != found) {
        return Err(unusable(format!("the array of {name} has {found} tasks, and auto/{of} says {of}")));
    }
    let shard = shard_argument(&format!("{number}/{found}"))
        .map_err(|why| unusable(format!("{name} gives part {number} of {found}: {why}")))?;
    let index = variables.text(name).unwrap_or_default();
    Ok(Found { shard, source: format!("{name}={}", index.trim()) })
}

/// Slurm counts from the first id of `--array` in its steps.
fn slurm(variables: &Variables<'_>, _: Option<u64>) -> Result<(u64, u64), Failure> {
    const ID: &str = "SLURM_ARRAY_TASK_ID";
    let id = variables.needed(ID, ID)?;
    let first = variables.needed("SLURM_ARRAY_TASK_MIN", ID)?;
    let count = variables.needed("SLURM_ARRAY_TASK_COUNT", ID)?;
    let step = variables.number("SLURM_ARRAY_TASK_STEP")?.unwrap_or(1);
    let last = variables.number("SLURM_ARRAY_TASK_MAX")?;
    let steps = id.checked_sub(first).filter(|after| step > 0 && after % step == 0).map(|after| after / step);
    // An array such as 1,3,7 has no even steps, and its ids no numbers from 1 to N.
    let even = last.is_none_or(|last| {
        last.checked_sub(first).is_some_and(|all| {
            step > 0 && all.checked_div(step).and_then(|n| n.checked_add(1)) == Some(count)
        })
    });
    match steps.filter(|steps| even && *steps < count) {
        Some(steps) => Ok((steps + 1, count)),
        None => Err(unusable(format!(
            "{ID} is {id}, and an array of {count} tasks from {first} on in steps of {step} has no such task"
        ))
        .help("submit the tasks with even steps: --array=1-16")),
    }
}

/// Kubernetes counts from 0 and does not say how many tasks there are.
fn kubernetes(variables: &Variables<'_>, of: Option<u64>) -> Result<(u64, u64), Failure> {
    const INDEX: &str = "JOB_COMPLETION_INDEX";
    let index = variables.needed(INDEX, INDEX)?;
    let of = of.ok_or_else(|| {
        unusable(format!("{INDEX} does not say how many tasks there are"))
            .help("add them, as in `completions` of the job: --shard auto/16")
    })?;
    Ok((index.saturating_add(1), of))
}

/// AWS Batch counts from 0.
fn aws_batch(variables: &Variables<'_>, _: Option<u64>) -> Result<(u64, u64), Failure> {
    const INDEX: &str = "AWS_BATCH_JOB_ARRAY_INDEX";
    let index = variables.needed(INDEX, INDEX)?;
    Ok((index.saturating_add(1), variables.needed("AWS_BATCH_JOB_ARRAY_SIZE", INDEX)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find_in(variables: &str, of: Option<u64>) -> Result<Found, String> {
        let environment = |name: &str| {
            let pair =
                variables.split(' ').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name));
            pair.map(|(_, text)| text.to_owned())
        };
        find(&environment, of).map_err(|failure| failure.to_string())
    }

    const SLURM: &str =
        "SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=4 SLURM_ARRAY_TASK_STEP=1";

    #[test]
    fn parts_of_schedulers() {
        let evens =
            "SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=2 SLURM_ARRAY_TASK_MAX=8 SLURM_ARRAY_TASK_STEP=2";
        for (variables, of, part) in [
            (format!("{SLURM} SLURM_ARRAY_TASK_ID=1"), None, "1/4"),
            (format!("{SLURM} SLURM_ARRAY_TASK_ID=4"), Some(4), "4/4"),
            (format!("{evens} SLURM_ARRAY_TASK_ID=6"), None, "3/4"),
            ("SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_COUNT=2".to_owned(), None, "1/2"),
            // An array whose last step is cut: 0-9:4 has 0, 4 and 8.
            (
                "SLURM_ARRAY_TASK_ID=8 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=9 SLURM_ARRAY_TASK_STEP=4 \
                 SLURM_ARRAY_TASK_COUNT=3"
                    .to_owned(),
                None,
                "3/3",
            ),
            ("JOB_COMPLETION_INDEX=0".to_owned(), Some(16), "1/16"),
            ("JOB_COMPLETION_INDEX=15".to_owned(), Some(16), "16/16"),
            ("AWS_BATCH_JOB_ARRAY_INDEX=2 AWS_BATCH_JOB_ARRAY_SIZE=3".to_owned(), None, "3/3"),
            ("AWS_BATCH_JOB_ARRAY_INDEX=2 AWS_BATCH_JOB_ARRAY_SIZE=3 SLURM_ARRAY_TASK_ID=".to_owned(), Some(3), "3/3"),
        ] {
            let found = find_in(&variables, of).unwrap_or_else(|why| panic!("{variables}: {why}"));
            assert_eq!(found.shard.to_string(), part, "{variables}");
            assert!(variables.contains(&found.source), "{variables}: {}", found.source);
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused_with_the_variable() {
        let both = format!("{SLURM} SLURM_ARRAY_TASK_ID=1 JOB_COMPLETION_INDEX=0");
        for (variables, of, words) in [
            (
                "HOME=/root",
                None,
                "none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX and AWS_BATCH_JOB_ARRAY_INDEX is set",
            ),
            (&both, Some(4), "SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX are set"),
            (&format!("{SLURM} SLURM_ARRAY_TASK_ID=1"), Some(16), "has 4 tasks, and auto/16 says 16"),
            (&format!("{SLURM} SLURM_ARRAY_TASK_ID=5"), None, "has no such task"),
            (&format!("{SLURM} SLURM_ARRAY_TASK_ID=0"), None, "has no such task"),
            (
                &format!("{SLURM} SLURM_ARRAY_TASK_ID=x"),
                None,
                "SLURM_ARRAY_TASK_ID is `x`, not a whole number",
            ),
            ("SLURM_ARRAY_TASK_ID=1", Some(4), "SLURM_ARRAY_TASK_MIN is not"),
            // --array=1,3,7
            (
                "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_STEP=1 SLURM_ARRAY_TASK_COUNT=3",
                None,
                "has no such task",
            ),
            ("JOB_COMPLETION_INDEX=3", None, "does not say how many tasks there are"),
            ("JOB_COMPLETION_INDEX=16", Some(16), "part 17 of 16"),
            ("AWS_BATCH_JOB_ARRAY_INDEX=3", None, "AWS_BATCH_JOB_ARRAY_SIZE is not"),
            ("AWS_BATCH_JOB_ARRAY_INDEX=3 AWS_BATCH_JOB_ARRAY_SIZE=3", None, "part 4 of 3"),
            ("AWS_BATCH_JOB_ARRAY_INDEX=18446744073709551615 AWS_BATCH_JOB_ARRAY_SIZE=3", None, "of 3"),
        ] {
            let why = find_in(variables, of).expect_err(variables);
            assert!(why.contains(words), "{variables}: {why}");
        }
    }

    #[test]
    fn the_argument() {
        assert_eq!(shard_choice_argument("auto"), Ok(ShardChoice::Auto(None)));
        assert_eq!(shard_choice_argument("auto/16"), Ok(ShardChoice::Auto(Some(16))));
        let part = Shard { number: 3, of: 16 };
        assert_eq!(shard_choice_argument("3/16"), Ok(ShardChoice::Part(part)));
        for bad in ["auto/0", "auto/x", "auto16", "auto/", "automatic", "", "0/3"] {
            assert!(shard_choice_argument(bad).is_err(), "{bad}");
        }
    }
}
