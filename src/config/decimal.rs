//! Numbers as people type them: thousands separators, decimal commas, magnitudes; moved by powers of ten without rounding.

/// A number as typed: its sign and digits, and how many of the digits are decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: String,
    decimals: usize,
}

impl Decimal {
    /// Reads `38,0`, `1,234.5`, `1.234,5`, `1 234`, `1_000`, `−5`, `2.5e3`; `None` if the text is anything else. A single comma
    /// before three digits separates thousands, unless the whole part is 0.
    pub(super) fn read(text: &str) -> Option<Decimal> {
        let text = text.trim();
        let (negative, text) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let text: String = mantissa
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '\'' | '\u{2019}'))
            .collect();
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let grouped = |whole: &str, mark: char| {
            let mut groups = whole.split(mark);
            let first = groups.next().unwrap_or_default();
            (1..=3).contains(&first.len())
                && plain(first)
                && groups.all(|group| group.len() == 3 && plain(group))
        };
        let decimal = |mark: char| text.rsplit_once(mark);
        let (commas, points) = (text.matches(',').count(), text.matches('.').count());
        let (whole, fraction) = match (commas, points) {
            (0, 0) => (text.clone(), ""),
            (0, 1) => decimal('.').map(|(whole, fraction)| (whole.to_owned(), fraction))?,
            (1, 0) => {
                let (whole, fraction) = decimal(',')?;
                let thousands = fraction.len() == 3 && !whole.trim_start_matches('0').is_empty();
                if thousands { (format!("{whole}{fraction}"), "") } else { (whole.to_owned(), fraction) }
            }
            (_, 0) if grouped(&text, ',') => (text.replace(',', ""), ""),
            (0, _) if grouped(&text, '.') => (text.replace('.', ""), ""),
            (_, 1) if text.find('.') > text.rfind(',') => {
                let (whole, fraction) = decimal('.')?;
                if !grouped(whole, ',') {
                    return None;
                }
                (whole.replace(',', ""), fraction)
            }
            (1, _) => {
                let (whole, fraction) = decimal(',')?;
                if !grouped(whole, '.') {
                    return None;
                }
                (whole.replace('.', ""), fraction)
            }
            _ => return None,
        };
        if !plain(&whole) || !plain(fraction) || whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let read = Decimal { negative, digits: format!("{whole}{fraction}"), decimals: fraction.len() };
        (exponent.abs() < 300).then(|| if exponent == 0 { read } else { read.moved(exponent) })
    }

    /// The number times 10 to the power of `by`.
    pub(super) fn moved(mut self, by: i32) -> Decimal {
        let decimals = self.decimals as i64 - i64::from(by);
        if decimals < 0 {
            self.digits.push_str(&"0".repeat(decimals.unsigned_abs() as usize));
        }
        self.decimals = decimals.max(0) as usize;
        self
    }

    /// The nearest floating-point number.
    pub(super) fn value(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The same number without zeros at the end of its decimals.
    pub(super) fn shortest(mut self) -> Decimal {
        while self.decimals > 0 && self.digits.ends_with('0') {
            self.digits.pop();
            self.decimals -= 1;
        }
        self
    }

    /// The number as a whole number, if it is one.
    pub(super) fn whole(&self) -> Option<i128> {
        let short = self.clone().shortest();
        if short.decimals > 0 { None } else { short.to_string().parse().ok() }
    }
}

impl std::fmt::Display for Decimal {
    /// As TOML: digits on both sides of the point, no zeros in front.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let padded = format!("{:0>1$}", self.digits, self.decimals + 1);
        let (whole, fraction) = padded.split_at(padded.len() - self.decimals);
        let whole = whole.trim_start_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        let sign = if self.negative { "-" } else { "" };
        if fraction.is_empty() { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{fraction}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_typed() {
        for (text, number) in [
            ("60", "60"),
            ("38,0", "38.0"),
            ("38,25", "38.25"),
            ("0,125", "0.125"),
            ("60,000", "60000"),
            ("1,234.5", "1234.5"),
            ("1.234,5", "1234.5"),
            ("1,234,567", "1234567"),
            ("1.234.567", "1234567"),
            ("1.234.567,89", "1234567.89"),
            ("1 234,5", "1234.5"),
            ("1_000", "1000"),
            ("1'000.5", "1000.5"),
            (".5", "0.5"),
            ("007", "7"),
            ("\u{2212}5", "-5"),
            ("+5", "5"),
            ("2.5e3", "2500"),
            ("1e-3", "0.001"),
        ] {
            assert_eq!(Decimal::read(text).expect(text).to_string(), number, "{text}");
        }
        for text in
            ["", ".", ",", "-", "x", "1,23,4", "1.2.3", "1,2.3,4", "10-20", "1e", "1e999", "12/31/2040"]
        {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }

    #[test]
    fn powers_of_ten_move_the_point() {
        let moved = |text: &str, by| Decimal::read(text).unwrap().moved(by).to_string();
        assert_eq!(moved("20", -2), "0.20");
        assert_eq!(moved("8.5", -2), "0.085");
        assert_eq!(moved("1.2", 3), "1200");
        assert_eq!(Decimal::read("500").unwrap().moved(-3).shortest().to_string(), "0.5");
        assert_eq!(Decimal::read("1.50").unwrap().moved(2).whole(), Some(150));
        assert_eq!(Decimal::read("1.5").unwrap().whole(), None);
    }
}
