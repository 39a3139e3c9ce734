//! What others write never becomes part of a page.

use super::{Visitor, built, is_clean, is_page};
use crate::tests::app::{Setup, TestApp};
use crate::tests::model::always;
use crate::tests::ports::{edition_of, guide};
use std::sync::Arc;
use viva_core::guide::{Guide, Module};
use viva_model_server::Answer;

const PAYLOADS: [&str; 5] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[click](javascript:alert(1)) </textarea><script src=//evil.example></script>",
    "<style>*{display:none}</style><a style=color:red href=\"data:text/html,x\">x</a>",
];

#[tokio::test]
async fn a_question_and_a_title_are_text() {
    let app = TestApp::start().await;
    let visitor = Visitor::new(&app).await;
    for payload in PAYLOADS {
        let at = visitor.asks(&app, &format!("What is the GIL? {payload}")).await;
        let page = at.split('#').next().unwrap();
        let shown = visitor.get(&app, page).send().await;
        is_page(&shown, 200, "What is the GIL?");
        let renamed = visitor.post(&app, &format!("{page}/rename"), &[("title", payload)]).send().await;
        assert_eq!(renamed.status, 303);
        is_clean(visitor.get(&app, page).send().await.text());
        is_clean(visitor.get(&app, "/").send().await.text());
        let query: String = form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        is_clean(visitor.get(&app, &format!("/?q={query}&find={query}")).send().await.text());
        is_clean(visitor.get(&app, &format!("/guide?q={query}&level={query}")).send().await.text());
        is_clean(visitor.get(&app, &format!("/nowhere/{query}?x={query}")).send().await.text());
        let refused = visitor.post(&app, "/ask", &[("question", &format!("{payload}\u{7}"))]).send().await;
        assert_eq!(refused.status, 422);
        is_clean(refused.text());
    }
}

#[tokio::test]
async fn what_a_model_writes_is_text() {
    for payload in PAYLOADS {
        let server = always(Answer::text(&format!("It is a lock [1]. {payload}\n\n{payload}"))).await;
        let app = TestApp::with_model(&server).await;
        let visitor = Visitor::new(&app).await;
        let events = visitor.form(&app, "/ask", &[("question", "What is the GIL?")]).stream().send().await;
        let events = events.events();
        assert!(built(&events).contains("It is a lock"), "{events:?}");
        events.iter().filter_map(|(_, data)| data["html"].as_str()).for_each(is_clean);
        let page = format!("/c/{}", events[0].1["conversation"].as_str().unwrap());
        is_clean(visitor.get(&app, &page).send().await.text());
    }
}

#[tokio::test]
async fn the_guides_text_is_text() {
    let plain = guide();
    for payload in PAYLOADS {
        let setup = Setup::new();
        let modules: Vec<Module> = plain.modules().iter().map(|module| poisoned(module, payload)).collect();
        let poisoned = Arc::new(Guide::new(plain.revision(), modules));
        *setup.library.0.lock().unwrap() = Ok(edition_of(poisoned, &setup.script));
        let app = setup.start().await;
        let visitor = Visitor::new(&app).await;
        for target in ["/", "/guide", "/guide/threading", "/guide?q=gil", "/questions/gil"] {
            let page = visitor.get(&app, target).send().await;
            assert_eq!(page.status, 200, "{target}");
            is_clean(page.text());
        }
        let at = visitor.asks(&app, "What is the GIL?").await;
        is_clean(visitor.get(&app, at.split('#').next().unwrap()).send().await.text());
    }
}

fn poisoned(module: &Module, payload: &str) -> Module {
    let mut module = module.clone();
    module.title.push_str(payload);
    module.summary.push_str(payload);
    for question in &mut module.questions {
        question.text.push_str(payload);
        for section in &mut question.sections {
            section.heading.push_str(payload);
            section.markdown.push_str(&format!(" {payload}"));
        }
        for point in &mut question.key_points {
            point.text.push_str(payload);
        }
        for follow_up in &mut question.follow_ups {
            follow_up.question.push_str(payload);
            follow_up.answer.push_str(payload);
        }
    }
    module
}
