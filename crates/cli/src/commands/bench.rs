//! `viva bench`: what a search over HTTP costs beside the bare encoder call, in one run.

use crate::args::BenchArgs;
use crate::failure::{Failure, Outcome};
use crate::remote::server_of;
use crate::system::give_back_memory;
use crate::terminal::progress::note;
use crate::terminal::table::table;
use crate::terminal::{self};
use crate::wiring::Wiring;
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use viva_assistant::Conversations;
use viva_core::ports::{Embedder, Library};
use viva_service::{AppState, Server};

/// Queries that are asked before anything is measured.
const WARM_UP: usize = 20;

pub(crate) async fn run(wiring: &Wiring, args: BenchArgs, json: bool) -> Outcome<u8> {
    let queries = queries(&args)?;
    let home = wiring.home("viva bench").or_else(|error| {
        server_of(error)?;
        Err(Failure::new("a server holds the index").hint("stop the server, or use another --data-dir"))
    })?;
    let embedder = wiring.uncached_encoder()?;
    let shelf = Wiring::shelf_of(&home, &*embedder);
    shelf.refresh().await.map_err(|reason| Failure::of(&reason))?;
    let store = wiring.store().await?;
    let library = Arc::clone(&shelf) as Arc<dyn Library>;
    let examiner = wiring.examiner(Arc::clone(&embedder), Arc::clone(&library), &store, None)?;
    let assistant = wiring.assistant(Arc::clone(&embedder), library, None)?;
    assistant.warm().map_err(|reason| Failure::of(&reason))?;
    give_back_memory();
    let conversations = Arc::new(Conversations::new(Arc::clone(&assistant), Arc::clone(&store) as _));
    let state = AppState {
        assistant,
        conversations,
        examiner,
        embedder: Arc::clone(&embedder),
        clock: Arc::clone(&wiring.clock),
        ids: Arc::clone(&wiring.ids),
    };
    let mut http = wiring.settings.http.clone();
    http.bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = Server::bind(&http, state).await.map_err(|error| Failure::of(&error))?;
    let url = format!("http://{}/api/v1/search", server.local_addr());
    let stop = CancellationToken::new();
    let serving = tokio::spawn(server.run(stop.clone().cancelled_owned()));
    let measured = measure(&*embedder, &url, &queries).await;
    stop.cancel();
    serving.await.map_err(|error| Failure::of(&error))?;
    let (encoder, search) = measured?;
    show(&encoder, &search, json);
    Ok(0)
}

/// The queries of a set's lines, or of a plain file.
fn queries(args: &BenchArgs) -> Outcome<Vec<String>> {
    let text = std::fs::read_to_string(&args.set)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", args.set.display())))?;
    let cases = viva_eval::set::parse(&text)
        .map_err(|error| Failure::new(format!("{}: {error}", args.set.display())))?;
    let queries: Vec<String> =
        cases.iter().map(|case| case.query.as_str().to_owned()).take(args.queries).collect();
    note(&format!("{} queries, each encoded alone and searched over HTTP, in turn", queries.len()));
    Ok(queries)
}

/// Times of the bare encoder and of the search, a pair a query; which goes first alternates.
async fn measure(
    embedder: &dyn Embedder,
    url: &str,
    queries: &[String],
) -> Outcome<(Vec<Duration>, Vec<Duration>)> {
    let client = reqwest::Client::builder().no_proxy().build().map_err(|error| Failure::of(&error))?;
    let address = reqwest::Url::parse(url).map_err(|error| Failure::of(&error))?;
    let (mut encoder, mut search) = (Vec::new(), Vec::new());
    let warm_up = queries.iter().take(WARM_UP);
    for (at, query) in warm_up.chain(queries).enumerate() {
        let mut pair = [Duration::ZERO; 2];
        for turn in [at % 2, (at + 1) % 2] {
            let started = Instant::now();
            if turn == 0 {
                embedder.embed_query(query).await.map_err(|error| Failure::of(&error))?;
            } else {
                let mut address = address.clone();
                address.query_pairs_mut().append_pair("q", query);
                let response = client.get(address).send().await;
                let response = response
                    .and_then(reqwest::Response::error_for_status)
                    .map_err(|error| Failure::of(&error))?;
                response.bytes().await.map_err(|error| Failure::of(&error))?;
            }
            pair[turn] = started.elapsed();
        }
        if at >= WARM_UP.min(queries.len()) {
            encoder.push(pair[0]);
            search.push(pair[1]);
        }
    }
    Ok((encoder, search))
}

fn percentile(times: &[Duration], share: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    let at = ((sorted.len().saturating_sub(1)) as f64 * share).round() as usize;
    sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

fn show(encoder: &[Duration], search: &[Duration], json: bool) {
    let shares = [0.5, 0.9, 0.99];
    let [encoder, search] = [encoder, search].map(|times| shares.map(|share| percentile(times, share)));
    let ratio = search[0] / encoder[0];
    let peak = peak_memory();
    if json {
        let figures = |p: [f64; 3]| json!({ "p50_ms": p[0], "p90_ms": p[1], "p99_ms": p[2] });
        terminal::print_json(&json!({ "encoder": figures(encoder), "search_over_http": figures(search),
            "ratio_p50": ratio, "tail": search[2] / search[0], "peak_memory_mb": peak }));
        return;
    }
    let row = |name: &str, p: [f64; 3]| {
        std::iter::once(name.to_owned()).chain(p.map(|ms| format!("{ms:.2}"))).collect()
    };
    let head = ["ms", "p50", "p90", "p99"].map(str::to_owned).to_vec();
    terminal::print(&table(&[head, row("encoder", encoder), row("search over HTTP", search)]));
    terminal::print(&format!(
        "ratio at the median {ratio:.2}, p99 {:.1} times the p50\n",
        search[2] / search[0]
    ));
    if let Some(peak) = peak {
        terminal::print(&format!("peak memory {peak:.0} MB\n"));
    }
}

/// The most memory that this process has held, in MB; known on Linux alone.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}
