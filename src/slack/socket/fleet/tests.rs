use super::*;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn opened(fleet: &mut Fleet, now: Instant) -> SocketId {
    match fleet.next(now) {
        Next::Open(id) => id,
        other => panic!("{other:?}"),
    }
}

fn greeted(fleet: &mut Fleet, now: Instant) -> SocketId {
    let id = opened(fleet, now);
    fleet.greeted(id, &Hello::default(), now);
    id
}

/// Two connections that have stood for an hour.
fn standing() -> (Fleet, [SocketId; 2], Instant) {
    let start = Instant::now();
    let mut fleet = Fleet::new(2, start);
    let ids = [greeted(&mut fleet, start), greeted(&mut fleet, start)];
    (fleet, ids, start + Duration::from_secs(3_600))
}

fn pause(fleet: &mut Fleet, now: Instant) -> Duration {
    match fleet.next(now) {
        Next::WaitUntil(then) => then - now,
        other => panic!("{other:?}"),
    }
}

#[test]
fn as_many_as_wanted_are_opened_one_after_the_other() {
    let now = Instant::now();
    let mut fleet = Fleet::new(2, now);
    let first = opened(&mut fleet, now);
    assert_eq!(fleet.next(now), Next::Nothing, "one at a time");
    fleet.greeted(first, &Hello::default(), now);
    greeted(&mut fleet, now);
    assert_eq!((fleet.next(now), fleet.standing()), (Next::Nothing, 2));
}

#[test]
fn a_retiring_connection_goes_only_when_its_successor_stands() {
    let (mut fleet, [old, _], now) = standing();
    fleet.retires(old, now);
    assert_eq!(fleet.open(), 2, "it still takes what comes");
    let new = opened(&mut fleet, now);
    let (may_go, _) = fleet.greeted(new, &Hello::default(), now);
    assert_eq!(may_go, [old]);
    fleet.ended(old, &End::Replaced, now, 0.0);
    assert_eq!((fleet.next(now), fleet.open()), (Next::Nothing, 2));
}

#[test]
fn a_connection_that_worked_is_replaced_at_once() {
    let (mut fleet, [one, two], now) = standing();
    fleet.ended(one, &End::Dropped("reset".into()), now, 0.5);
    greeted(&mut fleet, now);
    fleet.ended(two, &End::Silent, now, 0.5);
    assert!(matches!(fleet.next(now), Next::Open(_)));
}

#[test]
fn failures_in_a_row_wait_longer_and_longer_up_to_a_minute() {
    let mut now = Instant::now();
    let mut fleet = Fleet::new(1, now);
    let mut pauses = Vec::new();
    for _ in 0..12 {
        let id = opened(&mut fleet, now);
        fleet.not_opened(id, &PortError::retry("open a connection", "HTTP 503"), now, 1.0);
        let waits = pause(&mut fleet, now);
        pauses.push(waits);
        now += waits;
    }
    assert_eq!(pauses[..4], [ms(250), ms(500), ms(1_000), ms(2_000)]);
    assert_eq!(pauses[11], LONGEST_PAUSE);
    greeted(&mut fleet, now);
    assert_eq!(fleet.trouble(now + LONGEST_PAUSE), None);
}

#[test]
fn replicas_do_not_come_back_together() {
    let now = Instant::now();
    let after = |fraction: f64| {
        let mut fleet = Fleet::new(1, now);
        let id = opened(&mut fleet, now);
        fleet.not_opened(id, &PortError::retry("open a connection", "HTTP 503"), now, fraction);
        pause(&mut fleet, now)
    };
    assert_eq!((after(0.0), after(0.5), after(1.0)), (ms(125), ms(187) + Duration::from_micros(500), ms(250)));
}

#[test]
fn a_pause_that_slack_asks_for_is_kept() {
    let now = Instant::now();
    let mut fleet = Fleet::new(1, now);
    let id = opened(&mut fleet, now);
    let limited = PortError::new(Class::Retry { after_ms: Some(30_000) }, "open a connection", "HTTP 429");
    fleet.not_opened(id, &limited, now, 0.0);
    assert!(pause(&mut fleet, now) >= ms(30_000));
}

