//! Scenarios that `capstake init` writes: a commented one to start from, and those that come with the program.

use super::names;

/// The TOML text.
pub const TEXT: &str = include_str!("template.toml");

/// The scenarios in `configs/`: name and TOML text.
pub const SHIPPED: [(&str, &str); 5] = [
    ("base", include_str!("../../configs/base.toml")),
    ("minimal", include_str!("../../configs/minimal.toml")),
    ("company-plan", include_str!("../../configs/company-plan.toml")),
    ("capped-share", include_str!("../../configs/capped-share.toml")),
    ("schwartz-moon-2000", include_str!("../../configs/schwartz-moon-2000.toml")),
];

/// The text of a shipped scenario under the name of its new file, if that can be a name.
pub fn shipped_as(name: &str, stem: &str) -> Option<String> {
    let (_, text) = SHIPPED.iter().find(|(other, _)| *other == name)?;
    let own = format!("name = \"{name}\"\n");
    let text = text.replace(&format!("configs/{name}.toml"), &format!("{stem}.toml"));
    Some(if names::is_name(stem) { text.replacen(&own, &format!("name = \"{stem}\"\n"), 1) } else { text })
}

#[cfg(test)]
mod tests {
    use super::{SHIPPED, shipped_as};

    #[test]
    fn shipped_scenarios_take_the_name_of_their_new_file() {
        for (name, text) in SHIPPED {
            let own = format!("name = \"{name}\"\n");
            assert!(text.contains(&own), "{name} gives itself its name");
            let renamed = shipped_as(name, "mine").expect("it is shipped");
            let moved = |stem: &str| text.replace(&format!("configs/{name}.toml"), &format!("{stem}.toml"));
            assert_eq!(renamed, moved("mine").replacen(&own, "name = \"mine\"\n", 1));
            assert_eq!(shipped_as(name, "My Scenario"), Some(moved("My Scenario")));
        }
        assert_eq!(shipped_as("other", "mine"), None);
    }
}
