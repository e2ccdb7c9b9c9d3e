//! The page in a headless Chromium: no errors or network requests, drawings, switches, keys, phones, paper.

use super::chromium::{Chromium, PACKAGE, Screen, from_base64};
use super::{results, written};
use crate::cli::study_files::{STUDIES, with_all_studies};
use crate::{scenario, skip};
use capstake_output::page::page;
use std::path::PathBuf;
use std::process::Command;

pub(crate) const DESKTOP: Screen = Screen { width: 1440, height: 900, colours: "light" };
pub(crate) const PHONE: Screen = Screen { width: 390, height: 844, colours: "light" };

/// A browser; `None`, with a note, if there is none.
pub(crate) fn started(test: &str) -> Option<Chromium> {
    let chromium = Chromium::start();
    if chromium.is_none() {
        let install = format!("Debian: apt-get install {PACKAGE}");
        skip::program_is_missing(&format!("page::browser::{test}"), "Chromium", &install);
    }
    chromium
}

/// A browser with the page of a scenario open, and the page's folder; `None`, with a note, if there is no
/// browser.
fn opened(test: &str, name: &str) -> Option<(Chromium, tempfile::TempDir, PathBuf)> {
    let mut chromium = started(test)?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("report.html");
    let model = if name == "frozen-base" { scenario::frozen_base() } else { scenario::shipped(name) };
    let page = page(&results(&model, 4_096));
    std::fs::write(&file, written(&page)).expect("a file");
    chromium.look_through(DESKTOP);
    chromium.open(&file);
    Some((chromium, folder, file))
}

/// Saves screenshots if CAPSTAKE_PICTURES=FOLDER is set.
pub(crate) fn keep(chromium: &mut Chromium, name: &str) {
    let png = from_base64(&chromium.picture());
    assert!(png.starts_with(b"\x89PNG") && png.len() > 10_000, "{name}: {} bytes", png.len());
    if let Some(folder) = std::env::var_os("CAPSTAKE_PICTURES") {
        std::fs::write(PathBuf::from(folder).join(format!("{name}.png")), png).expect("a picture");
    }
}

/// Visible drawings without content, or whose content has no size.
const EMPTY_DRAWINGS: &str = "[...document.querySelectorAll('.figure')].filter(f => \
 f.getClientRects().length).filter(f => {
    const svg = [...f.querySelectorAll('svg')].filter(s => s.getClientRects().length);
    if (svg.length !== 1) return true;
    const marks = [...svg[0].querySelectorAll('.area,.band,.line,.bar,.shade')].map(m => m.getBBox());
    const box = svg[0].viewBox.baseVal;
    const inside = m => m.x >= -1 && m.y >= -1 && m.x + m.width <= box.width + 1 && m.y + m.height <= box.height + 1;
    const widest = Math.max(...marks.map(m => m.width)), tallest = Math.max(...marks.map(m => m.height));
    return !marks.every(inside) || widest < 20 || tallest < 20;
}).map(f => f.id)";

#[test]
fn every_drawing_is_drawn_and_nothing_is_asked_of_a_network() {
    for name in ["base", "minimal", "schwartz-moon-2000"] {
        let Some((mut chromium, _folder, file)) =
            opened("every_drawing_is_drawn_and_nothing_is_asked_of_a_network", name)
        else {
            return;
        };
        for screen in [DESKTOP, PHONE] {
            for colours in ["light", "dark"] {
                // One scenario is seen in all four ways, the others on a light desktop and a dark phone.
                if name != "base" && (screen == DESKTOP) != (colours == "light") {
                    continue;
                }
                chromium.look_through(Screen { colours, ..screen });
                chromium.open(&file);
                let seen = format!("{name} {} {colours}", screen.width);
                assert_eq!(chromium.value("document.documentElement.dataset.ready"), "yes", "{seen}");
                assert_eq!(chromium.value(EMPTY_DRAWINGS), serde_json::json!([]), "{seen}");
                let shown =
                    "[...document.querySelectorAll('.figure')].filter(f => f.getClientRects().length).length";
                let least = if name == "base" { 10 } else { 3 };
                assert!(chromium.value(shown).as_u64() >= Some(least), "{seen}");
                // No sideways scrolling, down to small phones.
                let wide = chromium.value("document.documentElement.scrollWidth - innerWidth");
                assert_eq!(wide, 0, "{seen}");
                let paper = chromium.value("getComputedStyle(document.body).backgroundColor");
                assert_eq!(
                    paper,
                    if colours == "light" { "rgb(255, 255, 255)" } else { "rgb(15, 19, 23)" },
                    "{seen}"
                );
                // The table of years does scroll there, within its frame, and the names of the series stay in sight.
                if screen == PHONE && name == "base" {
                    chromium.value("document.querySelector('.across').parentElement.scrollLeft = 200");
                    let moved = "(() => { const t = document.querySelector('.across'); return [t.parentElement.scrollLeft, \
                                 Math.round(t.querySelector('tbody th').getBoundingClientRect().left - \
                                 t.parentElement.getBoundingClientRect().left)]; })()";
                    assert_eq!(chromium.value(moved), serde_json::json!([200, 0]), "{seen}");
                }
                keep(&mut chromium, &format!("{name}-{}-{colours}", screen.width));
                assert_eq!(chromium.complaints(), Vec::<String>::new(), "{seen}");
            }
        }
        // Had there been a complaint, it would have been heard; and a request is refused.
        let refused = "fetch('https://example.org/').then(() => 'sent', () => 'refused')";
        assert_eq!(chromium.value(refused), "refused");
        assert!(
            chromium.complaints().iter().any(|c| c.contains("example.org")),
            "{:?}",
            chromium.complaints()
        );
        // And an empty drawing would have been seen.
        chromium.value("document.querySelectorAll('.figure .line, .figure .area').forEach(m => m.remove())");
        assert_ne!(chromium.value(EMPTY_DRAWINGS), serde_json::json!([]));
    }
}

