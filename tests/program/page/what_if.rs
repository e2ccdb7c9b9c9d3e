//! The sliders of a page in a headless Chromium: what they say is what a sweep says, from a file and without a network.

use super::browser::{DESKTOP, PHONE, keep, started};
use super::chromium::{Chromium, Screen};
use super::elements;
use crate::cli::Place;

const CAP: &str = "deal.amended-2026.cap_usd_bn";
const RATE: &str = "deal.amended-2026.rate";

/// A run of base with three sliders, two of them terms of one deal.
fn place() -> Place {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    place
        .run(&format!(
            "run base.toml -n 20000 -q -o out --what-if {CAP}=0:80:21 --what-if {RATE}=0.1:0.3:5 --what-if \
             discount.share=0.06:0.14:5"
        ))
        .ends(0);
    place
}

/// Moves a slider as a person does.
fn move_to(chromium: &mut Chromium, slider: usize, value: f64) {
    chromium.value(&format!(
        "(() => {{ const r = document.querySelector('#what-if-{slider}'); r.value = {value}; \
         r.dispatchEvent(new Event('input', {{ bubbles: true }})) }})()"
    ));
}

fn text(chromium: &mut Chromium, selector: &str) -> String {
    let shown = chromium.value(&format!("document.querySelector('{selector}').textContent"));
    shown.as_str().unwrap_or_else(|| panic!("{selector}: {shown}")).to_owned()
}

/// A row of the table by its label: this setting, nine in ten, scenario, difference.
fn row(chromium: &mut Chromium, label: &str) -> Vec<String> {
    let cells = chromium.value(&format!(
        "[...[...document.querySelectorAll('.setting tbody tr')].find(r => r.querySelector('th').textContent === \
         '{label}').querySelectorAll('td')].map(c => c.textContent)"
    ));
    serde_json::from_value(cells).expect("cells")
}

