//! Whole paths of the engine against the scalar twins: the same normals, every metric, every yearly series.
//!
//! The twins are written from the equations with the standard library's functions; the draws here come from the scalar
//! forms of the generator, a plain product with each group's Cholesky factor and the laws' own quantile functions. Nothing
//! of the kernel takes part. What is left between the two is rounding (some 10⁻¹³) and the tables of quantile functions
//! (10⁻¹¹ of a law's scale).

use crate::scalar_draws::{ScalarDraws, ScalarPoints};
use crate::scenario;
use crate::twin::{self, Draws};
use capstake::kernel::block::{Block, BlockOptions};
use capstake::kernel::plan::Plan;
use capstake::kernel::randomness::Randomness;
use capstake::math::lanes::LANES;
use capstake::math::simd::Isa;
use capstake::model::Model;
use capstake::model::run::{Replicates, Sampling};
use capstake::stats::moments::{ChunkCoMoments, CoMoments};

/// Equal to rounding, both undefined included; money is compared with the scale of what it is a difference of.
fn close(engine: f64, twin: Option<f64>, tolerance: f64) -> bool {
    match twin {
        None => engine.is_nan(),
        Some(twin) => (engine - twin).abs() <= tolerance * (1.0 + twin.abs()),
    }
}

/// Compares paths of a scenario, the first of them a block's, every metric and yearly series of every deal, under both samplings;
/// gives the largest difference.
fn compare(model: &Model, paths: std::ops::Range<u64>, tolerance: f64) -> f64 {
    let plain = compare_under(model, Sampling::Plain, paths.clone(), tolerance);
    let replicates = Replicates::new(8 << (paths.end % 4)).expect("8 to 64");
    let fewer = paths.start..paths.end.min(paths.start + 256);
    plain.max(compare_under(model, Sampling::Sobol(replicates), fewer, tolerance))
}

fn compare_under(model: &Model, sampling: Sampling, paths: std::ops::Range<u64>, tolerance: f64) -> f64 {
    let seed = 20_260_427;
    let plan = Plan::from_model(model, Randomness::new(seed, sampling), Isa::detect());
    let points = sampling.replicates().map(|replicates| ScalarPoints::new(model, replicates.get() as u64));
    let clouds = plan.cloud_names();
    let mut block = Block::new(&plan);
    let mut worst: f64 = 0.0;
    let mut compared = 0;
    for path in paths {
        let lane = (path % LANES as u64) as usize;
        if lane == 0 {
            block.run(&plan, path, BlockOptions::default());
        }
        let draws = ScalarDraws { points: points.as_ref(), ..ScalarDraws::plain(model, seed, path) };
        let outcome = twin::path(model, &draws);
        for (d, deal) in outcome.deals.iter().enumerate() {
            let names: Vec<String> =
                plan.deals()[d].metrics.iter().map(|metric| metric.name(model.run.mix_year)).collect();
            let twins: Vec<&str> = deal.metrics.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, twins, "the engine and the twin have the same metrics");
            for (i, (name, twin)) in deal.metrics.iter().enumerate() {
                let engine = block.metrics[d][i][lane];
                assert!(
                    close(engine, *twin, tolerance),
                    "path {path}, {}, {name}: engine {engine}, twin {twin:?}",
                    model.deals[d].name
                );
                if let Some(twin) = twin {
                    worst = worst.max((engine - twin).abs() / (1.0 + twin.abs()));
                }
                compared += 1;
            }
            for (year, name, twin) in &deal.years {
                let y =
                    plan.steps().years.iter().position(|y| y.year == *year).expect("a year of the timeline");
                let i = plan.deals()[d].series.iter().position(|series| series.name(&clouds) == *name);
                let i = i.unwrap_or_else(|| panic!("the engine has the series {name}"));
                let engine = block.years[d][y][i][lane];
                assert!(
                    close(engine, *twin, tolerance),
                    "path {path}, {}, {year} {name}: engine {engine}, twin {twin:?}",
                    model.deals[d].name
                );
                compared += 1;
            }
            for (engine, twin) in [
                (block.cap_time(d)[lane], deal.cap_time),
                (block.ready_time(d)[lane], deal.ready_time),
                (block.ipo_time(d)[lane], deal.listed_time),
                (block.failure_time(d)[lane], deal.failed_time),
            ] {
                let engine = if engine.is_finite() { engine } else { f64::NAN };
                assert!(close(engine, twin, tolerance), "path {path}: event at {engine}, twin {twin:?}");
            }
        }
    }
    assert!(compared > 0, "something was compared");
    worst
}

#[test]
fn a_thousand_paths_of_base_equal_the_twins() {
    let model = scenario::shipped("base");
    let worst = compare(&model, 0..1_000, 1e-9);
    println!("largest difference: {worst:e}");
    compare(&scenario::shipped("july-2026"), 0..192, 1e-9);
}

/// Paths whose numbers have a word above the lowest: in several of them a shock strikes.
#[test]
fn paths_beyond_four_billion_equal_the_twins() {
    let model = scenario::shipped("base");
    for first in [(1 << 32) - 64, 1 << 32] {
        compare(&model, first..first + 64, 1e-9);
    }
    let first = (1 << 40) + 3 * (1 << 32);
    compare_under(&model, Sampling::Plain, first..first + 64, 1e-9);
    // The last points that a replicate has.
    let replicates = Replicates::new(64).expect("a number of replicates");
    compare_under(&model, Sampling::Sobol(replicates), (1 << 38) - 64..1 << 38, 1e-9);
}

#[test]
fn the_other_shipped_scenarios_equal_the_twins() {
    for name in ["minimal", "capped-share", "company-plan", "schwartz-moon-2000"] {
        let worst = compare(&scenario::shipped(name), 0..192, 1e-10);
        println!("{name}: largest difference {worst:e}");
    }
}

