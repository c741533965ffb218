//! Reads a request's body into memory: bounded in bytes, in time, and over all requests together (A13).

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

use super::answer::Problem;

/// Bodies up to this size are bounded by the number of connections alone.
const SMALL_BYTES: usize = 256 * 1024;
/// What all larger bodies together may take.
const BUDGET_BYTES: usize = 64 * 1024 * 1024;
/// A sender that is silent for so long has gone.
const SILENCE: Duration = Duration::from_secs(5);
/// Most that is read and thrown away of a body that is too large, so that its sender gets to read the answer.
const DISCARD_BYTES: usize = 32 * 1024 * 1024;
const DISCARD_WITHIN: Duration = Duration::from_secs(3);

/// Memory for large bodies, shared by all requests.
#[derive(Clone)]
pub(super) struct Budget(Arc<Semaphore>);

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(BUDGET_BYTES)))
    }
}

/// A whole body, and its share of the budget for as long as it is kept.
pub(super) struct Read {
    pub bytes: Vec<u8>,
    pub share: Option<OwnedSemaphorePermit>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyError {
    TooLarge,
    /// Not all there in time.
    TooSlow,
    /// Cut off, or not HTTP.
    Broken,
    /// Other large bodies take all the memory there is for them.
    Busy,
}

/// What its sender is told.
pub(super) fn unread(error: BodyError) -> Problem {
    match error {
        BodyError::TooLarge => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "the body is too large"),
        BodyError::TooSlow => Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "the body did not arrive in time"),
        BodyError::Broken => Problem::bad_request("the body is cut off"),
        BodyError::Busy => Problem::unavailable("too many large bodies at once"),
    }
}

/// Reads the whole body. The declared length is believed for refusing, never for taking memory.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    max_bytes: usize,
    within: Duration,
    budget: &Budget,
) -> Result<Read, BodyError> {
    let declared = declared_length(headers);
    let reader = Reader { body, max_bytes, declared, deadline: Instant::now() + within, budget };
    let expects = headers.contains_key(header::EXPECT);
    reader.read(expects).await
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

struct Reader<'a> {
    body: Body,
    max_bytes: usize,
    declared: Option<usize>,
    deadline: Instant,
    budget: &'a Budget,
}

impl Reader<'_> {
    async fn read(mut self, expects: bool) -> Result<Read, BodyError> {
        if self.declared.is_some_and(|length| length > self.max_bytes) {
            // Who asked first ("Expect: 100-continue") has sent nothing yet.
            if !expects {
                self.discard().await;
            }
            return Err(BodyError::TooLarge);
        }
        let mut read =
            Read { bytes: Vec::with_capacity(self.declared.unwrap_or_default().min(SMALL_BYTES)), share: None };
        while let Some(chunk) = self.next().await? {
            let length = read.bytes.len() + chunk.len();
            if length > self.max_bytes {
                drop(read);
                self.discard().await;
                return Err(BodyError::TooLarge);
            }
            if length > SMALL_BYTES && read.share.is_none() {
                self.make_room(&mut read).await?;
            }
            read.bytes.extend_from_slice(&chunk);
        }
        Ok(read)
    }

    async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        let deadline = self.deadline.min(Instant::now() + SILENCE);
        loop {
            let frame = timeout_at(deadline, self.body.frame()).await.map_err(|_| BodyError::TooSlow)?;
            match frame {
                None => return Ok(None),
                Some(Err(_)) => return Err(BodyError::Broken),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// Takes this body's share of the budget; the memory itself follows only now.
    async fn make_room(&mut self, read: &mut Read) -> Result<(), BodyError> {
        let bytes = self.declared.unwrap_or(self.max_bytes).clamp(SMALL_BYTES, BUDGET_BYTES);
        let share = u32::try_from(bytes).map_err(|_| BodyError::TooLarge)?;
        let wait = Arc::clone(&self.budget.0).acquire_many_owned(share);
        let share = timeout_at(self.deadline, wait).await.map_err(|_| BodyError::Busy)?.map_err(|_| BodyError::Busy)?;
        read.share = Some(share);
        read.bytes.reserve_exact(self.declared.unwrap_or_default().saturating_sub(read.bytes.len()));
        Ok(())
    }

    async fn discard(&mut self) {
        let _ = timeout(DISCARD_WITHIN, async {
            let mut left = DISCARD_BYTES;
            while let Ok(Some(chunk)) = self.next().await {
                left = left.saturating_sub(chunk.len());
                if left == 0 {
                    return;
                }
            }
        })
        .await;
    }
}
