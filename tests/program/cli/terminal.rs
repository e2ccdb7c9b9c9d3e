//! Nothing that comes from outside steers the terminal, and help fits the command.

use super::Place;

/// Sets the terminal's title; turns the text red; C1's form of it; writes backwards.
const HOSTILE: [&str; 4] = ["\u{1b}]0;pwned\u{7}", "\u{1b}[31m", "\u{9b}31m", "\u{202e}"];

/// Whether a terminal would obey something in the text.
fn steers(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && c != '\n' && c != '\t')
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    })
}

/// Runs a command with and without colours; nothing that it says may steer a terminal, and the text must be shown.
fn shown(place: &Place, arguments: &[&str], shown: &str) {
    for colours in [false, true] {
        let mut program = place.program();
        if colours {
            program.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1");
        }
        let seen = super::Seen::from(program.args(arguments).output().expect("the program starts"));
        let both = format!("{}{}", seen.stdout, seen.stderr);
        let both = if colours { without_weights(&both) } else { both };
        assert!(!steers(&both), "{arguments:?}: {both:?}");
        assert!(both.contains(shown), "{arguments:?}: no {shown:?} in {both}");
    }
}

/// The text without the styles that the program uses itself: bold, dim, underlined, and the end of a style; its colours come
/// after them or alone, with words of its own behind them.
fn without_weights(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        out.push_str(&rest[..at]);
        let style = &rest[at + 2..];
        let end = style.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap_or(style.len());
        assert!(style[end..].starts_with('m'), "{:?}", &rest[at..]);
        rest = &style[end + 1..];
    }
    out + rest
}

#[test]
fn names_of_files_and_folders_are_shown() {
    let place = Place::with_minimal();
    for hostile in HOSTILE {
        let escaped = match hostile {
            "\u{1b}]0;pwned\u{7}" => "\\x1b]0;pwned\\x07",
            "\u{1b}[31m" => "\\x1b[31m",
            "\u{9b}31m" => "\\u{9b}31m",
            _ => "\\u{202e}",
        };
        let missing = format!("{hostile}.toml");
        shown(&place, &["check", &missing], escaped);
        let named = format!("a{hostile}.toml");
        place.write(&named, include_str!("../../../configs/minimal.toml"));
        shown(&place, &["check", &named], escaped);
        place.write(&named, "name = \"x\"\nfoo = 1\n");
        shown(&place, &["check", &named], escaped);
        let out = format!("out{hostile}");
        shown(&place, &["run", "minimal.toml", "-n", "100", "--force", "-o", &out], escaped);
        shown(&place, &["check", "minimal.toml", "--set", &format!("{hostile}=1")], escaped);
        shown(&place, &["explain", hostile], escaped);
        shown(&place, &["check", "minimal.toml", &format!("--{hostile}")], escaped);
        shown(&place, &["init", &format!("no/{hostile}")], escaped);
        shown(&place, &["report", &missing], escaped);
    }
}

#[test]
fn a_folder_that_somebody_sends_is_shown_by_diff() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 100 -o mine -q").ends(0);
    place.run("run minimal.toml -n 200 -o sent -q").ends(0);
    let mut manifest = place.manifest("sent");
    manifest["build"]["version"] = serde_json::json!("0.1\u{1b}]0;pwned\u{7}\nfirst");
    place.write("sent/manifest.json", manifest.to_string());
    shown(&place, &["diff", "mine", "sent"], "0.1\\x1b]0;pwned\\x07\\nfirst");
}

#[test]
fn json_is_escaped_and_reads_back() {
    let place = Place::with_minimal();
    let out = "out\u{9b}31m\u{202e}";
    let seen = place.run_with(&["run", "minimal.toml", "-n", "100", "--json", "-q", "-o", out]).ends(0);
    assert!(!steers(&seen.stdout), "{:?}", seen.stdout);
    let object: serde_json::Value = serde_json::from_str(&seen.stdout).expect("JSON");
    assert_eq!(object["out"], out);
}

#[test]
fn addresses_that_are_none_of_the_web_are_text() {
    let place = Place::new();
    for (i, url) in ["https://a/\\u0001b", "javascript:alert(1)", "https://a/b c", "https://a/\\u202Eb"]
        .iter()
        .enumerate()
    {
        let text = include_str!("../../../configs/minimal.toml")
            .replace("volatility = 0.30", "volatility = { value = 0.30, source = \"s1\" }");
        place.write(
            "url.toml",
            format!("{text}\n[[source]]\nkey = \"s1\"\ntitle = \"Title\"\nurl = \"{url}\"\n"),
        );
        place.run(&format!("run url.toml -n 100 -o out-{i} -q")).ends(0);
        let page = place.read(&format!("out-{i}/report.html"));
        assert!(
            page.contains("Title")
                && !page.contains("href=\"https://a")
                && !page.contains("href=\"javascript")
        );
        let workbook = std::fs::read(place.at(&format!("out-{i}/results.xlsx"))).expect("a workbook");
        // Names of parts are not compressed: a sheet with a link has a part with its target.
        let relations = b"xl/worksheets/_rels/";
        let parts = workbook.windows(relations.len()).filter(|part| part == relations).count();
        let plain = parts_with_a_sound_address(&place);
        assert!(parts < plain, "{url}: {parts} parts with links, {plain} with a sound address");
    }
}