#[test]
fn a_planted_difference_is_seen() {
    let base = scenario::shipped("base");
    let other = scenario::shipped_with("base", &["in_house.substitution=0.500001"]);
    let seed = 1;
    let plan = Plan::from_model(&other, seed, Isa::detect());
    let mut block = Block::new(&plan);
    block.run(&plan, 0, BlockOptions::default());
    let outcome = twin::path(&base, &ScalarDraws::plain(&base, seed, 0));
    let (i, resale) = outcome.deals[0]
        .metrics
        .iter()
        .enumerate()
        .find_map(|(i, (name, value))| (name == "resale_pv").then_some((i, *value)))
        .expect("the deal has a resale value");
    assert!(!close(block.metrics[0][i][0], resale, 1e-9), "a change of one part in a million is seen");
}

/// Terms that base does not have: monthly periods cut at both ends, a rate schedule, a gross base, booking at the end,
/// the paper's step, yearly totals, market rounds, margins in the multiple, trailing figures without history.
#[test]
fn scenarios_beyond_base_equal_the_twins() {
    for (name, text) in scenario::beyond_base() {
        let model = scenario::from_text(name, text, &[]);
        let worst = compare(&model, 0..256, 1e-9);
        println!("{name}: largest difference {worst:e}");
    }
}

/// The world goes four periods ahead of its companies: timelines that end before, at and after the end of such a batch.
#[test]
fn timelines_of_a_few_periods_equal_the_twins() {
    let timelines = [
        ("quarter", ["2026-09-30", "2026-12-31", "2027-03-31", "2027-06-30", "2027-09-30", "2028-06-30"]),
        ("month", ["2026-07-31", "2026-09-30", "2026-10-31", "2026-11-30", "2027-02-28", "2027-03-31"]),
        ("year", ["2026-12-31", "2027-12-31", "2028-12-31", "2029-12-31", "2030-12-31", "2034-12-31"]),
    ];
    for (period, horizons) in timelines {
        for horizon in horizons {
            let overrides = [format!("timeline.period=\"{period}\""), format!("timeline.horizon={horizon}")];
            let model = scenario::frozen_base_with(&overrides.each_ref().map(String::as_str));
            compare(&model, 0..64, 1e-9);
        }
    }
}

/// Products of correlated factors and yearly sums of innovations and jumps, which no metric shows, from the scalar draws.
#[test]
fn factors_and_noise_are_those_of_their_periods() {
    let seed = 5;
    let timelines = [
        ["timeline.period=\"month\"", "timeline.horizon=2028-02-29"],
        ["run.booking=\"middle\"", "costs.fixed_usd_bn_per_year=1.5"],
    ];
    for overrides in timelines {
        let model = scenario::shipped_with("base", &overrides);
        let plan = Plan::from_model(&model, seed, Isa::detect());
        let mut block = Block::with_noise(&plan);
        let asked = BlockOptions { factor_pairs: LANES, ..BlockOptions::default() };
        block.run(&plan, 0, asked);
        let draws = |lane: usize| ScalarDraws::plain(&model, seed, lane as u64);
        let periods = &plan.steps().periods;
        for (chunk, &(_, a, b)) in block.factor_pairs.iter().zip(&plan.innovations().pairs) {
            let (mut found, mut expected) = (CoMoments::default(), CoMoments::default());
            found.add_chunk(chunk);
            let of =
                |row: usize, p: usize, lane: usize| draws(lane).factor(p, plan.innovations().factors[row]);
            let mut scalar = ChunkCoMoments::EMPTY;
            for p in 0..periods.len() {
                let [xs, ys] =
                    [a, b].map(|row| (0..LANES).map(|lane| of(row, p, lane)).collect::<Vec<f64>>());
                scalar.add_all(&xs, &ys);
            }
            expected.add_chunk(&scalar);
            assert_eq!(found.count(), expected.count());
            assert!((found.correlation() - expected.correlation()).abs() < 1e-12);
        }
        let drawn: Vec<usize> =
            (0..plan.innovations().factors.len()).filter(|&row| block.noise[row][0][0] != 0.0).collect();
        assert!(drawn.len() > 8, "factors that move something");
        let mut jumps = 0;
        for lane in 0..LANES {
            let draws = draws(lane);
            let mut first = 0;
            for (y, year) in plan.steps().years.iter().enumerate() {
                for &row in &drawn {
                    let factor = plan.innovations().factors[row];
                    let sum: f64 = (first..=year.last).map(|p| draws.factor(p, factor)).sum();
                    let found = block.noise[row][y][lane];
                    assert!((found - sum).abs() < 1e-12, "{factor:?} {}: {found}, not {sum}", year.year);
                }
                for (i, shock) in model.shocks.iter().enumerate() {
                    let constant = |num| model.parameters.constant(num).expect("a constant of base");
                    let jump = |p: usize| {
                        let chance = 1.0 - (-constant(shock.rate) * periods[p].length).exp();
                        let strikes = draws.strike(p, i) < chance;
                        if strikes {
                            constant(shock.mean) + constant(shock.sd) * draws.size(p, i)
                        } else {
                            0.0
                        }
                    };
                    let sum: f64 = (first..=year.last).map(jump).sum();
                    let found = block.noise[plan.innovations().factors.len() + i][y][lane];
                    assert!((found - sum).abs() < 1e-12, "{} {}: {found}, not {sum}", shock.name, year.year);
                    jumps += u32::from(sum != 0.0);
                }
                first = year.last + 1;
            }
        }
        assert!(jumps > 10, "{jumps} years with a jump");
    }
}
