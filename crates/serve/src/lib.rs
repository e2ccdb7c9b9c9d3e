//! capstake's live page: a server on this machine alone, which simulates a scenario at every change of a number.
//!
//! It writes no file, answers no other machine and no other page ([`guard`]), and runs one simulation at a time: a newer change ends an
//! older one ([`turn`]). Every answer is that of `run --set` on as many paths, to the bit.

mod answer;
mod assumptions;
mod download;
pub mod guard;
mod page;
mod refusal;
mod request;
pub mod server;
mod subject;
pub mod turn;

pub use server::Server;
pub use subject::Subject;
