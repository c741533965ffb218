//! What has to be done now and then and belongs to no request: showing open pages again, the digest of the day.

use crate::domain::Timestamp;
use crate::store::StoreError;

use super::{Engine, day, home};

/// Does what is due. Returns how much was done.
pub async fn run(engine: &Engine) -> Result<usize, StoreError> {
    let mut done = 0;
    for engine in engine.everywhere() {
        done += home::refresh(&engine).await? + day::tell(&engine).await?;
    }
    Ok(done)
}

/// When there is next something to look at; `None` when nothing is.
pub fn next_due(engine: &Engine, now: Timestamp) -> Option<Timestamp> {
    let each = engine.workspaces.all().flat_map(|workspace| [workspace.homes.next_due(), workspace.days.next_due(now)]);
    each.flatten().min()
}
