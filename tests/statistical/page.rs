//! The validation page: written from the runs of the tests, and stale where it differs from them.

use crate::verdict::{Family, Section};
use crate::{capped_share, company_plan, copula, distribution, growth, schwartz_moon, sensitivity, sobol};
use std::fmt::Write;

const TOP: &str = "\
# Validation

Published and independently computed cases, priced by this engine from scenario text. This page is written by

    CAPSTAKE_BLESS=1 cargo test --release --test statistical validation_page

and the same test fails when it is stale: seeds are fixed and results do not depend on the machine's number of cores, so that
every digit below is reproducible. A z-score is the distance from the reference in standard errors; beyond 4.5 a test fails,
which happens to a sound engine once in 150,000 cases. *exact* stands where nothing is sampled. Some rows share their paths
(the calls of one volatility, the moments of one process), so that their z-scores go together; the families at the end are independent.

Every one of these tests has a twin with the reference moved that must fail; `tests/README.md` lists the smallest error that each
can see.
";

const FAMILIES: &str = "\
## Families of z-scores

An engine whose standard errors are wrong passes single tests easily when they are too large. Over independent seeds the squares of the
z-scores must add up to about their number, and are bounded on both sides by the quantiles 10⁻⁴ and 1 − 10⁻⁴ of χ².

| family | z-scores | Σz² | lower bound | upper bound |
|---|---|---|---|---|
";

fn page() -> String {
    let sections: [&Section; 9] = [
        capped_share::share(),
        capped_share::asian(),
        growth::section(),
        schwartz_moon::section(),
        distribution::section(),
        copula::section(),
        company_plan::section(),
        sensitivity::section(),
        sobol::section(),
    ];
    let mut page = TOP.to_string();
    for section in sections {
        page += "\n";
        page += &section.page();
    }
    page += "\n";
    page += FAMILIES;
    let families: Vec<&Family> = sections.iter().flat_map(|section| &section.families).collect();
    for family in &families {
        let (low, high) = family.bounds();
        let (name, count, sum) = (&family.name, family.z.len(), family.sum());
        writeln!(page, "| {name} | {count} | {sum:.1} | {low:.1} | {high:.1} |").expect("text takes text");
    }
    let count: usize = families.iter().map(|family| family.z.len()).sum();
    let sum: f64 = families.iter().map(|family| family.sum()).sum();
    let rows: Vec<f64> = sections.iter().flat_map(|section| &section.cases).map(|case| case.z()).collect();
    let largest = rows.iter().fold(0.0_f64, |largest, z| largest.max(z.abs()));
    write!(
        page,
        "\nIn all {count} z-scores with Σz² = {sum:.1}. The tables above have {} sampled rows, the largest |z| is {largest:.2}.\n",
        rows.len()
    )
    .expect("text takes text");
    page
}

#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn validation_page() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/validation.md");
    let page = page();
    if std::env::var_os("CAPSTAKE_BLESS").is_some() {
        std::fs::write(path, &page).expect("the page can be written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    for (line, (kept, new)) in kept.lines().zip(page.lines()).enumerate() {
        assert_eq!(kept, new, "docs/validation.md is stale at line {}: see its first lines", line + 1);
    }
    assert_eq!(kept, page, "docs/validation.md is stale: see its first lines");
}
