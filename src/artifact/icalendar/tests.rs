use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::Timestamp;
use crate::domain::calendar::{Openings, TimeOfDay, Weekdays, Window, Zone};

const YEARS: Between = Between { first: date(2026, 1, 1), last: date(2028, 12, 31) };

fn calendar(events: &str) -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//acme//holidays//EN\r\n");
    for event in events.split("--\n").filter(|event| !event.is_empty()) {
        text.push_str(&format!(
            "BEGIN:VEVENT\r\nUID:1\r\n{}\r\nEND:VEVENT\r\n",
            event.trim_end().replace('\n', "\r\n")
        ));
    }
    text + "END:VCALENDAR\r\n"
}

fn busy(events: &str) -> Busy {
    read(calendar(events).as_bytes(), YEARS).unwrap()
}

/// The closed days, first to last.
fn days(events: &str) -> Vec<String> {
    let shown =
        |(first, last): &(Date, Date)| if first == last { first.to_string() } else { format!("{first}/{last}") };
    busy(events).days().iter().map(shown).collect()
}

fn spans(events: &str) -> Vec<String> {
    let shown = |(from, to): &(Timestamp, Timestamp)| format!("{}/{}", from.to_rfc3339(), to.to_rfc3339());
    busy(events).spans().iter().map(shown).collect()
}

/// Why an event cannot be understood, and its line within the event.
fn fault(event: &str) -> (String, isize) {
    let fault = read(calendar(event).as_bytes(), YEARS).unwrap_err();
    (fault.reason, isize::try_from(fault.line).unwrap() - 5)
}

#[test]
fn a_year_of_holidays_is_read() {
    let events = "DTSTART;VALUE=DATE:20261003\nDTEND;VALUE=DATE:20261004\nSUMMARY:Unity Day\nTRANSP:TRANSPARENT\n--\n\
        DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas\n--\n\
        DTSTART;VALUE=DATE:20270101\n--\n\
        DTSTART;VALUE=DATE:20270329\nDURATION:P1D\n--\n\
        DTSTART;VALUE=DATE:20190101\nDTEND;VALUE=DATE:20190102";
    assert_eq!(days(events), ["2026-10-03", "2026-12-24/2026-12-26", "2027-01-01", "2027-03-29"]);
}

#[test]
fn the_last_day_written_as_the_end_closes_that_day_too() {
    assert_eq!(days("DTSTART;VALUE=DATE:20261003\nDTEND;VALUE=DATE:20261003"), ["2026-10-03"]);
}

#[test]
fn hours_are_those_of_their_zone() {
    let afternoon = "DTSTART;TZID=Europe/Berlin:20261224T120000\nDTEND;TZID=Europe/Berlin:20261224T180000\n--\n\
        DTSTART:20261231T150000Z\nDURATION:PT4H30M\n--\n\
        DTSTART;TZID=America/New_York:20270704T000000\nDURATION:P1D";
    let expected = [
        "2026-12-24T11:00:00Z/2026-12-24T17:00:00Z",
        "2026-12-31T15:00:00Z/2026-12-31T19:30:00Z",
        "2027-07-04T04:00:00Z/2027-07-05T04:00:00Z",
    ];
    assert_eq!(spans(afternoon), expected);
    // A day of 23 hours, and one whose begin is skipped: by the offset before the leap.
    let spring = "DTSTART;TZID=Europe/Berlin:20260328T120000\nDURATION:P1D\n--\n\
        DTSTART;TZID=Europe/Berlin:20260329T023000\nDURATION:PT1H";
    assert_eq!(spans(spring), ["2026-03-28T11:00:00Z/2026-03-29T10:00:00Z"]);
}

#[test]
fn yearly_rules_come_again_every_year() {
    let yearly = |rule: &str| days(&format!("DTSTART;VALUE=DATE:20200501\nRRULE:{rule}"));
    let all = ["2026-05-01", "2027-05-01", "2028-05-01"];
    assert_eq!(yearly("FREQ=YEARLY"), all);
    assert_eq!(yearly("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1;WKST=MO"), all);
    assert_eq!(yearly("FREQ=YEARLY;INTERVAL=2"), ["2026-05-01", "2028-05-01"]);
    assert_eq!(yearly("FREQ=YEARLY;COUNT=8"), all[..2]);
    assert_eq!(yearly("FREQ=YEARLY;UNTIL=20270501"), all[..2]);
    assert_eq!(yearly("FREQ=YEARLY;UNTIL=20270430"), all[..1]);
    assert_eq!(yearly("FREQ=YEARLY;UNTIL=20270501T000000Z"), all[..2]);
    assert_eq!(yearly("FREQ=YEARLY;COUNT=1"), Vec::<String>::new());
    assert_eq!(yearly("FREQ=YEARLY;BYMONTH=5,6;COUNT=14"), ["2026-05-01", "2026-06-01"]);
}

