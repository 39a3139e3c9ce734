//! A follow-up, completed by a model.

use super::prompt::{self, Exchange};
use futures::StreamExt;
use viva_core::chat::ChatEvent;
use viva_core::ports::ChatModel;

/// The longest completed message that is believed, in characters.
const MAX_CHARS: usize = 400;

/// The completed message; `None` where the model failed or wrote something else. The caller limits the time.
pub(crate) async fn rewritten(
    model: &dyn ChatModel,
    message: &str,
    history: &[Exchange],
    fence: &str,
) -> Option<String> {
    let mut stream = model.chat(prompt::rewrite(message, history, fence)).await.ok()?;
    let mut text = String::new();
    loop {
        match stream.next().await? {
            Ok(ChatEvent::Delta(piece)) => {
                text.push_str(&piece);
                if text.len() > MAX_CHARS * 4 {
                    return None;
                }
            }
            Ok(ChatEvent::Usage(_)) => {}
            Ok(ChatEvent::Stop(_)) => break,
            Err(_) => return None,
        }
    }
    let line = text.trim().trim_matches('"').trim();
    let is_one_line = !line.is_empty() && !line.contains('\n') && line.chars().count() <= MAX_CHARS;
    (is_one_line && !line.contains("=====")).then(|| line.to_owned())
}
