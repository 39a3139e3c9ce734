//! A stream's beginning.

use futures::StreamExt;
use futures::stream;
use viva_core::chat::{ChatError, ChatErrorKind, ChatEvent};
use viva_core::ports::ChatStream;

/// Reads `stream` up to its first text or its stop, and gives it back whole. An error before that is returned as such:
/// nothing was said yet. `name` speaks where the stream ends without a word.
pub(crate) async fn until_said(name: &str, mut stream: ChatStream) -> Result<ChatStream, ChatError> {
    let mut read = Vec::new();
    loop {
        match stream.next().await {
            Some(Ok(event)) => {
                let is_silent = matches!(event, ChatEvent::Usage(_));
                read.push(Ok(event));
                if !is_silent {
                    return Ok(stream::iter(read).chain(stream).boxed());
                }
            }
            Some(Err(error)) => return Err(error),
            None => {
                let detail = format!("`{name}` ended its answer without a word and without a reason");
                return Err(ChatError { kind: ChatErrorKind::Broken, detail });
            }
        }
    }
}
