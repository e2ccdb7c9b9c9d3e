//! `--shard` and `--checkpoint`: the part of a run to simulate, and how often to save its state.

use std::time::Duration;

use super::words::thousands;

/// How often the state of a run is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checkpoint {
    /// Never, not even at the end.
    None,
    /// At this interval, and at the end.
    Every(Duration),
}

/// Default interval for runs that take more than [`LONG`] seconds.
const USUAL: Duration = Duration::from_secs(30);
/// Runs estimated to take longer save checkpoints by default, seconds.
const LONG: f64 = 60.0;

impl Checkpoint {
    /// The interval between checkpoints of a run with estimated `seconds`; `None` saves at most once, at the end.
    pub fn every(asked: Option<Checkpoint>, seconds: f64) -> Option<Duration> {
        match asked {
            Some(Checkpoint::Every(every)) => Some(every),
            Some(Checkpoint::None) => None,
            None => (seconds > LONG).then_some(USUAL),
        }
    }
}

/// Reads `--checkpoint`.
pub fn checkpoint_argument(text: &str) -> Result<Checkpoint, String> {
    if ["none", "off", "never"].contains(&text) {
        return Ok(Checkpoint::None);
    }
    match humantime::parse_duration(text) {
        Ok(every) if every.is_zero() => Err("a time above 0, or none".to_owned()),
        Ok(every) => Ok(Checkpoint::Every(every)),
        Err(_) => Err("a time with its unit: 30s, 200ms, 5min; or none".to_owned()),
    }
}

/// One of several equal parts of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// The part, counted from 1.
    pub number: u64,
    /// The number of parts.
    pub of: u64,
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// More parts are taken for a typing error.
const MAX_SHARDS: u64 = 1_000_000;

/// Reads `--shard`.
pub fn shard_argument(text: &str) -> Result<Shard, String> {
    let (number, of) = text.split_once('/').ok_or("the part and how many there are: 3/16")?;
    let count =
        |text: &str| text.trim().parse::<u64>().map_err(|_| format!("`{text}` is not a whole number"));
    let shard = Shard { number: count(number)?, of: count(of)? };
    if (1..=shard.of).contains(&shard.number) && shard.of <= MAX_SHARDS {
        Ok(shard)
    } else {
        Err(format!("parts count from 1 to N, at most {}", thousands(MAX_SHARDS)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_parts() {
        let every = |seconds| Ok(Checkpoint::Every(Duration::from_secs_f64(seconds)));
        assert_eq!(checkpoint_argument("30s"), every(30.0));
        assert_eq!(checkpoint_argument("200ms"), every(0.2));
        assert_eq!(checkpoint_argument("none"), Ok(Checkpoint::None));
        for bad in ["", "30", "0s", "-1s", "soon"] {
            assert!(checkpoint_argument(bad).is_err(), "{bad}");
        }
        assert_eq!(Checkpoint::every(None, 61.0), Some(USUAL));
        assert_eq!(Checkpoint::every(None, 59.0), None);
        assert_eq!(Checkpoint::every(Some(Checkpoint::None), 1e6), None);
        let shard = shard_argument("3/16").unwrap();
        assert_eq!((shard.number, shard.of, shard.to_string()), (3, 16, "3/16".to_owned()));
        for bad in ["", "3", "0/2", "3/2", "1/0", "x/2", "1/9999999999"] {
            assert!(shard_argument(bad).is_err(), "{bad}");
        }
    }
}