#[test]
fn pages_of_studies_are_drawn_and_ask_nothing_of_a_network() {
    let test = "pages_of_studies_are_drawn_and_ask_nothing_of_a_network";
    let Some(mut chromium) = started(test) else { return };
    let place = with_all_studies();
    for (folder, _) in STUDIES {
        let file = place.at(folder).join("report.html");
        for (screen, colours) in [(DESKTOP, "light"), (PHONE, "dark")] {
            chromium.look_through(Screen { colours, ..screen });
            chromium.open(&file);
            let seen = format!("{folder} {} {colours}", screen.width);
            assert_eq!(chromium.value("document.documentElement.dataset.ready"), "yes", "{seen}");
            assert_eq!(chromium.value(EMPTY_DRAWINGS), serde_json::json!([]), "{seen}");
            let charts = "document.querySelectorAll('.figure').length";
            assert!(chromium.value(charts).as_u64() >= Some(1), "{seen}");
            let tables = "document.querySelectorAll('#tables table tbody tr').length";
            assert!(chromium.value(tables).as_u64() >= Some(1), "{seen}");
            let wide = chromium.value("document.documentElement.scrollWidth - innerWidth");
            assert_eq!(wide, 0, "{seen}");
            keep(&mut chromium, &format!("{folder}-{}-{colours}", screen.width));
            assert_eq!(chromium.complaints(), Vec::<String>::new(), "{seen}");
        }
    }
    // Values are read off a curve by keys, as on the page of a run.
    chromium.look_through(DESKTOP);
    chromium.open(&place.at("swept/report.html"));
    chromium.value("document.querySelector('#chart-1 .plot').focus()");
    chromium.press("ArrowRight");
    let tip = chromium.value("document.querySelector('#chart-1 .tip').innerText");
    assert!(
        tip.as_str()
            .is_some_and(|text| text.starts_with("deal amended-2026 cap $20 bn") && text.contains("±")),
        "{tip}"
    );
    // And an empty drawing would have been seen.
    chromium.value("document.querySelectorAll('.figure .line, .figure .band').forEach(m => m.remove())");
    assert_ne!(chromium.value(EMPTY_DRAWINGS), serde_json::json!([]));
}

