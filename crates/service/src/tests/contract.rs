//! Every response against the OpenAPI document: its status, its media type and its body must be as documented, and a
//! body may have no member that is not.

use super::client::Reply;
use crate::router::router;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(router().into_openapi()).unwrap());

/// The components, with unknown members forbidden.
static STRICT: LazyLock<Value> = LazyLock::new(|| {
    let mut components = DOCUMENT["components"].clone();
    let parts = included(&components);
    for (name, schema) in components["schemas"].as_object_mut().unwrap() {
        // What is part of another schema is closed there.
        if !parts.contains(name) {
            schema["unevaluatedProperties"] =
                json!(schema["type"] != "object" && schema.get("allOf").is_none());
        }
    }
    components
});

/// Names of the schemas that others take in whole.
fn included(components: &Value) -> BTreeSet<String> {
    let schemas = components["schemas"].as_object().unwrap().values();
    let members = schemas.filter_map(|schema| schema["allOf"].as_array()).flatten();
    let names = members
        .filter_map(|member| member["$ref"].as_str())
        .map(|at| at.rsplit('/').next().unwrap().to_owned());
    names.collect()
}

/// Whether `value` is as the named schema says.
#[track_caller]
pub(crate) fn conforms(value: &Value, schema: &Value, what: &str) {
    let validator = validator(schema);
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{what}: {errors:?}\n{value}");
}

/// The validator of a schema, made once for each.
fn validator(schema: &Value) -> Arc<Validator> {
    static MADE: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut cache = MADE.lock().unwrap();
    let make = || {
        let mut root = schema.clone();
        root["components"] = STRICT.clone();
        root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        Arc::new(jsonschema::validator_for(&root).unwrap())
    };
    Arc::clone(cache.entry(schema.to_string()).or_insert_with(make))
}

pub(crate) fn named(schema: &str) -> Value {
    assert!(!DOCUMENT["components"]["schemas"][schema].is_null(), "no schema {schema}");
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// The documented template of a path.
pub(crate) fn template(path: &str) -> Option<&'static str> {
    let fits = |template: &str| {
        let (asked, known): (Vec<&str>, Vec<&str>) =
            (path.split('/').collect(), template.split('/').collect());
        asked.len() == known.len()
            && asked.iter().zip(known).all(|(a, k)| *a == k || (k.starts_with('{') && !a.is_empty()))
    };
    DOCUMENT["paths"].as_object().unwrap().keys().map(String::as_str).find(|template| fits(template))
}

#[track_caller]
pub(crate) fn check(method: &str, target: &str, reply: &Reply) {
    let what = format!("{method} {target} -> {}", reply.status);
    assert!(reply.header("x-request-id").is_some(), "{what}: no request id");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{what}");
    }
    assert!(reply.header("content-security-policy").unwrap().starts_with("default-src 'none'"), "{what}");
    assert!(reply.headers.iter().all(|(name, _)| !name.starts_with("access-control")), "{what}: CORS");
    let path = target.split('?').next().unwrap();
    let method = if method == "HEAD" { "get".to_owned() } else { method.to_ascii_lowercase() };
    let operation =
        template(path).map(|template| &DOCUMENT["paths"][template][&method]).filter(|o| !o.is_null());
    let Some(operation) = operation else {
        assert!(reply.status >= 400, "{what}: answered, but not documented");
        if !reply.body.is_empty() && reply.media_type() != "text/html" {
            conforms(&reply.json(), &named("Problem"), &what);
        }
        return;
    };
    let response = &operation["responses"][reply.status.to_string()];
    assert!(!response.is_null(), "{what}: not a documented status: {}", String::from_utf8_lossy(&reply.body));
    if response["content"].is_null() {
        assert!(reply.body.is_empty() && reply.media_type().is_empty(), "{what}: a body where none belongs");
        return;
    }
    let content = &response["content"][reply.media_type()];
    assert!(!content.is_null(), "{what}: {} is not documented", reply.media_type());
    if reply.media_type().ends_with("json") && !reply.body.is_empty() {
        conforms(&reply.json(), &content["schema"], &what);
    }
    if reply.media_type() == "text/event-stream" && target.starts_with("/api/") {
        check_events(&reply.events(), &what);
    }
}

#[track_caller]
fn check_events(events: &[(String, Value)], what: &str) {
    // A resumed stream goes on where its client left off.
    let first = events[0].1["seq"].as_u64().unwrap();
    for (at, (name, data)) in events.iter().enumerate() {
        let is_last = at + 1 == events.len();
        assert_eq!(matches!(name.as_str(), "done" | "error"), is_last, "{what}: event {at} is {name}");
        assert_eq!(data["seq"], first + at as u64, "{what}: {name}");
        let mut data = data.clone();
        data.as_object_mut().unwrap().remove("seq");
        let schema = match name.as_str() {
            "meta" => "MetaEvent",
            "query" => "QueryBody",
            "sources" => "SourcesEvent",
            "delta" => "DeltaEvent",
            "citation" => "CitationBody",
            "grounding" => "GroundingBody",
            "followups" => "FollowUpsBody",
            "done" => "Answer",
            "error" => "Problem",
            other => panic!("{what}: event {other}"),
        };
        conforms(&data, &named(schema), &format!("{what}: {name}"));
    }
}
