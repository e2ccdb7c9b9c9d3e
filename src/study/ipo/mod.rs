//! Readiness for an IPO: when each gate opens and closes, when the company is listed and on what terms, and what exchanges,
//! law and custom would say of it then.

pub mod board;
mod company;
pub mod gather;
pub mod offer;
pub mod standards;
#[cfg(test)]
mod walk;