#[test]
fn rules_may_count_days_and_weekdays_of_a_month() {
    let last_monday = "DTSTART;VALUE=DATE:20250526\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO";
    assert_eq!(days(last_monday), ["2026-05-25", "2027-05-31", "2028-05-29"]);
    let fourth_thursday = "DTSTART;VALUE=DATE:20251127\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH";
    assert_eq!(days(fourth_thursday), ["2026-11-26", "2027-11-25", "2028-11-23"]);
    let election =
        "DTSTART;VALUE=DATE:20241105\nRRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8";
    assert_eq!(days(election), ["2028-11-07"]);
    let end_of_february = "DTSTART;VALUE=DATE:20250228\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1";
    assert_eq!(days(end_of_february), ["2026-02-28", "2027-02-28", "2028-02-29"]);
    let leap_day = "DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY";
    assert_eq!(days(leap_day), ["2028-02-29"]);
    let each_first = "DTSTART;VALUE=DATE:20280101\nRRULE:FREQ=YEARLY;BYMONTHDAY=1;COUNT=3";
    assert_eq!(days(each_first), ["2028-01-01", "2028-02-01", "2028-03-01"]);
}

#[test]
fn hours_come_again_by_the_wall_and_not_by_the_offset() {
    let event = "DTSTART;TZID=Europe/Berlin:20250329T120000\nDURATION:PT1H\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU,-1SA;COUNT=4";
    // The last Sunday of March has the leap.
    let expected = ["2026-03-28T11:00:00Z/2026-03-28T12:00:00Z", "2026-03-29T10:00:00Z/2026-03-29T11:00:00Z"];
    assert_eq!(spans(event), expected);
}

#[test]
fn cancelled_events_and_left_out_dates_are_open() {
    let events = "DTSTART;VALUE=DATE:20261003\nSTATUS:CANCELLED\nRRULE:FREQ=SECONDLY\n--\n\
        DTSTART;VALUE=DATE:20260501\nSTATUS:TENTATIVE\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20270501,20290501";
    assert_eq!(days(events), ["2026-05-01", "2028-05-01"]);
    let hours =
        "DTSTART;TZID=Europe/Berlin:20260501T120000\nDURATION:PT1H\nRRULE:FREQ=YEARLY;COUNT=2\nEXDATE:20270501T100000Z";
    assert_eq!(spans(hours), ["2026-05-01T10:00:00Z/2026-05-01T11:00:00Z"]);
}

