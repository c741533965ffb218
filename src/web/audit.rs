//! `GET /api/v1/audit`: the record, page by page, for whoever holds the token.

use std::sync::Arc;

use axum::Json;
use axum::extract::RawQuery;
use axum::http::{HeaderMap, header};
use futures::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use url::form_urlencoded;

use crate::domain::Timestamp;

use super::answer::Problem;

const DEFAULT_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 500;

/// Where the list comes from, and what opens it.
pub struct AuditList {
    pub token: SecretString,
    pub page: Arc<dyn Fn(AuditQuery) -> BoxFuture<'static, Result<AuditPage, String>> + Send + Sync>,
}

/// Which records are asked for, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditQuery {
    /// Records after this sequence number.
    pub after: i64,
    /// At most so many, 1 to 500.
    pub limit: u32,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

/// One page of records, as JSON objects.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditPage {
    pub records: Vec<Value>,
    /// Where the next page begins, if there may be one.
    pub next: Option<i64>,
}

pub(super) async fn list(
    list: Arc<AuditList>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Problem> {
    if !holds_token(&headers, &list.token) {
        return Err(Problem::unauthorized());
    }
    let query = parse(query.as_deref().unwrap_or_default()).map_err(Problem::bad_request)?;
    let page = (list.page)(query).await.map_err(|error| {
        tracing::error!(error, "the audit list could not be read");
        Problem::unavailable("the record could not be read")
    })?;
    Ok(Json(json!({"records": page.records, "next": page.next.map(|seq| seq.to_string())})))
}

fn holds_token(headers: &HeaderMap, token: &SecretString) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    given.is_some_and(|given| bool::from(given.ct_eq(token.expose_secret().as_bytes())))
}

/// Every parameter is known, there once, and in range; anything else is an error that names it.
fn parse(query: &str) -> Result<AuditQuery, String> {
    let mut parsed = AuditQuery { after: 0, limit: DEFAULT_LIMIT, from: None, to: None };
    let mut seen = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "limit" => parsed.limit = number(&value, 1..=MAX_LIMIT).ok_or("`limit` must be a number from 1 to 500")?,
            "cursor" => {
                parsed.after = number(&value, 0..=i64::MAX).ok_or("`cursor` must be the `next` of an earlier page")?
            }
            "from" => parsed.from = Some(time(&value).ok_or("`from` must be a time such as 2026-01-01T00:00:00Z")?),
            "to" => parsed.to = Some(time(&value).ok_or("`to` must be a time such as 2026-01-01T00:00:00Z")?),
            _ => return Err("unknown parameter: there are `limit`, `cursor`, `from` and `to`".to_owned()),
        }
        if seen.contains(&name) {
            return Err(format!("`{name}` is given twice"));
        }
        seen.push(name);
    }
    match (parsed.from, parsed.to) {
        (Some(from), Some(to)) if from > to => Err("`from` is after `to`".to_owned()),
        _ => Ok(parsed),
    }
}

fn number<N: std::str::FromStr + PartialOrd>(text: &str, range: std::ops::RangeInclusive<N>) -> Option<N> {
    text.parse().ok().filter(|number| range.contains(number))
}

fn time(text: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_parameters_are_read() {
        let query = parse("limit=7&cursor=41&from=2026-01-01T00:00:00Z").unwrap();
        assert_eq!((query.limit, query.after), (7, 41));
        assert_eq!(query.from, Timestamp::parse_rfc3339("2026-01-01T00:00:00Z"));
        assert_eq!(parse("").unwrap(), AuditQuery { after: 0, limit: 100, from: None, to: None });
    }

    #[test]
    fn bad_parameters_are_refused_one_and_all() {
        let bad = [
            "limit=-1",
            "limit=0",
            "limit=1000000000",
            "limit=all",
            "cursor=%00%ff",
            "cursor=-5",
            "from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
            "from=0000-00-00",
            "to=9999999-01-01T00:00:00Z",
            "environment=%27%20OR%201%3D1--",
            "limit=1&limit=100000",
            "q=%ff%fe",
            "sort=password",
        ];
        for query in bad {
            assert!(parse(query).is_err(), "{query}");
        }
    }
}
