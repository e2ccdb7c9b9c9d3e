//! The scenario file exactly as written, with the place of everything; spelling is judged here, meaning is not.

pub mod catalogue;
pub mod cloud;
pub mod code;
pub mod correlation;
pub mod cost;
pub mod deal;
pub mod discount;
pub mod equity;
pub mod funding;
pub mod history;
pub mod ipo;
pub mod leaf;
pub mod licence;
pub mod microsoft;
pub mod noun;
pub mod number;
pub mod overrides;
pub mod place;
pub mod problem;
pub mod resolved;
pub mod run;
pub mod segment;
pub mod shock;
pub mod source;
pub mod spelling;
pub mod template;
pub mod timeline;
pub mod tree;
pub mod unit;

pub use cloud::{Cloud, HomeFirst, InHouse, Reach};
pub use code::Code;
pub use correlation::Correlation;
pub use cost::{Contract, Costs};
pub use deal::{Base, Deal};
pub use discount::Discount;
pub use equity::{EbitdaSpan, Equity, Method};
pub use funding::{Cash, Funding, PreMoney, Round};
pub use history::{History, HistoryPeriod};
pub use ipo::{Gate, Ipo};
pub use leaf::{Choice, Date, Leaf};
pub use licence::Licence;
pub use microsoft::Microsoft;
pub use number::{
    AnnualTotals, Dist, Loading, Loadings, Number, NumberContent, NumberTable, RateContent, RateStep,
    YearTotal,
};
pub use place::{Location, Origin, Place, Sources};
pub use problem::{Label, Problem, Problems, Severity};
pub use run::{Booking, CorrelationRepair, Run, Scheme};
pub use segment::{PlanPoint, Process, ProcessKeys, Segment};
pub use shock::Shock;
pub use source::Source;
pub use timeline::{Period, Timeline};
pub use unit::{Domain, Unit};

noun::noun! {
    /// A scenario.
    Config by Single;
    /// Its name; it names the folder of results.
    name: Option<Leaf<String>> = plain().or("the file's name without its ending");
    /// What it is about.
    description: Option<Leaf<String>> = plain();
    /// How much is simulated and how it is counted.
    run: Option<Run> = plain();
    /// From when to when, in which steps.
    timeline: Option<Timeline> = required();
    /// Discount rates.
    discount: Option<Discount> = plain();
    /// What was earned before the valuation date.
    history: Option<History> = plain();
    /// Lines of business; at least one.
    segment: Vec<Segment> = required();
    /// Rare events.
    shock: Vec<Shock> = plain();
    /// Clouds that sell OpenAI's models; without any, everything is sold directly.
    cloud: Vec<Cloud> = plain();
    /// New models are sold at home first.
    home_first: Option<HomeFirst> = plain();
    /// Other clouds reach customers whom home does not.
    reach: Option<Reach> = plain();
    /// Microsoft's own models displace part of what it sells of OpenAI's.
    in_house: Option<InHouse> = plain();
    /// Promises to take compute.
    contract: Vec<Contract> = plain();
    /// Microsoft's side.
    microsoft: Option<Microsoft> = plain();
    /// What Microsoft's licence spares it.
    licence: Option<Licence> = plain();
    /// Agreements; at least one.
    deal: Vec<Deal> = required();
    /// What OpenAI spends beside inference.
    costs: Option<Costs> = plain();
    /// OpenAI's cash.
    cash: Option<Cash> = plain();
    /// Rounds of new money that are agreed.
    round: Vec<Round> = plain();
    /// New money when cash would fall below its minimum.
    funding: Option<Funding> = plain();
    /// What OpenAI is worth.
    equity: Option<Equity> = plain();
    /// When OpenAI is listed.
    ipo: Option<Ipo> = plain();
    /// What moves together.
    correlation: Vec<Correlation> = plain();
    /// Where numbers come from.
    source: Vec<Source> = plain();
}

