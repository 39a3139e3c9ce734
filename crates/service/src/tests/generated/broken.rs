//! A model that fails in the middle of its answer.

use crate::tests::app::{Setup, TestApp};
use crate::tests::model::{always, options};
use crate::tests::talk::{only_end, text_of};
use serde_json::json;
use std::time::Duration;
use viva_model_server::{Answer, ErrorShape};

async fn breaking(answer: Answer) -> TestApp {
    let server = always(answer).await;
    let mut options = options(&server.base_url());
    options.limits.idle = Duration::from_millis(400);
    let app = Setup::new().model(options).await.start().await;
    // The server is needed for as long as the service; both end with the test's runtime.
    std::mem::forget(server);
    app
}

#[tokio::test]
async fn what_was_said_is_kept_and_the_end_is_an_error() {
    let words = || Answer::of_length(50);
    for answer in [
        words().reset_after(3),
        words().dropped_after(3),
        words().closed_after(3),
        words().silent_after(3),
        words().malformed_after(3),
        words().error_after(3, ErrorShape::Object, "overloaded", None),
        words().error_after(3, ErrorShape::Text, "overloaded", None),
        words().error_after(3, ErrorShape::Event, "overloaded", None),
    ] {
        let what = format!("{answer:?}");
        let app = breaking(answer).await;
        let id = app.conversation().await;

        let events = app.asks(&id, "What is the GIL?").stream().send().await.events();
        let (end, problem) = only_end(&events);
        assert_eq!((end, problem["code"].as_str()), ("error", Some("interrupted")), "{what}");
        assert_eq!(text_of(&events), "word1 word2 word3", "{what}");
        let kept = app.ended_turn(&id).await;
        assert_eq!((&kept["state"], &kept["answer"]), (&json!("failed"), &json!(null)), "{what}");
        assert_eq!(kept["partial"], "word1 word2 word3", "{what}");
        assert_eq!(kept["error"]["code"], "interrupted", "{what}");

        assert_eq!(app.asks(&id, "What is the GIL?").send().await.code(502), "interrupted", "{what}");
        assert_eq!(app.ended_turn(&id).await["partial"], "word1 word2 word3", "{what}");
        assert_eq!(app.ask("What is the GIL?").send().await.code(502), "interrupted", "{what}");
        let events = app.ask("What is the GIL?").stream().send().await.events();
        assert_eq!(only_end(&events).1["code"], "interrupted", "{what}");
        assert_eq!(app.deepens(&id).send().await.code(409), "nothing_to_deepen", "{what}");
    }
}
