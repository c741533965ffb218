use std::sync::atomic::AtomicUsize;

use futures::future::join_all;
use proptest::prelude::*;

use super::*;

const KEPT_MS: i64 = 120_000;

struct Scene {
    lookups: Lookups<&'static str, usize>,
    clock: Clock,
    asked: AtomicUsize,
}

impl Scene {
    fn new() -> Self {
        Self::of(KEPT_MS, 100)
    }

    fn of(kept_ms: i64, room: usize) -> Self {
        let clock = Clock::manual(Timestamp::from_seconds(1_000));
        Self { lookups: Lookups::new("test", &Ticks::default(), kept_ms, room), clock, asked: AtomicUsize::new(0) }
    }

    /// Answers with how often it was asked.
    async fn get(&self, key: &'static str, how: Freshness) -> Result<usize, PortError> {
        let ask = async {
            let times = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::task::yield_now().await;
            Ok(times)
        };
        self.lookups.get(key, how, &self.clock, ask).await.map(|known| known.value)
    }

    async fn fail(&self, key: &'static str, how: Freshness) -> Result<usize, PortError> {
        let ask = async {
            self.asked.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Err(PortError::retry("test", "down"))
        };
        self.lookups.get(key, how, &self.clock, ask).await.map(|known| known.value)
    }

