//! The words of the field that people type after `explain` and that are no key, metric or column of their own.

use capstake::model::PartyNames;

/// A word of the field, or several that mean the same, with its explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idea {
    /// What people type, in small letters, words joined by hyphens; the first is its title.
    pub words: &'static [&'static str],
    /// One paragraph of explanation, without the names.
    text: &'static str,
}

impl Idea {
    /// One paragraph of explanation.
    pub fn text(&self, names: &PartyNames) -> String {
        names.tell(self.text)
    }

    /// Its title, as a person writes it.
    pub fn title(&self) -> String {
        written(self.words[0])
    }

    /// The other words that name it, as a person writes them.
    pub fn synonyms(&self) -> Vec<String> {
        self.words[1..].iter().map(|word| written(word)).collect()
    }
}

/// A word as a person writes it: hyphens only where English has them, capitals for acronyms and names.
fn written(word: &str) -> String {
    match word {
        "lock-up" | "take-or-pay" | "half-life" | "mean-reversion" | "quasi-monte-carlo" | "run-rate"
        | "risk-neutral" | "r-squared" | "anti-dilution" | "low-discrepancy" | "quasi-random" | "what-if" => {
            word.to_owned()
        }
        "monte-carlo" => "Monte Carlo".to_owned(),
        "monte-carlo-error" => "Monte Carlo error".to_owned(),
        "shapley" => "Shapley".to_owned(),
        "sobol" => "Sobol".to_owned(),
        "sobol-points" => "Sobol points".to_owned(),
        "sobol-index" => "Sobol index".to_owned(),
        "sobol-indices" => "Sobol indices".to_owned(),
        "shapley-value" => "Shapley value".to_owned(),
        "shapley-effect" => "Shapley effect".to_owned(),
        "year-to-year-luck" => "year-to-year luck".to_owned(),
        "real-world" => "real-world probabilities".to_owned(),
        "agi-clause" => "AGI clause".to_owned(),
        "gaussian-copula" => "Gaussian copula".to_owned(),
        "ipo-discount" => "IPO discount".to_owned(),
        "ipo-gate" => "IPO gate".to_owned(),
        "agi" | "arr" | "aws" | "cagr" | "crn" | "cvar" | "dcf" | "dlom" | "ev" | "evpi" | "evppi"
        | "fcf" | "irr" | "moic" | "npv" | "pv" | "qmc" | "var" | "voi" | "wacc" => word.to_uppercase(),
        word => word.replace('-', " "),
    }
}

/// The idea that a word names, in any case, with spaces, hyphens or underscores.
pub fn find(word: &str) -> Option<&'static Idea> {
    let word = word.trim().to_lowercase().replace([' ', '_'], "-");
    let one = word.strip_suffix('s').filter(|one| one.len() > 2);
    let named = |word: &str| IDEAS.iter().find(|idea| idea.words.contains(&word));
    named(&word).or_else(|| one.and_then(named))
}