#[test]
fn what_is_not_understood_is_a_fault_with_its_line_and_its_name() {
    for (event, line, reason) in [
        (
            "SUMMARY:Team day\nDTSTART;VALUE=DATE:20261003\nRRULE:FREQ=MONTHLY",
            3,
            "`FREQ=MONTHLY` in a rule is not understood: only yearly rules by month, day and weekday are (`Team day`)",
        ),
        ("DTSTART;VALUE=DATE:20261003\nRRULE:FREQ=YEARLY;BYSETPOS=1", 2, "`BYSETPOS=1` in a rule"),
        ("DTSTART;VALUE=DATE:20261003\nRRULE:FREQ=YEARLY;BYDAY=1MO", 2, "`BYDAY` without `BYMONTH`"),
        ("DTSTART;VALUE=DATE:20261003\nRRULE:FREQ=YEARLY;FREQ=YEARLY", 2, "`FREQ=YEARLY` stands twice"),
        ("DTSTART;VALUE=DATE:20261003\nRRULE:FREQ=YEARLY;COUNT=1;UNTIL=20270101", 2, "a rule has both"),
        ("DTSTART;VALUE=DATE:20261003\nRRULE:FREQ=YEARLY;COUNT=0", 2, "`COUNT=0` in a rule"),
        ("DTSTART;VALUE=DATE:20261003\nRRULE:COUNT=2", 2, "a rule without `FREQ`"),
        (
            "DTSTART;VALUE=DATE:20261003\nRRULE:FREQ=YEARLY;BYMONTH=11",
            2,
            "an event begins on a day that is not one of its own rule",
        ),
        ("DTSTART;VALUE=DATE:20261003\nRRULE:", 2, "`` in a rule"),
        ("DTSTART;VALUE=DATE:20261003\nRDATE;VALUE=DATE:20261004", 2, "`RDATE` is not understood"),
        ("DTSTART;VALUE=DATE:20261003\nRECURRENCE-ID;VALUE=DATE:20261004", 2, "`RECURRENCE-ID` is not understood"),
        ("DTSTART;VALUE=DATE:20261003\nEXDATE:20261003T000000Z", 2, "days are left out of times"),
        ("DTSTART;VALUE=DATE:20261003\nDTEND:20261004T000000Z", 2, "an event begins with a day and ends with a time"),
        ("DTSTART;VALUE=DATE:20261003\nDTEND;VALUE=DATE:20261004\nDURATION:P1D", 3, "an event has both"),
        ("DTSTART;VALUE=DATE:20261003\nDTEND;VALUE=DATE:20261002", 1, "an event ends before it begins"),
        ("DTSTART;VALUE=DATE:20261003\nDURATION:PT5H", 2, "an event of whole days lasts for a part of one"),
        ("DTSTART;VALUE=DATE:20261003\nDTEND;VALUE=DATE:20281003", 1, "an event of 731 days, more than 366"),
        (
            "DTSTART;VALUE=DATE:20261003\nDTSTART;VALUE=DATE:20261004",
            2,
            "`DTSTART` stands twice in an event, first on line 6",
        ),
        ("DTSTART;VALUE=PERIOD:20261003", 1, "only dates and times"),
        ("DTSTART;VALUE=DATE:20261303", 1, "`20261303` is neither a date nor a time"),
        ("DTSTART:20261003T090000\nDURATION:PT1H", 1, "`20261003T090000` has no time zone"),
        (
            "DTSTART;TZID=Europe/Berln:20261003T090000\nDURATION:PT1H",
            1,
            "`Europe/Berln` is not a time zone: write one of the IANA names, as in `Europe/Berlin`; did you mean `Europe/Berlin`?",
        ),
        (
            "DTSTART;TZID=W. Europe Standard Time:20261003T090000\nDURATION:PT1H",
            1,
            "`W. Europe Standard Time` is not a time zone",
        ),
        ("DTSTART:20261003T090000Z", 1, "an event without an end"),
        ("DTSTART:20261003T090000Z\nDTEND:20261003T080000Z", 1, "an event ends before it begins"),
        ("DTSTART:20261003T090000Z\nDTEND;VALUE=DATE:20261004", 2, "an event begins with a time and ends with a day"),
        ("DTSTART:20261003T090000Z\nDURATION:-PT1H", 2, "`-PT1H` is not a length of time"),
        ("SUMMARY:Nothing", -1, "an event without `DTSTART`"),
        ("not a line", 1, "`not a line` is not a line of a calendar"),
    ] {
        let (told, at) = fault(event);
        assert!(told.starts_with(reason) && at == line, "{event}: line {at}: {told}");
    }
}

#[test]
fn what_belongs_to_something_else_is_not_looked_at() {
    let text = calendar(
        "DTSTART;VALUE=DATE:20261003\nBEGIN:VALARM\nTRIGGER:-PT15M\nDURATION:PT5M\nDTSTART:x\nEND:VALARM\nX-RDATE:1",
    );
    let text = text.replace(
        "PRODID",
        "BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nRRULE:FREQ=YEARLY\r\nEND:STANDARD\r\n\
         END:VTIMEZONE\r\nBEGIN:VTODO\r\nDUE:20270101\r\nEND:VTODO\r\nPRODID",
    );
    assert_eq!(read(text.as_bytes(), YEARS).unwrap().days(), [(date(2026, 10, 3), date(2026, 10, 3))]);
}

