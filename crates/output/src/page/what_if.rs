//! What if: sliders over nodes that were simulated with the run, and small tables of the same nodes.

use super::chart::Readings;
use super::section::{Block, Section};
use super::sliders::{Figure, Node, Own, Panel, Quantity, Slider};
use super::view::View;
use super::wording::{Measure, measure};
use capstake::job::identity::keys_of;
use capstake::model::PartyNames;
use capstake::report::command;
use capstake::report::digits::{Estimate, thousands};
use capstake::report::label;
use capstake::report::what_if::{self, WhatIfRow};

/// The section; `None` of a run without sliders.
pub fn what_if(view: &View) -> Option<Section> {
    let panel = panel(view)?;
    let words = format!(
        "Each setting was simulated on the first {} futures of this run. Between two settings the page interpolates and says so. A \
         combination that was not simulated is not estimated: the command below simulates any setting.",
        thousands(panel.paths)
    );
    Some(Section {
        id: "what-if",
        name: "What if",
        heading: "What if".to_owned(),
        blocks: vec![Block::Words(words), Block::WhatIf(Box::new(panel))],
    })
}

fn panel(view: &View) -> Option<Panel> {
    let rows = &view.results.tables.what_if;
    let facts = &view.results.facts;
    let mut sliders: Vec<Slider> = Vec::new();
    let mut quantities: Vec<Quantity> = Vec::new();
    for row in rows {
        if !row.key.is_empty() && row.second_key.is_empty() {
            match sliders.iter_mut().find(|slider| slider.key == row.key) {
                Some(slider) if slider.nodes.contains(&row.value) => {}
                Some(slider) => slider.nodes.push(row.value),
                None => sliders.push(slider(view, row)),
            }
        }
        if place(&quantities, row).is_none() {
            quantities.push(quantity(view, row));
        }
    }
    if sliders.is_empty() {
        return None;
    }
    sliders.iter_mut().for_each(|slider| slider.nodes.sort_by(f64::total_cmp));
    let at = |key: &str| sliders.iter().position(|slider| slider.key == key);
    let mut nodes = vec![Node { set: Vec::new(), figures: vec![None; quantities.len()] }];
    for row in rows {
        let pairs = [(&row.key, row.value), (&row.second_key, row.second_value)];
        let set: Vec<(usize, f64)> =
            pairs.into_iter().filter_map(|(key, value)| Some((at(key)?, value))).collect();
        if !nodes.iter().rev().any(|node| node.set == set) {
            nodes.push(Node { set: set.clone(), figures: vec![None; quantities.len()] });
        }
        let node = nodes.iter_mut().rev().find(|node| node.set == set).expect("it was added");
        let quantity = place(&quantities, row).expect("it was added");
        node.figures[quantity] =
            Some(Figure { row: row.clone(), counts: what_if::counts(row).unwrap_or_default() });
    }
    let sides = ["{partner’s} take", "{company’s} other holders keep", "{company} keeps revenue of"];
    let paths = rows.iter().map(|row| row.paths + row.undefined).max().unwrap_or_default();
    let mut panel = Panel {
        sliders,
        quantities,
        nodes,
        paths,
        command: command::again(facts),
        sides: sides.map(|side| view.tell(side)),
        tables: Vec::new(),
    };
    panel.tables = tables(&panel);
    Some(panel)
}

fn place(quantities: &[Quantity], row: &WhatIfRow) -> Option<usize> {
    quantities.iter().position(|known| known.deal == row.deal && known.metric == row.metric)
}

fn quantity(view: &View, row: &WhatIfRow) -> Quantity {
    let is_deal = !row.deal.contains(" - ");
    Quantity {
        deal: row.deal.clone(),
        metric: row.metric.clone(),
        label: view.metric_label(&row.metric),
        measure: measure(&row.unit),
        is_flag: is_deal && row.unit == "flag",
        ends: (!row.counts.is_empty()).then_some((row.low, row.high)),
    }
}

fn slider(view: &View, row: &WhatIfRow) -> Slider {
    let inputs = &view.results.tables.inputs;
    let input = inputs.iter().find(|input| input.key == row.key);
    // One parameter of a distribution is measured as the number itself.
    let parent = row.key.rsplit_once('.').and_then(|(key, _)| inputs.iter().find(|input| input.key == key));
    let written = || {
        let keys = keys_of(&view.results.facts.resolved)?;
        keys.into_iter().find(|(key, _)| *key == row.key)?.1.parse().ok()
    };
    let own = match input {
        Some(input) if input.std_dev == 0.0 => Own::Value(input.p50),
        Some(input) => Own::Median(input.p50),
        None => written().map_or(Own::Unset, Own::Value),
    };
    let phrase = phrase_of(&row.key, &view.results.facts.names);
    Slider {
        key: row.key.clone(),
        label: label::capital(phrase.strip_prefix("the ").unwrap_or(&phrase)),
        phrase,
        measure: measure(input.or(parent).map_or("", |input| &input.unit)),
        nodes: vec![row.value],
        own,
    }
}

