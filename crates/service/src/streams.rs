//! How many streams an owner may have open at once: each one holds a place, a connection and, often, a model.

use crate::error::ApiError;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use viva_core::conversation::Owner;

/// The streams that are open.
pub(crate) struct Streams {
    /// By owner; whoever has none is not in it, so that it does not grow.
    open: Arc<Mutex<HashMap<Owner, usize>>>,
    limit: usize,
}

impl Streams {
    pub(crate) fn new(limit: usize) -> Self {
        Self { open: Arc::default(), limit }
    }

    /// A place for one more stream, until it is dropped.
    pub(crate) fn take(&self, owner: &Owner) -> Result<StreamPlace, ApiError> {
        let limit = self.limit;
        let mut open = lock(&self.open);
        let count = open.get(owner).copied().unwrap_or_default();
        if count >= limit {
            return Err(ApiError::TooManyStreams { limit });
        }
        open.insert(owner.clone(), count + 1);
        Ok(StreamPlace { open: Arc::clone(&self.open), owner: owner.clone() })
    }
}

/// A place among the streams.
pub(crate) struct StreamPlace {
    open: Arc<Mutex<HashMap<Owner, usize>>>,
    owner: Owner,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = lock(&self.open).entry(self.owner.clone()) {
            if *count.get() > 1 {
                *count.get_mut() -= 1;
            } else {
                count.remove();
            }
        }
    }
}

fn lock(open: &Mutex<HashMap<Owner, usize>>) -> MutexGuard<'_, HashMap<Owner, usize>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_and_nobody_takes_anothers() {
        let streams = Streams::new(2);
        let (anna, ben) = (Owner("anna".into()), Owner("ben".into()));
        let first = streams.take(&anna).unwrap();
        let _second = streams.take(&anna).unwrap();
        assert!(matches!(streams.take(&anna), Err(ApiError::TooManyStreams { limit: 2 })));
        drop(streams.take(&ben).unwrap());
        assert_eq!(lock(&streams.open).len(), 1, "who has none takes no room");
        drop(first);
        drop(streams.take(&anna).unwrap());
    }
}