    fn since_now(&self) -> Freshness {
        Freshness::Since(self.lookups.ticks.mark())
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn an_answer_is_kept_for_its_time_and_no_longer() {
    let scene = Scene::new();
    assert_eq!(scene.get("a", Freshness::Kept).await, Ok(1));
    scene.clock.advance(KEPT_MS - 1);
    assert_eq!(scene.get("a", Freshness::Kept).await, Ok(1));
    assert_eq!(scene.get("b", Freshness::Kept).await, Ok(2), "another question");
    scene.clock.advance(1);
    assert_eq!(scene.get("a", Freshness::Kept).await, Ok(3));
}

#[tokio::test]
async fn ten_at_once_ask_once() {
    let scene = Scene::new();
    let answers = join_all((0..10).map(|_| scene.get("a", Freshness::Kept))).await;
    assert!(answers.iter().all(|answer| *answer == Ok(1)));
    assert_eq!(scene.asked(), 1);
}

#[tokio::test]
async fn ten_at_once_share_trouble_and_the_next_one_asks_again() {
    let scene = Scene::new();
    let answers = join_all((0..10).map(|_| scene.fail("a", Freshness::Kept))).await;
    assert!(answers.iter().all(Result::is_err));
    assert_eq!(scene.asked(), 1);
    assert_eq!(scene.get("a", Freshness::Kept).await, Ok(2));
}

#[tokio::test]
async fn what_is_asked_since_a_mark_is_never_older_and_is_shared_by_all_with_that_mark() {
    let scene = Scene::new();
    scene.get("a", Freshness::Kept).await.unwrap();
    let how = scene.since_now();
    assert_eq!(scene.get("a", how).await, Ok(2), "a kept answer is passed by");
    assert_eq!(scene.get("a", how).await, Ok(2), "the same decision asks once");
    assert_eq!(scene.get("a", scene.since_now()).await, Ok(3), "another decision asks for itself");
    assert_eq!(scene.get("a", Freshness::Kept).await, Ok(3), "and what it read is kept");
    let how = scene.since_now();
    let answers = join_all((0..5).map(|_| scene.get("a", how))).await;
    assert!(answers.iter().all(|answer| *answer == Ok(4)));
}

#[tokio::test]
async fn a_question_that_was_under_way_at_the_mark_is_too_old() {
    let scene = Scene::new();
    let early = async { scene.get("a", Freshness::Kept).await };
    let late = async {
        tokio::task::yield_now().await;
        scene.get("a", scene.since_now()).await
    };
    assert_eq!(futures::future::join(early, late).await, (Ok(1), Ok(2)));
}

#[tokio::test]
async fn trouble_is_shared_within_a_decision_and_spoils_no_kept_answer() {
    let scene = Scene::new();
    scene.get("a", Freshness::Kept).await.unwrap();
    let how = scene.since_now();
    assert!(scene.fail("a", how).await.is_err());
    assert!(scene.get("a", how).await.is_err());
    assert_eq!(scene.asked(), 2);
    assert_eq!(scene.get("a", Freshness::Kept).await, Ok(1));
}

#[tokio::test]
async fn a_clock_that_goes_back_makes_nothing_young() {
    let scene = Scene::new();
    scene.get("a", Freshness::Kept).await.unwrap();
    scene.clock.advance(-1);
    assert_eq!(scene.get("a", Freshness::Kept).await, Ok(2));
}

#[tokio::test]
async fn nothing_is_kept_where_nothing_may_be() {
    let scene = Scene::of(0, 100);
    scene.get("a", Freshness::Kept).await.unwrap();
    assert_eq!(scene.get("a", Freshness::Kept).await, Ok(2));
    let answers = join_all((0..10).map(|_| scene.get("a", Freshness::Kept))).await;
    assert!(answers.iter().all(|answer| *answer == Ok(3)), "those who wait get what was asked for them");
}

#[tokio::test]
async fn what_is_forgotten_is_asked_for_again_and_what_was_under_way_is_not_kept() {
    let scene = Scene::new();
    scene.get("a", Freshness::Kept).await.unwrap();
    scene.get("b", Freshness::Kept).await.unwrap();
    scene.lookups.forget(|key| *key == "a");
    assert_eq!(scene.get("b", Freshness::Kept).await, Ok(2));
    let under_way = scene.get("a", Freshness::Kept);
    let forgotten = async { scene.lookups.forget(|key| *key == "a") };
    assert_eq!(futures::future::join(under_way, forgotten).await.0, Ok(3));
    assert_eq!(scene.get("a", Freshness::Kept).await, Ok(4));
}

#[tokio::test]
async fn there_is_room_for_so_many_and_the_old_go_first() {
    let scene = Scene::of(KEPT_MS, 2);
    scene.get("a", Freshness::Kept).await.unwrap();
    scene.clock.advance(KEPT_MS / 2);
    scene.get("b", Freshness::Kept).await.unwrap();
    scene.clock.advance(KEPT_MS / 2);
    scene.get("c", Freshness::Kept).await.unwrap();
    assert_eq!(scene.get("b", Freshness::Kept).await, Ok(2), "`a` was too old");
    scene.get("d", Freshness::Kept).await.unwrap();
    assert_eq!(scene.lookups.slots().len(), 2);
}

#[tokio::test]
async fn somebody_who_gives_up_waiting_leaves_the_question_to_the_next() {
    let scene = Scene::new();
    let mut gives_up = Box::pin(scene.get("a", Freshness::Kept));
    assert!(futures::poll!(&mut gives_up).is_pending());
    drop(gives_up);
    assert_eq!(scene.get("a", Freshness::Kept).await, Ok(2));
}

proptest! {
    /// Against a model that remembers every question: a kept answer is young, a fresh one was asked for after its mark.
    #[test]
    fn no_answer_is_older_than_asked_for(acts in prop::collection::vec((0..4_u8, 0..90_000_i64), 1..40)) {
        let scene = Scene::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut asked_at = vec![Timestamp::default()];
        let mut mark = (scene.since_now(), 0);
        for (act, ms) in acts {
            scene.clock.advance(ms);
            let how = match act {
                0 => { mark = (scene.since_now(), scene.asked()); mark.0 }
                1 => mark.0,
                _ => Freshness::Kept,
            };
            let answer = runtime.block_on(scene.get("a", how)).unwrap();
            if answer == asked_at.len() {
                asked_at.push(scene.clock.now());
            }
            match how {
                Freshness::Since(_) => prop_assert!(answer > mark.1),
                Freshness::Kept => prop_assert!(scene.clock.now().millis_since(asked_at[answer]) < KEPT_MS),
            }
        }
    }
}
