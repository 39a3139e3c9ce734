//! `viva serve`: bring the index up to date and serve.

use super::ingest;
use crate::failure::{Failure, Outcome};
use crate::system::give_back_memory;
use crate::terminal::progress::note;
use crate::terminal::{BOLD, DIM, GREEN, RESET, YELLOW};
use crate::wiring::{LOOK_EVERY, NoHome, OpenedHome, Wiring, learn};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use viva_assistant::Conversations;
use viva_core::ports::{Edition, Embedder, Library, NotReady};
use viva_retrieval::Shelf;
use viva_service::{AppState, Server};
use viva_settings::Provider;
use viva_store::Left;

pub(crate) async fn run(wiring: &Wiring) -> Outcome<u8> {
    let started = Instant::now();
    let home = wiring.home("viva serve").map_err(held)?;
    let stop = CancellationToken::new();
    tokio::spawn(end_on_signal(stop.clone()));

    let embedder = wiring.encoder()?;
    let shelf = Wiring::shelf_of(&home, &*embedder);
    let store = wiring.store().await?;
    // What a killed process left unfinished is said to be so; another server of the same database keeps its own.
    let is_alone = wiring.settings.store.url.is_none() && matches!(home, OpenedHome::Embedded(_));
    let left = if is_alone { Left::Everything } else { Left::Expired };
    store.end_abandoned(wiring.clock.now(), left).await.map_err(|error| Failure::of(&error))?;
    let model = wiring.model(Arc::clone(&store) as _).await?;
    let examiner = wiring.examiner(Arc::clone(&embedder), Arc::clone(&shelf) as _, &store, model.clone())?;
    let assistant = wiring.assistant(Arc::clone(&embedder), Arc::clone(&shelf) as _, model)?;
    let conversations = Arc::new(Conversations::new(Arc::clone(&assistant), Arc::clone(&store) as _));
    let state = AppState {
        assistant: Arc::clone(&assistant),
        conversations,
        examiner: Arc::clone(&examiner),
        embedder: Arc::clone(&embedder),
        clock: Arc::clone(&wiring.clock),
        ids: Arc::clone(&wiring.ids),
    };
    let server = Server::bind(&wiring.settings.http, state).await.map_err(|error| Failure::of(&error))?;
    let address = server.local_addr();
    if let OpenedHome::Embedded(home) = &home {
        home.announce(format!("http://{}", reachable(address))).map_err(|error| Failure::of(&error))?;
    }
    // From here on the process says that it lives and what it is busy with; the API answers when it can.
    let serving = tokio::spawn(server.run(stop.clone().cancelled_owned()));

    let ready = make_ready(wiring, &shelf, &embedder, &stop).await;
    if let Ok(edition) = &ready {
        // What the first question would wait for is done before it comes.
        let warmed = tokio::task::spawn_blocking(move || assistant.warm()).await;
        if let Ok(Err(reason)) = warmed {
            tracing::debug!(%reason, "not warmed");
        }
        give_back_memory();
        note(&banner(wiring, edition, &*embedder, address, started.elapsed()));
        tokio::spawn({
            let (shelf, stop) = (Arc::clone(&shelf), stop.clone());
            async move { shelf.watch(LOOK_EVERY, stop).await }
        });
        tokio::spawn(learn(examiner, Arc::clone(&shelf) as _, LOOK_EVERY, stop.clone()));
    } else {
        stop.cancel();
    }
    serving.await.map_err(|error| Failure::of(&error))?;
    store.close().await;
    match ready {
        Ok(_) => Ok(0),
        Err(failure) => Err(failure),
    }
}

/// Puts an edition on the shelf. One that is there serves at once, and changed content is taken in beside it; where
/// there is none, the content is ingested first.
async fn make_ready(
    wiring: &Wiring,
    shelf: &Arc<Shelf>,
    embedder: &Arc<dyn Embedder>,
    stop: &CancellationToken,
) -> Outcome<Arc<Edition>> {
    match shelf.refresh().await {
        Ok(_) => {
            let edition = shelf.current().map_err(|reason| Failure::of(&reason))?;
            if wiring.settings.ingest.auto {
                tokio::spawn(take_in_changes(
                    wiring.clone(),
                    Arc::clone(shelf),
                    Arc::clone(embedder),
                    stop.clone(),
                ));
            }
            Ok(edition)
        }
        Err(NotReady::Starting(reason)) => Err(Failure::new(reason)
            .hint("start the Qdrant server, or unset retrieval.qdrant_url to use the embedded index")),
        Err(reason) if !wiring.settings.ingest.auto => {
            Err(Failure::of(&reason).hint("`viva ingest` builds the index; ingest.auto is off"))
        }
        Err(reason) => {
            let why = match reason {
                NotReady::Empty => "no index yet".to_owned(),
                other => other.to_string(),
            };
            note(&format!("{why}: ingesting {}", content_names(wiring)));
            let guide = ingest::read(&wiring.settings.content.paths)?;
            // Its own encoder, made for many passages, which is gone before the first question is answered.
            let encoder = wiring.ingest_encoder()?;
            let report = ingest::build(wiring, "viva serve", encoder, guide, false, stop).await?;
            note(ingest::summary(&report).trim_end());
            shelf.refresh().await.map_err(|reason| Failure::of(&reason))?;
            shelf.current().map_err(|reason| Failure::of(&reason))
        }
    }
}

