//! Events that a table dates: the cap is reached, the company is ready, it is listed, it fails.

use crate::kernel::metric::Series;

/// Something that has or has not happened by a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Payments have reached the cap.
    CapReached,
    /// The company has been ready for an IPO.
    Ready,
    /// The company has been listed.
    Listed,
    /// The company has failed.
    Failed,
}

impl Event {
    /// All events, in the order of the tables.
    pub const ALL: [Event; 4] = [Event::CapReached, Event::Ready, Event::Listed, Event::Failed];

    /// The series that no draw can move exactly if none can move the event.
    pub fn series(self) -> Series {
        match self {
            Event::CapReached => Series::CapLeft,
            Event::Ready => Series::Ready,
            Event::Listed => Series::Listed,
            Event::Failed => Series::Alive,
        }
    }

    /// The event's name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Event::CapReached => "cap_reached",
            Event::Ready => "ready",
            Event::Listed => "listed",
            Event::Failed => "failed",
        }
    }
}
