//! The database of conversations and interviews.

use super::Wiring;
use crate::failure::{Failure, Outcome};
use std::sync::Arc;
use viva_store::{Address, Store, StoreOptions};

impl Wiring {
    /// Opens it, and brings it up to this version.
    pub(crate) async fn store(&self) -> Outcome<Arc<Store>> {
        let address: Address = if let Some(url) = &self.settings.store.url {
            url.reveal().parse().map_err(|error: viva_store::InvalidAddress| {
                Failure { status: 2, ..Failure::of(&error) }
                    .hint("store.url, or VIVA_STORE__URL, says where it is")
            })?
        } else {
            std::fs::create_dir_all(&self.settings.data.dir)?;
            Address::file(self.settings.data.dir.join("viva.db"))
        };
        let store = Store::open(StoreOptions::new(address)).await.map_err(|error| Failure::of(&error))?;
        Ok(Arc::new(store))
    }
}
