//! `capstake explain`: prints the long text of any word that the program uses.

use capstake::config::{Code, explain, spelling};
use capstake::job::error::{Exit, Failure};
use capstake::kernel::metric::Metric;
use capstake::model::PartyNames;
use capstake::run::Event;
use capstake_output::glossary::{self, Term};
use capstake_output::ideas;

use super::output;

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct ExplainArguments {
    /// For example dilution, microsoft_take_pv, net_revenue, quantiles, deal.NAME.cap_usd_bn, summary.csv, S405, exit-4
    #[arg(value_name = "WORD")]
    pub word: String,
}

/// Prints the text, or suggests words that have one.
pub fn explain(arguments: &ExplainArguments) -> Result<Exit, Failure> {
    let word = arguments.word.trim();
    let Some(text) = text_in_any_form(word) else {
        let failure = Failure::told(Exit::Usage, format!("there is nothing to explain under `{word}`"));
        return Err(failure.help(match (nearest(word), mentioned(word)) {
            (Some(near), _) => format!("did you mean `{near}`? capstake explain {near}"),
            (None, found) if !found.is_empty() => format!("it is mentioned under: {}", found.join(", ")),
            (None, _) => format!("terms: {}; or {OTHER_WORDS}", terms().join(", ")),
        }));
    };
    output::results(&text)?;
    Ok(Exit::Done)
}

/// What has a text besides terms.
const OTHER_WORDS: &str = "an error code (S101), a metric, series, column or file of the results, a distribution, a key or \
                           table of a scenario, an exit code (exit-4)";

/// The text about a word as it stands, or else in small letters, with underscores for spaces and hyphens, or in the singular.
fn text_in_any_form(word: &str) -> Option<String> {
    let small = word.to_lowercase();
    let joined = small.replace([' ', '-'], "_");
    let singular = joined.strip_suffix('s').unwrap_or(&joined).to_owned();
    [word.to_owned(), word.to_uppercase(), small, joined, singular].iter().find_map(|form| text(form))
}

/// The titles of all terms.
fn terms() -> Vec<String> {
    ideas::IDEAS.iter().map(ideas::Idea::title).collect()
}

/// The terms, metrics and series whose texts have this word, a few of them.
fn mentioned(word: &str) -> Vec<String> {
    let word = word.to_lowercase();
    if word.len() < 4 {
        return Vec::new();
    }
    let names = PartyNames::default();
    let ideas = ideas::IDEAS.iter().map(|idea| (idea.title(), idea.text(&names)));
    let metrics =
        Metric::ALL.iter().map(|metric| (metric.key().to_owned(), glossary::metric(*metric, &names)));
    let series = glossary::SERIES.iter().map(|term| (term.name.to_owned(), term.text(&names)));
    let has = |(name, text): (String, String)| text.to_lowercase().contains(&word).then_some(name);
    ideas.chain(metrics).chain(series).filter_map(has).take(6).collect()
}

