//! Builds groups of correlated variables: their correlation matrices, repaired if the scenario asks for it,
//! and Cholesky factors.

use ndarray::Array2;

use crate::config::{Choice, Code, CorrelationRepair, Located, Problem};
use crate::math::correlation::{cholesky, complete_max_determinant, nearest_correlation, symmetric_eigen};

use super::dependence::{Group, Pair};
use super::validator::Validator;

/// A matrix counts as positive definite if its smallest eigenvalue is above this.
const LEAST_EIGENVALUE: f64 = 1e-10;

/// A valid pair of two inputs or of two factors.
pub(super) struct NamedPair<V> {
    /// The names of the draws, with the variables.
    pub(super) ends: [(String, V); 2],
    /// The requested correlation.
    pub(super) value: Located<f64>,
    /// Its row in [`super::dependence::Dependence::pairs`].
    pub(super) row: usize,
}

/// The named pairs of a group, each with the positions of its two variables.
type Known<'p, V> = [(usize, usize, &'p NamedPair<V>)];

/// The connected groups of the named pairs, ordered by their first names.
pub(super) fn groups<V: Copy + PartialEq>(
    validator: &mut Validator,
    named: Vec<NamedPair<V>>,
    repair: CorrelationRepair,
    pairs: &mut Vec<Pair>,
) -> Vec<Group<V>> {
    let mut members: Vec<(String, V)> = named.iter().flat_map(|pair| pair.ends.clone()).collect();
    members.sort_by(|a, b| a.0.cmp(&b.0));
    members.dedup_by(|a, b| a.0 == b.0);
    let place = |name: &str| members.iter().position(|member| member.0 == name).expect("a member by name");
    let mut group: Vec<usize> = (0..members.len()).collect();
    for pair in &named {
        let [from, to] = pair.ends.each_ref().map(|end| group[place(&end.0)]);
        group.iter_mut().filter(|g| **g == from.max(to)).for_each(|g| *g = from.min(to));
    }
    let mut list = Vec::new();
    for leader in 0..members.len() {
        let inside: Vec<usize> = (0..members.len()).filter(|&i| group[i] == leader).collect();
        if inside.is_empty() {
            continue;
        }
        let names: Vec<String> = inside.iter().map(|&i| members[i].0.clone()).collect();
        let known: Vec<(usize, usize, &NamedPair<V>)> = named
            .iter()
            .filter_map(|pair| {
                let find = |end: usize| names.iter().position(|name| *name == pair.ends[end].0);
                Some((find(0)?, find(1)?, pair))
            })
            .collect();
        if let Some((correlation, factor)) = effective_matrix(validator, &names, &known, repair, pairs) {
            list.push(Group {
                members: inside.iter().map(|&i| members[i].1).collect(),
                names,
                correlation,
                cholesky: factor,
            });
        }
    }
    list
}

/// The correlation matrix of a group, after any repair, and its Cholesky factor; reports a problem and
/// returns `None` if it is not positive definite.
fn effective_matrix<V>(
    validator: &mut Validator,
    names: &[String],
    known: &Known<'_, V>,
    repair: CorrelationRepair,
    pairs: &mut Vec<Pair>,
) -> Option<(Array2<f64>, Array2<f64>)> {
    let asked = asked_matrix(names.len(), known);
    let (eigenvalues, vectors) = symmetric_eigen(&asked);
    let definite = eigenvalues[0] > LEAST_EIGENVALUE;
    let triples: Vec<(usize, usize, f64)> =
        known.iter().map(|&(i, j, pair)| (i, j, pair.value.value)).collect();
    let problem = |code| {
        let repairs = working_repairs(&asked, &triples);
        indefinite(code, eigenvalues[0], &vectors.column(0).to_vec(), names, known, &repairs)
    };
    let matrix = match repair {
        CorrelationRepair::Complete => match complete_max_determinant(names.len(), &triples) {
            Ok(matrix) => matrix,
            Err(error) => {
                let problem = problem(Code::RepairFailed);
                let message =
                    format!("correlation_repair = \"complete\" fails: {error}; {}", problem.message);
                validator.problems.push(Problem { message, ..problem });
                return None;
            }
        },
        CorrelationRepair::Nearest if !definite => nearest_correlation(&asked),
        _ if definite => asked.clone(),
        _ => {
            validator.problems.push(problem(Code::NotPositiveDefinite));
            return None;
        }
    };
    let Some(factor) = cholesky(&matrix) else {
        validator.problems.push(problem(Code::RepairFailed));
        return None;
    };
    let acted = repair == CorrelationRepair::Complete || (repair == CorrelationRepair::Nearest && !definite);
    if acted {
        record_repair(&matrix, names, known, pairs);
    }
    Some((matrix, factor))
}

