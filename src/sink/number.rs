//! Numbers as text: the shortest decimal that reads back to the same bits.

/// Appends a figure: nothing for NaN, `inf` and `-inf`, else the shortest decimal that reads back to the same bits;
/// plain digits between 10⁻⁵ and 10¹⁶ in size, with an exponent otherwise.
pub fn push(out: &mut Vec<u8>, figure: f64) {
    if figure.is_finite() {
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(figure);
        out.extend_from_slice(text.strip_suffix(".0").unwrap_or(text).as_bytes());
    } else if !figure.is_nan() {
        out.extend_from_slice(if figure > 0.0 { b"inf" } else { b"-inf" });
    }
}
