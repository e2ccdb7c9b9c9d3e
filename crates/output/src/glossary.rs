//! What every metric, series, event, statistic and file means: one short paragraph each, as `explain` prints them.
//!
//! `{company}` and `{partner}` stand for the names that a scenario gives them; [`PartyNames::tell`] puts them in.

use capstake::config::Unit;
use capstake::kernel::metric::Metric;
use capstake::model::PartyNames;
use capstake::model::dependence::{Factor, TERMINATION_TIME};
use capstake::run::Event;

/// A term of the results with its explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its name in the tables.
    pub name: &'static str,
    /// The unit of its values, if it always has the same one.
    pub unit: Option<Unit>,
    /// One paragraph of explanation, without the names.
    text: &'static str,
}

impl Term {
    /// One paragraph of explanation.
    pub fn text(&self, names: &PartyNames) -> String {
        names.tell(self.text)
    }
}

/// Variables that a correlation can name in addition to the keys of uncertain numbers; `NAME` is the name of
/// an entry.
pub const FACTORS: [Term; 7] = [
    Term {
        name: Factor::SegmentLevel(0).pattern(),
        unit: None,
        text: "The normal of each period that moves a segment's rate of demand: `[[correlation]]` ties it to other factors, \
               period by period. It does nothing where the segment has no volatility.",
    },
    Term {
        name: Factor::SegmentGrowth(0).pattern(),
        unit: None,
        text: "The normal of each period that moves the growth of a segment whose process is mean-reverting-growth; it does \
               nothing where `growth_volatility_now` is 0.",
    },
    Term {
        name: Factor::CloudMix(0).pattern(),
        unit: None,
        text: "The normal of each period that moves a cloud's attraction against the home cloud, with the cloud's `volatility`; the \
               home cloud has none.",
    },
    Term {
        name: Factor::Multiple.pattern(),
        unit: None,
        text: "The normal of each period that moves the multiple by which the company is valued around its path.",
    },
    Term {
        name: Factor::MicrosoftAiLevel.pattern(),
        unit: None,
        text: "The normal of each period that moves {partner's} own AI revenue.",
    },
    Term {
        name: Factor::MicrosoftAiGrowth.pattern(),
        unit: None,
        text: "The normal of each period that moves the growth of {partner's} own AI revenue, where that reverts to a mean.",
    },
    Term {
        name: TERMINATION_TIME,
        unit: None,
        text: "The normal behind the moment at which deals with a termination hazard end: one per path, so that `[[correlation]]` \
               can tie it to the numbers that are drawn once per path.",
    },
];

/// The labels of metrics, which people read instead of their keys.
pub use capstake::report::label::{metric as label, short as short_label};

