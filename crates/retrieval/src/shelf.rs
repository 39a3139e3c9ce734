//! The shelf: the edition that turns are answered from, exchanged when another one is finished.

use crate::home::{Home, HomeError, Wanted};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use viva_core::ports::{Edition, Library, NotReady};

/// Holds the current edition and notices when its home has another one.
///
/// The new edition is opened and checked before it takes the old one's place; the old one is closed when the last
/// turn that took it is over. An edition that cannot be used never replaces one that can.
pub struct Shelf {
    home: Arc<dyn Home>,
    wanted: Wanted,
    content: RwLock<Content>,
    /// One refresh at a time.
    refreshing: tokio::sync::Mutex<()>,
}

struct Content {
    /// The edition with the name of its generation, or why there is none.
    edition: Result<(String, Arc<Edition>), NotReady>,
    /// The last generation that could not be used, and why.
    refused: Option<(String, HomeError)>,
    /// Why the last refresh changed nothing although it should have.
    trouble: Option<String>,
}

impl Shelf {
    /// An empty shelf; [`Shelf::refresh`] fills it.
    pub fn new(home: Arc<dyn Home>, wanted: Wanted) -> Self {
        let edition = Err(NotReady::Starting("it is being opened".to_owned()));
        let content = RwLock::new(Content { edition, refused: None, trouble: None });
        Self { home, wanted, content, refreshing: tokio::sync::Mutex::default() }
    }

    /// Looks whether the home serves another generation, and opens it; says whether the edition was exchanged.
    ///
    /// An error means that there is nothing to answer from. While there is an edition, trouble with a newer one is
    /// told by [`Shelf::trouble`] and logged once.
    pub async fn refresh(&self) -> Result<bool, NotReady> {
        let _one_at_a_time = self.refreshing.lock().await;
        match self.newer().await {
            Ok(None) => {
                self.write(|content| content.trouble = None);
                self.current().map(|_| false)
            }
            Ok(Some((generation, edition))) => {
                tracing::info!(
                    generation,
                    guide.revision = %edition.manifest.revision.short(),
                    index.chunks = edition.manifest.chunks,
                    "opened an index"
                );
                let old = self.write(|content| {
                    let new = Content { edition: Ok((generation, edition)), refused: None, trouble: None };
                    std::mem::replace(content, new)
                });
                drop(old); // outside the lock
                Ok(true)
            }
            Err(not_ready) => self.report(not_ready),
        }
    }

    /// Refreshes every `interval` until `stop`.
    pub async fn watch(&self, interval: Duration, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            // What is wrong is kept in the content, for whoever asks.
            let _ = self.refresh().await;
        }
    }

    /// What keeps a newer edition from being served, while an older one is.
    pub fn trouble(&self) -> Option<String> {
        self.content.read().unwrap_or_else(PoisonError::into_inner).trouble.clone()
    }

    /// The generation to exchange the present one for, opened; `None` where there is none.
    async fn newer(&self) -> Result<Option<(String, Arc<Edition>)>, NotReady> {
        let Some(generation) = self.home.current().await.map_err(not_ready)? else {
            return Err(NotReady::Empty);
        };
        {
            let content = self.content.read().unwrap_or_else(PoisonError::into_inner);
            if content.edition.as_ref().is_ok_and(|(serving, _)| *serving == generation) {
                return Ok(None);
            }
            if let Some((refused, error)) = &content.refused
                && *refused == generation
            {
                return Err(not_ready(error.clone()));
            }
        }
        match self.home.open(&generation, &self.wanted).await {
            Ok(edition) => Ok(Some((generation, Arc::new(edition)))),
            Err(error) => {
                let will_last = !matches!(error, HomeError::Unavailable(_));
                let refused = will_last.then(|| (generation, error.clone()));
                self.write(|content| content.refused = refused);
                Err(not_ready(error))
            }
        }
    }

    fn report(&self, reason: NotReady) -> Result<bool, NotReady> {
        let text = reason.to_string();
        self.write(|content| {
            let is_news = content.trouble.as_ref() != Some(&text);
            content.trouble = Some(text.clone());
            match &mut content.edition {
                Ok((serving, _)) => {
                    if is_news {
                        tracing::warn!(reason = text, serving, "a newer index cannot be opened");
                    }
                    Ok(false)
                }
                Err(none) => {
                    *none = reason.clone();
                    Err(reason)
                }
            }
        })
    }

    fn write<T>(&self, change: impl FnOnce(&mut Content) -> T) -> T {
        change(&mut self.content.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Library for Shelf {
    fn current(&self) -> Result<Arc<Edition>, NotReady> {
        let content = self.content.read().unwrap_or_else(PoisonError::into_inner);
        content.edition.as_ref().map(|(_, edition)| Arc::clone(edition)).map_err(Clone::clone)
    }
}

fn not_ready(error: HomeError) -> NotReady {
    match error {
        HomeError::Unavailable(reason) => NotReady::Starting(reason),
        HomeError::Broken(reason) => NotReady::Broken(reason),
        HomeError::Mismatch(mismatch) => NotReady::Mismatch(mismatch),
    }
}
