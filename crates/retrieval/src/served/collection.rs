//! What is in a served collection besides chunks: the manifest and the guide, as points without vectors.
//!
//! A search never sees them, since it goes by vectors. They are numbered from 0 (chunks are named by UUIDs): 0 is
//! the manifest, the others are the pages of the guide's text. Collection metadata was refused: the guide is
//! megabytes, and metadata travels through a cluster's consensus log.

use super::engine::chunk_id;
use super::server::{Server, ServerError};
use crate::guide_record::write_guide;
use crate::home::{HomeError, chain};
use crate::manifest_record::ManifestRecord;
use crate::payload::{Payload, field};
use qdrant_client::qdrant::{
    Condition, Filter, GetPointsBuilder, NamedVectors, PointId, PointStruct, RetrievedPoint,
    ScrollPointsBuilder,
};
use serde_json::{Map, Value, json};
use viva_core::chunk::{Chunk, ChunkId};
use viva_core::guide::Guide;
use viva_core::manifest::{Manifest, SCHEMA_VERSION};

/// The kind of these points; chunks have the names of sections, or `card`.
const RECORD: &str = "record";
/// The field with a record's text.
const BODY: &str = "body";
/// The field with the number of pages, in the manifest's record.
const PAGES: &str = "pages";
/// Bytes of the guide in one point, about.
const PAGE_BYTES: usize = 256 << 10;
/// Points fetched in one go.
const CHUNKS_AT_ONCE: u32 = 256;
const PAGES_AT_ONCE: usize = 8;

/// Every point that is a chunk.
pub(super) fn chunks_only() -> Filter {
    Filter::must_not([Condition::matches(field::KIND, RECORD.to_owned())])
}

/// The points of the guide, and the one of the manifest, which goes last: a collection that has it is complete.
pub(super) fn records(guide: &Guide, manifest: &Manifest) -> (Vec<PointStruct>, PointStruct) {
    let text = write_guide(guide);
    let pages = pages(&text);
    let head = record(0, &ManifestRecord::new(manifest, &text).write(), pages.len());
    let pages = (1..).zip(&pages).map(|(number, page)| record(number, page, pages.len())).collect();
    (pages, head)
}

/// The manifest's record and the number of pages; `None` where a build was not finished.
pub(super) async fn read_head(
    server: &Server,
    collection: &str,
) -> Result<Option<(String, u64)>, ServerError> {
    let mut points = fetch(server, collection, vec![PointId::from(0)]).await?;
    Ok(points.pop().and_then(|point| {
        let pages = point.get(PAGES).as_integer()?;
        Some((body(&point)?, u64::try_from(pages).ok()?))
    }))
}

/// The guide's text, from its `pages`.
pub(super) async fn read_guide(server: &Server, collection: &str, pages: u64) -> Result<String, HomeError> {
    let numbers: Vec<PointId> = (1..=pages).map(PointId::from).collect();
    let mut text = String::new();
    for some in numbers.chunks(PAGES_AT_ONCE) {
        let mut points = fetch(server, collection, some.to_vec()).await.map_err(ServerError::opening)?;
        for wanted in some {
            let found = points.iter().position(|point| point.id.as_ref() == Some(wanted));
            let page = found.and_then(|at| body(&points.swap_remove(at)));
            let missing =
                || HomeError::Broken(format!("`{collection}` has lost a part of its guide; ingest again"));
            text.push_str(&page.ok_or_else(missing)?);
        }
    }
    Ok(text)
}

/// Every chunk of the collection.
pub(super) async fn read_chunks(
    server: &Server,
    collection: &str,
) -> Result<Vec<(ChunkId, Chunk)>, HomeError> {
    let mut chunks = Vec::new();
    let mut offset: Option<PointId> = None;
    loop {
        let mut scroll = ScrollPointsBuilder::new(collection)
            .filter(chunks_only())
            .limit(CHUNKS_AT_ONCE)
            .with_payload(true)
            .with_vectors(false);
        if let Some(offset) = offset {
            scroll = scroll.offset(offset);
        }
        let page = server.ask_patiently(async |client| client.scroll(scroll).await).await;
        let page = page.map_err(ServerError::opening)?;
        for point in page.result {
            let read = chunk_id(point.id).and_then(|id| {
                let object =
                    point.payload.into_iter().map(|(key, value)| (key, Value::from(value))).collect();
                Ok((id, Payload::read(collection, id, object)?))
            });
            chunks.push(read.map_err(|error| HomeError::Broken(format!("{}; ingest again", chain(&error))))?);
        }
        offset = page.next_page_offset;
        if offset.is_none() {
            return Ok(chunks);
        }
    }
}

async fn fetch(
    server: &Server,
    collection: &str,
    ids: Vec<PointId>,
) -> Result<Vec<RetrievedPoint>, ServerError> {
    let request = GetPointsBuilder::new(collection, ids).with_payload(true);
    Ok(server.ask_patiently(async |client| client.get_points(request).await).await?.result)
}

fn body(point: &RetrievedPoint) -> Option<String> {
    point.get(BODY).as_str().cloned()
}

fn record(number: u64, body: &str, pages: usize) -> PointStruct {
    let payload: Map<String, Value> = match json!({
        "schema": SCHEMA_VERSION, field::KIND: RECORD, BODY: body, PAGES: pages,
    }) {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    PointStruct::new(number, NamedVectors::default(), payload)
}

/// Cuts `text` into pieces of about [`PAGE_BYTES`], between characters.
fn pages(text: &str) -> Vec<&str> {
    let mut pages = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (page, next) = rest.split_at(rest.ceil_char_boundary(PAGE_BYTES.min(rest.len())));
        pages.push(page);
        rest = next;
    }
    pages
}
