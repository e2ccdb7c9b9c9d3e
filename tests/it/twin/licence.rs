//! What Microsoft earns beside the share and the stake: resale, hosting, the royalty it is spared.

/// Whether the licence is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenceState {
    /// In force.
    Running,
    /// Over.
    Ended,
}

/// Home sales × (`resale_margin` - (1 - `home_keeps`)) until the licence ends, then home sales × fee.
pub fn resale(home_sales: f64, state: LicenceState, resale_margin: f64, home_keeps: f64, fee: f64) -> f64 {
    match state {
        LicenceState::Running => home_sales * (resale_margin - (1.0 - home_keeps)),
        LicenceState::Ended => home_sales * fee,
    }
}

/// (1 - `home_keeps`) × home sales until the licence ends.
pub fn outbound(home_sales: f64, state: LicenceState, home_keeps: f64) -> f64 {
    match state {
        LicenceState::Running => (1.0 - home_keeps) * home_sales,
        LicenceState::Ended => 0.0,
    }
}

/// (paid - unused) × `hosting_margin` + unused × `take_or_pay_margin`
pub fn hosting(paid: f64, unused: f64, hosting_margin: f64, take_or_pay_margin: f64) -> f64 {
    (paid - unused) * hosting_margin + unused * take_or_pay_margin
}

/// Relief from royalty: own AI revenue × royalty × (1 - h) × (1 if exclusive, else 1 - discount) until the licence ends.
pub fn relief(
    own_ai: f64,
    state: LicenceState,
    royalty_rate: f64,
    in_house: f64,
    exclusive: bool,
    non_exclusive_discount: f64,
) -> f64 {
    let reach = if exclusive { 1.0 } else { 1.0 - non_exclusive_discount };
    match state {
        LicenceState::Running => own_ai * royalty_rate * (1.0 - in_house) * reach,
        LicenceState::Ended => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resale_turns_from_margin_to_fee_when_the_licence_ends() {
        assert!((resale(10.0, LicenceState::Running, 0.45, 0.8, 0.12) - 2.5).abs() < 1e-15);
        assert!((resale(10.0, LicenceState::Ended, 0.45, 0.8, 0.12) - 1.2).abs() < 1e-15);
        assert!((outbound(10.0, LicenceState::Running, 0.8) - 2.0).abs() < 1e-15);
        assert_eq!(outbound(10.0, LicenceState::Ended, 0.8), 0.0);
    }

    #[test]
    fn unused_capacity_has_its_own_margin() {
        assert_eq!(hosting(10.0, 2.0, 0.25, 0.5), 3.0);
    }

    #[test]
    fn an_exclusive_licence_spares_the_whole_royalty() {
        assert_eq!(relief(100.0, LicenceState::Running, 0.0625, 0.5, true, 0.5), 3.125);
        assert_eq!(relief(100.0, LicenceState::Running, 0.0625, 0.5, false, 0.5), 1.5625);
        assert_eq!(relief(100.0, LicenceState::Ended, 0.0625, 0.5, false, 0.5), 0.0);
    }
}