/// All texts about a word, which may name a metric and a key.
fn text(word: &str) -> Option<String> {
    let parts: Vec<String> =
        [code(word), idea(word), result(word), factor(word), exit_code(word), explain::explain_key(word)]
            .into_iter()
            .flatten()
            .collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn code(word: &str) -> Option<String> {
    let code = Code::from_id(word)?;
    Some(format!("{code}: {}\n\n{}\n", code.title(), indented(code.explain())))
}

/// The text about a word of the field: tornado, dilution.
fn idea(word: &str) -> Option<String> {
    let idea = ideas::find(word)?;
    let text = idea.text(&PartyNames::default());
    Some(format!("{}\n\n{}\n", idea.title(), indented(&wrapped(&text, 96))))
}

/// Texts about metrics, series, events, statistics and files. Without a scenario, company and partner have their default names.
fn result(word: &str) -> Option<String> {
    let names = PartyNames::default();
    let mut parts = Vec::new();
    for metric in Metric::ALL {
        // `home_share_2030` is `home_share`.
        let year = word.strip_prefix(metric.key()).and_then(|rest| rest.strip_prefix('_'));
        let with_year = matches!(metric, Metric::HomeShare | Metric::CloudConcentration)
            && year.is_some_and(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()));
        if word == metric.key() || with_year {
            parts.push(entry(
                word,
                "a metric of each path and deal",
                Some(metric.unit().name()),
                &glossary::metric(metric, &names),
            ));
        }
    }
    for event in Event::ALL.into_iter().filter(|event| event.name() == word) {
        parts.push(entry(word, "an event of events.csv", None, &glossary::event(event, &names)));
    }
    let lists: [(&[Term], &str); 3] = [
        (&glossary::SERIES, "a series by calendar year and by period"),
        (&glossary::STATISTICS, "a column of the result tables"),
        (&glossary::FILES, "a file of the results folder"),
    ];
    for (terms, kind) in lists {
        for term in terms {
            let of_cloud = term.name == "cloud_share" && word.starts_with("cloud_share.");
            if term.name == word || of_cloud {
                parts.push(entry(
                    word,
                    kind,
                    term.unit.map(capstake::config::Unit::name),
                    &term.text(&names),
                ));
            }
        }
    }
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn entry(word: &str, kind: &str, unit: Option<&str>, text: &str) -> String {
    let unit = unit.map_or(String::new(), |unit| format!(", in {unit}"));
    format!("{word}: {kind}{unit}\n\n{}\n", indented(&wrapped(text, 96)))
}

/// Texts about what correlations may name besides keys: `factor`, its names, and `termination.time`.
fn factor(word: &str) -> Option<String> {
    let parts: Vec<&str> = word.split('.').collect();
    let term = glossary::FACTORS.iter().find(|term| {
        let form: Vec<&str> = term.name.split('.').collect();
        let fits = |(form, part): (&&str, &&str)| form == part || *form == "NAME";
        parts == ["factor"] || (form.len() == parts.len() && form.iter().zip(&parts).all(fits))
    })?;
    let named = |word: &str, term: &Term| {
        entry(word, "a name for correlations", None, &term.text(&PartyNames::default()))
    };
    if parts == ["factor"] {
        let all = glossary::FACTORS.iter().map(|term| named(term.name, term));
        return Some(all.collect::<Vec<_>>().join("\n"));
    }
    Some(named(word, term))
}

/// `4`, `exit-4`, or `exit` for all of them.
fn exit_code(word: &str) -> Option<String> {
    let line = |exit: &Exit| format!("  {:>3}  {}\n", exit.code(), exit.meaning());
    if matches!(word, "exit" | "exit-code" | "exit-codes") {
        return Some(format!("exit codes\n\n{}", Exit::ALL.iter().map(line).collect::<String>()));
    }
    let code: u8 = word.strip_prefix("exit-").unwrap_or(word).parse().ok()?;
    let exit = Exit::ALL.iter().find(|exit| exit.code() == code)?;
    Some(format!("exit code {code}\n\n  {}\n", exit.meaning()))
}

/// The most similar word that has a text.
fn nearest(word: &str) -> Option<String> {
    let lists = glossary::SERIES.iter().chain(&glossary::STATISTICS).chain(&glossary::FILES);
    let own = Metric::ALL
        .iter()
        .map(|metric| metric.key())
        .chain(Event::ALL.iter().map(|event| event.name()))
        .chain(lists.map(|term| term.name))
        .chain(Code::all().iter().map(|code| code.id()))
        .chain(ideas::IDEAS.iter().map(|idea| idea.words[0]));
    let key = explain::nearest_word(word);
    spelling::nearest(word, own.chain(key.as_deref())).map(str::to_owned)
}

fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!("  {line}") });
    lines.collect::<Vec<_>>().join("\n")
}

/// Wraps a text at spaces to lines of at most `width` characters.
fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            out.push('\n');
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_results_has_a_text() {
        for word in Metric::ALL.iter().map(|metric| metric.key()) {
            assert!(text(word).is_some_and(|text| text.contains("a metric")), "{word}");
        }
        for word in [
            "home_share_2030",
            "cloud_share.aws",
            "cap_reached",
            "es05",
            "summary.csv",
            "4",
            "exit-130",
            "exit",
            "termination.time",
            "factor",
            "factor.segment.business.level",
            "factor.equity.multiple",
            "tornado",
            "Shapley",
            "EVPI",
            "value of information",
            "dilution",
        ] {
            assert!(text(word).is_some(), "{word}");
        }
        for code in Code::all() {
            assert!(text(code.id()).is_some_and(|text| text.contains(code.title())), "{code}");
        }
        assert_eq!(text("home_share_20300"), None);
        assert_eq!(text("9"), None);
        assert_eq!(text("factor.segment.business"), None);
        assert_eq!(text("factor.segment.business.depth"), None);
        assert_eq!(nearest("microsoft_take").as_deref(), Some("microsoft_take_pv"));
        assert_eq!(nearest("trianguler").as_deref(), Some("triangular"));
    }

    #[test]
    fn words_that_people_type_are_explained_in_any_form() {
        for word in [
            "percentile",
            "confidence interval",
            "Discount rate",
            "cap",
            "NPV",
            "quantile",
            "correlation",
            "copula",
            "p10",
            "VaR",
            "burn",
            "burn rate",
            "vesting",
            "tornado",
            "swing",
            "Shapley",
            "EVPI",
            "path",
            "seed",
            "dilution",
            "take",
            "WACC",
            "cost of capital",
            "standard error",
            "±",
            "runway",
            "free cash flow",
            "FCF",
            "IPO",
            "EBITDA",
            "GBM",
            "drift",
            "half-life",
            "run-rate",
            "ARR",
            "exclusivity",
            "license",
            "terminal value",
            "AGI",
            "option",
            "risk-neutral",
            "CVaR",
            "expected shortfall",
            "stress test",
            "scenario",
            "histogram",
            "variance",
            "antithetic",
            "convergence",
            "checkpoint",
            "digest",
            "liquidity",
            "IRR",
            "capex",
            "pp",
            "gross margin",
            "tax rate",
            "market price of risk",
        ] {
            assert!(text_in_any_form(word).is_some(), "{word}");
        }
        assert!(text_in_any_form("qwertz").is_none());
        assert!(mentioned("prospectus").is_empty() && mentioned("qwertz").is_empty());
        assert!(mentioned("appraiser").len() <= 6 && !mentioned("dollar").is_empty());
    }
}