#[test]
fn a_calendar_that_is_cut_off_or_none_is_a_fault() {
    let whole = calendar("DTSTART;VALUE=DATE:20261003");
    let reason = |text: &str| read(text.as_bytes(), YEARS).unwrap_err().reason;
    for length in (1..whole.len() - 2).filter(|length| whole.is_char_boundary(*length)) {
        assert!(read(&whole.as_bytes()[..length], YEARS).is_err(), "{}", &whole[..length]);
    }
    assert_eq!(reason(""), "there is no calendar: nothing begins with `BEGIN:VCALENDAR`");
    assert_eq!(reason("<html></html>"), "`<html></html>` is not a line of a calendar");
    assert_eq!(reason("BEGIN:VEVENT"), "a calendar begins with `BEGIN:VCALENDAR`");
    assert_eq!(reason(&whole.replace("VERSION:2.0", "CALSCALE:CHINESE")), "only the Gregorian calendar is understood");
    assert_eq!(reason(&whole.replace("END:VEVENT", "END:VTODO")), "`END:VTODO` ends nothing that is open");
    assert_eq!(reason(&whole.replace("VEVENT", "VFREEBUSY")), "a `VFREEBUSY` in a calendar is not understood");
    let nested = whole.replace("DTSTART", "BEGIN:VEVENT\r\nDTSTART");
    assert_eq!(reason(&nested), "an event or a calendar lies in another one");
    let two = format!("{whole}\r\n{}", calendar("DTSTART;VALUE=DATE:20261225"));
    assert_eq!(read(two.as_bytes(), YEARS).unwrap().days().len(), 2);
}

#[test]
fn giants_are_refused_in_time() {
    let reason = |text: &str| read(text.as_bytes(), YEARS).unwrap_err().reason;
    assert!(reason(&"X".repeat(MAX_BYTES + 1)).ends_with("longer than the 1048576 that are read"));
    assert_eq!(reason(&calendar(&"DTSTART:20261003\n--\n".repeat(MAX_EVENTS + 1))), "more than 5000 events");
    let deep = format!("BEGIN:VCALENDAR\n{}", "BEGIN:X-A\n".repeat(20));
    assert_eq!(reason(&deep), "components lie too deep in each other");
    let endless = "DTSTART;VALUE=DATE:00010101\nRRULE:FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYDAY=MO,TU,WE,TH,FR,SA,SU\n--\n";
    assert_eq!(reason(&calendar(&endless.repeat(100))), "the rules name too many days");
    let left_out =
        format!("DTSTART;VALUE=DATE:20260101\nEXDATE;VALUE=DATE:20270101{}\n--\n", ",20270101".repeat(6_000));
    assert_eq!(reason(&calendar(&left_out.repeat(10))), "too many dates are left out");
}

#[test]
fn a_window_stays_closed_on_the_holidays_of_its_calendar() {
    let holidays = busy("DTSTART;VALUE=DATE:20251225\nDTEND;VALUE=DATE:20251227\nRRULE:FREQ=YEARLY\nSUMMARY:Christmas");
    let office = Window {
        days: Weekdays::parse("mon-fri").unwrap(),
        from: TimeOfDay::parse("09:00").unwrap(),
        to: TimeOfDay::parse("17:00").unwrap(),
        zone: Zone::parse("Europe/Berlin").unwrap(),
        except: [].into(),
    };
    let office = Openings::new(vec![office], holidays).unwrap();
    let eve = Timestamp::parse_rfc3339("2026-12-24T18:00:00Z").unwrap();
    assert_eq!(office.words(eve), "opens Mon 28 Dec, 09:00 (Europe/Berlin)");
}

proptest! {
    #[test]
    fn anything_is_a_calendar_or_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, YEARS);
    }

    #[test]
    fn events_of_any_lines_are_understood_or_a_fault(
        lines in prop::collection::vec((
            prop::sample::select(vec!["DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "STATUS", "SUMMARY", "BEGIN", "END"]),
            prop::sample::select(vec!["", ";VALUE=DATE", ";TZID=Europe/Berlin", ";TZID=\"Asia/Beirut\"", ";X=1"]),
            prop_oneof![
                "[0-9]{8}", "[0-9]{8}T[0-9]{6}Z?", "P[0-9]{1,7}[DWTHMS]{1,3}", "\\PC{0,20}",
                "FREQ=YEARLY(;(COUNT|INTERVAL|BYMONTH|BYMONTHDAY|BYDAY|UNTIL)=-?[0-9MOTU,]{1,9}){0,4}",
                Just("99991231".to_owned()), Just("00010101".to_owned()), Just("VEVENT".to_owned()),
            ],
        ), 0..8),
    ) {
        let event: String = lines.iter().map(|(name, parameter, value)| format!("{name}{parameter}:{value}\n")).collect();
        if let Err(fault) = read(calendar(&event).as_bytes(), YEARS) {
            prop_assert!(fault.line >= 1 && fault.reason.chars().count() < 400, "{:?}", fault);
        }
    }
}
