//! Calendars of holidays, as calendar programs export them: the days and hours they keep closed.
//!
//! RFC 5545. Whole or not at all: a calendar of which a line cannot be understood is a fault with that line, because a
//! holiday that was passed over would open a window that should be closed. Whether an event shows somebody as free
//! (`TRANSP`) is not looked at: calendars of holidays say so of every day.

mod event;
mod line;
mod rule;
mod value;

use jiff::civil::Date;

use super::problem::Fault;
use super::text::quoted;
use crate::domain::calendar::Busy;

use event::Event;
use line::{Line, Lines};

/// Longest calendar, in bytes, and most events in it.
pub const MAX_BYTES: usize = 1024 * 1024;
pub const MAX_EVENTS: usize = 5_000;
/// Components within components.
const MAX_DEPTH: usize = 8;

/// What matters of a calendar: what lies between two days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between {
    pub first: Date,
    pub last: Date,
}

/// Everything the calendar keeps closed on the days asked for.
pub fn read(bytes: &[u8], between: Between) -> Result<Busy, Fault> {
    if bytes.len() > MAX_BYTES {
        return Err(Fault::new(
            format!("a calendar of {} bytes is longer than the {MAX_BYTES} that are read", bytes.len()),
            1,
        ));
    }
    let mut reading = Reading::new(between);
    let mut last = 1;
    for line in Lines::of(bytes) {
        let line = line?;
        last = line.number;
        reading.take(line)?;
    }
    reading.end(last)
}

/// Where in the calendar the reading stands.
struct Reading {
    /// Names of the components that are open.
    open: Vec<String>,
    event: Option<Event>,
    events: usize,
    calendars: usize,
    closed: event::Closed,
}

impl Reading {
    fn new(between: Between) -> Self {
        Self { open: Vec::new(), event: None, events: 0, calendars: 0, closed: event::Closed::new(between) }
    }

    fn take(&mut self, line: Line) -> Result<(), Fault> {
        match line.name.as_str() {
            "BEGIN" => self.begin(&line),
            "END" => self.end_of(&line),
            _ => self.property(line),
        }
    }

    fn begin(&mut self, line: &Line) -> Result<(), Fault> {
        let name = line.value.trim().to_ascii_uppercase();
        match (self.open.len(), name.as_str()) {
            (0, "VCALENDAR") => self.calendars += 1,
            (0, _) => return Err(line.fault("a calendar begins with `BEGIN:VCALENDAR`")),
            (1, "VEVENT") => self.begin_event(line)?,
            (1, "VTIMEZONE" | "VTODO" | "VJOURNAL") => {}
            (1, other) if other.starts_with("X-") => {}
            (1, other) => return Err(line.fault(format!("a `{}` in a calendar is not understood", quoted(other)))),
            (MAX_DEPTH.., _) => return Err(line.fault("components lie too deep in each other")),
            (_, "VEVENT" | "VCALENDAR") => return Err(line.fault("an event or a calendar lies in another one")),
            _ => {}
        }
        self.open.push(name);
        Ok(())
    }

    fn begin_event(&mut self, line: &Line) -> Result<(), Fault> {
        self.events += 1;
        if self.events > MAX_EVENTS {
            return Err(line.fault(format!("more than {MAX_EVENTS} events")));
        }
        self.event = Some(Event::new(line.number));
        Ok(())
    }

    fn end_of(&mut self, line: &Line) -> Result<(), Fault> {
        let name = line.value.trim().to_ascii_uppercase();
        match self.open.pop() {
            Some(open) if open == name => {}
            _ => return Err(line.fault(format!("`END:{}` ends nothing that is open", quoted(&name)))),
        }
        match self.event.take_if(|_| self.open.len() == 1) {
            Some(event) => event.close(&mut self.closed),
            None => Ok(()),
        }
    }

    fn property(&mut self, line: Line) -> Result<(), Fault> {
        match (self.open.len(), &mut self.event) {
            (0, _) => Err(line.fault("a calendar begins with `BEGIN:VCALENDAR`")),
            (1, _) if line.name == "CALSCALE" && !line.value.trim().eq_ignore_ascii_case("GREGORIAN") => {
                Err(line.fault("only the Gregorian calendar is understood"))
            }
            (2, Some(event)) => event.take(line),
            _ => Ok(()),
        }
    }

    /// A calendar that was cut off may lack holidays.
    fn end(self, last: usize) -> Result<Busy, Fault> {
        match (self.open.last(), self.calendars) {
            (Some(open), _) => Err(Fault::new(format!("the calendar ends without `END:{}`", quoted(open)), last)),
            (None, 0) => Err(Fault::new("there is no calendar: nothing begins with `BEGIN:VCALENDAR`", 1)),
            (None, _) => Ok(self.closed.into_busy()),
        }
    }
}

#[cfg(test)]
mod tests;
