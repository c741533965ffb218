use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::calendar::{TimeOfDay, Weekdays, Zone};
use crate::domain::time::MINUTE_MS;

fn window(days: &str, from: &str, to: &str, zone: &str) -> Window {
    Window {
        days: Weekdays::parse(days).unwrap(),
        from: TimeOfDay::parse_beginning(from).unwrap(),
        to: TimeOfDay::parse(to).unwrap(),
        zone: Zone::parse(zone).unwrap(),
        except: [].into(),
    }
}

fn one(window: Window) -> Openings {
    Openings::new(vec![window], Busy::default()).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn opens(openings: &Openings, from: &str) -> String {
    openings.next_opening(at(from)).unwrap().to_rfc3339()
}

fn closes(openings: &Openings, from: &str) -> String {
    openings.closes_at(at(from)).unwrap().to_rfc3339()
}

#[test]
fn office_hours_open_in_the_morning_and_close_in_the_evening() {
    let office = one(window("mon-fri", "09:00", "17:00", "Europe/Berlin"));
    assert_eq!(opens(&office, "2026-11-27T16:00:00Z"), "2026-11-30T08:00:00Z");
    assert_eq!(opens(&office, "2026-11-30T08:00:00Z"), "2026-11-30T08:00:00Z");
    assert_eq!(closes(&office, "2026-11-30T08:00:00Z"), "2026-11-30T16:00:00Z");
    assert!(!office.open_at(at("2026-11-30T16:00:00Z")));
    assert_eq!(closes(&office, "2026-11-30T16:00:00Z"), "2026-11-30T16:00:00Z", "closed already");
    assert_eq!(office.words(at("2026-11-27T16:00:00Z")), "opens Mon 30 Nov, 09:00 (Europe/Berlin)");
    assert_eq!(office.words(at("2026-11-30T08:00:00Z")), "open until Mon 30 Nov, 17:00 (Europe/Berlin)");
}

#[test]
fn hours_over_midnight_belong_to_the_day_they_began() {
    let night = one(window("fri", "22:00", "04:00", "UTC"));
    assert_eq!(opens(&night, "2026-11-26T23:00:00Z"), "2026-11-27T22:00:00Z");
    assert_eq!(closes(&night, "2026-11-27T23:00:00Z"), "2026-11-28T04:00:00Z");
    assert!(!night.open_at(at("2026-11-27T03:00:00Z")));
}

#[test]
fn a_day_off_closes_the_night_before_at_midnight_and_its_own_night() {
    let mut window = window("daily", "22:00", "04:00", "UTC");
    window.except.insert(date(2026, 12, 25));
    let night = one(window);
    assert_eq!(closes(&night, "2026-12-24T23:00:00Z"), "2026-12-25T00:00:00Z");
    assert_eq!(opens(&night, "2026-12-25T00:00:00Z"), "2026-12-26T22:00:00Z");
}

#[test]
fn equal_begin_and_end_are_a_whole_day_and_so_are_midnight_to_midnight() {
    for (from, to) in [("00:00", "24:00"), ("00:00", "00:00")] {
        let saturday = one(window("sat", from, to, "Europe/Berlin"));
        assert_eq!(opens(&saturday, "2026-11-27T12:00:00Z"), "2026-11-27T23:00:00Z");
        assert_eq!(closes(&saturday, "2026-11-28T12:00:00Z"), "2026-11-28T23:00:00Z");
        let always = one(window("daily", from, to, "Europe/Berlin"));
        assert_eq!(always.closes_at(at("2026-11-28T12:00:00Z")), None);
        assert_eq!(always.words(at("2026-11-28T12:00:00Z")), "open");
    }
}

/// H34: in spring the hour is skipped, in autumn it comes twice.
#[test]
fn daylight_saving_skips_an_opening_and_repeats_one() {
    let early = one(window("daily", "02:00", "03:00", "Europe/Berlin"));
    assert_eq!(opens(&early, "2026-03-28T12:00:00Z"), "2026-03-30T00:00:00Z", "not on the 29th");
    assert_eq!(early.words(at("2026-03-28T12:00:00Z")), "opens Mon 30 Mar, 02:00 (Europe/Berlin)");
    let half_past = one(window("daily", "02:30", "04:00", "Europe/Berlin"));
    assert_eq!(opens(&half_past, "2026-03-29T00:00:00Z"), "2026-03-29T01:00:00Z", "as soon as the gap is over");
    assert_eq!(half_past.words(at("2026-03-29T00:00:00Z")), "opens Sun 29 Mar, 03:00 (Europe/Berlin)");
    assert_eq!(closes(&early, "2026-10-25T00:00:00Z"), "2026-10-25T02:00:00Z", "two hours long");
    let quarter = one(window("daily", "02:15", "02:45", "Europe/Berlin"));
    assert_eq!(closes(&quarter, "2026-10-25T00:15:00Z"), "2026-10-25T00:45:00Z");
    assert_eq!(opens(&quarter, "2026-10-25T00:45:00Z"), "2026-10-25T01:15:00Z", "the second time");
    assert_eq!(closes(&quarter, "2026-10-25T01:15:00Z"), "2026-10-25T01:45:00Z");
}

#[test]
fn windows_that_touch_are_open_as_one() {
    let openings = Openings::new(
        vec![
            window("mon-fri", "09:00", "17:00", "Europe/Berlin"),
            window("mon-fri", "17:00", "20:00", "Europe/Berlin"),
            window("fri", "13:00", "16:00", "America/New_York"),
        ],
        Busy::default(),
    );
    let openings = openings.unwrap();
    assert_eq!(closes(&openings, "2026-11-26T09:00:00Z"), "2026-11-26T19:00:00Z");
    assert_eq!(closes(&openings, "2026-11-27T09:00:00Z"), "2026-11-27T21:00:00Z");
}

#[test]
fn holidays_close_whole_days_on_each_wall_and_spans_of_time() {
    let busy = Busy::new(
        [(date(2026, 12, 24), date(2026, 12, 27))],
        [(at("2026-12-28T10:00:00Z"), at("2026-12-28T11:00:00Z"))],
    );
    let office = Openings::new(vec![window("mon-fri", "09:00", "17:00", "Europe/Berlin")], busy).unwrap();
    assert_eq!(opens(&office, "2026-12-23T18:00:00Z"), "2026-12-28T08:00:00Z");
    assert_eq!(closes(&office, "2026-12-28T08:00:00Z"), "2026-12-28T10:00:00Z");
    assert_eq!(opens(&office, "2026-12-28T10:00:00Z"), "2026-12-28T11:00:00Z");
}

#[test]
fn what_never_opens_is_said_at_once() {
    let mut never = window("mon", "09:00", "17:00", "Europe/Berlin");
    let mondays = (0..80).map(|weeks| date(2026, 11, 30) + jiff::ToSpan::weeks(i64::from(weeks)));
    never.except.extend(mondays);
    let never = one(never);
    assert_eq!(never.next_opening(at("2026-11-27T16:00:00Z")), None);
    assert_eq!(never.words(at("2026-11-27T16:00:00Z")), "does not open within 400 days");
    let forever = Busy::new([], [(Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX))]);
    let shut = Openings::new(vec![window("daily", "00:00", "24:00", "UTC")], forever).unwrap();
    assert_eq!(shut.next_opening(at("2026-11-27T16:00:00Z")), None);
}

