//! The problem document (RFC 9457), and what the OpenAPI document says about it.

use crate::error::ApiError;
use crate::extract::FieldError;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response as Described, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

/// Its media type.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was not answered as asked (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Names the kind of problem: `urn:viva:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words, the same for every occurrence.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened, and what to do about it.
    detail: String,
    /// The path that was called.
    instance: String,
    /// The stable word for programs.
    code: &'static str,
    /// To be found again in the log.
    request_id: String,
    /// For bad input: the fields and the rules that they break.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// What a problem document says of the request that it is about.
#[derive(Debug, Clone)]
pub(crate) struct About {
    pub(crate) request_id: String,
    /// The path alone: a query holds what somebody asked.
    pub(crate) path: String,
}

impl Problem {
    pub(crate) fn new(error: &ApiError, about: &About) -> Self {
        let kind = error.kind();
        Self {
            kind: kind.urn(),
            title: kind.title,
            status: kind.status.as_u16(),
            detail: error.detail(),
            instance: about.path.clone(),
            code: kind.code,
            request_id: about.request_id.clone(),
            errors: error.fields().to_vec(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        response
    }
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident { $($status:literal => $description:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        pub(crate) enum $name {}

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Described>> {
                BTreeMap::from([$((stringify!($status).to_owned(), described($description))),+])
            }
        }
    )+};
}

problems! {
    /// What every route may say.
    AnyRoute {
        400 => "The request cannot be read, or names no host",
        408 => "The body did not arrive in time",
        413 => "The body is too large",
        421 => "The host is not served here",
        500 => "Something went wrong here",
    }
    /// What routes say that want the key, where one is set.
    Keyed {
        401 => "A valid key is required",
    }
    /// What routes say that answer only so many requests at once, each only for so long.
    Admitted {
        503 => "Too many requests at once, no index yet, or no database; retry-after says when to try again",
        504 => "No answer in time",
    }
    /// What routes with parameters say.
    Parameters {
        422 => "Some parameters break a rule",
    }
    /// What routes with a JSON body say.
    JsonBody {
        403 => "A page of another site sent it",
        415 => "The body must be JSON",
        422 => "Some fields break a rule",
    }
    /// What routes without a body say that change something.
    Changes {
        403 => "A page of another site sent it",
    }
    /// What routes say that stream.
    Streams {
        429 => "Too many streams at once; retry-after says when to try again",
    }
    /// What routes say that write to the database.
    Writes {
        507 => "The database has no room",
    }
    /// What routes say that name a conversation.
    NamesConversation {
        404 => "There is no such conversation",
    }
    /// What routes say that name a turn.
    NamesTurn {
        404 => "There is no such turn, or nothing is kept of it",
    }
    /// What routes say that name an interview.
    NamesInterview {
        404 => "There is no such interview",
    }
    /// What routes say that the state of an interview, or of the review schedule, may forbid.
    InterviewState {
        409 => "The state does not allow it; nothing has changed",
    }
    /// What routes say that name a question.
    NamesQuestion {
        404 => "The guide has no such question",
    }
    /// What routes say that name a file.
    NamesFile {
        404 => "There is no such file",
    }
}

fn described(description: &str) -> RefOr<Described> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content(PROBLEM_JSON, content).build().into()
}