/// A key within a sentence: `the cap of amended-2026`, or its plain label.
pub fn phrase_of(key: &str, names: &PartyNames) -> String {
    let label = label::of_key(key, names);
    let of_deal = || {
        let deal = key.strip_prefix("deal.")?.split('.').next()?;
        let term = label.strip_prefix("deal ")?.strip_prefix(deal)?.trim_start();
        (!term.is_empty()).then(|| format!("the {term} of {deal}"))
    };
    of_deal().unwrap_or_else(|| label.clone())
}

/// Rows and columns of the small table of a pair.
const SMALL: usize = 5;

/// The two sides of the first deal that moves, at every value of each slider, and the take at some values of each pair.
fn tables(panel: &Panel) -> Vec<Readings> {
    let alone = (0..panel.sliders.len()).filter_map(|slider| one_way(panel, slider));
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for node in &panel.nodes {
        if let [(a, _), (b, _)] = node.set[..]
            && !pairs.contains(&(a, b))
        {
            pairs.push((a, b));
        }
    }
    alone.chain(pairs.into_iter().filter_map(|pair| two_way(panel, pair))).collect()
}

/// The quantities of the first deal that a setting moves, of which there are histograms.
fn sides<'a>(panel: &'a Panel, node: &'a Node) -> Vec<(&'a Quantity, &'a Figure)> {
    let all = panel.quantities.iter().zip(&node.figures);
    let drawn: Vec<(&Quantity, &Figure)> = all
        .filter_map(|(quantity, figure)| Some((quantity, figure.as_ref()?)))
        .filter(|(quantity, _)| quantity.ends.is_some())
        .collect();
    let first = drawn.first().map(|(quantity, _)| quantity.deal.clone());
    drawn.into_iter().filter(|(quantity, _)| Some(&quantity.deal) == first.as_ref()).collect()
}

fn one_way(panel: &Panel, slider: usize) -> Option<Readings> {
    let Slider { label, measure, .. } = &panel.sliders[slider];
    let nodes: Vec<&Node> =
        panel.nodes.iter().filter(|node| matches!(node.set[..], [(own, _)] if own == slider)).collect();
    let shown = sides(panel, nodes.first()?);
    let deal = shown.first().map(|(quantity, _)| quantity.deal.clone())?;
    let mut columns = vec![label.clone()];
    for (quantity, _) in &shown {
        columns.push(quantity.label.clone());
        columns.push("Nine in ten".to_owned());
        columns.push("Less the scenario".to_owned());
    }
    let rows = nodes
        .iter()
        .map(|node| {
            let mut cells = vec![measure.value(node.set[0].1, 6)];
            for (quantity, Figure { row, .. }) in sides(panel, node) {
                cells.push(mean(&quantity.measure, row));
                cells.push(range(&quantity.measure, row.p05, row.p95));
                cells.push(difference(&quantity.measure, row));
            }
            cells
        })
        .collect();
    Some(Readings {
        title: format!("{label}: what each side has under {deal}"),
        columns,
        rows,
        main: Vec::new(),
    })
}

fn two_way(panel: &Panel, (a, b): (usize, usize)) -> Option<Readings> {
    let (down, across) = (&panel.sliders[a], &panel.sliders[b]);
    let some = |nodes: &[f64]| -> Vec<f64> {
        let count = nodes.len().min(SMALL);
        (0..count).map(|i| nodes[i * (nodes.len() - 1) / (count - 1).max(1)]).collect()
    };
    let at = |first: f64, second: f64| panel.nodes.iter().find(|node| node.set == [(a, first), (b, second)]);
    let (quantity, _) = sides(panel, at(down.nodes[0], across.nodes[0])?).into_iter().next()?;
    let columns = std::iter::once(down.label.clone())
        .chain(some(&across.nodes).into_iter().map(|value| across.measure.value(value, 6)))
        .collect();
    let cell = |first: f64, second: f64| {
        let node = at(first, second).map(|node| sides(panel, node));
        let figure = node.and_then(|sides| sides.into_iter().next());
        figure.map_or(String::new(), |(quantity, Figure { row, .. })| mean(&quantity.measure, row))
    };
    let rows = some(&down.nodes)
        .into_iter()
        .map(|first| {
            let cells = some(&across.nodes).into_iter().map(|second| cell(first, second));
            std::iter::once(down.measure.value(first, 6)).chain(cells).collect()
        })
        .collect();
    let title = format!("{} under {} by {} and {}", quantity.label, quantity.deal, down.label, across.label);
    Some(Readings { title, columns, rows, main: Vec::new() })
}

fn mean(measure: &Measure, row: &WhatIfRow) -> String {
    let estimate = Estimate::new(measure.factor * row.mean, measure.factor * row.std_error);
    measure.written(estimate.exact_if(row.exact == 1))
}

fn difference(measure: &Measure, row: &WhatIfRow) -> String {
    let estimate = Estimate::new(measure.factor * row.difference, measure.factor * row.difference_error);
    measure.written(estimate.exact_if(row.difference_exact == 1))
}

fn range(measure: &Measure, low: f64, high: f64) -> String {
    format!("{} to {}", measure.value(low, 3), measure.value(high, 3))
}