/// What each metric means, in the order of [`Metric::ALL`]; a metric has one value per path and deal.
const METRICS: [(Metric, &str); Metric::ALL.len()] = [
    (
        Metric::SharePv,
        "Present value of the revenue share that {company} really pays under the deal: what is due in each period, cut where \
         the cap is used up, discounted with `discount.share` from the day of payment (the middle of the period plus the \
         lag). What falls due after a failure counts with the recovery only.",
    ),
    (
        Metric::ShareUncappedPv,
        "Present value of what would be due without the cap, on the same path: the rate times the eligible part of the \
         base, while the share runs. Payment times and discounting are those of share_pv.",
    ),
    (
        Metric::CapSavingPv,
        "What the cap is worth to {company}: share_uncapped_pv less share_pv, path by path. Without a cap it is 0.",
    ),
    (
        Metric::StakeMark,
        "{partner's} stake today times the equity value that the scenario itself implies on the valuation date (enterprise \
         value by its method, plus cash, less what the revenue share is expected to cost). Not discounted; a check \
         of the scenario against the last round's price.",
    ),
    (
        Metric::StakePv,
        "Present value of {partner's} stake at its exit: the stake left after all dilution times the equity value then, \
         discounted with `discount.equity`. The exit comes when the lock-up after the IPO ends, or at the horizon, where \
         an unlisted stake bears the marketability discount. After a failure it is the stake's part of what is recovered.",
    ),
    (
        Metric::MicrosoftTakePv,
        "The headline of {partner's} side: share_pv plus stake_pv, the contract and the stake together. Without a stake or \
         without `[equity]` it is the share alone.",
    ),
    (
        Metric::ResalePv,
        "Present value of {partner's} margin on selling {company's} models in its own cloud: home sales times the resale margin \
         less what it passes on while the licence runs, afterwards home sales times the home cloud's fee. Discounted with \
         `discount.cloud`; nothing is counted beyond the horizon.",
    ),
    (
        Metric::HostingPv,
        "Present value of {partner's} margin on {company's} compute bill: the hosting margin on compute that is used, the \
         take-or-pay margin on what is paid for and not used. Discounted with `discount.cloud`.",
    ),
    (
        Metric::LicencePv,
        "Present value of the royalty that the licence saves {partner}: its own AI revenue times the royalty rate, for the \
         part not yet served by its own models, less a discount where others may have the licence too; until \
         the licence ends. Discounted with `discount.licence`.",
    ),
    (
        Metric::OutboundPv,
        "Present value of what {partner} passes on to {company} from its sales of {company's} models while the licence runs. Shown \
         separately: resale_pv is already net of it, so do not add the two.",
    ),
    (
        Metric::MicrosoftTotalPv,
        "Everything that {partner} gets in the model: microsoft_take_pv, resale_pv, hosting_pv and licence_pv.",
    ),
    (
        Metric::OpenaiRetainedPv,
        "The headline of the other side: present value, at the same exit, of what today's holders other than {partner} \
         still own after dilution. No marketability discount is taken from it.",
    ),
    (
        Metric::RevenueKeptPv,
        "Present value of {company's} net revenue less its payments of the revenue share over the whole horizon, with \
         `discount.revenue` from the middle of each period.",
    ),
    (Metric::ShareNominal, "Sum of the revenue share that is paid, not discounted."),
    (
        Metric::ShareUncappedNominal,
        "Sum of the revenue share that would be due without the cap, not discounted.",
    ),
    (
        Metric::CapHit,
        "1 where the cap is used up before the share ends, else 0; its mean is the probability that the cap binds.",
    ),
    (
        Metric::CapHitTime,
        "When the cap is used up, in years from the valuation date, interpolated within the period. Over the paths on which \
         that happens; the others count as undefined.",
    ),
    (
        Metric::EffectiveRate,
        "The part of its net revenue that {company} pays while the revenue share runs: nominal payments over the net revenue \
         of those dates. Below the contract's rate where the cap binds or part of the revenue is not eligible.",
    ),
    (
        Metric::TakeMultiple,
        "How many times {partner} gets back what it invested, not discounted: the share received before and from now on, \
         plus the stake's value at its exit, over `microsoft.invested_usd_bn`.",
    ),
    (
        Metric::Ipo,
        "1 where the company is listed within the horizon, else 0; its mean is the probability of an IPO.",
    ),
    (
        Metric::IpoTime,
        "When the company is listed, in years from the valuation date, over the paths on which it is.",
    ),
    (
        Metric::IpoEquity,
        "Equity value before the new money of the IPO, at the offer price (that is, after underpricing), over the paths on \
         which the company is listed.",
    ),
    (
        Metric::Failed,
        "1 where {company} runs out of money within the horizon and cannot raise more, else 0; its mean is the probability.",
    ),
    (
        Metric::StakeAtExit,
        "{partner's} fraction of the company at its exit, after rounds, shortfall funding, the IPO and employee grants.",
    ),
    (
        Metric::FundingRaised,
        "Money raised because cash would have fallen below its minimum; agreed rounds and the IPO are not in it.",
    ),
    (
        Metric::HomeShare,
        "The home cloud's part of all sales of {company's} models through clouds, over the calendar year `[run] mix_year` (in \
         the tables the name carries that year).",
    ),
    (
        Metric::CloudConcentration,
        "How concentrated cloud sales are in the year `[run] mix_year`: the sum of the squared shares of the clouds \
         (Herfindahl), 1 for a single cloud (in the tables the name carries that year).",
    ),
];

/// What a metric means.
pub fn metric(metric: Metric, names: &PartyNames) -> String {
    names.tell(METRICS[metric as usize].1)
}

