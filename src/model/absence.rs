//! What a scenario leaves out, and what that means for results (methodology: what may be left out).

use super::parameters::Origin;
use super::terms::{Model, Terms};

/// One sentence for each thing that the scenario leaves out, in the order of its tables.
pub fn absences(model: &Model) -> Vec<String> {
    let terms: &Terms = model;
    // Whether a key, or any key of a table, is written in the scenario.
    let written = |path: &str| {
        let of_table =
            |key: &str| key.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        terms
            .parameters
            .entries()
            .iter()
            .any(|entry| entry.origin == Origin::Scenario && of_table(&entry.key))
            || terms.parameters.aliases().iter().any(|alias| of_table(&alias.key))
    };
    let mut list: Vec<String> = Vec::new();
    let mut absent = |is_absent: bool, sentence: &str| {
        if is_absent {
            list.push(sentence.to_owned());
        }
    };
    let rates: Vec<&str> = ["share", "equity", "cloud", "licence", "revenue"]
        .into_iter()
        .filter(|rate| !written(&format!("discount.{rate}")))
        .collect();
    absent(!rates.is_empty(), &format!("no discount rate for {}: 0 is taken", rates.join(", ")));
    absent(
        terms.history.is_empty(),
        "no history: figures of the last year begin at the valuation date, and there is no year before to grow from",
    );
    absent(terms.shocks.is_empty(), "no shock");
    absent(
        terms.clouds.is_empty(),
        "no cloud: everything is sold directly; resale_pv, outbound_pv, hosting_pv and compute_home are 0",
    );
    absent(terms.home_first.is_none(), "no home_first: other clouds have every product at once");
    absent(!written("reach"), "no reach: other clouds sell to the same customers");
    let told = |text: &str| terms.names.tell(text);
    absent(terms.in_house.is_none(), &told("no in_house: {partner's} own models displace nothing"));
    absent(terms.contracts.is_empty(), &told("no contract: {company} has promised no compute"));
    absent(!written("microsoft"), "no microsoft: margins and its own AI revenue are 0");
    absent(written("microsoft") && terms.microsoft.ai.is_none(), "no microsoft.ai: licence_pv is 0");
    absent(terms.microsoft.invested.is_none(), "no microsoft.invested_usd_bn: take_multiple is absent");
    absent(!written("licence"), "no licence: no royalty is saved and nothing is paid for it");
    for deal in &terms.deals {
        absent(deal.cap.is_none(), &format!("no deal.{}.cap_usd_bn: payments have no cap", deal.name));
        absent(
            deal.stake.is_none(),
            &format!(
                "no deal.{}.stake: stake_mark, stake_pv, stake_at_exit, openai_retained_pv and take_multiple are absent, the take is the share alone",
                deal.name
            ),
        );
    }
    absent(!written("costs"), "no costs: research, operations and tax are 0");
    absent(
        terms.cash.is_none(),
        "no cash: it counts 0 in equity and earns nothing, runway is infinite, nothing fails; rounds and the IPO dilute and add nothing",
    );
    absent(terms.rounds.is_empty(), "no round");
    absent(
        !terms.funding.enabled && !written("funding"),
        &told(
            "no funding: {company} raises nothing when short of cash, and nothing is recovered from a failure",
        ),
    );
    absent(
        terms.equity.is_none(),
        "no equity: stakes have no value and there is no IPO; stake_mark, stake_pv, stake_at_exit, openai_retained_pv, take_multiple and ipo_equity are absent",
    );
    absent(terms.ipo.is_none(), "no ipo: stakes are valued at the horizon, unlisted");
    absent(terms.dependence.pairs.is_empty(), "no correlation: everything is drawn independently");
    list
}
