//! What one gathering knows so far, for whoever waits for the rest.

use std::mem::discriminant;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::domain::{Reading, Sketch};

/// The sketch, as the parts come in.
#[derive(Debug, Default)]
pub struct News {
    sketch: Mutex<Sketch>,
    told: Notify,
}

impl News {
    pub fn sketch(&self) -> Sketch {
        self.sketch.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until the sketch is another one than at the last time; several changes in between are one. For one listener.
    pub async fn changed(&self) {
        self.told.notified().await;
    }

    pub(super) fn tell(&self, change: impl FnOnce(&mut Sketch)) {
        let mut sketch = self.sketch.lock().unwrap_or_else(PoisonError::into_inner);
        let before = sketch.clone();
        change(&mut sketch);
        if *sketch != before {
            self.told.notify_one();
        }
    }

    /// These parts are not there yet.
    pub(super) fn expect(&self, parts: impl IntoIterator<Item = Reading>) {
        self.tell(|sketch| sketch.reading.extend(parts));
    }

    /// This part is there, or it is known why not.
    pub(super) fn done(&self, part: Reading) {
        self.tell(|sketch| sketch.reading.retain(|reading| discriminant(reading) != discriminant(&part)));
    }

    /// Reads a part, and says so for as long as it takes.
    pub(super) async fn during<T>(&self, part: Reading, reading: impl Future<Output = T>) -> T {
        self.expect([part]);
        let read = reading.await;
        self.done(part);
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_told_while_it_is_read_and_what_does_not_change_is_no_news() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let news = News::default();
            news.during(Reading::Weights { models: 2 }, async {
                news.changed().await;
                assert!(news.sketch().reading.contains(&Reading::Weights { models: 2 }));
            })
            .await;
            news.changed().await;
            news.done(Reading::Cards);
            assert_eq!(news.sketch(), Sketch::default());
            assert!(futures::FutureExt::now_or_never(news.changed()).is_none(), "nothing new");
        });
    }
}