/// What the program's own sweep says of a metric at a point, in the words of a page: mean and difference.
fn swept(place: &Place, vary: &str, metric: &str) -> [String; 2] {
    place
        .run(&format!(
            "sweep base.toml {vary} -n 20000 -q -o swept --force --formats csv --metric amended-2026.{metric}"
        ))
        .ends(0);
    let table = place.read("swept/sweep.csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let columns = reader.headers().expect("a header").clone();
    let last = reader.records().last().expect("a point").expect("a row");
    let number = |name: &str| -> f64 {
        let at = columns.iter().position(|column| column == name).expect("a column");
        last[at].parse().expect("a number")
    };
    let dollars = capstake_output::page::wording::measure("usd_bn");
    [
        dollars.estimate(number("mean"), number("std_error")),
        dollars.estimate(number("difference"), number("difference_std_error")),
    ]
}

#[test]
fn sliders_say_what_a_sweep_says() {
    let Some(mut chromium) = started("what_if::sliders_say_what_a_sweep_says") else { return };
    let place = place();
    chromium.look_through(DESKTOP);
    chromium.open(&place.at("out/report.html"));
    let setting = "document.querySelector('.what-if').dataset.setting";
    // As it opens: the scenario, which differs from itself by nothing.
    assert_eq!(chromium.value(setting), "computed");
    let said = text(&mut chromium, ".what-if .said");
    assert!(said.starts_with("As in the scenario, Microsoft’s take is worth about $206 bn under amended-2026 (nine futures in ten: $"), "{said}");
    assert_eq!(row(&mut chromium, "Revenue share")[3], "–");
    // A node of one slider.
    move_to(&mut chromium, 0, 60.0);
    assert_eq!(chromium.value(setting), "computed");
    for (label, metric) in [
        ("Microsoft’s take (share and stake)", "microsoft_take_pv"),
        ("Revenue share", "share_pv"),
        ("Today’s other holders keep", "openai_retained_pv"),
    ] {
        let [mean, difference] = swept(&place, &format!("--vary {CAP}=20,60"), metric);
        let cells = row(&mut chromium, label);
        assert_eq!((cells[0].as_str(), cells[3].as_str()), (mean.as_str(), difference.as_str()), "{label}");
    }
    let said = text(&mut chromium, ".what-if .said");
    assert!(
        said.starts_with("With the cap of amended-2026 at $60 bn, Microsoft’s take is worth about $"),
        "{said}"
    );
    assert!(said.contains(" bn more than in the scenario."), "{said}");
    assert_eq!(text(&mut chromium, ".between"), "");
    let command = text(&mut chromium, ".what-if .command code");
    assert_eq!(command, format!("capstake run base.toml -n 20000 -s 1 --set {CAP}=60"));
    // Between two nodes.
    move_to(&mut chromium, 0, 62.0);
    assert_eq!(chromium.value(setting), "interpolated");
    let between = text(&mut chromium, ".between");
    assert!(between.starts_with("Interpolated between $60 bn and $64 bn"), "{between}");
    // Two terms of a deal, at nodes of both.
    move_to(&mut chromium, 0, 60.0);
    move_to(&mut chromium, 1, 0.25);
    assert_eq!(chromium.value(setting), "computed");
    let [mean, difference] =
        swept(&place, &format!("--vary {CAP}=20,60 --vary {RATE}=0.1,0.25"), "microsoft_take_pv");
    let cells = row(&mut chromium, "Microsoft’s take (share and stake)");
    assert_eq!((cells[0].as_str(), cells[3].as_str()), (mean.as_str(), difference.as_str()));
    // What was not computed is not made up.
    move_to(&mut chromium, 2, 0.08);
    assert_eq!(chromium.value(setting), "not computed");
    let said = text(&mut chromium, ".what-if .said");
    assert!(said.contains("was not computed") && said.contains("do not add up"), "{said}");
    assert_eq!(chromium.value("document.querySelector('.setting').getClientRects().length"), 0);
    let command = text(&mut chromium, ".what-if .command code");
    assert!(
        command.ends_with(&format!(" --set {CAP}=60 --set {RATE}=0.25 --set discount.share=0.08")),
        "{command}"
    );
    // Back to the scenario, by the buttons.
    chromium.value("document.querySelectorAll('.slider button').forEach(b => b.click())");
    assert!(text(&mut chromium, ".what-if .said").starts_with("As in the scenario, "));
    // A slider that moves both deals follows the switch.
    move_to(&mut chromium, 2, 0.08);
    chromium.value("document.querySelector('input[name=deal][value=\"1\"]').click()");
    let said = text(&mut chromium, ".what-if .said");
    assert!(said.contains(" under prior-2025 ") && said.contains("discount share at 8% a year"), "{said}");
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

#[test]
fn sliders_go_by_keyboard_and_are_read_out() {
    let Some(mut chromium) = started("what_if::sliders_go_by_keyboard_and_are_read_out") else { return };
    let place = place();
    chromium.look_through(DESKTOP);
    chromium.open(&place.at("out/report.html"));
    chromium.value("document.querySelector('#what-if-0').focus()");
    let before = chromium.value("Number(document.querySelector('#what-if-0').value)");
    for _ in 0..2 {
        chromium.ask("Input.dispatchKeyEvent", serde_json::json!({"type": "keyDown", "key": "ArrowRight", "code": "ArrowRight", "windowsVirtualKeyCode": 39}));
        chromium.ask("Input.dispatchKeyEvent", serde_json::json!({"type": "keyUp", "key": "ArrowRight", "code": "ArrowRight", "windowsVirtualKeyCode": 39}));
    }
    assert_eq!(before, 38.0, "it begins at the median of the scenario");
    assert_eq!(chromium.value("Number(document.querySelector('#what-if-0').value)"), 40.0);
    let spoken = "document.querySelector('#what-if-0').getAttribute('aria-valuetext')";
    assert_eq!(chromium.value(spoken), "$40 bn");
    let live = chromium
        .value("document.querySelector('.what-if .said').closest('[aria-live]').getAttribute('aria-live')");
    assert_eq!(live, "polite");
    assert!(text(&mut chromium, ".what-if .said").starts_with("With the cap of amended-2026 at $40 bn, "));
    // Any value within the nodes can be typed, none beyond them.
    let typed = |value: &str| {
        format!(
            "(() => {{ const n = document.querySelector('.slider [type=number]'); n.value = '{value}'; \
             n.dispatchEvent(new Event('input', {{ bubbles: true }})); return document.querySelector('.what-if').dataset.setting }})()"
        )
    };
    assert_eq!(chromium.value(&typed("60")), "computed");
    assert_eq!(chromium.value(&typed("61.5")), "interpolated");
    assert_eq!(chromium.value(&typed("90")), "not computed");
    // Each slider is a group with a name, so that its value and its button are told apart from another's.
    let groups = "[...document.querySelectorAll('.slider[role=group]')].map(g => document.getElementById(g.getAttribute('aria-labelledby'))\
                  .textContent)";
    assert_eq!(
        chromium.value(groups),
        serde_json::json!(["Cap of amended-2026", "Rate of amended-2026", "Discount share"])
    );
    // Every control has a name.
    let nameless = "[...document.querySelectorAll('.what-if input, .what-if button')].filter(e => !(e.labels && e.labels.length) && \
                    !e.textContent).length";
    assert_eq!(chromium.value(nameless), 0);
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

#[test]
fn sliders_fit_phones_and_are_tables_without_scripts() {
    let Some(mut chromium) = started("what_if::sliders_fit_phones_and_are_tables_without_scripts") else {
        return;
    };
    let place = place();
    let file = place.at("out/report.html");
    let document = place.read("out/report.html");
    elements(&document);
    assert!(document.len() < 1_500_000, "{} bytes", document.len());
    for (screen, colours) in [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")] {
        chromium.look_through(Screen { colours, ..screen });
        chromium.open(&file);
        move_to(&mut chromium, 0, 62.0);
        let wide = chromium.value("document.documentElement.scrollWidth - innerWidth");
        assert_eq!(wide, 0, "{} {colours}", screen.width);
        // Both distributions are drawn within their frames.
        let drawn = "[...document.querySelectorAll('.drawn svg')].filter(s => { const b = s.querySelector('.area').getBBox(); return \
                     b.width > 200 && b.height > 50 && b.x >= 0 && b.y >= 0 && b.x + b.width <= s.viewBox.baseVal.width }).length";
        assert_eq!(chromium.value(drawn), 2, "{} {colours}", screen.width);
        chromium.value("document.querySelector('#what-if').scrollIntoView({ behavior: 'instant' })");
        keep(&mut chromium, &format!("what-if-{}-{colours}", screen.width));
        assert_eq!(chromium.complaints(), Vec::<String>::new());
    }
    chromium.ask("Emulation.setScriptExecutionDisabled", serde_json::json!({"value": true}));
    chromium.open(&file);
    let shown =
        "[...document.querySelectorAll('#what-if table')].filter(e => e.getClientRects().length).length";
    assert_eq!(chromium.value(shown), 4, "a table of each slider and of the pair");
    let controls = "[...document.querySelectorAll('#what-if input, #what-if button')].filter(e => e.getClientRects().length).length";
    assert_eq!(chromium.value(controls), 0);
    let rows = "document.querySelectorAll('#what-if .nodes table')[0].querySelectorAll('tbody tr').length";
    assert_eq!(chromium.value(rows), 21);
}

#[test]
fn the_setting_is_printed() {
    let Some(mut chromium) = started("what_if::the_setting_is_printed") else { return };
    let place = place();
    chromium.look_through(DESKTOP);
    chromium.open(&place.at("out/report.html"));
    move_to(&mut chromium, 0, 62.0);
    let shown = |selector: &str| {
        format!("[...document.querySelectorAll('{selector}')].filter(e => e.getClientRects().length).length")
    };
    let on_paper = [
        (".what-if .said", 1),
        (".what-if .between", 1),
        (".what-if .drawn svg", 2),
        (".what-if .command code", 1),
        (".what-if input", 0),
        (".what-if button", 0),
        ("#what-if .nodes table", 0),
    ];
    chromium.ask("Emulation.setEmulatedMedia", serde_json::json!({"media": "print"}));
    for (selector, count) in on_paper {
        assert_eq!(chromium.value(&shown(selector)), count, "{selector}");
    }
    assert!(chromium.value(&shown(".what-if .setting tbody tr")).as_u64() > Some(5));
    // Without scripts the tables are printed instead.
    chromium.ask("Emulation.setScriptExecutionDisabled", serde_json::json!({"value": true}));
    chromium.open(&place.at("out/report.html"));
    assert_eq!(chromium.value(&shown("#what-if .nodes table")), 4);
    assert_eq!(chromium.value(&shown(".what-if .said")), 0);
}
