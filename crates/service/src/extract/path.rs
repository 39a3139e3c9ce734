//! The parameters of a path.

use crate::error::{ApiError, InterviewRefusal};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// The longest id of a conversation, a turn or an interview that is looked up.
const MAX_ID_CHARS: usize = 64;

/// The one parameter of a route's path, or a tuple of them; or a refusal as a problem document.
pub(crate) struct Path<T = String>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let refused = |_| ApiError::Malformed { detail: "the address is not UTF-8".into() };
        let axum::extract::Path(found) =
            axum::extract::Path::<T>::from_request_parts(parts, state).await.map_err(refused)?;
        Ok(Self(found))
    }
}

/// The conversation of the path.
pub(crate) struct ConversationPath(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for ConversationPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(id) = Path::<String>::from_request_parts(parts, state).await?;
        if is_id(&id) { Ok(Self(id)) } else { Err(ApiError::NoConversation) }
    }
}

/// The interview of the path.
pub(crate) struct InterviewPath(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for InterviewPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(id) = Path::<String>::from_request_parts(parts, state).await?;
        if is_id(&id) { Ok(Self(id)) } else { Err(InterviewRefusal::Unknown.into()) }
    }
}

/// The turn of the path.
pub(crate) struct TurnPath {
    pub(crate) conversation: String,
    pub(crate) turn: String,
}

impl<S: Send + Sync> FromRequestParts<S> for TurnPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path((conversation, turn)) = Path::<(String, String)>::from_request_parts(parts, state).await?;
        let can_be = is_id(&conversation) && is_id(&turn);
        if can_be { Ok(Self { conversation, turn }) } else { Err(ApiError::NoTurn) }
    }
}

/// Whether it can be an id that we gave: what cannot is not worth a look into the database.
fn is_id(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=MAX_ID_CHARS).contains(&text.len()) && text.bytes().all(is_word)
}
