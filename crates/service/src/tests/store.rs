//! The real SQLite store in a folder of its own, which can be made to fail.

use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;
use tempfile::TempDir;
use viva_core::conversation::{
    Begun, Conversation, ConversationPage, NewTurn, Owner, TurnOutcome, TurnRecord,
};
use viva_core::ports::{ConversationStore, StoreError};
use viva_core::turn::Inspection;
use viva_store::{Address, Store, StoreOptions};

pub(crate) struct TestStore {
    pub(crate) inner: Store,
    /// Whether nothing can be read or written.
    pub(crate) is_down: AtomicBool,
    /// Whether nothing can be written, for want of room.
    pub(crate) is_full: AtomicBool,
    _folder: TempDir,
}

impl TestStore {
    pub(crate) async fn open() -> Arc<Self> {
        let folder = TempDir::new().unwrap();
        let options = StoreOptions::new(Address::file(folder.path().join("viva.db")));
        let inner = Store::open(options).await.unwrap();
        Arc::new(Self { inner, is_down: false.into(), is_full: false.into(), _folder: folder })
    }

    pub(super) fn read(&self) -> Result<&Store, StoreError> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("canary-internal: 10.1.2.3:5432 is gone".into()));
        }
        Ok(&self.inner)
    }

    pub(super) fn write(&self) -> Result<&Store, StoreError> {
        if self.is_full.load(Ordering::SeqCst) { Err(StoreError::StorageFull) } else { self.read() }
    }
}

#[async_trait]
impl ConversationStore for TestStore {
    async fn create(&self, owner: &Owner, id: &str, at: SystemTime) -> Result<Conversation, StoreError> {
        self.write()?.create(owner, id, at).await
    }
    async fn list(&self, owner: &Owner, page: &ConversationPage) -> Result<Vec<Conversation>, StoreError> {
        self.read()?.list(owner, page).await
    }
    async fn conversation(&self, owner: &Owner, id: &str) -> Result<Option<Conversation>, StoreError> {
        self.read()?.conversation(owner, id).await
    }
    async fn rename(&self, owner: &Owner, id: &str, title: &str) -> Result<bool, StoreError> {
        self.write()?.rename(owner, id, title).await
    }
    async fn delete(&self, owner: &Owner, id: &str) -> Result<bool, StoreError> {
        self.write()?.delete(owner, id).await
    }
    async fn begin(&self, owner: &Owner, turn: &NewTurn) -> Result<Begun, StoreError> {
        self.write()?.begin(owner, turn).await
    }
    async fn touch(&self, turn: &str, partial: &str, at: SystemTime) -> Result<(), StoreError> {
        self.write()?.touch(turn, partial, at).await
    }
    async fn finish(&self, turn: &str, outcome: &TurnOutcome, at: SystemTime) -> Result<bool, StoreError> {
        self.write()?.finish(turn, outcome, at).await
    }
    async fn turns(
        &self,
        owner: &Owner,
        conversation: &str,
        after: u32,
        limit: u32,
    ) -> Result<Vec<TurnRecord>, StoreError> {
        self.read()?.turns(owner, conversation, after, limit).await
    }
    async fn recent(
        &self,
        owner: &Owner,
        conversation: &str,
        limit: u32,
    ) -> Result<Vec<TurnRecord>, StoreError> {
        self.read()?.recent(owner, conversation, limit).await
    }
    async fn turn(
        &self,
        owner: &Owner,
        conversation: &str,
        turn: &str,
    ) -> Result<Option<TurnRecord>, StoreError> {
        self.read()?.turn(owner, conversation, turn).await
    }
    async fn inspection(
        &self,
        owner: &Owner,
        conversation: &str,
        turn: &str,
    ) -> Result<Option<Inspection>, StoreError> {
        self.read()?.inspection(owner, conversation, turn).await
    }
    async fn ping(&self) -> Result<(), StoreError> {
        self.read()?.ping().await
    }
}