/// All ideas, by title.
pub const IDEAS: [Idea; 57] = [
    Idea {
        words: &["bridge", "waterfall", "clause", "attribution"],
        text: "What each clause of a change from one deal to another is worth: `capstake bridge SCENARIO` changes one \
               clause at a time, in every order, on the same futures. The parts add up to the whole difference; the \
               page draws them as a waterfall. A clause is one or several terms of a deal that belong together: \
               `--clause NAME=KEY,KEY`.",
    },
    Idea {
        words: &["burn", "burn-rate", "cash-burn", "runway"],
        text: "Cash that goes out faster than it comes in: free cash flow below 0, the series `free_cash_flow` and \
               `cash`. Runway is how long the cash lasts at that pace. Where cash would fall below \
               `cash.minimum_usd_bn`, {company} raises money for `funding.runway_years`, or fails.",
    },
    Idea {
        words: &["cap", "the-cap-binds"],
        text: "The most that {company} pays {partner} as a revenue share in all; once it is reached, nothing more is \
               due. Its key is `deal.NAME.cap_usd_bn`. It binds on a path where the payments reach it (`cap_hit`), at \
               `cap_hit_time`; `cap_saving_pv` is what it saves {company}.",
    },
    Idea {
        words: &["checkpoint"],
        text: "What a run has simulated so far, saved every 30 seconds where it takes more than a minute \
               (`--checkpoint`). After a stop or a crash `capstake resume DIR` goes on from it, and the results are \
               identical to those of a run without a stop.",
    },
    Idea {
        words: &["common-random-numbers", "same-draws", "paired", "paired-difference", "crn"],
        text: "All deals, and all scenarios of a study, are simulated with the same random numbers wherever their \
               inputs have the same name. A difference is taken path by path, so that what they share cancels: its \
               standard error is many times smaller than that of two separate runs.",
    },
    Idea {
        words: &["confidence-interval", "95%-interval"],
        text: "A range that holds the exact figure of this model in 95 of 100 such runs: `low95` to `high95` in the \
               tables, about two standard errors to either side. It covers the simulation error only, neither the \
               uncertainty of the business (nine in ten) nor wrong assumptions.",
    },
    Idea {
        words: &["correlation", "copula", "gaussian-copula"],
        text: "How strongly two uncertain numbers move together, from -1 to 1: `[[correlation]]` names two of them. The \
               number is the correlation of the normals behind them (a Gaussian copula). correlations.csv has what was \
               asked for and what was sampled.",
    },
    Idea {
        words: &["digest", "hash"],
        text: "A fingerprint of the scenario as it is run, in the manifest and from `capstake check`. Two runs with the \
               same digest, seed, number of paths and version give identical tables.",
    },
    Idea {
        words: &["dilution", "diluted", "vesting", "grants", "employee-grants", "anti-dilution"],
        text: "The shrinking of a holder's part of the company when new shares are issued: in funding rounds, in grants \
               to employees, and at the IPO. {partner's} stake and the part of today's other holders shrink by the same \
               factor. The series `stake` has {partner's} part by year; `capstake ipo` writes dilution.csv: who holds \
               what today, just before the offer and just after it.",
    },
    Idea {
        words: &["discount-rate", "wacc", "cost-of-capital", "cost-of-equity", "hurdle-rate"],
        text: "The yearly return by which later money is divided: annual, 0.10 divides a sum one year away by 1.10. \
               `[discount]` has one for each stream of money (`share`, `equity`, `cloud`, `licence`, `revenue`). They \
               are inputs, with a distribution if you like; capstake does not derive them from a CAPM or WACC.",
    },
    Idea {
        words: &["draw", "sample", "random-number"],
        text: "A random number, or the value of an uncertain input on a path. A draw depends on the seed, the input's \
               name and the path's index only, so that adding an input changes no other draw. `--draws csv` or \
               `parquet` writes the inputs and metrics of every path.",
    },
    Idea {
        words: &["effective-share", "take-rate", "effective-share-of-revenue"],
        text: "The part of {company's} net revenue that it pays {partner} over the term of the revenue share, after cap \
               and termination: the metric `effective_rate`. The contract's percentage is the key `deal.NAME.rate`.",
    },
    Idea {
        words: &["enterprise-value", "ev", "valuation", "multiple-of-revenue", "terminal-value"],
        text: "What the business is worth without its cash: by default a multiple of the annualised revenue \
               (`equity.method`). The multiple fades from `multiple_now` to `multiple_long_run`. Equity value adds cash \
               and takes off what the revenue share is expected to cost. A stake that is not sold by the horizon is \
               valued so at the horizon; nothing else has a value after it.",
    },
    Idea {
        words: &["exclusivity", "exclusive"],
        text: "A time in which only {partner's} cloud may sell {company's} models: `deal.NAME.exclusive_until` or \
               `exclusive_until_years`. `capstake bridge` shows what giving it up is worth. Whether the licence is \
               exclusive is another term: `licence_exclusive`.",
    },
    Idea {
        words: &["expected-shortfall", "cvar", "value-at-risk", "var", "tail", "tail-risk"],
        text: "How bad the bad futures are: the column `es05` of summary.csv is the mean of the lowest 5% of paths, \
               `p05` the value that 5% of paths stay below (value at risk is its distance from the mean). `es95` and \
               `p95` are the same at the other end. Take ten million paths for rarer tails.",
    },
    Idea {
        words: &["failure", "default", "bankruptcy", "insolvency", "ruin"],
        text: "A path on which {company} cannot fund itself: cash runs short and investors would have to be given more \
               of the company than `funding.max_dilution` allows. From the next period on it has no revenue and pays no \
               revenue share; its holders get `funding.recovery` of its value. The event `failed` has the probability \
               by date.",
    },
    Idea {
        words: &["free-cash-flow", "fcf", "cash-flow"],
        text: "Cash that operations, interest and tax leave, before any new money: the series `free_cash_flow` by year. \
               History has it as `history.period.DATE.fcf_usd_bn`.",
    },
    Idea {
        words: &["gate", "ipo-gate", "hurdle", "readiness"],
        text: "A condition that must hold before the IPO: a valuation, growth, a gross margin, months of cash, … \
               `[ipo.gate]` sets them. The company is ready when all have held for `ipo.ready_months`, and lists after \
               `preparation_months`. `capstake ipo` shows which gate holds it up.",
    },
    Idea {
        words: &["growth", "drift", "growth-rate", "cagr"],
        text: "Growth in the model is continuous: at 0.40 expected revenue is multiplied by e^0.40 = 1.49 in a year, \
               which is 49% from year to year. With `basis = \"annual\"` a number of the scenario is growth from year \
               to year. In mean-reverting growth it fades from `growth_now` to `growth_long_run`.",
    },
    Idea {
        words: &["half-life", "mean-reversion", "fade", "decay"],
        text: "The years in which half of the distance between today's value and the long-run value is gone: after two \
               half-lives a quarter is left. Growth, costs, volatility, cloud shares and the multiple fade so; each has \
               a key that ends in `half_life_years`.",
    },
    Idea {
        words: &["histogram", "distribution", "density"],
        text: "How many paths end in which range of a metric: histogram.csv, and the curves at the top of the page. \
               Quantiles are in quantiles.csv. An uncertain number of a scenario has a distribution too: `capstake \
               explain dist`.",
    },
    Idea {
        words: &["home-cloud", "azure", "aws", "cloud-share"],
        text: "The clouds sell {company's} models; the home cloud is {partner's} (`home = true`). `[[cloud]]` has their \
               shares now and in the long run, and the fee that each keeps; `deal.NAME.home_keeps` is what the home \
               cloud keeps while the licence runs. The series `cloud_share.NAME` has the shares by year.",
    },
    Idea {
        words: &["identical-results", "reproducibility", "determinism", "reproduce"],
        text: "Scenario, seed, number of paths and version determine every digit: threads, stops, machines and the \
               order of work do not. The manifest of a folder names all four; `capstake verify DIR` simulates the run \
               again and compares every file.",
    },
    Idea {
        words: &["internal-rate-of-return", "irr", "moic", "multiple-of-money"],
        text: "capstake computes no internal rate of return. What {partner} gets back for each dollar invested, not \
               discounted, is the metric `take_multiple`.",
    },
    Idea {
        words: &["judgement", "assumption", "source", "informed-by"],
        text: "Where a number of the scenario comes from. `source`: a publication states it. `informed_by`: ours, \
               derived or judged from what a publication says. Neither: our judgement. The page and the workbook mark \
               each number; `capstake explain origins` says how the variance is shared out among the three.",
    },
    Idea {
        words: &["licence", "license", "royalty", "relief-from-royalty"],
        text: "{partner's} right to use {company's} models in its own products. It is valued by the royalty that \
               {partner} would pay without it (relief from royalty): the metric `licence_pv`. Keys are in `[licence]`, \
               its end is `deal.NAME.licence_ends`.",
    },
    Idea {
        words: &["liquidity", "illiquidity", "marketability-discount", "dlom"],
        text: "A stake that cannot be sold on an exchange is worth less: `equity.marketability_discount` is taken off a \
               stake that is not listed by the horizon. After an IPO the lock-up delays the sale.",
    },
    Idea {
        words: &["lock-up", "lockup"],
        text: "The months after the IPO in which a holder may not sell. {partner's} stake is valued at the end of its \
               lock-up, at the price of that day: `equity.lockup_months`.",
    },
    Idea {
        words: &["monte-carlo", "simulation"],
        text: "Valuing by drawing many possible futures at random and averaging over them. Its error falls with the \
               square root of the number of paths: four times the paths, half the error. The error says nothing about \
               whether the assumptions are right.",
    },
    Idea {
        words: &["nine-in-ten", "nine-futures-in-ten", "range", "uncertainty"],
        text: "Nine futures in ten lie in this range: from the 5% quantile (p05) to the 95% quantile (p95) over all \
               paths. It shows how uncertain the business is. The standard error (±) shows how far the simulation may \
               be off, and is far smaller.",
    },
    Idea {
        words: &["option", "warrant", "preference", "preferred-stock", "convertible"],
        text: "Not in the model: {company} has one class of shares, and options, warrants, liquidation preferences and \
               conversion rights are left out. Grants to employees dilute all holders at `equity.grant_rate_per_year`.",
    },
    Idea {
        words: &["path", "future", "trial", "scenario-path"],
        text: "One simulated future, quarter by quarter, from the valuation date to the horizon. Every assumption is \
               drawn once for a path, the year-to-year luck in every quarter. A run averages over many: `-n 1000000`. \
               Paths count from 0; `capstake replay SCENARIO --path 48231` shows one alone. The first n paths of a \
               longer run are those of a run of n paths.",
    },
    Idea {
        words: &["percentage-point", "pp", "bp", "basis-point"],
        text: "The unit of a difference of two percentages: from 91% to 95% is 4 percentage points, written 4 pp, or \
               400 basis points.",
    },
    Idea {
        words: &["precision", "convergence", "number-of-paths", "how-many-paths"],
        text: "How small the simulation error is. Four times the paths halve the error. `--precision \
               microsoft_take_pv=0.5%` stops as soon as a figure is known so well; `--sampling sobol` needs fewer paths \
               for most means.",
    },
    Idea {
        words: &["present-value", "pv", "npv", "dcf", "discounting", "discounted"],
        text: "What a later amount is worth on the valuation date: divided by (1 + rate) to the power of the years \
               until then. `[discount]` has a rate for each stream: revenue share, equity, cloud, licence. Metrics that \
               end in `_pv` are present values.",
    },
    Idea {
        words: &["quantile", "percentile", "median", "p05", "p95"],
        text: "The value that a given share of paths stays below: one future in twenty ends below p05, half end below \
               p50 (the median), nineteen in twenty below p95. quantiles.csv has 23 quantiles of each metric, each with \
               a 95% interval for the simulation error.",
    },
    Idea {
        words: &["real-world", "risk-neutral", "physical-measure", "market-price-of-risk"],
        text: "Paths follow real-world probabilities, and present values use the discount rates of the scenario. For \
               risk-neutral growth a segment can have a market price of risk: `price_of_risk`, `growth_price_of_risk`.",
    },
    Idea {
        words: &["revenue-share", "royalty-on-revenue"],
        text: "The percentage of revenue that {company} pays {partner} under a deal, until the cap is reached or the \
               share ends: `deal.NAME.rate`, `cap_usd_bn`, `share_ends`. Its present value is the metric `share_pv`.",
    },
    Idea {
        words: &["run-rate", "arr", "annualised-revenue", "annualized-revenue"],
        text: "Revenue at today's pace for a year: `rate_now_usd_bn` of a segment is what customers pay at that pace. \
               Revenue of a past quarter goes into `[[history.period]]`. What {company} books, after what clouds keep, \
               is the series `net_revenue`.",
    },
    Idea {
        words: &["sampling", "antithetic"],
        text: "How random numbers are drawn: `--sampling plain`, independent paths, or `--sampling sobol`, points \
               spread evenly, which give most means the same precision with fewer paths; `capstake explain sobol` says more. There \
               is no antithetic sampling.",
    },
    Idea {
        words: &["scenario"],
        text: "A TOML file with everything that a run assumes: demand, clouds, contracts, deals, costs, funding, \
               discount rates, sources. `capstake init my.toml` writes one to start from, `capstake check my.toml` \
               lists what it assumes, and `configs/README.md` has every key. A results.xlsx is one too.",
    },
    Idea {
        words: &["seed"],
        text: "The number that selects the random numbers: `-s 7`, 1 by default. The same seed gives identical results; \
               another one gives other futures of the same kind, and figures that differ by about their standard \
               errors.",
    },
    Idea {
        words: &["shapley", "shapley-value", "shapley-effect"],
        text: "A fair way to share out a total among parts that act together: each part gets what it adds, averaged \
               over all orders in which the parts could be added (Shapley 1953). `capstake bridge` shares out the \
               difference of two deals among clauses this way, `capstake sensitivity --method shapley` the variance of \
               a metric among inputs, correlated ones too.",
    },
    Idea {
        words: &[
            "sobol",
            "sobol-points",
            "quasi-monte-carlo",
            "qmc",
            "low-discrepancy",
            "quasi-random",
            "sobol-index",
            "sobol-indices",
        ],
        text: "Of `[run] sampling` and `--sampling`: points that fill the space of all random numbers more evenly than \
               independent draws do, so that about a tenth of the paths gives most means with the same precision. 8 to \
               64 replicates (`replicates`) of them are randomised independently; standard errors and t intervals come \
               from how far these lie apart. What happens rarely, and differences of deals, gain less. `plain` stands \
               for independent paths. The indices of `capstake sensitivity --method sobol` are something else: parts \
               of the variance, also named after Ilya Sobol.",
    },
    Idea {
        words: &["stake"],
        text: "{partner's} part of {company's} equity: the key `deal.NAME.stake` at the valuation date; it is diluted \
               by later rounds. Its present value when it can be sold is the metric `stake_pv`.",
    },
    Idea {
        words: &["standard-error", "simulation-error", "error", "±", "monte-carlo-error"],
        text: "The number after the ±: how far the mean of this run is likely to lie from that of infinitely many \
               paths. It falls with the square root of the number of paths. It says nothing about how uncertain the \
               business is; that is nine in ten.",
    },
    Idea {
        words: &["stress-test", "stress", "what-if"],
        text: "A run under a harsher assumption: `capstake compare SCENARIO --with KEY=VALUE` shows what it changes, on \
               the same draws; `capstake sweep` tries several values; `--what-if` gives the page a slider. Rare blows \
               to revenue are in the scenario itself: `[[shock]]`.",
    },
    Idea {
        words: &["swing"],
        text: "How much the mean of a metric changes from the paths where an input is near its 10% quantile to those \
               where it is near its 90% quantile. Inputs that are correlated with it move along. It is the length of \
               the input's bar in the tornado; tornado.csv has it with its error.",
    },
    Idea {
        words: &["take", "microsoft's-take", "microsofts-take", "partner's-take"],
        text: "{partner's} take is the present value of the revenue share that it receives plus that of its stake when \
               the stake can be sold: the metric `microsoft_take_pv`. `microsoft_total_pv` adds the margin on reselling \
               and hosting and the royalties that its licence saves.",
    },
    Idea {
        words: &["take-or-pay", "commitment", "capex"],
        text: "A contract by which {company} pays a cloud for a committed amount whether it uses it or not. \
               `[[contract]]` has the amount (`total_usd_bn`), the cloud, the dates, and `draw`, the part of the \
               contract that becomes binding.",
    },
    Idea {
        words: &["termination", "agi", "agi-clause"],
        text: "The revenue share may end early. `deal.NAME.termination_rate_per_year` is the yearly chance that a deal \
               is ended; `share_ends_years` is an uncertain end, by which the base scenario has the AGI clause of the \
               older deal.",
    },
    Idea {
        words: &["tornado"],
        text: "A bar chart of what drives a metric, the longest bar on top: its mean where an input is low (near its \
               10% quantile) and where it is high (near its 90% quantile). `capstake sensitivity SCENARIO` prints it \
               and writes tornado.csv. The length of a bar is the input's swing.",
    },
    Idea {
        words: &["underpricing", "ipo-discount"],
        text: "How far below its value on the first day the shares of an IPO are sold: the key `ipo.underpricing`.",
    },
    Idea {
        words: &["value-of-information", "evpi", "voi", "evppi", "expected-value-of-perfect-information"],
        text: "What it would be worth to know an uncertain number before choosing between the deals (for everything at \
               once: EVPI, the expected value of perfect information): the mean of the best choice with that knowledge, \
               less the mean of the best choice without. It is 0 where the knowledge changes no choice. `capstake \
               sensitivity` writes it to information.csv.",
    },
    Idea {
        words: &["variance", "r-squared", "explained-variance"],
        text: "The squared standard deviation of a metric over the paths. `capstake sensitivity` says which part of it \
               the assumptions explain and which is year-to-year luck; `--method shapley` shares it out among inputs.",
    },
    Idea {
        words: &["volatility", "standard-deviation"],
        text: "How strongly a rate varies by luck: the standard deviation of its logarithm over one year, per square \
               root of a year. The keys that begin with `volatility` set it. How much a metric differs between paths is \
               the column `std_dev`.",
    },
    Idea {
        words: &["year-to-year-luck", "luck", "noise", "innovation"],
        text: "What is drawn again in every period: innovations of growth, revenue and multiples, and shocks. \
               Assumptions are drawn once per path. `capstake sensitivity` says how much of the variance comes from \
               each; no research into assumptions removes the luck.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_once_and_every_text_is_one_paragraph() {
        let names = PartyNames { company: "Acme".to_owned(), partner: "Bolt".to_owned() };
        for idea in IDEAS {
            for word in idea.words {
                assert_eq!(find(word), Some(&idea), "{word}");
                assert_eq!(find(&word.to_uppercase().replace('-', " ")), Some(&idea), "{word}");
            }
            let text = idea.text(&names);
            assert!(text.ends_with('.') && !text.contains('\n') && !text.contains("  "), "{text}");
            assert!(
                !text.contains(['{', '}']) && !text.contains("OpenAI") && !text.contains("Microsoft"),
                "{text}"
            );
        }
        let titles = IDEAS.map(|idea| idea.words[0]);
        assert!(titles.is_sorted());
        assert_eq!(find("Shapley values"), find("shapley"));
        assert_eq!(find("paths"), find("path"));
        assert_eq!(find("qwertz"), None);
        assert_eq!(find("s"), None);
    }
}
