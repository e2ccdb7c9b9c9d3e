//! capstake's live page: a server on this machine alone, which simulates a scenario at every change of a number.
//!
//! It writes no file, answers no other machine and no other page ([`guard`]), reads requests within bounds ([`connection`]), and runs one
//! simulation of a page at a time: a newer change ends an older one ([`turn`]). Every answer is that of `run --set` on as many paths, to the bit.

mod answer;
mod assumptions;
pub mod connection;
mod download;
pub mod guard;
mod page;
pub mod pages;
mod refusal;
mod request;
pub mod server;
mod subject;
pub mod turn;

pub use server::Server;
pub use subject::Subject;
