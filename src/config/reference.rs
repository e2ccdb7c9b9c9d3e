//! Generates the reference page of the scenario format, `configs/README.md`.

use super::choice::Choice;
use super::family::Family;
use super::scenario::Config;
use super::section::Section;
use super::tables::tables;

const REFERENCE_HEAD: &str = "\
# Scenarios

| file | what it is |
|---|---|
| `minimal.toml` | the smallest scenario that runs: one business, one deal |
| `base.toml` | OpenAI and Microsoft under the agreement of April 2026 and under that of October 2025, seen from 1 October 2026 |
| `july-2026.toml` | the same, seen from 1 July 2026: `capstake compare configs/july-2026.toml configs/base.toml` shows what a quarter changed |
| `company-plan.toml` | the company's own plan taken as certain: the deal's arithmetic against the press |
| `capped-share.toml` | a capped share of geometric Brownian revenue, whose value is known |
| `schwartz-moon-2000.toml` | Amazon at the end of 1999, the case of the paper behind the growth model |

Run one with `capstake run configs/base.toml`, change a key for one run with `--set deal.amended-2026.cap_usd_bn=60`, start
your own with `capstake init`.

# Reference of the format

This page is generated from the declarations in `src/config`; a test keeps it true.

A scenario is TOML. Money is in billions of US dollars, time in years from the valuation date unless a key says months, rates
and growth per year (growth is continuous, discount rates are annual-effective), shares are fractions of 1. End dates are
included. Keys that are not listed here are errors.

The first column below is the key in its table. Its full key, for `--set`, `same_as`, correlations and `inputs.csv`, has the
table before it, and entries of lists by name (`segment.business.growth_now`), those without a name by date
(`history.period.2026-01-01.fcf_usd_bn`), correlations by position from 1.

";

const NUMBER_HEAD: &str = "\
## Numbers

Where the type is *number*, the value may be uncertain. It is a plain number, or a table with `value`, or with `dist` and the
parameters of that family, or with `same_as = \"KEY\"` (the same draw as another number). Each table may have `source` (the
`key` of a `[[source]]` that states the number) or `informed_by` (of one that it was derived from and that does not state it),
`note`, and `min` and `max`, which restrict the distribution to an interval. `inf` is a half-life without end. `p5` and `p1` are read as
`p05` and `p01`.

Growth rates of revenue are continuous: 0.405 is half as much again in a year. With `basis = \"annual\"` the numbers of the table
are growth from one year to the next (0.5), and the rate of the model is ln(1 + number), draw by draw; a plain number has no basis
of its own: `{ value = 0.5, basis = \"annual\" }`. Results and `inputs.csv` show the continuous rate, which is also what
`same_as` takes.

";

const CHANGES: &str = "\
## Changing a scenario

For one run, `--set` (of `run`, `check`, `replay`, `scenario` and all studies; `--with` of `compare` takes the same):

| to | write |
|---|---|
| give a key another value | `--set deal.amended-2026.cap_usd_bn=60` |
| change one parameter of a distribution, its others staying | `--set segment.business.growth_now.p50=0.7` |
| give a number a distribution | `--set 'discount.share={ dist = \"uniform\", low = 0.08, high = 0.12 }'` |
| give a key a word or a text | `--set 'run.booking=\"end\"'` |
| take a key, a table or an entry out | `--set deal.prior-2025.cap_usd_bn=none`, `--set ipo=none`, `--set deal.prior-2025=none` |
| add a deal with another's terms, and change them | `--set 'deal.mine.like=\"amended-2026\"' --set deal.mine.cap_usd_bn=60` |
| change a correlation, by its position | `--set correlation.3.value=0.4` |

A number that `--set` makes certain loses its correlations; a line says how many. `--set cap=60` is answered with the full keys
that may be meant.

For good, a file of its own that holds what differs:

```toml
extends = \"base.toml\"                # the first key
name = \"slow\"
remove = [\"deal.prior-2025\"]         # keys, tables, list entries
[[segment]]
name = \"business\"                    # the entry of that name; its other keys stay
growth_now = { dist = \"normal\", mean = 0.4, sd = 0.1 }  # a number is replaced as a whole
[[correlation]]
between = [\"segment.business.growth_now\", \"equity.multiple_long_run\"]
value = 0.2                          # replaces the pair's value, or adds the pair
```

`capstake scenario FILE` prints the whole that results, `capstake compare base.toml slow.toml` what it changes. A deal that differs from another
in few terms says `like = \"NAME\"` and those terms alone; to have no cap or exclusivity where the other has one, it writes its
terms itself. Correlations keep their positions until all `--set` of a command are applied.