/// A connection that is greeted and ends at once, over and over, must not become a storm.
#[test]
fn a_connection_that_ends_at_once_has_not_worked() {
    let mut now = Instant::now();
    let mut fleet = Fleet::new(1, now);
    let mut tries = 0;
    let end = now + Duration::from_secs(60);
    while now < end {
        match fleet.next(now) {
            Next::Open(id) => {
                tries += 1;
                fleet.greeted(id, &Hello::default(), now);
                fleet.ended(id, &End::Dropped("reset".into()), now, 0.0);
            }
            Next::WaitUntil(then) => now = then,
            Next::Nothing => panic!("there is no connection"),
        }
    }
    assert!(tries < 12, "{tries} tries within a minute");
}

#[test]
fn too_many_connections_are_not_answered_with_one_more_at_once() {
    let (mut fleet, [one, _], now) = standing();
    fleet.ended(one, &End::TooManyWebsockets, now, 0.0);
    assert!(pause(&mut fleet, now) >= LONGEST_PAUSE);
    assert_eq!(fleet.trouble(now + HOPELESS_PAUSE), None, "the other one works");
}

#[test]
fn what_nobody_mends_by_waiting_is_said_at_once_and_tried_slowly() {
    for end in [End::LinkDisabled, End::OtherApp("A2".into())] {
        let (mut fleet, [one, two], now) = standing();
        fleet.ended(one, &end, now, 0.0);
        assert_eq!(fleet.trouble(now), None, "the other one works");
        fleet.ended(two, &end, now, 0.0);
        assert!(fleet.trouble(now).unwrap().contains("app"), "{:?}", fleet.trouble(now));
        assert!(pause(&mut fleet, now) >= HOPELESS_PAUSE);
        greeted(&mut fleet, now + 2 * HOPELESS_PAUSE);
        assert_eq!(fleet.trouble(now + 3 * HOPELESS_PAUSE), None);
    }
    let now = Instant::now();
    let mut fleet = Fleet::new(2, now);
    let id = opened(&mut fleet, now);
    fleet.not_opened(id, &PortError::permanent("open a connection to Slack", "invalid_auth"), now, 0.0);
    assert!(fleet.trouble(now).unwrap().contains("invalid_auth"));
}

/// The switch is told to one connection and the others are torn: that must not bring the storm back.
#[test]
fn connections_torn_after_a_hopeless_end_change_nothing() {
    let (mut fleet, [one, two], now) = standing();
    fleet.ended(one, &End::LinkDisabled, now, 0.0);
    fleet.ended(two, &End::Dropped("reset".into()), now, 0.0);
    assert!(fleet.trouble(now).unwrap().contains("switched off"), "{:?}", fleet.trouble(now));
    assert!(pause(&mut fleet, now) >= HOPELESS_PAUSE);
}

#[test]
fn a_connection_told_to_go_before_it_was_greeted_needs_a_successor_all_the_same() {
    let now = Instant::now();
    let mut fleet = Fleet::new(1, now);
    let first = opened(&mut fleet, now);
    fleet.retires(first, now);
    let second = opened(&mut fleet, now);
    assert_eq!(fleet.greeted(first, &Hello::default(), now).0, []);
    assert_eq!(fleet.greeted(second, &Hello::default(), now).0, [first]);
}

#[test]
fn half_a_minute_without_a_connection_is_trouble() {
    let (mut fleet, [one, two], now) = standing();
    fleet.retires(one, now);
    fleet.ended(two, &End::Silent, now, 0.0);
    assert_eq!(fleet.trouble(now + DEGRADED_AFTER), None, "one still takes what comes");
    fleet.ended(one, &End::Dropped("reset".into()), now, 0.0);
    assert_eq!(fleet.trouble(now + DEGRADED_AFTER - ms(1)), None);
    let said = fleet.trouble(now + DEGRADED_AFTER).unwrap();
    assert!(said.contains("30 s") && said.contains("reset"), "{said}");
}

#[test]
fn other_processes_of_the_same_app_are_news_once() {
    let now = Instant::now();
    let mut fleet = Fleet::new(3, now);
    let hello = |connections| Hello { connections: Some(connections), app: None };
    let first = opened(&mut fleet, now);
    assert_eq!(fleet.greeted(first, &hello(1), now).1, None);
    let second = opened(&mut fleet, now);
    assert_eq!(fleet.greeted(second, &hello(4), now).1, Some(2));
    let third = opened(&mut fleet, now);
    assert_eq!(fleet.greeted(third, &hello(9), now).1, None, "once is enough");
}
