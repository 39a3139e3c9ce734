//! What the OpenAPI document says about pages: little, since they are for people.

use crate::problem::PROBLEM_JSON;
use std::collections::BTreeMap;
use utoipa::IntoResponses;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{Content, ContentBuilder, Object, Ref, RefOr, Response, ResponseBuilder};

const HTML: &str = "text/html";

/// What a page answers.
pub(crate) enum Page {}

impl IntoResponses for Page {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let page = ResponseBuilder::new().description("The page").content(HTML, text());
        BTreeMap::from([("200".to_owned(), page.build().into())])
    }
}

/// Why a page or a form may be refused: as HTML, or as a problem document to those who do not ask for HTML.
pub(crate) enum Refused {}

impl IntoResponses for Refused {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut all = BTreeMap::new();
        let refusals = [
            ("400", "The request cannot be read"),
            ("401", "A valid key is required"),
            ("403", "The form was not sent from a page of this service"),
            ("404", "There is nothing at this address"),
            ("408", "The body did not arrive in time"),
            ("409", "The state does not allow it; nothing has changed"),
            ("413", "The body is too large"),
            ("421", "The host is not served here"),
            ("422", "Some fields break a rule"),
            ("429", "Too many streams at once"),
            ("500", "Something went wrong here"),
            ("502", "The answer broke off"),
            ("503", "Too many requests at once, no index yet, or no database"),
            ("504", "No answer in time"),
            ("507", "The database has no room"),
        ];
        for (status, description) in refusals {
            let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let refusal = ResponseBuilder::new().description(description);
            let refusal = refusal.content(PROBLEM_JSON, problem).content(HTML, text());
            all.insert(status.to_owned(), refusal.build().into());
        }
        all
    }
}

fn text() -> Content {
    ContentBuilder::new().schema(Some(Object::with_type(Type::String))).build()
}