#[test]
fn switches_change_what_is_shown() {
    let Some((mut chromium, _folder, _)) = opened("switches_change_what_is_shown", "base") else { return };
    let shown = |selector: &str| {
        format!(
            "[...document.querySelectorAll('{selector}')].filter(e => e.getClientRects().length).map(e => \
             e.textContent).join('|')"
        )
    };
    let headline = shown(".headline");
    let first = chromium.value(&headline);
    assert!(
        first.as_str().is_some_and(
            |text| text.contains("under amended-2026 (nine futures in ten: ") && !text.contains('|')
        ),
        "{first}"
    );
    let cards = chromium.value(&shown(".cards"));
    let titles = chromium.value(&shown(".figure h3"));
    chromium.value("document.querySelector('input[name=deal][value=\"1\"]').click()");
    let second = chromium.value(&headline);
    assert!(
        second.as_str().is_some_and(|text| text.contains("under prior-2025 (nine futures in ten: ")),
        "{second}"
    );
    let numbers =
        |text: &serde_json::Value| text.as_str().map(|t| t.replace(|c: char| !c.is_ascii_digit(), ""));
    assert_ne!(numbers(&first), numbers(&second));
    assert_ne!(cards, chromium.value(&shown(".cards")));
    let titles_then = chromium.value(&shown(".figure h3"));
    assert!(
        titles_then != titles && titles_then.as_str().is_some_and(|t| t.contains("revenue, prior-2025")),
        "{titles_then}"
    );
    assert_eq!(chromium.value(EMPTY_DRAWINGS), serde_json::json!([]));

    // Another series; one that the deal lacks.
    let choose = |name: &str| {
        format!(
            "(() => {{ const s = document.querySelector('.chosen select'); s.value = [...s.options].find(o => \
             o.text === '{name}').value; \
             s.dispatchEvent(new Event('change')); return '' }})()"
        )
    };
    let chosen = shown(".chosen .figure h3");
    chromium.value(&choose("Cash"));
    assert_eq!(chromium.value(&chosen), "Cash, prior-2025");
    chromium.value(&choose("What the cap still allows"));
    assert_eq!(chromium.value(&chosen), "");
    assert_eq!(chromium.value(&shown(".missing")), "This deal has no such series.");
    chromium.value(&choose("Equity value"));
    assert_eq!(chromium.value(&chosen), "Equity value, prior-2025");

    // A logarithmic axis.
    let drawing = "(() => { const f = [...document.querySelectorAll('.chosen .figure')].find(f => \
     f.getClientRects().length); \
                   return [...f.querySelectorAll('svg')].find(s => s.getClientRects().length).innerHTML })()";
    let linear = chromium.value(drawing);
    chromium.value(
        "[...document.querySelectorAll('.chosen .tools button')].find(b => b.getClientRects().length \
     && b.textContent === 'Log axis').click()",
    );
    assert_ne!(chromium.value(drawing), linear);

    // Colours by hand.
    chromium.value("document.querySelector('.theme').click()");
    assert_eq!(chromium.value("getComputedStyle(document.body).backgroundColor"), "rgb(15, 19, 23)");
    assert_eq!(chromium.value("document.querySelector('.theme').getAttribute('aria-pressed')"), "true");

    // Assumptions without a source.
    let rows =
        "[...document.querySelectorAll('.inputs tbody tr')].filter(r => r.getClientRects().length).length";
    let all = chromium.value(rows).as_u64();
    chromium.value("document.querySelector('.filter [type=checkbox]').click()");
    let judged = chromium.value(rows).as_u64();
    assert!(judged < all && judged > Some(0), "{judged:?} of {all:?}");
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

#[test]
fn values_are_read_by_pointer_and_by_keys() {
    let Some((mut chromium, _folder, _)) = opened("values_are_read_by_pointer_and_by_keys", "frozen-base")
    else {
        return;
    };
    let place = chromium.value(
        "(() => { const p = document.querySelector('#take .plot'); p.scrollIntoView({block: 'center', behavior: \
         'instant'}); \
         const b = p.getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 3] })()",
    );
    chromium.point(place[0].as_f64().expect("x"), place[1].as_f64().expect("y"));
    let tip =
        "(() => { const t = document.querySelector('#take .tip'); return t.hidden ? '' : t.innerText })()";
    let told = chromium.value(tip);
    let told = told.as_str().expect("a text").to_owned();
    assert!(told.starts_with("Less than $") && told.contains("amended-2026") && told.contains('%'), "{told}");
    let is_in_table = "(() => { const d = document.querySelector('#take .tip dd').textContent; \
                       return [...document.querySelectorAll('#take .numbers td')].some(c => c.textContent === d) \
                       })()";
    assert_eq!(chromium.value(is_in_table), true);

    chromium.point(1.0, 1.0);
    assert_eq!(chromium.value(tip), "");
    chromium.value("document.querySelector('#ipo .plot').focus()");
    let tip = tip.replace("#take", "#ipo");
    chromium.press("ArrowRight");
    let first = chromium.value(&tip);
    chromium.press("ArrowRight");
    let second = chromium.value(&tip);
    chromium.press("End");
    let last = chromium.value(&tip);
    let begins =
        |value: &serde_json::Value, words: &str| value.as_str().is_some_and(|text| text.starts_with(words));
    assert!(
        begins(&first, "Listed by the end of Q3 2026") && begins(&second, "Listed by the end of Q4 2026"),
        "{first} {second}"
    );
    assert!(begins(&last, "Listed by the end of Q4 2035"), "{last}");
    chromium.press("Escape");
    assert_eq!(chromium.value(&tip), "");

    // The data of a figure, as it is saved.
    chromium.value(
        "window.saved = null; URL.createObjectURL = blob => { blob.text().then(t => { window.saved = t }); return \
         'data:,' }; \
         HTMLAnchorElement.prototype.click = function () { window.savedAs = this.download }; \
         document.querySelector('#ipo [aria-label^=Download]').click()",
    );
    let saved =
        chromium.value("new Promise(done => setTimeout(() => done([window.savedAs, window.saved]), 50))");
    assert_eq!(saved[0], "ipo.csv");
    let saved = saved[1].as_str().expect("CSV");
    assert!(
        saved.starts_with("deal,event,date,probability,std_error\namended-2026,listed,2026-09-30,0,0\n"),
        "{}",
        &saved[..90]
    );
    assert_eq!(saved.lines().count(), 1 + 4 * 38);
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

#[test]
fn everything_is_there_with_scripts_off() {
    let Some((mut chromium, _folder, file)) = opened("everything_is_there_with_scripts_off", "base") else {
        return;
    };
    chromium.ask("Emulation.setScriptExecutionDisabled", serde_json::json!({"value": true}));
    chromium.open(&file);
    assert_eq!(chromium.value("document.documentElement.dataset.ready"), serde_json::Value::Null);
    assert_eq!(chromium.value(EMPTY_DRAWINGS), serde_json::json!([]));
    let shown = "[...document.querySelectorAll('.headline')].filter(e => e.getClientRects().length).length";
    assert_eq!(chromium.value(shown), 2, "both deals have their answer");
    let buttons = "[...document.querySelectorAll('button, select, input')].filter(e => \
     e.getClientRects().length).length";
    assert_eq!(chromium.value(buttons), 0, "nothing to press that would not answer");
}

/// Titles of charts whose caption is printed on another page than the title.
fn cut(pdf: &[u8], charts: &[(String, String)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("page.pdf");
    std::fs::write(&file, pdf).expect("a file");
    let output = Command::new("pdftotext").args(["-raw"]).arg(&file).arg("-").output().expect("pdftotext");
    assert!(output.status.success());
    let dense = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let text = String::from_utf8(output.stdout).expect("text");
    let pages: Vec<String> = text.split('\u{c}').map(dense).collect();
    assert!(pages.len() > 3, "{} pages", pages.len());
    let (mut page, mut at) = (0, 0);
    let mut cut = Vec::new();
    for (title, caption) in charts {
        // Figures follow each other on paper as on the screen.
        loop {
            assert!(page < pages.len(), "`{title}` is on paper");
            match pages[page][at..].find(&dense(title)) {
                Some(found) => {
                    at += found;
                    break;
                }
                None => (page, at) = (page + 1, 0),
            }
        }
        match pages[page][at..].find(&dense(caption)) {
            Some(found) => at += found,
            None => cut.push(title.clone()),
        }
    }
    cut
}

#[test]
fn no_figure_is_cut_on_paper() {
    let Some((mut chromium, _folder, _)) = opened("no_figure_is_cut_on_paper", "base") else { return };
    let test = "page::browser::no_figure_is_cut_on_paper";
    if !skip::has_program(test, "pdftotext", "-v", "Debian: apt-get install poppler-utils") {
        return;
    }
    let charts = chromium.value(
        "[...document.querySelectorAll('.figure')].filter(f => f.getClientRects().length).map(f => \
         [f.querySelector('h3').textContent, f.querySelector('figcaption p').textContent])",
    );
    let charts: Vec<(String, String)> = serde_json::from_value(charts).expect("titles and captions");
    assert!(charts.len() >= 10, "{}", charts.len());
    assert_eq!(cut(&from_base64(&chromium.print()), &charts), Vec::<String>::new());
    // Where a caption goes to the next page, it is seen.
    chromium.value(
        "document.styleSheets[0].insertRule('@media print { .figure { break-inside: auto !important } \
         #take figcaption { break-before: page } }', document.styleSheets[0].cssRules.length)",
    );
    // Others may be cut where figures may be.
    assert!(cut(&from_base64(&chromium.print()), &charts).contains(&charts[0].0));
}
