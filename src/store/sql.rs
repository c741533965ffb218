//! One statement for both engines: the macros that send it to the one in use.

/// Runs a statement in a transaction; the number of rows it changed.
macro_rules! exec {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match &mut $tx.conn {
            $crate::store::connection::Conn::Lite(conn) => sqlx::query::<sqlx::Sqlite>($sql)$(.bind($bind))*
                .execute(&mut *conn).await.map(|done| done.rows_affected()),
            $crate::store::connection::Conn::Pg(conn) => sqlx::query::<sqlx::Postgres>($sql)$(.bind($bind))*
                .execute(&mut *conn).await.map(|done| done.rows_affected()),
        }
        .map_err($crate::store::StoreError::from)
    };
}

/// Reads in a transaction, as `fetch_optional` or `fetch_all`.
macro_rules! fetch {
    ($how:ident, $row:ty, $tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match &mut $tx.conn {
            $crate::store::connection::Conn::Lite(conn) =>
                sqlx::query_as::<sqlx::Sqlite, $row>($sql)$(.bind($bind))*.$how(&mut *conn).await,
            $crate::store::connection::Conn::Pg(conn) =>
                sqlx::query_as::<sqlx::Postgres, $row>($sql)$(.bind($bind))*.$how(&mut *conn).await,
        }
        .map_err($crate::store::StoreError::from)
    };
}

/// Reads outside of transactions, as `fetch_optional` or `fetch_all`.
macro_rules! read {
    ($how:ident, $row:ty, $pools:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $pools {
            $crate::store::connection::Pools::Lite(pool) =>
                sqlx::query_as::<sqlx::Sqlite, $row>($sql)$(.bind($bind))*.$how(pool).await,
            $crate::store::connection::Pools::Pg(pool) =>
                sqlx::query_as::<sqlx::Postgres, $row>($sql)$(.bind($bind))*.$how(pool).await,
        }
        .map_err($crate::store::StoreError::from)
    };
}

/// A LIMIT.
pub(super) fn bound(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
