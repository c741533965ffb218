//! One connection at work: opens it, takes what comes, acknowledges what is stored, ends it in order.

use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::ports::PortError;
use crate::slack::socket::{Act, Connection, End, Heard, SocketDoor, SocketId, Timing, Wire};

use super::News;
use super::taking::Taking;

/// What one connection needs.
pub(super) struct Line {
    pub id: SocketId,
    pub door: Arc<SocketDoor>,
    pub taking: Taking,
    pub timing: Timing,
    pub app: Option<String>,
    pub tell: mpsc::UnboundedSender<(SocketId, News)>,
    /// Cancelled when its successor is there.
    pub leave: CancellationToken,
    pub stop: CancellationToken,
}

/// Being stored; gives the text that acknowledges it, if it may be acknowledged.
type InHand = FuturesUnordered<BoxFuture<'static, Option<String>>>;

impl Line {
    /// `Err` when it could not be opened.
    pub(super) async fn run(self) -> Result<End, PortError> {
        let mut wire = tokio::select! {
            () = self.stop.cancelled() => return Ok(End::Stopped),
            wire = self.door.open() => wire?,
        };
        let mut connection = Connection::new(self.timing, self.app.clone(), Instant::now());
        let mut in_hand = InHand::new();
        let end = self.work(&mut wire, &mut connection, &mut in_hand).await;
        // Taken and not acknowledged any more: Slack sends it again, and finds it stored.
        while in_hand.next().await.is_some() {}
        if !matches!(end, End::Dropped(_)) {
            wire.close().await;
        }
        Ok(end)
    }

    async fn work(&self, wire: &mut Wire, connection: &mut Connection, in_hand: &mut InHand) -> End {
        let mut told_to_leave = false;
        loop {
            if let Some(end) = connection.ended() {
                return end.clone();
            }
            let (acts, text) = tokio::select! {
                () = self.stop.cancelled(), if connection.listens_on() => {
                    connection.stop();
                    continue;
                }
                () = self.leave.cancelled(), if !told_to_leave => {
                    told_to_leave = true;
                    connection.leave(Instant::now());
                    continue;
                }
                Some(acknowledgement) = in_hand.next() => {
                    connection.done();
                    if let Some(text) = acknowledgement
                        && let Err(why) = wire.say(text).await
                    {
                        return connection.dropped(why);
                    }
                    continue;
                }
                heard = wire.hear(), if connection.listens() => match heard {
                    Heard::Text(text) => (connection.text(&text, Instant::now()), text),
                    Heard::Binary(bytes) => {
                        (connection.binary(Instant::now()), String::from_utf8_lossy(&bytes).into_owned())
                    }
                    Heard::SignOfLife => {
                        connection.sign_of_life(Instant::now());
                        continue;
                    }
                    Heard::Gone(why) => return connection.dropped(why),
                },
                () = super::until(connection.wakes_at()) => (connection.tick(Instant::now()), String::new()),
            };
            for act in acts {
                if let Err(why) = self.perform(act, &text, wire, in_hand).await {
                    return connection.dropped(why);
                }
            }
        }
    }

    async fn perform(&self, act: Act, text: &str, wire: &mut Wire, in_hand: &mut InHand) -> Result<(), String> {
        match act {
            Act::Greeted(hello) => self.tell(News::Greeted(hello)),
            Act::Replace => self.tell(News::Retires),
            Act::Take(arrived) => in_hand.push(self.taking.take(arrived, text)),
            Act::Keep(unreadable) => in_hand.push(self.taking.keep(unreadable, text)),
            Act::Ping => return wire.ping().await,
            // The connection knows that it ends, and ends once nothing is in hand.
            Act::Close(_) => {}
        }
        Ok(())
    }

    fn tell(&self, news: News) {
        // Nobody listens only while the server stops.
        let _ = self.tell.send((self.id, news));
    }
}