/// Parts with relations in the workbook of the same scenario with an address that is a link.
fn parts_with_a_sound_address(place: &Place) -> usize {
    let text = place.read("url.toml");
    let before = text.find("url = ").expect("an address");
    place.write("sound.toml", format!("{}url = \"https://example.org\"\n", &text[..before]));
    place.run("run sound.toml -n 100 -o sound -q --force").ends(0);
    let workbook = std::fs::read(place.at("sound/results.xlsx")).expect("a workbook");
    let relations = b"xl/worksheets/_rels/";
    workbook.windows(relations.len()).filter(|part| part == relations).count()
}

#[test]
fn help_proposes_only_options_that_the_command_has() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 100 -o busy -q").ends(0);
    let folder = std::fs::File::open(place.at("busy")).expect("a folder");
    folder.lock().expect("a lock");
    for command in ["resume busy", "verify busy", "extend busy -n +100"] {
        let seen = place.run(command).ends(6).says("[S805]");
        assert!(!seen.stderr.contains("-o"), "{command}: {}", seen.stderr);
        seen.says("wait until it has ended");
    }
    for command in ["run minimal.toml -n 200 -o busy", "report busy"] {
        place.run(command).ends(6).says("or name another folder with -o");
    }
}

#[test]
fn extend_is_not_proposed_for_a_part() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 20000 --shard 1/2 -o part -q").ends(0);
    let seen = place.run("resume part").ends(0).says("capstake merge PART");
    assert!(!seen.stderr.contains("extend"), "{}", seen.stderr);
}

#[test]
fn commands_to_copy_have_quotes_where_names_have_blanks() {
    let place = Place::new();
    place.write("my case.toml", include_str!("../../../configs/minimal.toml"));
    let seen = place.run_with(&["check", "my case.toml"]).ends(0);
    seen.prints("capstake run 'my case.toml'");
    place
        .run_with(&["run", "my case.toml", "-n", "100", "--full"])
        .ends(0)
        .says("capstake check 'my case.toml'");
}

/// Commands in a text, each as its name and its options: `run`, [`-n`, `--set`].
fn commands_in(text: &str) -> Vec<(String, Vec<String>)> {
    let text = text.replace("\\\n", " ");
    let mut found = Vec::new();
    for line in text.lines() {
        for (at, _) in line.match_indices("capstake ") {
            // What follows two blanks, a bar, a bracket or a quote is no part of the command.
            let rest = &line[at + "capstake ".len()..];
            let end = ["  ", " | ", "`", "&&", " > "].iter().filter_map(|end| rest.find(end)).min();
            let mut words = rest[..end.unwrap_or(rest.len())].split_whitespace();
            let Some(name) = words.next().filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase()))
            else {
                continue;
            };
            let options = words.filter(|word| word.starts_with('-') && word.len() > 1).map(|word| {
                word.split('=').next().unwrap_or(word).trim_end_matches([',', ';', '.', ')']).to_owned()
            });
            found.push((name.to_owned(), options.collect()));
        }
    }
    found
}

#[test]
fn every_command_in_help_and_explanations_has_its_options() {
    let place = Place::new();
    let names = [
        "run",
        "compare",
        "sweep",
        "sensitivity",
        "ipo",
        "solve",
        "resume",
        "extend",
        "merge",
        "replay",
        "verify",
        "diff",
        "report",
        "check",
        "explain",
        "init",
        "schema",
        "completions",
        "man",
    ];
    let help: Vec<(&str, String)> =
        names.iter().map(|name| (*name, place.run(&format!("{name} --help")).ends(0).stdout)).collect();
    let mut texts: Vec<String> = help.iter().map(|(_, text)| text.clone()).collect();
    texts.push(place.run("--help").ends(0).stdout);
    texts.extend(capstake::config::Code::all().iter().map(|code| code.explain().to_owned()));
    let mut seen = 0;
    for (name, options) in texts.iter().flat_map(|text| commands_in(text)) {
        let Some((_, own)) = help.iter().find(|(other, _)| *other == name) else { continue };
        for option in options {
            seen += 1;
            let has = own.lines().any(|line| {
                let words = line.trim_start();
                words.starts_with('-') && words.split([' ', ',']).any(|word| word == option)
            });
            assert!(has, "`capstake {name}` has no {option}");
        }
    }
    assert!(seen > 40, "{seen} options");
}
