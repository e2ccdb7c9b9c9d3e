//! How many numbers a scenario sets, and where they are from: one count, which every screen, page and workbook shows.

use super::digits::percent_in_passing;
use super::label;
use super::tables::{InputRow, OriginRow, SAME_AS, UNSOURCED};
use crate::model::PartyNames;
use crate::study::sensitivity::origins::Kind;

/// Where a number is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin<'a> {
    /// A source states it.
    Sourced,
    /// It was derived from the source with this key, which does not state it.
    InformedBy(&'a str),
    /// It is the same draw as another number, named here, and names no source of its own.
    SameAs(&'a str),
    /// It names none: a judgement of the author.
    Judgement,
}

impl Origin<'_> {
    /// Where an input is from.
    pub fn of(row: &InputRow) -> Origin<'_> {
        match row.distribution.strip_prefix(SAME_AS) {
            _ if row.source != UNSOURCED => Origin::Sourced,
            _ if !row.informed_by.is_empty() => Origin::InformedBy(&row.informed_by),
            Some(key) => Origin::SameAs(key),
            None => Origin::Judgement,
        }
    }
}

/// The count in a sentence: `183 numbers, 59 of them uncertain; 45 have a source, 12 are derived from one, 121 are judgements, 5
/// share another number's draw`.
pub fn in_words(rows: &[InputRow]) -> String {
    let uncertain = rows
        .iter()
        .filter(|row| row.distribution != "constant" && !row.distribution.starts_with(SAME_AS))
        .count();
    let (mut sourced, mut derived, mut shared, mut judged) = (0, 0, 0, 0);
    for row in rows {
        match Origin::of(row) {
            Origin::Sourced => sourced += 1,
            Origin::InformedBy(_) => derived += 1,
            Origin::SameAs(_) => shared += 1,
            Origin::Judgement => judged += 1,
        }
    }
    let numbers = if rows.len() == 1 { "number" } else { "numbers" };
    let are = |count| if count == 1 { "is" } else { "are" };
    let mut parts = vec![
        format!("{sourced} {} a source", if sourced == 1 { "has" } else { "have" }),
        format!("{judged} {} {}", are(judged), if judged == 1 { "a judgement" } else { "judgements" }),
    ];
    if derived > 0 {
        parts.insert(1, format!("{derived} {} derived from one", are(derived)));
    }
    if shared > 0 {
        parts
            .push(format!("{shared} {} another number's draw", if shared == 1 { "shares" } else { "share" }));
    }
    format!("{} {numbers}, {uncertain} of them uncertain; {}", rows.len(), parts.join(", "))
}

/// What the first deal's take rests on, in a sentence; `None` where nothing is known of it.
pub fn rests_on(rows: &[OriginRow], names: &PartyNames) -> Option<String> {
    let mut order: Vec<&OriginRow> = rows.iter().collect();
    order.sort_by(|a, b| b.share_of_variance.total_cmp(&a.share_of_variance));
    let [most, next, ..] = order.as_slice() else { return None };
    let part = |kind: Kind| {
        let row = rows.iter().find(|row| row.kind == kind.name())?;
        // Chance can make a part slightly negative; a kind without an uncertain number has none at all.
        Some(match row.inputs {
            0 => "none".to_owned(),
            _ => percent_in_passing(row.share_of_variance.max(0.0), row.std_error),
        })
    };
    let (sourced, derived, judged) = (part(Kind::Sourced)?, part(Kind::Derived)?, part(Kind::Judgement)?);
    let words = |row: &OriginRow| match Kind::ALL.into_iter().find(|kind| kind.name() == row.kind)? {
        Kind::Sourced => Some("numbers that a source states"),
        Kind::Derived => Some("numbers derived from a source"),
        Kind::Judgement => Some("judgement"),
    };
    // Nothing is said to be the largest that the simulation cannot tell from the next.
    let apart = most.share_of_variance - next.share_of_variance > 2.0 * most.std_error.hypot(next.std_error);
    let on = match apart {
        true => words(most)?.to_owned(),
        false => format!("{} and, about equally, on {}", words(most)?, words(next)?),
    };
    Some(format!(
        "What moves {} most rests on {on}: sourced numbers explain {sourced} of its variance, derived ones {derived}, judgements \
         {judged}; the rest is year-to-year luck, curvature and interaction.",
        label::of_quantity(&most.deal, &most.metric, names)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_counted_once() {
        let row = |distribution: &str, source: &str| InputRow {
            key: "a.b".into(),
            unit: "fraction".into(),
            distribution: distribution.into(),
            mean: 0.1,
            std_dev: 0.0,
            p05: 0.1,
            p50: 0.1,
            p95: 0.1,
            source: source.into(),
            source_date: String::new(),
            note: String::new(),
            sampled_mean: f64::NAN,
            sampled_std_dev: f64::NAN,
            informed_by: String::new(),
        };
        assert_eq!(
            in_words(&[row("constant", "assumption")]),
            "1 number, 0 of them uncertain; 0 have a source, 1 is a judgement"
        );
        let derived =
            |distribution: &str| InputRow { informed_by: "paper".into(), ..row(distribution, "assumption") };
        assert_eq!(
            in_words(&[row("constant", "paper"), derived("constant"), derived("same_as a.b")]),
            "3 numbers, 0 of them uncertain; 1 has a source, 2 are derived from one, 0 are judgements"
        );
        let rows = [
            row("constant", "paper"),
            row("beta 2 3", "paper"),
            row("beta 2 3", "assumption"),
            row("same_as a.b", "assumption"),
            row("same_as a.b", "paper"),
        ];
        assert_eq!(
            in_words(&rows),
            "5 numbers, 2 of them uncertain; 3 have a source, 1 is a judgement, 1 shares another number's draw"
        );
    }

    #[test]
    fn the_largest_part_leads_and_a_kind_without_numbers_has_none() {
        let row = |kind: &str, inputs, share_of_variance| OriginRow {
            deal: "new".into(),
            metric: "microsoft_take_pv".into(),
            kind: kind.into(),
            inputs,
            share_of_variance,
            std_error: 0.004,
        };
        let rows = [row("sourced", 0, 0.0), row("derived", 9, 0.31), row("judgement", 40, 0.12)];
        let said = rests_on(&rows, &PartyNames::default()).expect("a sentence");
        assert!(said.starts_with("What moves Microsoft’s take under new most rests on numbers derived from a source: sourced numbers explain none of its"), "{said}");
        assert!(said.contains("derived ones 31%, judgements 12%; the rest"), "{said}");
        let rows = [row("sourced", 0, 0.0), row("derived", 9, 0.201), row("judgement", 40, 0.208)];
        let said = rests_on(&rows, &PartyNames::default()).expect("a sentence");
        assert!(
            said.contains("rests on judgement and, about equally, on numbers derived from a source: sourced numbers explain none"),
            "{said}"
        );
        assert_eq!(rests_on(&[], &PartyNames::default()), None);
    }
}
