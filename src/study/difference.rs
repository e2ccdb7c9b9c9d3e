//! Why two results differ: the keys that changed, and the means that moved, in standard errors.

use std::collections::BTreeMap;

/// A key whose value differs between two scenarios.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// The key's full path, as `--set` takes it.
    pub key: String,
    /// Its value in the first scenario, as TOML; `None` where it is not set.
    pub before: Option<String>,
    /// Its value in the second scenario.
    pub after: Option<String>,
}

/// The keys whose values differ: first in the order of the first scenario, then those that only the second
/// sets.
pub fn changed_keys(before: &[(String, String)], after: &[(String, String)]) -> Vec<KeyChange> {
    let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (before.iter().cloned().collect(), after.iter().cloned().collect());
    let change = |key: &String| KeyChange {
        key: key.clone(),
        before: old.get(key).cloned(),
        after: new.get(key).cloned(),
    };
    let kept = before.iter().map(|(key, _)| change(key));
    let added = after.iter().filter(|(key, _)| !old.contains_key(key)).map(|(key, _)| change(key));
    kept.chain(added).filter(|change| change.before != change.after).collect()
}

/// The mean of a metric, with its error.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricMean {
    /// Name of a deal, or of a difference between two deals.
    pub deal: String,
    /// Name of the metric.
    pub metric: String,
    /// Unit of mean and error.
    pub unit: String,
    /// The mean.
    pub mean: f64,
    /// The standard error of the mean.
    pub std_error: f64,
}

/// A mean that differs between two results.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// In the first result.
    pub before: MetricMean,
    /// In the second result.
    pub after: MetricMean,
    /// The difference divided by the root of the sum of the squared errors; infinite where there is a
    /// difference but no error.
    ///
    /// Two runs with one seed share most of their randomness, so their difference is known better than this
    /// says. The number ranks the differences and shows which could be chance between independent runs.
    pub z: f64,
}

/// The means that differ between two results, the largest |z| first.
pub fn moved(before: &[MetricMean], after: &[MetricMean]) -> Vec<Moved> {
    let mut moved: Vec<Moved> = before
        .iter()
        .filter_map(|a| {
            let b = after.iter().find(|b| (&b.deal, &b.metric) == (&a.deal, &a.metric))?;
            let same = a.mean == b.mean || (a.mean.is_nan() && b.mean.is_nan());
            let difference = b.mean - a.mean;
            let error = a.std_error.hypot(b.std_error);
            let z = if error > 0.0 { difference / error } else { f64::INFINITY.copysign(difference) };
            (!same).then(|| Moved { before: a.clone(), after: b.clone(), z })
        })
        .collect();
    moved.sort_by(|a, b| b.z.abs().total_cmp(&a.z.abs()));
    moved
}

/// Deal and metric of the means that only the first result has.
pub fn only_in_first(first: &[MetricMean], second: &[MetricMean]) -> Vec<(String, String)> {
    let names = |figure: &MetricMean| (figure.deal.clone(), figure.metric.clone());
    first.iter().map(names).filter(|name| !second.iter().any(|figure| names(figure) == *name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
    }

    #[test]
    fn keys_that_changed_came_and_went() {
        let before = pairs(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let after = pairs(&[("c", "3"), ("b", "5"), ("d", "4")]);
        let changes: Vec<_> = changed_keys(&before, &after)
            .into_iter()
            .map(|change| (change.key, change.before, change.after))
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            changes,
            [
                ("a".into(), some("1"), None),
                ("b".into(), some("2"), some("5")),
                ("d".into(), None, some("4"))
            ]
        );
        assert_eq!(changed_keys(&before, &before), []);
    }

    fn figure(metric: &str, mean: f64, std_error: f64) -> MetricMean {
        MetricMean { deal: "d".into(), metric: metric.into(), unit: "usd_bn".into(), mean, std_error }
    }

    #[test]
    fn the_largest_move_comes_first_and_equal_figures_do_not_come() {
        let before = [
            figure("same", 1.0, 0.1),
            figure("none", f64::NAN, f64::NAN),
            figure("small", 5.0, 3.0),
            figure("large", 5.0, 0.3),
            figure("exact", 1.0, 0.0),
            figure("gone", 1.0, 1.0),
        ];
        let after = [
            figure("same", 1.0, 0.2),
            figure("none", f64::NAN, f64::NAN),
            figure("small", 6.0, 4.0),
            figure("large", 3.0, 0.4),
            figure("exact", 0.0, 0.0),
        ];
        let moved: Vec<(String, f64)> =
            moved(&before, &after).into_iter().map(|one| (one.before.metric, one.z)).collect();
        let expected = [("exact".into(), f64::NEG_INFINITY), ("large".into(), -4.0), ("small".into(), 0.2)];
        assert_eq!(moved, expected);
        assert_eq!(only_in_first(&before, &after), [("d".into(), "gone".into())]);
    }
}