/// A scenario file of this size or more is refused: it is not one.
pub const MAX_BYTES: usize = 16 << 20;

/// Reads the bytes of a scenario file, with the `--set` flags given for it; see [`parse`].
pub fn parse_bytes(
    file_name: &str,
    bytes: &[u8],
    overrides: &[String],
) -> (Sources, Result<Config, Problems>) {
    let refuse = |code, message: String, help: &str| {
        let problem = Problem::error(code, Place::FILE, message).help(help);
        (Sources::new(file_name, "", overrides), Err(Problems::from(problem)))
    };
    if bytes.len() >= MAX_BYTES {
        let message = format!("the file has {} bytes; a scenario has less than {MAX_BYTES}", bytes.len());
        return refuse(Code::FileTooLarge, message, "is this the file you meant?");
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => parse(file_name, text, overrides),
        Ok(_) => refuse(
            Code::FileNotText,
            "the file has bytes that no text has".to_owned(),
            "is this the file you meant? A scenario is TOML text in UTF-8",
        ),
        Err(error) => {
            let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
            refuse(
                Code::FileNotText,
                format!("the file is not UTF-8: byte {} in line {line}", error.valid_up_to()),
                "save it as UTF-8",
            )
        }
    }
}

/// Reads a scenario and puts the `--set` flags into it, each `KEY=VALUE`. Gives the config, or all problems of
/// spelling and type that file and flags have; either way the texts to show them in.
pub fn parse(file_name: &str, text: &str, overrides: &[String]) -> (Sources, Result<Config, Problems>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let sources = Sources::new(file_name, text, overrides);
    let mut problems = Problems::new();
    let flags = overrides::read(overrides, &mut problems);
    let mut root = match tree::document(text, Origin::File) {
        Ok(root) if root.entries().is_some_and(<[_]>::is_empty) => {
            problems.push(
                Problem::error(Code::FileEmpty, Place::FILE, "the file has no keys")
                    .help("`capstake init` writes a scenario to start from"),
            );
            return (sources, Err(problems));
        }
        Ok(root) => root,
        Err((message, span)) => {
            problems.push(syntax_problem(&message, span));
            return (sources, Err(problems));
        }
    };
    for flag in flags {
        flag.apply(&mut root, &mut problems);
    }
    let config: Config = noun::read_entries("", Place::FILE, root.entries().unwrap_or(&[]), &mut problems);
    let result = if problems.is_empty() { Ok(config) } else { Err(problems) };
    (sources, result)
}

