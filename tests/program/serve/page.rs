//! The live page in a headless Chromium: from the printed address to a pinned what-if.

use super::client::Live;
use super::place;
use crate::page::browser::{DESKTOP, PHONE, keep, started};
use crate::page::chromium::{Chromium, Screen};
use std::time::{Duration, Instant};

/// Waits until the page says a state.
fn wait(chromium: &mut Chromium, state: &str) {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let now = chromium.value("document.documentElement.dataset.state || ''");
        if now == state {
            return;
        }
        assert!(Instant::now() < until, "{now}, not {state}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn text(chromium: &mut Chromium, selector: &str) -> String {
    let shown = chromium.value(&format!("document.querySelector('{selector}').textContent"));
    shown.as_str().unwrap_or_else(|| panic!("{selector}: {shown}")).to_owned()
}

/// Types a value into the field with a name.
fn type_into(chromium: &mut Chromium, field: &str, value: &str) {
    chromium.value(&format!(
        "(() => {{ const f = document.querySelector('[aria-label=\"{field}, exactly\"]'); f.value = '{value}'; \
         document.documentElement.dataset.state = 'typed'; f.dispatchEvent(new Event('input', {{ bubbles: true }})) }})()"
    ));
}

/// Complaints that are not requests to the server itself.
fn complaints(chromium: &mut Chromium, live: &Live) -> Vec<String> {
    let own = format!("http://127.0.0.1:{}/", live.port);
    chromium.complaints().into_iter().filter(|text| !text.contains(&own)).collect()
}

#[test]
fn the_live_page_answers_from_the_address_to_a_pinned_what_if() {
    let Some(mut chromium) =
        started("serve::page::the_live_page_answers_from_the_address_to_a_pinned_what_if")
    else {
        return;
    };
    let place = place();
    let live = Live::start(&place, &["base.toml"]);
    chromium.look_through(DESKTOP);
    // Without the token there is nothing to see.
    chromium.open_address(&format!("http://127.0.0.1:{}/", live.port));
    wait(&mut chromium, "unknown");
    assert!(text(&mut chromium, "#trouble").contains("open the address that capstake serve printed"));
    assert_eq!(chromium.value("document.querySelectorAll('.number-row').length"), 0);

    chromium.open_address("about:blank");
    chromium.open_address(&live.address(""));
    wait(&mut chromium, "settled");
    // The token is gone from the address, and no script can read the cookie.
    assert_eq!(chromium.value("location.hash + document.cookie"), "");
    let said = text(&mut chromium, ".said");
    assert!(
        said.starts_with("As in the scenario, Microsoft’s take is worth about $206 bn under amended-2026"),
        "{said}"
    );
    assert!(!said.contains("just as much"), "the scenario is not compared with itself: {said}");
    assert!(text(&mut chromium, "#settled").contains("131,072 futures · seed 1"));
    assert!(chromium.value("document.querySelectorAll('.number-row').length").as_u64() > Some(150));

    // A change, by its field.
    type_into(&mut chromium, "deal.amended-2026.cap_usd_bn fixed", "60");
    wait(&mut chromium, "settled");
    let said = text(&mut chromium, ".said");
    assert!(
        said.starts_with("With the cap of amended-2026 at $60 bn, ")
            && said.contains(" bn more than in the scenario."),
        "{said}"
    );
    assert_eq!(chromium.value("location.search"), "?set=deal.amended-2026.cap_usd_bn%3D60");
    assert_eq!(chromium.value("document.querySelectorAll('.is-changed').length"), 1);
    let command = text(&mut chromium, ".command code");
    assert_eq!(command, "capstake run base.toml --set deal.amended-2026.cap_usd_bn=60 -n 131072 -s 1");
    // The table says what a run says.
    place
        .run("run base.toml --set deal.amended-2026.cap_usd_bn=60 -n 131072 --formats csv -q -o run")
        .ends(0);
    let table = place.read("run/summary.csv");
    let row = table.lines().find(|line| line.starts_with("amended-2026,share_pv,")).expect("a row");
    let number = |at: usize| -> f64 { row.split(',').nth(at).expect("a cell").parse().expect("a number") };
    let written = capstake_output::page::wording::measure("usd_bn").estimate(number(3), number(4));
    let shown = chromium.value(
        "[...document.querySelectorAll('.setting tbody tr')].find(r => r.querySelector('th').textContent === 'Revenue \
         share').querySelector('td').textContent",
    );
    assert_eq!(shown, written);

    // Pinned, and compared with another.
    chromium.value("document.querySelector('#pin').click()");
    type_into(&mut chromium, "deal.amended-2026.rate value", "0.25");
    wait(&mut chromium, "settled");
    chromium.value("document.querySelector('#pin').click()");
    assert_eq!(chromium.value("document.querySelectorAll('#pins li').length"), 2);
    let pinned = text(&mut chromium, "#pins li");
    assert!(
        pinned.starts_with("Cap of amended-2026 at $60 bn")
            && pinned.contains("±")
            && pinned.contains("131,072 futures"),
        "{pinned}"
    );
    // The waterfall of the clauses follows.
    let until = Instant::now() + Duration::from_secs(60);
    while chromium.value("document.querySelectorAll('#bridge tbody tr').length").as_u64() < Some(5) {
        assert!(Instant::now() < until, "the bridge");
        std::thread::sleep(Duration::from_millis(50));
    }

    // A value that cannot be is refused at its field; the former answer stays.
    type_into(&mut chromium, "deal.amended-2026.rate value", "2");
    wait(&mut chromium, "refused");
    let at_field = chromium.value(
        "(() => { const f = document.querySelector('[aria-label=\"deal.amended-2026.rate value, exactly\"]'); const p = \
         f.closest('.number-row').querySelector('.problem'); return p.hidden ? '' : p.textContent })()",
    );
    assert!(
        at_field.as_str().is_some_and(|text| text.contains("`deal.amended-2026.rate` must be 0 to 1")),
        "{at_field}"
    );
    assert!(
        text(&mut chromium, "#trouble").contains("`deal.amended-2026.rate` must be 0 to 1"),
        "and where all see it"
    );
    // The state is the address: the page comes again.
    chromium.value("document.querySelector('#reset').click()");
    wait(&mut chromium, "settled");
    type_into(&mut chromium, "deal.amended-2026.cap_usd_bn fixed", "50");
    wait(&mut chromium, "settled");
    let address = chromium.value("location.href");
    chromium.open_address(address.as_str().expect("an address"));
    wait(&mut chromium, "settled");
    assert!(text(&mut chromium, ".said").starts_with("With the cap of amended-2026 at $50 bn, "));
    // A refused setting is told also where there is no answer yet, with the way to its field.
    chromium.open_address("about:blank");
    chromium.open_address(&live.address("?set=discount.share%3D-3"));
    wait(&mut chromium, "refused");
    let settled = text(&mut chromium, "#settled");
    assert_eq!(settled, "This setting is refused: change it, or go back to the scenario.");
    chromium.value("document.querySelector('#trouble button').click()");
    let focused =
        chromium.value("document.activeElement.closest('.number-row').querySelector('code').textContent");
    assert_eq!(focused, "discount.share");
    chromium.value("document.querySelector('#reset').click()");
    wait(&mut chromium, "settled");
    assert!(text(&mut chromium, ".said").starts_with("As in the scenario, "));
    // A date is typed, a word chosen, a flag ticked.
    let put = |key: &str, how: &str| {
        format!(
            "(() => {{ const f = document.querySelector('[aria-label=\"{key}\"]'); {how}; document.documentElement.dataset.state = \
             'typed'; f.dispatchEvent(new Event('change', {{ bubbles: true }})) }})()"
        )
    };
    chromium.value(&put("timeline.horizon", "f.value = '2034-12-31'"));
    wait(&mut chromium, "settled");
    chromium.value(&put("timeline.period", "f.value = 'year'"));
    wait(&mut chromium, "settled");
    let said = text(&mut chromium, ".said");
    assert!(said.starts_with("With timeline horizon at 2034-12-31 and timeline period at year, "), "{said}");
    let command = text(&mut chromium, ".command code");
    assert!(
        command.contains("--set timeline.horizon=2034-12-31 --set 'timeline.period=\"year\"'"),
        "{command}"
    );
    // What is saved while the page answers waits for the answer, and does not end it.
    chromium.value(&put("timeline.horizon", "f.value = '2033-12-31'"));
    chromium.value("document.querySelector('#save-report').click()");
    wait(&mut chromium, "settled");
    let until = Instant::now() + Duration::from_secs(60);
    while chromium.value("document.documentElement.dataset.saved || ''") != "base-report.html" {
        assert!(Instant::now() < until, "the report");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(text(&mut chromium, "#trouble"), "");
    assert!(text(&mut chromium, "#settled").contains("131,072 futures · seed 1"));
    chromium.value(&put("timeline.horizon", "f.value = '2020-12-31'"));
    wait(&mut chromium, "refused");
    let at_field = chromium.value(
        "(() => { const p = document.querySelector('[aria-label=\"timeline.horizon\"]').closest('.number-row').querySelector('.problem'); \
         return p.hidden ? '' : p.textContent })()",
    );
    assert!(at_field.as_str().is_some_and(|text| text.contains("horizon")), "{at_field}");
    chromium.value("document.querySelector('#reset').click()");
    wait(&mut chromium, "settled");
    // Search.
    chromium.value("(() => { const s = document.querySelector('#search'); s.value = 'growth_now'; s.dispatchEvent(new Event('input')) })()");
    let found = chromium
        .value("[...document.querySelectorAll('.number-row')].filter(r => !r.hidden).length")
        .as_u64();
    assert!(found > Some(0) && found < Some(20), "{found:?}");
    chromium.value("(() => { const s = document.querySelector('#search'); s.value = ''; s.dispatchEvent(new Event('input')) })()");
    assert_eq!(complaints(&mut chromium, &live), Vec::<String>::new());

    let narrow = Screen { width: 1300, ..DESKTOP };
    for (screen, colours) in [(DESKTOP, "light"), (narrow, "dark"), (PHONE, "light"), (PHONE, "dark")] {
        chromium.look_through(Screen { colours, ..screen });
        // Only the fragment would change otherwise, which loads nothing.
        chromium.open_address("about:blank");
        chromium.open_address(&live.address("?set=deal.amended-2026.cap_usd_bn%3D60"));
        wait(&mut chromium, "settled");
        // The bridge comes last. A phone shows a wide page smaller, so its width is the screen's only if nothing is too wide.
        let until = Instant::now() + Duration::from_secs(60);
        while chromium.value("document.querySelectorAll('#bridge tbody tr').length").as_u64() < Some(5) {
            assert!(Instant::now() < until, "the bridge");
            std::thread::sleep(Duration::from_millis(50));
        }
        let wide = chromium.value("[innerWidth, document.documentElement.scrollWidth <= innerWidth]");
        assert_eq!(wide, serde_json::json!([screen.width, true]), "{colours}");
        if screen.width != PHONE.width {
            let table = "(scroll => scroll.scrollWidth <= scroll.clientWidth)(document.querySelector('.setting').parentElement)";
            assert_eq!(chromium.value(table), true, "the column of differences is in sight");
        }
        if screen.width == PHONE.width {
            // The answer stays in sight at the foot, and the assumptions are a press away.
            let brief = text(&mut chromium, "#brief span");
            assert!(brief.starts_with("Microsoft’s take $") && brief.contains("(+$"), "{brief}");
            chromium.value("document.querySelectorAll('#brief button')[1].click()");
            let at = chromium.value(
                "new Promise(done => setTimeout(() => done(Math.round(document.querySelector('#assumptions').getBoundingClientRect().top)), 900))",
            );
            assert!(at.as_f64().is_some_and(|top| (0.0..200.0).contains(&top)), "{at}");
            chromium.value("scrollTo({ top: 0, behavior: 'instant' })");
        }
        chromium.value("document.querySelector('#pin').click()");
        keep(&mut chromium, &format!("live-{}-{colours}", screen.width));
        let first = chromium.value("document.documentElement.dataset.first");
        let settled = chromium.value("document.documentElement.dataset.settled");
        println!("{} {colours}: first answer after {first} ms, settled after {settled} ms", screen.width);
    }
}
