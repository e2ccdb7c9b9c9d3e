//! IPO readiness: when each gate opens and closes, when the company is listed and on what terms, and which
//! listing standards it would meet.

pub mod board;
mod company;
pub mod gather;
pub mod offer;
pub mod standards;
#[cfg(test)]
mod walk;
