//! The order of dimensions: a pure function of the model, no bad pair of dimensions for inputs that multiply, and variants that keep
//! the dimensions of the first scenario.

use crate::engine::{TestScenario, model, no_columns};
use crate::scalar_draws::directions;
use crate::scenario;
use capstake::job::manifest::DimensionsPart;
use capstake::kernel::block::{Block, BlockOptions};
use capstake::kernel::dimensions::Dimensions;
use capstake::kernel::plan::Plan;
use capstake::kernel::randomness::Randomness;
use capstake::math::simd::Isa;
use capstake::model::Model;
use capstake::model::run::{Replicates, Sampling};

/// Names of the shipped scenarios.
const SHIPPED: [&str; 5] = ["base", "minimal", "capped-share", "company-plan", "schwartz-moon-2000"];

fn models() -> Vec<(String, Model)> {
    let shipped = SHIPPED.iter().map(|name| ((*name).to_owned(), scenario::shipped(name)));
    let written = TestScenario::ALL.iter().map(|one| (one.name.to_owned(), model(one.text, &no_columns())));
    shipped.chain(written).collect()
}

/// The two-dimensional t-value of 2^m points: the smallest t for which every box of area 2^(t − m) has 2^t points. For a digital
/// net it is m less the largest ρ such that for every split a + b = ρ the first a rows of one generator matrix and the first b rows
/// of the other are linearly independent (Niederreiter 1992, "Random number generation and quasi-Monte Carlo methods", theorem 4.28).
/// Linear scrambles leave it as it is.
fn t_value(tables: &[Vec<u64>], x: usize, y: usize, m: usize) -> usize {
    // Row i of a matrix: digit i of the direction numbers 1 to m, as bits.
    let row = |dimension: usize, i: usize| {
        (0..m).fold(0_u64, |row, k| row | (tables[dimension][k] >> (31 - i) & 1) << k)
    };
    let independent = |a: usize, b: usize| {
        let mut basis: Vec<u64> = Vec::new();
        let rows = (0..a).map(|i| row(x, i)).chain((0..b).map(|i| row(y, i)));
        rows.into_iter().all(|row| {
            let left = basis.iter().fold(row, |row, &known| row.min(row ^ known));
            basis.push(left);
            left != 0
        })
    };
    let good = (1..=m).take_while(|&rho| (0..=rho).all(|a| independent(a, rho - a))).last().unwrap_or(0);
    m - good
}

#[test]
fn t_values_of_known_pairs() {
    let tables = directions(64);
    // The first two dimensions are a (0, m, 2)-net; any dimension with itself fills its diagonal only.
    assert_eq!([6, 10, 14].map(|m| t_value(&tables, 0, 1, m)), [0; 3]);
    assert_eq!(t_value(&tables, 5, 5, 12), 11);
}

/// Pairs of inputs that multiply each other, or stand in an exponent together.
fn pairs(names: &[String]) -> Vec<(usize, usize)> {
    let at = |wanted: &dyn Fn(&[&str]) -> bool| -> Vec<usize> {
        let parts = |name: &String| wanted(&name.split('.').collect::<Vec<_>>());
        (0..names.len()).filter(|&i| parts(&names[i])).collect()
    };
    let cross = |a: Vec<usize>, b: Vec<usize>| {
        a.into_iter().flat_map(move |x| b.clone().into_iter().map(move |y| (x, y))).filter(|(x, y)| x != y)
    };
    let growth = || at(&|key| matches!(key, ["segment", _, "growth_now" | "growth"]));
    let fading = || at(&|key| matches!(key, ["segment", _, "growth_half_life_years"]));
    let multiples = || at(&|key| matches!(key, ["equity", "multiple_now" | "multiple_long_run"]));
    let rates = || at(&|key| matches!(key, ["deal", _, "termination_rate_per_year"]));
    let mut all: Vec<(usize, usize)> = Vec::new();
    all.extend(cross(at(&|key| key == ["termination", "time"]), rates()));
    all.extend(cross(growth(), fading()));
    all.extend(cross(growth(), growth()));
    all.extend(cross(growth(), multiples()));
    all.extend(cross(fading(), multiples()));
    all.extend(cross(multiples(), at(&|key| key == ["equity", "half_life_years"])));
    all.extend(cross(
        at(&|key| matches!(key, ["deal", _, "cap_usd_bn"])),
        at(&|key| matches!(key, ["deal", _, "paid_to_date_usd_bn"])),
    ));
    all.extend(cross(growth(), at(&|key| matches!(key, ["deal", _, "cap_usd_bn" | "share_ends_years"]))));
    all.extend(cross(growth(), rates()));
    all
}

/// The worst pair at the sizes of replicates that people run, with its t-value.
fn worst(names: &[String]) -> Option<(usize, String)> {
    let tables = directions(names.len());
    let of = |(x, y): (usize, usize)| {
        let t = [10, 12, 14].into_iter().map(|m| t_value(&tables, x, y, m)).max().unwrap_or(0);
        (t, format!("{} and {}", names[x], names[y]))
    };
    pairs(names).into_iter().map(of).max()
}

#[test]
fn inputs_that_multiply_have_good_pairs_of_dimensions() {
    for (name, model) in models() {
        let names: Vec<String> = Dimensions::of(&model).coordinates().map(|one| one.stream).collect();
        let Some((t, pair)) = worst(&names) else { continue };
        println!("{name}: t-value at most {t}, of {pair}");
        assert!(t <= 4, "{name}: {pair} have t-value {t}");
    }
}