/// The repairs that would give a correlation matrix, as words of `correlation_repair`.
fn working_repairs(asked: &Array2<f64>, known: &[(usize, usize, f64)]) -> Vec<&'static str> {
    let mut words = Vec::new();
    if cholesky(&nearest_correlation(asked)).is_some() {
        words.push(CorrelationRepair::Nearest.word());
    }
    if complete_max_determinant(asked.nrows(), known).is_ok_and(|matrix| cholesky(&matrix).is_some()) {
        words.push(CorrelationRepair::Complete.word());
    }
    words
}

/// The requested correlation matrix: pairs that are not named are 0.
fn asked_matrix<V>(n: usize, known: &Known<'_, V>) -> Array2<f64> {
    let mut asked = Array2::<f64>::eye(n);
    for &(i, j, pair) in known {
        asked[[i, j]] = pair.value.value;
        asked[[j, i]] = pair.value.value;
    }
    asked
}

/// Records the repaired value of each named pair, and adds the pairs that the repair introduced.
fn record_repair<V>(matrix: &Array2<f64>, names: &[String], known: &Known<'_, V>, pairs: &mut Vec<Pair>) {
    for &(i, j, pair) in known {
        pairs[pair.row].repaired = Some(matrix[[i, j]]);
    }
    for i in 0..names.len() {
        for j in i + 1..names.len() {
            let is_known = known.iter().any(|&(a, b, _)| (a, b) == (i, j) || (b, a) == (i, j));
            if !is_known && matrix[[i, j]].abs() > 1e-12 {
                pairs.push(Pair {
                    a: names[i].clone(),
                    b: names[j].clone(),
                    target: None,
                    repaired: Some(matrix[[i, j]]),
                });
            }
        }
    }
}

/// The problem that a matrix is not positive definite, with its smallest eigenvalue and the named pairs
/// ranked by their contribution to it.
fn indefinite<V>(
    code: Code,
    eigenvalue: f64,
    vector: &[f64],
    names: &[String],
    known: &Known<'_, V>,
    repairs: &[&str],
) -> Problem {
    let eigenvalue = match eigenvalue {
        small if small.abs() < 1e-12 => "0".to_owned(),
        small if small.abs() < 1e-3 => format!("{small:.0e}"),
        large => format!("{large:.4}"),
    };
    let repair = match repairs {
        [] => String::new(),
        words => format!(", or ask for a repair: [run] correlation_repair = \"{}\"", words.join("\" or \"")),
    };
    let mut order: Vec<(f64, usize, usize, &NamedPair<V>)> = known
        .iter()
        .map(|&(i, j, pair)| ((vector[i] * vector[j] * pair.value.value).abs(), i, j, pair))
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let words: Vec<String> = order
        .iter()
        .take(8)
        .map(|(weight, i, j, pair)| {
            format!("{} with {}: {} ({weight:.3})", names[*i], names[*j], pair.value.value)
        })
        .collect();
    let mut problem = Problem::error(
        code,
        order[0].3.value.place,
        format!(
            "the correlations of {} variables do not fit together: the smallest eigenvalue is {eigenvalue}",
            names.len()
        ),
    )
    .here("this pair has most to do with it")
    .found(format!("smallest eigenvalue {eigenvalue}; pairs by |v_i v_j rho|: {}", words.join("; ")))
    .allowed(format!("a smallest eigenvalue above {LEAST_EIGENVALUE:e}; pairs that are not named are 0"))
    .help(format!("bring the first pairs nearer to 0, name the pairs between their partners{repair}"));
    for (_, _, _, pair) in order.iter().skip(1).take(2) {
        problem = problem.also(pair.value.place, "then this one");
    }
    problem
}
