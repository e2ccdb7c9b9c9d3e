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
        match self.words[0] {
            "npv" | "evpi" | "ipo" | "cdf" => self.words[0].to_uppercase(),
            word => word.replace('-', " "),
        }
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
pub const IDEAS: [Idea; 26] = [
    Idea {
        words: &["bridge", "waterfall", "clause", "attribution"],
        text: "What each clause of a change from one deal to another is worth: `capstake bridge SCENARIO` changes one clause at a time, in every \
               order, on the same futures. The parts add up to the whole difference; the page draws them as a waterfall. A clause is one \
               or several terms of a deal that belong together: `--clause NAME=KEY,KEY`.",
    },
    Idea {
        words: &["cap", "the-cap-binds"],
        text: "The total that {company} pays {partner} as a revenue share at most; after it, nothing is due. Its key is \
               `deal.NAME.cap_usd_bn`. It binds on a path where the payments reach it (`cap_hit`), at `cap_hit_time`; `cap_saving_pv` is what it \
               saves {company}.",
    },
    Idea {
        words: &["common-random-numbers", "same-draws", "paired", "paired-difference"],
        text: "All deals, and all scenarios of a study, are simulated with the same random numbers wherever their inputs have the same name. A \
               difference is taken path by path, so that what they share cancels: its standard error is many times smaller than that of two separate \
               runs.",
    },
    Idea {
        words: &["correlation", "copula", "gaussian-copula"],
        text: "How strongly two uncertain numbers move together, from -1 to 1: `[[correlation]]` names two of them. The number is the \
               correlation of the normals behind them (a Gaussian copula). correlations.csv has what was asked for and what was \
               sampled.",
    },
    Idea {
        words: &["dilution", "diluted"],
        text: "The shrinking of a holder's part of the company when new shares are issued: in funding rounds, in grants to employees, and at \
               the IPO. {partner's} stake and the part of today's other holders shrink alike. The series `stake` has {partner's} part by year; `capstake ipo` \
               writes dilution.csv, who holds what today, just before and just after the offer.",
    },
    Idea {
        words: &["draw", "sample"],
        text: "A random number, or the value of an uncertain input on a path. A draw depends on the seed, the input's name and the path's index only, \
               so that adding an input changes no other draw. `--draws csv` or `parquet` writes the inputs and metrics of every path.",
    },
    Idea {
        words: &["effective-share", "take-rate", "effective-share-of-revenue"],
        text: "The part of {company's} net revenue that it pays {partner} over the term of the revenue share, after cap and termination: the metric \
               `effective_rate`. The contract's percentage is the key `deal.NAME.rate`.",
    },
    Idea {
        words: &["failure", "default", "bankruptcy"],
        text: "A path on which {company} cannot fund itself: cash runs short and investors would have to be given more of the company than \
               `funding.max_dilution` allows. From the next period on it has no revenue and pays no revenue share; its holders get `funding.recovery` of \
               its value. The event `failed` has the probability by date.",
    },
    Idea {
        words: &["lock-up", "lockup"],
        text: "The months after the IPO in which a holder may not sell. {partner's} stake is valued at the end of its lock-up, at the price of \
               that day: `equity.lockup_months`.",
    },
    Idea {
        words: &["monte-carlo", "simulation"],
        text: "Valuing by drawing many possible futures at random and averaging over them. Its error falls with the square root of the number of \
               paths: four times the paths, half the error. The error says nothing on whether the assumptions are right.",
    },
    Idea {
        words: &["nine-in-ten", "nine-futures-in-ten", "range"],
        text: "Nine futures in ten lie in this range: from the 5% quantile (p05) to the 95% quantile (p95) over all paths. It shows how \
               uncertain the business is. The standard error (±) shows how far the simulation may be off, and is far smaller.",
    },
    Idea {
        words: &["path", "future", "trial", "scenario-path"],
        text: "One simulated future, quarter by quarter, from the valuation date to the horizon, with every uncertain number drawn once and the luck of \
               every quarter. A run averages over many: `-n 1000000`. Paths count from 0; `capstake replay SCENARIO --path 48231` shows one alone. The \
               first n paths of a longer run are those of a run of n.",
    },
    Idea {
        words: &["present-value", "pv", "npv", "discounting"],
        text: "What a later amount is worth on the valuation date: divided by (1 + rate) to the power of the years until then. `[discount]` has a rate \
               for each stream: revenue share, equity, cloud, licence. Metrics that end in `_pv` are present values.",
    },
    Idea {
        words: &["quantile", "percentile", "median"],
        text: "The value that a given part of all paths stays below: p05 is undercut in one future of twenty, p50 (the median) in every other. \
               quantiles.csv has 23 of each metric, with 95% intervals for the simulation error.",
    },
    Idea {
        words: &["revenue-share"],
        text: "The percentage of revenue that {company} pays {partner} under a deal, until the cap is reached or the share ends: `deal.NAME.rate`, \
               `cap_usd_bn`, `share_ends`. Its present value is the metric `share_pv`.",
    },
    Idea {
        words: &["seed"],
        text: "The number that selects the random numbers: `-s 7`, 1 by default. The same seed gives identical results; another one gives \
               other futures of the same kind, and figures that differ by about their standard errors.",
    },
    Idea {
        words: &["shapley", "shapley-value", "shapley-effect"],
        text: "A fair way to share out a total among parts that act together: each part gets what it adds, averaged over all orders in which \
               the parts could be added (Shapley 1953). `capstake bridge` shares out the difference of two deals among clauses this way, \
               `capstake sensitivity --method shapley` the variance of a metric among inputs, correlated ones too.",
    },
    Idea {
        words: &["stake"],
        text: "{partner's} part of {company's} equity: the key `deal.NAME.stake` at the valuation date; it is diluted by later rounds. Its present \
               value when it can be sold is the metric `stake_pv`.",
    },
    Idea {
        words: &["swing"],
        text: "How much the mean of a metric changes from the paths where an input is near its 10% quantile to those where it is near its 90% \
               quantile. Inputs that are correlated with it move along. It is the length of a bar of the tornado; tornado.csv has it with \
               its error.",
    },
    Idea {
        words: &["take", "microsoft's-take", "microsofts-take", "partner's-take"],
        text: "{partner's} take is the present value of the revenue share that it receives plus that of its stake when the stake can be sold: the \
               metric `microsoft_take_pv`. `microsoft_total_pv` adds the margin on reselling and hosting and the royalties that its licence saves.",
    },
    Idea {
        words: &["take-or-pay", "commitment"],
        text: "A contract by which {company} pays a cloud for a committed amount whether it uses it or not. `[[contract]]` has the amount \
               (`total_usd_bn`), the cloud, the dates, and `draw`, the part of the contract that becomes binding.",
    },
    Idea {
        words: &["tornado"],
        text: "A bar chart of what drives a metric, the longest bar on top: its mean where an input is low (near its 10% quantile) and where it is \
               high (near its 90% quantile). `capstake sensitivity SCENARIO` prints it and writes tornado.csv. The length of a bar is the \
               input's swing.",
    },
    Idea {
        words: &["underpricing"],
        text: "How far below its value on the first day the shares of an IPO are sold: the key `ipo.underpricing`.",
    },
    Idea {
        words: &["value-of-information", "evpi", "voi", "evppi"],
        text: "What it would be worth to know an uncertain number before choosing between the deals (for everything at once: EVPI, the expected value of \
               perfect information): the mean of the best choice with that knowledge, less the mean of the best choice without. It is 0 where \
               the knowledge changes no choice. `capstake sensitivity` writes it to information.csv.",
    },
    Idea {
        words: &["volatility"],
        text: "How strongly a rate varies by luck: the standard deviation of its logarithm over one year, per square root of a year. Keys that \
               begin with `volatility` have it for each process.",
    },
    Idea {
        words: &["year-to-year-luck", "luck", "noise"],
        text: "What is drawn again in every period: innovations of growth, revenue and multiples, and shocks. Assumptions are drawn once per path. \
               `capstake sensitivity` says how much of the variance comes from each; no research into assumptions removes the luck.",
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