Outside its *usual* range a number draws a warning, with the number that was probably meant: a percentage where a fraction
belongs, millions or dollars where billions belong, days where months belong. It runs anyway. A distribution is judged by
the values that one path in a hundred lies below and above.

";

/// The reference page of the scenario format, `configs/README.md`.
pub fn reference_markdown() -> String {
    let mut out = REFERENCE_HEAD.to_owned();
    out.push_str(CHANGES);
    out.push_str(NUMBER_HEAD);
    out.push_str("| `dist` | parameters | what it is | what must hold |\n|---|---|---|---|\n");
    for dist in Family::all() {
        out.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            dist.word(),
            parameter_words(dist),
            dist.meaning(),
            dist.notes().0
        ));
    }
    for table in tables(Config::SPEC) {
        let title = if table.header.is_empty() { "Top of the file" } else { &table.header };
        out.push_str(&format!("\n## {}\n\n{}\n\n", title.replace('[', "\\["), table.spec.meaning()));
        out.push_str(
            "| key | type | unit | allowed | usual | without it | meaning |\n|---|---|---|---|---|---|---|\n",
        );
        for row in table.rows() {
            out.push_str(&format!(
                "| `{}` | {} | {} | {} | {} | {} | {} |\n",
                row.spec.key,
                row.spec.type_word(),
                row.spec.unit_words(),
                row.spec.allowed_words(),
                row.spec.usual_words(),
                row.spec.default_words(),
                row.spec.meaning()
            ));
        }
    }
    out
}

/// The parameters of a family, optional ones in parentheses: `low`, `high`, (`weight`).
fn parameter_words(dist: Family) -> String {
    let required = dist.forms_in_words(|key| format!("`{key}`"));
    let optional = dist.optional().iter().map(|key| format!("(`{key}`)"));
    std::iter::once(required).chain(optional).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::number::NumberTable;
    use crate::config::spec::ValueKind;
    use crate::config::tables::rows;

    #[test]
    fn the_reference_page_is_the_generated_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/configs/README.md");
        let page = reference_markdown();
        if std::env::var_os("CAPSTAKE_WRITE_REFERENCE").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let stored = std::fs::read_to_string(path).unwrap_or_default();
        assert!(stored == page, "configs/README.md is stale: run the tests with CAPSTAKE_WRITE_REFERENCE=1");
    }

    #[test]
    fn every_key_is_in_the_catalogue_once_with_a_meaning() {
        let rows = rows(Config::SPEC);
        assert!(rows.len() > 150, "{}", rows.len());
        let mut patterns: Vec<&str> = rows.iter().map(|row| row.pattern.as_str()).collect();
        patterns.sort_unstable();
        patterns.dedup();
        assert_eq!(patterns.len(), rows.len());
        for row in &rows {
            assert!(row.spec.meaning().ends_with('.') && row.spec.meaning().len() >= 8, "{}", row.pattern);
            let number = matches!(
                row.spec.kind,
                ValueKind::Number | ValueKind::Steps(_) | ValueKind::Loadings | ValueKind::Years
            );
            assert_eq!(row.spec.unit.is_some(), number, "{}", row.pattern);
            assert_eq!(row.spec.usual.is_some(), number, "{} needs a usual range", row.pattern);
            if let Some(usual) = row.spec.usual {
                let held = |end: f64| row.spec.domain.contains(end) || row.spec.domain.bounds().0 == end;
                assert!(usual.low < usual.high && held(usual.low) && held(usual.high), "{}", row.pattern);
            }
        }
        for pattern in [
            "segment.NAME.growth_now",
            "segment.NAME.plan.DATE.rate_usd_bn",
            "segment.NAME.annual_totals.YEAR",
            "deal.NAME.rate.DATE.rate",
            "history.period.DATE.fcf_usd_bn",
            "shock.NAME.loading.NAME",
            "microsoft.ai.growth_now",
            "ipo.gate.growth",
            "correlation.N.value",
            "cash.yield",
        ] {
            assert!(patterns.binary_search(&pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn every_parameter_of_a_family_is_a_key_of_the_number_table() {
        for dist in Family::all() {
            for key in dist.parameters() {
                assert!(NumberTable::SPEC.find(key).is_some(), "{key}");
            }
            let (_, result) =
                crate::config::parse("x", &format!("[discount]\nshare = {}", dist.notes().1), &[]);
            assert!(result.is_ok(), "{}", dist.word());
        }
    }
}
