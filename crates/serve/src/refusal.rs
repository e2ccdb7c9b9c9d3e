//! Why a change is refused, in the words of the program, each problem with the change that it is about.

use capstake::config::{Origin, Severity};
use capstake::job::error::Failure;
use serde_json::{Value, json};

/// The problems of changes as JSON: text, code, help, and the key of the change if one is to blame.
pub fn problems(failure: &Failure, set: &[String]) -> Value {
    let key = |flag: usize| set.get(flag).and_then(|text| text.split_once('=')).map(|(key, _)| key.trim());
    let listed: Vec<Value> = match failure {
        Failure::Scenario { problems, .. } => problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .map(|problem| {
                let flag = problem.labels.iter().find_map(|label| match label.place.origin {
                    Origin::Flag(flag) => Some(flag),
                    _ => None,
                });
                json!({
                    "key": flag.and_then(key),
                    "code": problem.code.id(),
                    "message": problem.message,
                    "help": problem.help.iter().collect::<Vec<_>>(),
                })
            })
            .collect(),
        Failure::Told { code, message, help, .. } => {
            let help: Vec<&str> = help.iter().map(|help| help.text.as_str()).collect();
            vec![json!({"key": null, "code": code.map(|code| code.id()), "message": message, "help": help})]
        }
    };
    json!({"problems": listed})
}
