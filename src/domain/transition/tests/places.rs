//! Where the message goes, and what follows when it is not there.

use super::*;

fn open() -> Request {
    let request = transition(None, &ask(5, 1), START).request;
    transition(request, &gathered("one", 1), START).request.unwrap()
}

fn after(request: Request, event: &Event) -> Step {
    transition(Some(request), event, START)
}

fn posted(channel: &str) -> MessageRef {
    MessageRef { channel: channel.into(), id: "1.2".into() }
}

fn kinds(step: &Step) -> Vec<&'static str> {
    step.effects.iter().map(|due| due.effect.kind()).collect()
}

#[test]
fn a_channel_that_takes_nothing_is_passed_over_once_and_said_in_both_places() {
    let request = Request { message: Some(posted("C1")), ..open() };
    let passed = PassedOver { channel: "#releases".into(), why: ChannelTrouble::Archived };
    let step = after(request, &Event::ChannelPassedOver { passed: passed.clone() });
    assert_eq!(kinds(&step), ["sync_message", "report"]);
    let request = step.request.unwrap();
    assert_eq!((request.message.clone(), &request.passed_over), (None, &vec![passed.clone()]));
    let again = after(request, &Event::ChannelPassedOver { passed });
    assert_eq!(kinds(&again), Vec::<&str>::new());
    assert_eq!(again.request.unwrap().passed_over.len(), 1);
}

#[test]
fn a_message_follows_its_channel_to_another_id() {
    let request = Request { message: Some(posted("G1")), ..open() };
    let moved = Event::ChannelMoved { from: "G1".into(), to: "C1".into() };
    assert_eq!(after(request, &moved).request.unwrap().message, Some(posted("C1")));
    let elsewhere = Request { message: Some(posted("C9")), ..open() };
    assert_eq!(after(elsewhere, &moved).request.unwrap().message, Some(posted("C9")));
}

#[test]
fn a_message_that_is_gone_is_posted_once_more() {
    let request = Request { message: Some(posted("C1")), ..open() };
    let lost = Event::MessageLost { message: posted("C1") };
    let step = after(request, &lost);
    assert_eq!(kinds(&step), ["sync_message"]);
    let again = after(step.request.unwrap(), &lost);
    assert_eq!(kinds(&again), Vec::<&str>::new(), "it was posted meanwhile, or will be");
}