/// The parser's complaint as a problem.
fn syntax_problem(message: &str, span: std::ops::Range<usize>) -> Problem {
    let problem = Problem::error(
        Code::Syntax,
        Place::new(Origin::File, span),
        format!("not valid TOML: {}", message.lines().next().unwrap_or(message)),
    );
    if message.contains("duplicate key") {
        problem.help("a key stands once in its table; entries of a list begin with [[two brackets]]")
    } else if message.contains("string values must be quoted") {
        problem.help("put the text in double quotes")
    } else {
        problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENARIOS: [(&str, &str); 6] = [
        ("minimal.toml", include_str!("../../configs/minimal.toml")),
        ("capped-share.toml", include_str!("../../configs/capped-share.toml")),
        ("company-plan.toml", include_str!("../../configs/company-plan.toml")),
        ("base.toml", include_str!("../../configs/base.toml")),
        ("schwartz-moon-2000.toml", include_str!("../../configs/schwartz-moon-2000.toml")),
        ("template.toml", template::TEXT),
    ];

    fn read(text: &str, flags: &[&str]) -> (Sources, Result<Config, Problems>) {
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        parse("test.toml", text, &flags)
    }

    fn good(text: &str, flags: &[&str]) -> Config {
        let (sources, result) = read(text, flags);
        result.unwrap_or_else(|problems| {
            let lines: Vec<String> = problems.iter().map(|problem| problem.one_line(&sources)).collect();
            panic!("{}", lines.join("\n"))
        })
    }

    /// Every problem as `place code` with its help, in order.
    fn bad(text: &str, flags: &[&str]) -> Vec<(String, String)> {
        let (sources, result) = read(text, flags);
        let problems = result.expect_err("there is no problem");
        problems
            .iter()
            .map(|problem| {
                let place = sources.locate(problem.place());
                (
                    format!("{}:{}:{} {}", place.name, place.line, place.column, problem.code),
                    problem.help.clone().unwrap_or_default(),
                )
            })
            .collect()
    }

    fn codes(text: &str, flags: &[&str]) -> Vec<Code> {
        read(text, flags).1.expect_err("there is no problem").iter().map(|problem| problem.code).collect()
    }

    fn minimal() -> &'static str {
        SCENARIOS[0].1
    }

    fn base() -> &'static str {
        SCENARIOS[3].1
    }

    fn constant(number: &Option<Number>) -> f64 {
        match number.as_ref().map(|number| &number.content) {
            Some(NumberContent::Constant(value)) => *value,
            other => panic!("not a constant: {other:?}"),
        }
    }

    fn table(number: &Option<Number>) -> &NumberTable {
        match number.as_ref().map(|number| &number.content) {
            Some(NumberContent::Table(table)) => table,
            other => panic!("not a table: {other:?}"),
        }
    }

    #[test]
    fn every_scenario_reads_without_a_problem() {
        for (_, text) in SCENARIOS {
            let config = good(text, &[]);
            assert!(config.timeline.is_some() && !config.segment.is_empty() && !config.deal.is_empty());
        }
    }

    #[test]
    fn places_keys_and_units_are_those_of_the_file() {
        let (sources, result) = read(base(), &[]);
        let config = result.unwrap();
        let segment = &config.segment[1];
        let number = segment.keys.growth_now.as_ref().unwrap();
        assert_eq!(number.key, "segment.business.growth_now");
        assert_eq!((number.unit, number.domain), (Unit::PerYear, Domain::Any));
        assert!(sources.excerpt(number.place).starts_with("{ dist = \"quantiles\", p10 = 0.46"));
        let table = table(&segment.keys.growth_now);
        assert_eq!(sources.excerpt(table.p50.as_ref().unwrap().place), "0.86");
        assert_eq!(sources.excerpt(segment.place), "[[segment]]");
        assert_eq!(sources.excerpt(config.timeline.as_ref().unwrap().place), "[timeline]");
        let shock = &config.shock[0].loading.as_ref().unwrap().list[2];
        assert_eq!(shock.factor.key, "shock.competitor-leap.loading.ads-and-new");
        assert_eq!(sources.excerpt(shock.target.place), "ads-and-new");
        let history = &config.history.as_ref().unwrap().period[0];
        assert_eq!(
            history.net_revenue_usd_bn.as_ref().unwrap().key,
            "history.period.2025-04-01.net_revenue_usd_bn"
        );
        let ai = config.microsoft.as_ref().unwrap().ai.as_ref().unwrap();
        assert_eq!(ai.growth_now.as_ref().unwrap().key, "microsoft.ai.growth_now");
        assert_eq!(ai.process.as_ref().unwrap().value, Process::MeanRevertingGrowth);
        let gate = config.ipo.as_ref().unwrap().gate.as_ref().unwrap();
        assert_eq!(constant(&gate.growth), 0.2);
        let between = config.correlation[0].between.as_ref().unwrap();
        assert_eq!(between[1].value, "segment.business.growth_now");
        assert_eq!(constant(&config.cash.as_ref().unwrap().yield_rate), 0.04);
    }

    #[test]
    fn printing_and_reading_again_gives_the_same_text() {
        for (_, text) in SCENARIOS {
            let printed = resolved::to_toml(&good(text, &[]));
            assert_eq!(resolved::to_toml(&good(&printed, &[])), printed);
        }
    }
}