/// What the order is for: in the order of the file, base's time of termination and its rate have a bad pair.
#[test]
fn the_order_of_the_file_has_a_bad_pair() {
    let model = scenario::shipped("base");
    let keys = model.parameters.uncertain().map(|id| model.parameters.entry(id).key.clone());
    let names: Vec<String> = keys.chain(["termination.time".to_owned()]).collect();
    let (t, pair) = worst(&names).expect("base has inputs that multiply");
    println!("in the order of the file: {t}, of {pair}");
    assert!(t > 4, "{pair}: {t}");
}

#[test]
fn every_variable_has_a_dimension_of_its_own() {
    for (name, model) in models() {
        let dimensions = Dimensions::of(&model);
        let all: Vec<_> = dimensions.coordinates().collect();
        assert_eq!(all.len(), dimensions.count(), "{name}");
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{name}");
        let uncertain = model.parameters.uncertain().map(|id| &model.parameters.entry(id).key);
        assert!(uncertain.into_iter().all(|key| dimensions.inputs.contains(key)), "{name}");
    }
}

/// What decides most comes first: on base the inputs down to the sizes of segments, then components 1 and 2 of all factors and shocks,
/// then the other inputs, then component 3.
#[test]
fn leading_inputs_and_components_come_first() {
    let dimensions = Dimensions::of(&scenario::shipped("july-2026"));
    let all: Vec<_> = dimensions.coordinates().collect();
    let is_input = |stream: &String| dimensions.inputs.contains(stream);
    assert_eq!(all[0].stream, "termination.time");
    assert_eq!(dimensions.leading, 18);
    assert_eq!(all[17].stream, "segment.business.growth_long_run");
    let streams = dimensions.factors.len() + 2 * dimensions.shocks.len();
    assert_eq!(streams, 17);
    for (i, coordinate) in all.iter().enumerate() {
        let inputs = dimensions.inputs.len();
        let component = match i.checked_sub(18) {
            None => None,
            Some(i) if i < 2 * streams => Some(i / streams),
            Some(i) if i < 2 * streams + (inputs - 18) => None,
            Some(i) => Some((i - (inputs - 18)) / streams),
        };
        assert_eq!(component.is_none(), is_input(&coordinate.stream), "{i}: {coordinate:?}");
        assert_eq!(component.unwrap_or(0), coordinate.component, "{i}: {coordinate:?}");
    }
}

/// A manifest's order is read only as it was noted: not with another number of leading inputs, and not that of a build without it.
#[test]
fn an_order_is_that_of_its_digest() {
    let order = Dimensions::of(&scenario::shipped("july-2026"));
    let part = DimensionsPart::of(&order);
    assert_eq!(part.order(), Some(order.clone()));
    for leading in [0, order.leading - 1, order.leading + 1] {
        assert_eq!(DimensionsPart { leading, ..part.clone() }.order(), None, "{leading}");
    }
    let beyond = Dimensions { leading: order.inputs.len() + 1, ..order };
    assert_eq!(DimensionsPart::of(&beyond).order(), None);
}

/// Metrics of the first block under Sobol sampling.
fn first_block(model: &Model, randomness: Randomness) -> (Vec<Vec<Vec<f64>>>, Randomness) {
    let plan = Plan::from_model(model, randomness, Isa::detect());
    let mut block = Block::new(&plan);
    block.run(&plan, 0, BlockOptions::default());
    let metrics =
        block.metrics.iter().map(|deal| deal.iter().map(|lanes| lanes.to_vec()).collect()).collect();
    (metrics, plan.randomness().clone())
}

fn sobol() -> Randomness {
    Randomness::new(1, Sampling::Sobol(Replicates::DEFAULT))
}

/// Fixing an input moves no other variable in a variant: what the input does not touch has the same bits. On its own the changed
/// scenario has other dimensions.
#[test]
fn variants_keep_the_dimensions_of_the_first_scenario() {
    let base = scenario::shipped("base");
    // The stake in Microsoft's licence is not touched by the multiple.
    let fixed =
        scenario::shipped_with("base", &["segment.consumer.growth_now=0.6", "equity.multiple_now=30"]);
    let royalty = |metrics: &[Vec<Vec<f64>>], model: &Model| {
        let plan = Plan::from_model(model, 1, Isa::detect());
        let at = plan.deals()[0].metrics.iter().position(|metric| metric.name(2030) == "licence_pv");
        metrics[0][at.expect("base has a licence")].clone()
    };
    let (of_base, randomness) = first_block(&base, sobol());
    let (of_variant, _) = first_block(&fixed, randomness.clone());
    let (alone, _) = first_block(&fixed, sobol());
    assert_eq!(royalty(&of_base, &base), royalty(&of_variant, &fixed));
    assert_ne!(royalty(&of_base, &base), royalty(&alone, &fixed));
    // A variable that the first scenario lacks comes last and moves nothing else.
    let more = scenario::shipped_with(
        "base",
        &["funding.round_discount={ dist = \"uniform\", low = 0.0, high = 0.3 }"],
    );
    let (of_more, _) = first_block(&more, randomness);
    assert_eq!(royalty(&of_base, &base), royalty(&of_more, &more));
}

/// More dimensions than there are direction numbers: the rest of every stream comes as under plain sampling, on all paths.
#[test]
fn dimensions_beyond_the_table_run() {
    let months =
        scenario::shipped_with("base", &["timeline.period=\"month\"", "timeline.horizon=2066-06-30"]);
    let dimensions = Dimensions::of(&months);
    assert!(dimensions.count() > 4_096, "{}", dimensions.count());
    let (metrics, _) = first_block(&months, sobol());
    assert!(metrics[0].iter().flatten().any(|value| value.is_finite()));
}
