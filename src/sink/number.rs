//! Numbers as text: the shortest decimal that parses back to the same double.

/// Appends a number: nothing for NaN, `inf` or `-inf`, otherwise the shortest decimal that parses back to the
/// same double:
/// plain digits with a decimal point if its size is between 10⁻⁵ and 10¹⁶, with an exponent otherwise. So a column of numbers is
/// never taken for one of whole numbers by its first rows.
pub fn push(out: &mut Vec<u8>, number: f64) {
    if number.is_finite() {
        let mut buffer = zmij::Buffer::new();
        out.extend_from_slice(buffer.format_finite(number).as_bytes());
    } else if !number.is_nan() {
        out.extend_from_slice(if number > 0.0 { b"inf" } else { b"-inf" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(number: f64) -> String {
        let mut out = Vec::new();
        push(&mut out, number);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn forms() {
        let pairs = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (187.0, "187.0"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (1e15, "1000000000000000.0"),
            (123456.789, "123456.789"),
            (1e-5, "0.00001"),
            (1e-6, "1e-6"),
            (0.00012, "0.00012"),
            (1e22, "1e+22"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, ""),
        ];
        for (number, expected) in pairs {
            assert_eq!(text(number), expected);
        }
    }

    proptest! {
        #[test]
        fn reads_back_to_the_same_bits(bits: u64, decimal in -1e6..1e6_f64) {
            for number in [f64::from_bits(bits), decimal, decimal.round()] {
                if number.is_nan() {
                    prop_assert_eq!(text(number), "");
                } else {
                    prop_assert_eq!(text(number).parse::<f64>().unwrap().to_bits(), number.to_bits());
                    // No shorter than what the standard library thinks shortest, in digits.
                    let digits = |text: &str| {
                        let mantissa = text.split('e').next().unwrap().replace(['-', '.'], "");
                        mantissa.trim_matches('0').len()
                    };
                    prop_assert_eq!(digits(&text(number)), digits(&format!("{number:e}")));
                }
            }
        }
    }
}