/// Series of `annual.csv` and `sample_paths.csv`; there `cloud_share` is followed by the name of a cloud.
pub const SERIES: [Term; 18] = [
    Term {
        name: "net_revenue",
        unit: Some(Unit::UsdBn),
        text: "{company's} revenue after what the clouds keep of their sales, over the year.",
    },
    Term {
        name: "net_revenue_full_year",
        unit: Some(Unit::UsdBn),
        text: "Net revenue of the first calendar year as a whole: history before the valuation date plus the simulated rest.",
    },
    Term {
        name: "gross_margin",
        unit: Some(Unit::Fraction),
        text: "The part of net revenue that is left after the cost of inference.",
    },
    Term {
        name: "payments",
        unit: Some(Unit::UsdBn),
        text: "Revenue share that accrues over the year, after the cap.",
    },
    Term {
        name: "cumulative_payments",
        unit: Some(Unit::UsdBn),
        text: "Payments from the valuation date to the year's end; what was paid before is not in it.",
    },
    Term {
        name: "cap_left",
        unit: Some(Unit::UsdBn),
        text: "What the cap still allows at the year's end. A deal without a cap has no such series.",
    },
    Term {
        name: "cloud_share",
        unit: Some(Unit::Fraction),
        text: "A cloud's part of all cloud sales over the year, one series for each cloud: cloud_share.NAME.",
    },
    Term {
        name: "compute",
        unit: Some(Unit::UsdBn),
        text: "What {company} pays for compute over the year: what it needs or what it has committed to, whichever is more.",
    },
    Term {
        name: "compute_home",
        unit: Some(Unit::UsdBn),
        text: "The part of compute that is paid to the home cloud.",
    },
    Term {
        name: "free_cash_flow",
        unit: Some(Unit::UsdBn),
        text: "Cash that operations, interest and tax leave over the year, before any new money.",
    },
    Term {
        name: "free_cash_flow_full_year",
        unit: Some(Unit::UsdBn),
        text: "Free cash flow of the first calendar year as a whole: history before the valuation date plus the simulated rest.",
    },
    Term {
        name: "cash",
        unit: Some(Unit::UsdBn),
        text: "Cash at the year's end, new money included; 0 after a failure.",
    },
    Term {
        name: "equity",
        unit: Some(Unit::UsdBn),
        text: "Equity value at the year's end: enterprise value plus cash less what the revenue share is expected to cost, never below 0.",
    },
    Term {
        name: "multiple",
        unit: Some(Unit::Multiple),
        text: "The multiple by which the company is valued, at the year's end.",
    },
    Term {
        name: "stake",
        unit: Some(Unit::Fraction),
        text: "{partner's} fraction of the company at the year's end; counted as if it were never sold.",
    },
    Term {
        name: "ready",
        unit: Some(Unit::Flag),
        text: "1 where the gates of the IPO are met and have been for the months required. It can be lost again.",
    },
    Term {
        name: "listed",
        unit: Some(Unit::Flag),
        text: "1 from the IPO on, 0 before it and after a failure.",
    },
    Term {
        name: "alive",
        unit: Some(Unit::Flag),
        text: "1 until a failure, 0 from the period after it; its mean is the probability of survival.",
    },
];

/// What an event of `events.csv` means.
pub fn event(event: Event, names: &PartyNames) -> String {
    names.tell(match event {
        Event::CapReached => "The cap has been used up by that date.",
        Event::Ready => "The company has been ready for an IPO at least once by that date.",
        Event::Listed => "The company has been listed by that date, whatever came after.",
        Event::Failed => "{company} has failed by that date.",
    })
}

/// Statistics and other columns of the result tables.
pub const STATISTICS: [Term; 15] = [
    Term {
        name: "std_error",
        unit: None,
        text: "Standard error of the mean: how far the mean of this run is likely to lie from that of infinitely many paths. A 0 \
               says that all paths of the run agree, which other paths need not. It says nothing about whether the inputs are right. Under \
               plain sampling it is the standard deviation over the root of the number of paths; under Sobol sampling it comes from how far \
               the replicates lie apart.",
    },
    Term {
        name: "std_dev",
        unit: None,
        text: "Standard deviation over the paths: how much outcomes differ. More paths do not make it smaller.",
    },
    Term {
        name: "es05",
        unit: None,
        text: "Expected shortfall on the low side: the mean of the lowest 5% of the paths.",
    },
    Term { name: "es95", unit: None, text: "The mean of the highest 5% of the paths." },
    Term {
        name: "low95",
        unit: None,
        text: "Lower end of a 95% interval for the simulation's error: of a quantile from order statistics of the run (empty where the \
               sample is too small for one), of a probability by Wilson's formula, of another mean 1.96 standard errors below it. Under \
               Sobol sampling these are t intervals over replicates, of quantiles by sectioning.",
    },
    Term { name: "high95", unit: None, text: "Upper end of that interval." },
    Term {
        name: "error_df",
        unit: None,
        text: "Degrees of freedom of a t interval: one less than the replicates of Sobol points in which the figure has a value. Empty \
               where low95 and high95 are no t interval: under plain sampling, of exact figures, and of an event on none of the paths or \
               on all.",
    },
    Term {
        name: "replicate",
        unit: None,
        text: "Which of the independently randomised sets of Sobol points a path belongs to. Paths of one replicate depend on each \
               other, replicates do not: with the mean of each as one number, the standard error is the standard deviation of these \
               numbers over the root of how many they are. Blocks of 64 paths are dealt to the replicates in turn. The draws files have \
               this column under Sobol sampling.",
    },
    Term {
        name: "paths",
        unit: None,
        text: "The number of paths on which the figure has a value; mean and quantiles are over these.",
    },
    Term {
        name: "undefined",
        unit: None,
        text: "The number of paths on which the figure has no value: no IPO, no cap reached, no equity value.",
    },
    Term {
        name: "deal",
        unit: None,
        text: "The deal's name, or a difference such as `prior-2025 - amended-2026`: the later deal of the scenario less its first, path \
               by path on the same draws, over the paths on which both have a value.",
    },
    Term {
        name: "target",
        unit: None,
        text: "In correlations.csv: the correlation that the scenario asks for, of the normals behind the two numbers or factors.",
    },
    Term {
        name: "repaired",
        unit: None,
        text: "In correlations.csv: the correlation that is used after `[run] correlation_repair`.",
    },
    Term {
        name: "sampled",
        unit: None,
        text: "In correlations.csv: the correlation found in this run's draws. It differs from the one used by chance alone.",
    },
    Term {
        name: "origins",
        unit: None,
        text: "Where the numbers of a scenario are from: a source states it (`source`), it is derived from one that does not state it \
               (`informed_by`), or it is a judgement. A run says in origins.csv, in --full, on the page and in the workbook how much of \
               the take's variance comes from each kind. A constant moves nothing, so that its part is none, whatever its source; \
               the rest is year-to-year luck, curvature and interaction.",
    },
];

