//! Scenarios that `capstake init` writes: a commented one to start from, and those that come with the program.

use super::names;

/// The TOML text.
pub const TEXT: &str = include_str!("template.toml");

/// The scenarios in `configs/`: name of the file and TOML text.
pub const SHIPPED: [(&str, &str); 6] = [
    ("base", include_str!("../../configs/base.toml")),
    ("july-2026", include_str!("../../configs/july-2026.toml")),
    ("minimal", include_str!("../../configs/minimal.toml")),
    ("company-plan", include_str!("../../configs/company-plan.toml")),
    ("capped-share", include_str!("../../configs/capped-share.toml")),
    ("schwartz-moon-2000", include_str!("../../configs/schwartz-moon-2000.toml")),
];

/// The text of a shipped scenario under the name of its new file, if that can be a name.
pub fn shipped_as(name: &str, stem: &str) -> Option<String> {
    let (_, text) = SHIPPED.iter().find(|(other, _)| *other == name)?;
    let own = own_name(text)?;
    let text = text.replace(&format!("configs/{name}.toml"), &format!("{stem}.toml"));
    Some(if names::is_name(stem) { text.replacen(own, &format!("name = \"{stem}\""), 1) } else { text })
}

/// The line in which a scenario gives itself its name.
fn own_name(text: &str) -> Option<&str> {
    text.lines().find(|line| line.starts_with("name = \""))
}

#[cfg(test)]
mod tests {
    use super::{SHIPPED, own_name, shipped_as};

    #[test]
    fn shipped_scenarios_take_the_name_of_their_new_file() {
        for (name, text) in SHIPPED {
            let own = own_name(text).expect("it gives itself its name");
            assert!(own.ends_with(&format!("{name}\"")), "{name}: {own}");
            let renamed = shipped_as(name, "mine").expect("it is shipped");
            let moved = |stem: &str| text.replace(&format!("configs/{name}.toml"), &format!("{stem}.toml"));
            assert_eq!(renamed, moved("mine").replacen(own, "name = \"mine\"", 1));
            assert_eq!(shipped_as(name, "My Scenario"), Some(moved("My Scenario")));
        }
        assert_eq!(shipped_as("other", "mine"), None);
    }
}
