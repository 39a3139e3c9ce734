//! The OpenAPI document: what `utoipa` collects from the routes, with a title and the ways to present a key.

use crate::problem::Problem;
use crate::wire::{
    Answer, CitationBody, DeltaEvent, FollowUpsBody, GroundingBody, MetaEvent, QueryBody, SourcesEvent,
};
use axum::body::Bytes;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// The part of the document that no route tells.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Viva",
        description = "An interview assistant that answers from its guide, with citations. \
                       Failures are problem documents (RFC 9457) with a stable `code`.",
    ),
    components(schemas(
        Problem, Answer, MetaEvent, QueryBody, SourcesEvent, DeltaEvent, CitationBody, GroundingBody, FollowUpsBody
    )),
    modifiers(&Keys),
    tags(
        (name = "answers", description = "Questions and their answers"),
        (name = "conversations", description = "Questions that follow one another"),
        (name = "interviews", description = "Being examined, graded and reviewed"),
        (name = "guide", description = "What the guide holds"),
        (name = "pages", description = "For people"),
        (name = "operations", description = "For those who run the service"),
    )
)]
pub(crate) struct Document;

struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let header = ApiKey::Header(ApiKeyValue::new("x-api-key"));
        components.add_security_scheme("x_api_key", SecurityScheme::ApiKey(header));
    }
}

/// The document as it is sent.
pub(crate) fn to_json(document: &utoipa::openapi::OpenApi) -> Result<Bytes, serde_json::Error> {
    Ok(serde_json::to_vec(document)?.into())
}