/// Files of a results folder.
pub const FILES: [Term; 31] = [
    Term {
        name: "summary.csv",
        unit: None,
        text: "One row for each deal and metric: mean with its error, standard deviation, quantiles, shortfalls, number of paths.",
    },
    Term {
        name: "quantiles.csv",
        unit: None,
        text: "One row for each deal, metric and quantile, with a 95% interval.",
    },
    Term {
        name: "annual.csv",
        unit: None,
        text: "One row for each deal, calendar year and series: flows over the year, stocks at its end. Where the valuation date or the \
         horizon cuts a year, its row is of the part that is simulated, which pages and workbooks label so: 2026 H2.",
    },
    Term {
        name: "histogram.csv",
        unit: None,
        text: "One row for each deal, metric and bin; the edges are round numbers and the counts add up to the paths.",
    },
    Term {
        name: "inputs.csv",
        unit: None,
        text: "One row for each number of the scenario: its distribution, mean, quantiles, source and note, what this run drew, and the source that \
               it was derived from.",
    },
    Term {
        name: "correlations.csv",
        unit: None,
        text: "One row for each pair that the scenario names, and after a repair for each pair that changed.",
    },
    Term {
        name: "events.csv",
        unit: None,
        text: "One row for each deal, event and period end: the probability that it has happened by then.",
    },
    Term {
        name: "bridge.csv",
        unit: None,
        text: "One row for each metric and clause of the change from the second deal to the first: what it adds to the mean when it is \
               added first, last, in order, and on average over all orders (Shapley). `capstake bridge` writes it for any two deals.",
    },
    Term {
        name: "origins.csv",
        unit: None,
        text: "What the first deal's take rests on: one row for each kind of number (sourced, derived, judgement) with the number of \
               uncertain inputs and the part of the variance that straight lines in them explain, on average over all orders of the \
               kinds (Shapley), over the first 20,000 paths at most.",
    },
    Term {
        name: "what_if.csv",
        unit: None,
        text: "One row for each node of the sliders of the page, deal and metric: mean, quantiles, the difference from the scenario with its \
               paired error, and the histograms of both sides. A run with a page has the first deal's cap; --what-if asks for others.",
    },
    Term { name: "sample_paths.csv", unit: None, text: "The first 50 paths, period by period, for drawing." },
    Term {
        name: "results.xlsx",
        unit: None,
        text: "All tables as a workbook with live formulas, named headline figures and native charts; `capstake report` makes it again.",
    },
    Term {
        name: "draws.parquet",
        unit: None,
        text: "The rows of draws.csv as Parquet, with units and the manifest in its metadata; only with --draws parquet.",
    },
    Term {
        name: "draws.xlsx",
        unit: None,
        text: "The first rows of draws.csv that a spreadsheet can open, and how many these are; only with --draws xlsx.",
    },
    Term {
        name: "paths.csv",
        unit: None,
        text: "The yearly series named by --series on every path, by deal and calendar year; only with --draws csv. It is large.",
    },
    Term {
        name: "paths.parquet",
        unit: None,
        text: "The rows of paths.csv as Parquet, with units and the manifest in its metadata; only with --series and --draws parquet.",
    },
    Term {
        name: "draws.csv",
        unit: None,
        text: "Every path and deal with every uncertain input and every metric; only with --draws csv. It is large.",
    },
    Term { name: "state.capstake", unit: None, text: "The sums so far, for resume, extend and merge." },
    Term {
        name: "report.html",
        unit: None,
        text: "The results as a page for a browser: one file that asks nothing of a network, made of the tables and the manifest alone.",
    },
    Term {
        name: "manifest.json",
        unit: None,
        text: "What the folder holds and where it comes from: program, scenario as run, seed, paths, times, files with digests, counts \
               of undefined and non-finite paths, and `status`: running, complete, partial (stopped, or the disk was full) or \
               failed.",
    },
    Term {
        name: "answer.json",
        unit: None,
        text: "Of the studies: the whole answer, sentences, tables and charts; `capstake report` makes workbook and page of it. Of columns with one name, \
         capitals aside, the later ones end in _2, _3, … in every format.",
    },
    Term {
        name: "tornado.csv",
        unit: None,
        text: "Of capstake sensitivity: one row for each metric and input: how far the metric's mean moves as the input goes from its 10% to its 90% quantile, and their rank correlation.",
    },
    Term {
        name: "groups.csv",
        unit: None,
        text: "Of capstake sensitivity: one row for each metric and group of inputs or noise: swing along the straight line that fits best, and the part of the variance it explains.",
    },
    Term {
        name: "information.csv",
        unit: None,
        text: "Of capstake sensitivity: what knowing an input, a group or everything is worth to who takes the deal with the highest mean of the metric.",
    },
    Term {
        name: "indices.csv",
        unit: None,
        text: "Of capstake sensitivity --method sobol: total and first-order indices, parts of the variance, for each metric and variable.",
    },
    Term {
        name: "effects.csv",
        unit: None,
        text: "Of capstake sensitivity --method shapley: the variance shared out over the variables; the effects of a metric add up to 1.",
    },
    Term {
        name: "readiness.csv",
        unit: None,
        text: "Of capstake ipo: for each deal and quarter the part of all paths on which each gate holds, all hold, the company is ready, has been ready, has been listed. calendar.csv has the same with errors.",
    },
    Term {
        name: "gates.csv",
        unit: None,
        text: "Of capstake ipo: for each gate the readiness were it left out, how often it is the last to open, and how often it closes again.",
    },
    Term {
        name: "offer.csv",
        unit: None,
        text: "Of capstake ipo: figures on the day of the offer, over the paths with one: value, proceeds, price, obligations with and without the cap, runway.",
    },
    Term {
        name: "dilution.csv",
        unit: None,
        text: "Of capstake ipo: who holds which part of the company today, just before and just after the offer.",
    },
    Term {
        name: "standards.csv",
        unit: None,
        text: "Of capstake ipo: rules of exchanges, of securities law and of custom, and how often the company meets those parts that the model knows on the day of its offer. Check each rule again before use.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use capstake::kernel::metric::Series;

    #[test]
    fn every_series_has_its_term_under_its_name_and_unit() {
        let clouds = ["x".to_owned()];
        for (series, term) in Series::ALL.into_iter().zip(SERIES) {
            assert_eq!(series.name(&clouds).trim_end_matches(".x"), term.name);
            assert_eq!(Some(series.unit()), term.unit, "{}", term.name);
        }
    }

    #[test]
    fn every_metric_has_its_text_in_its_place() {
        assert_eq!(METRICS.map(|(metric, _)| metric), Metric::ALL);
        assert!(Metric::ALL.into_iter().enumerate().all(|(i, metric)| metric as usize == i));
    }

    #[test]
    fn texts_are_sentences_on_one_line() {
        let names = PartyNames { company: "Acme".to_owned(), partner: "Bolt".to_owned() };
        let terms = SERIES.iter().chain(&STATISTICS).chain(&FILES).chain(&FACTORS);
        let terms = terms.map(|term| term.text(&names));
        let metrics = Metric::ALL.map(|one| metric(one, &names));
        for text in terms.chain(metrics).chain(Event::ALL.map(|one| event(one, &names))) {
            assert!(text.ends_with('.') && !text.contains('\n') && !text.contains("  "), "{text}");
            assert!(
                !text.contains(['{', '}']) && !text.contains("OpenAI") && !text.contains("Microsoft"),
                "{text}"
            );
        }
    }
}