#[test]
fn times_beyond_the_calendar_are_closed() {
    let always = one(window("daily", "00:00", "24:00", "UTC"));
    for edge in [i64::MIN, i64::MAX] {
        let edge = Timestamp::from_millis(edge);
        assert!(!always.open_at(edge));
        assert_eq!((always.next_opening(edge), always.closes_at(edge)), (None, Some(edge)));
    }
    let last = at("9999-12-30T12:00:00Z");
    assert_eq!((always.next_opening(last), always.closes_at(last)), (Some(last), None));
}

#[test]
fn none_and_too_many_windows_are_refused() {
    assert_eq!(Openings::new(vec![], Busy::default()), Err(CalendarError::NoWindow));
    let many = vec![window("daily", "09:00", "10:00", "UTC"); Openings::MAX_WINDOWS + 1];
    let problem = Openings::new(many, Busy::default()).unwrap_err();
    assert_eq!(problem.to_string(), "33 windows are more than the 32 that are looked at");
}

#[test]
fn openings_are_stored_and_read_back() {
    let busy = Busy::new([(date(2026, 12, 24), date(2026, 12, 27))], []);
    let openings = Openings::new(vec![window("mon-fri", "09:00", "17:00", "Europe/Berlin")], busy).unwrap();
    let text = serde_json::to_string(&openings).unwrap();
    assert!(text.contains(r#""days":"mon-fri","from":"09:00","to":"17:00","zone":"Europe/Berlin""#), "{text}");
    assert_eq!(serde_json::from_str::<Openings>(&text).unwrap(), openings);
}

/// Zones with leaps of all kinds: an hour, half an hour, at midnight, a whole day, backwards in winter, none.
const ZONES: [&str; 12] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Havana",
    "Asia/Beirut",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Asia/Kathmandu",
    "America/Nuuk",
    "Antarctica/Troll",
    "UTC",
];

/// How far the slow model looks, in minutes.
const LOOKED_AT: i64 = 4 * 24 * 60;

/// What the rules say, minute by minute, with nothing clever about it.
fn slowly_open(openings: &Openings, at: Timestamp) -> bool {
    let instant = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap();
    let off = openings.busy().spans().iter().any(|(from, to)| *from <= at && at < *to);
    !off && openings.windows().iter().any(|window| {
        let zoned = jiff::tz::TimeZoneDatabase::bundled().get(window.zone.name()).unwrap().to_datetime(instant);
        let minute = i32::from(zoned.hour()) * 60 + i32::from(zoned.minute());
        let minutes = |time: TimeOfDay| {
            let text = time.to_string();
            text[..2].parse::<i32>().unwrap() * 60 + text[3..].parse::<i32>().unwrap()
        };
        let closed_days = openings.busy().days();
        let is_off =
            |day| window.except.contains(&day) || closed_days.iter().any(|(first, last)| *first <= day && day <= *last);
        let (from, to) = (minutes(window.from), minutes(window.to));
        let length = if to <= from { to + 24 * 60 - from } else { to - from };
        let began = |day: jiff::civil::Date, since: i32| {
            window.days.contains(day.weekday()) && !is_off(day) && from <= since && since < from + length
        };
        let today = zoned.date();
        !is_off(today) && (began(today, minute) || began(today.yesterday().unwrap(), minute + 24 * 60))
    })
}

fn any_time_of_day() -> impl Strategy<Value = u16> {
    prop_oneof![0..1440_u16, (0..48_u16).prop_map(|half| half * 30), 0..240_u16]
}

fn any_window() -> impl Strategy<Value = Window> {
    let days = (1..128_u8).prop_map(|bits| {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let chosen: Vec<&str> =
            names.iter().enumerate().filter(|(day, _)| bits & (1 << day) != 0).map(|(_, name)| *name).collect();
        Weekdays::parse(&chosen.join(",")).unwrap()
    });
    let time = |minutes: u16| TimeOfDay::parse(&format!("{:02}:{:02}", minutes / 60, minutes % 60)).unwrap();
    let to = prop_oneof![4 => any_time_of_day(), 1 => Just(1440_u16)];
    (days, any_time_of_day(), to, 0..ZONES.len()).prop_map(move |(days, from, to, zone)| Window {
        days,
        from: time(from),
        to: time(to),
        zone: Zone::parse(ZONES[zone]).unwrap(),
        except: [].into(),
    })
}

/// A minute near a leap of that zone's clock, between 2009 and 2040.
fn near_a_leap(zone: &Zone, year: i16, nth: usize, minutes: i64) -> Timestamp {
    let rules = jiff::tz::TimeZoneDatabase::bundled().get(zone.name()).unwrap();
    let start = jiff::civil::date(year, 1, 1).to_zoned(rules.clone()).unwrap().timestamp();
    let leap = rules.following(start).nth(nth).map_or(start, |leap| leap.timestamp());
    Timestamp::from_millis(leap.as_second() / 60 * 60 * 1_000 + minutes * MINUTE_MS)
}

prop_compose! {
    fn any_case()(
        windows in prop::collection::vec(any_window(), 1..4),
        year in 2009..2040_i16, nth in 0..3_usize, minutes in -4_000..1_500_i64,
        off in prop::collection::vec(0..6_i64, 0..3),
        spans in prop::collection::vec((0..5_000_i64, 1..900_i64), 0..3),
    ) -> (Openings, Timestamp) {
        let mut windows = windows;
        let from = near_a_leap(&windows[0].zone, year, nth, minutes);
        let today = windows[0].zone.wall(from).unwrap().date();
        let day = |days: i64| today + jiff::ToSpan::days(days - 1);
        if let Some(days) = off.first() {
            windows[0].except.insert(day(*days));
        }
        let spans = spans.into_iter().map(|(begin, length)| {
            let begin = from.plus_millis(begin * MINUTE_MS);
            (begin, begin.plus_millis(length * MINUTE_MS))
        });
        let busy = Busy::new(off.iter().skip(1).map(|days| (day(*days), day(*days))), spans);
        (Openings::new(windows, busy).unwrap(), from)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn openings_and_closings_are_those_found_by_looking_at_every_minute((openings, from) in any_case()) {
        let minute = |n: i64| from.plus_millis(n * MINUTE_MS);
        let first = |open: bool| (0..LOOKED_AT).map(minute).find(|at| slowly_open(&openings, *at) == open);
        prop_assert_eq!(openings.open_at(from), slowly_open(&openings, from));
        for (found, slowly) in [(openings.next_opening(from), first(true)), (openings.closes_at(from), first(false))] {
            match slowly {
                Some(slowly) => prop_assert_eq!(found, Some(slowly)),
                None => prop_assert!(found.is_none_or(|found| found >= minute(LOOKED_AT)), "{:?}", found),
            }
        }
    }

    #[test]
    fn within_a_minute_nothing_changes((openings, from) in any_case(), ms in 1..60_000_i64) {
        let within = from.plus_millis(ms);
        prop_assert_eq!(openings.open_at(within), openings.open_at(from));
        let next = openings.next_opening(within);
        prop_assert!(next.is_none_or(|next| next == within || next.as_millis() % MINUTE_MS == 0));
    }
}
