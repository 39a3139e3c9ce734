//! The count of tokens that models have used, by day.

use crate::Store;
use crate::row::Row;
use crate::seal::Seal;
use crate::session::{Dialect, Session, values};
use async_trait::async_trait;
use viva_core::ports::{StoreError, TokenLedger};

#[async_trait]
impl TokenLedger for Store {
    async fn spent(&self, day: u32) -> Result<u64, StoreError> {
        self.read(move |session| {
            Box::pin(async move {
                let select = "SELECT day, tokens, seal FROM spent_tokens WHERE day = $1";
                let rows = session.fetch(select, values![day]).await?;
                let tokens = rows.first().map(read).transpose()?;
                Ok(tokens.map_or(0, i64::cast_unsigned))
            })
        })
        .await
    }

    async fn spend(&self, day: u32, tokens: u64) -> Result<(), StoreError> {
        let tokens = i64::try_from(tokens).unwrap_or(i64::MAX);
        self.write(move |session| Box::pin(spend(session, day, tokens))).await
    }
}

async fn spend(session: &mut dyn Session, day: u32, tokens: i64) -> Result<(), StoreError> {
    // The row is there before it is locked: two that begin a day together wait for each other.
    let insert =
        "INSERT INTO spent_tokens (day, tokens, seal) VALUES ($1, 0, $2) ON CONFLICT (day) DO NOTHING";
    session.execute(insert, values![day, seal(i64::from(day), 0)]).await?;
    let select = match session.dialect() {
        Dialect::Sqlite => "SELECT day, tokens, seal FROM spent_tokens WHERE day = $1",
        Dialect::Postgres => "SELECT day, tokens, seal FROM spent_tokens WHERE day = $1 FOR UPDATE",
    };
    let rows = session.fetch(select, values![day]).await?;
    let before = rows.first().map(read).transpose()?.unwrap_or(0);
    let total = before.saturating_add(tokens);
    let update = "UPDATE spent_tokens SET tokens = $2, seal = $3 WHERE day = $1";
    session.execute(update, values![day, total, seal(i64::from(day), total)]).await?;
    Ok(())
}

/// The tokens of a day, from `day, tokens, seal`.
pub(crate) fn read(row: &Row) -> Result<i64, StoreError> {
    let fields = row.of("spent_tokens", "day");
    let tokens = fields.int("tokens")?;
    fields.check("seal", seal(fields.int("day")?, tokens))?;
    Ok(tokens)
}

fn seal(day: i64, tokens: i64) -> i64 {
    Seal::new("spent_tokens").int(day).int(tokens).value()
}