/// Ingests changed content while the old index answers; unchanged content is noticed at once.
async fn take_in_changes(
    wiring: Wiring,
    shelf: Arc<Shelf>,
    embedder: Arc<dyn Embedder>,
    stop: CancellationToken,
) {
    let taken = async {
        let paths = wiring.settings.content.paths.clone();
        let guide = tokio::task::spawn_blocking(move || ingest::read(&paths))
            .await
            .map_err(|error| Failure::of(&error))??;
        if shelf.current().is_ok_and(|edition| edition.manifest.revision == guide.revision()) {
            return Ok(());
        }
        note(&format!(
            "the content has changed: ingesting {}; the old index answers until it is done",
            content_names(&wiring)
        ));
        let report = ingest::build(&wiring, "viva serve", embedder, guide, false, &stop).await?;
        note(ingest::summary(&report).trim_end());
        shelf.refresh().await.map_err(|reason| Failure::of(&reason))?;
        Ok::<(), Failure>(())
    };
    if let Err(failure) = taken.await
        && !stop.is_cancelled()
    {
        note(&format!(
            "{YELLOW}!{RESET} the changed content was not taken in, the old index goes on answering: {}",
            failure.what
        ));
    }
}

fn content_names(wiring: &Wiring) -> String {
    let names: Vec<String> =
        wiring.settings.content.paths.iter().map(|path| path.display().to_string()).collect();
    names.join(", ")
}

fn held(error: NoHome) -> Failure {
    match error {
        NoHome::Held(held) => {
            let (holder, failure) = *held;
            failure.hint(match holder.address {
                Some(address) => format!("it answers at {address}; stop it first, or use another --data-dir"),
                None => "stop that process first, or use another --data-dir".to_owned(),
            })
        }
        NoHome::Failed(failure) => failure,
    }
}

/// The address to open from this machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() { SocketAddr::from(([127, 0, 0, 1], address.port())) } else { address }
}

fn banner(
    wiring: &Wiring,
    edition: &Edition,
    embedder: &dyn Embedder,
    address: SocketAddr,
    took: Duration,
) -> String {
    let manifest = &edition.manifest;
    let url = format!("http://{}", reachable(address));
    let place = match &wiring.settings.retrieval.qdrant_url {
        Some(server) => format!("Qdrant at {server}"),
        None => format!("Qdrant, embedded in {}", wiring.settings.data.dir.join("index").display()),
    };
    let modules = match edition.guide.modules().len() {
        1 => "1 module".to_owned(),
        n => format!("{n} modules"),
    };
    let identity = embedder.identity();
    let version = env!("CARGO_PKG_VERSION");
    let mut text =
        format!("\n{BOLD}Viva {version}{RESET}  {DIM}ready in {:.1} s{RESET}\n\n", took.as_secs_f64());
    let rows = [
        (
            "guide",
            format!("{} questions in {modules}, revision {}", manifest.questions, manifest.revision.short()),
        ),
        ("index", format!("{} chunks, {place}", manifest.chunks)),
        ("encoder", format!("{} ({} dimensions) and BM25", identity.name, identity.dimension)),
        ("answers", model_line(wiring)),
        ("open", format!("{GREEN}{url}/{RESET}")),
        ("API", format!("{url}/docs")),
    ];
    for (name, value) in rows {
        let _ = writeln!(text, "  {DIM}{name:<8}{RESET} {value}");
    }
    let _ = write!(
        text,
        "\n  Try: curl '{url}/api/v1/ask' -H 'content-type: application/json' \\\n         -d '{{\"question\":\"why do my threads never use more than one core?\"}}'\n  Ctrl-C ends it.\n"
    );
    text
}

/// How answers are made.
fn model_line(wiring: &Wiring) -> String {
    match &wiring.settings.model {
        None => "extractive: the guide's own words, no language model".to_owned(),
        Some(model) => {
            let place = match &model.provider {
                Provider::OpenAi { base_url, .. } => base_url.clone(),
                Provider::Bedrock { .. } => "Amazon Bedrock".to_owned(),
            };
            format!("generated by {} at {place}; the guide's own words when it fails", model.name)
        }
    }
}

/// The first signal ends in order, the second at once.
async fn end_on_signal(stop: CancellationToken) {
    wait_for_signal().await;
    note("ending: running requests are finished (again to end at once)");
    stop.cancel();
    wait_for_signal().await;
    std::process::exit(130);
}

#[cfg(unix)]
async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() {
    let _ = tokio::signal::ctrl_c().await;
}
