//! The page: everything of it that is a function from data to HTML, and the static files.
//!
//! No HTTP and no I/O: the `service` crate reads requests, fills views and sends what comes back. Templates are
//! functions ([`pages`]), Markdown is rendered here and nowhere else ([`markdown`]), an answer that is being written is
//! rendered block by block ([`stream`], [`events`]), and the static files are compiled in ([`mod@assets`]). Refused: a
//! template language (another one to learn, checked at run time) and a front end with a build step.
//!
//! # Routes and forms that the pages expect
//!
//! Every `POST` form sends `csrf`. A form's answer is `303 See Other`, or the page with the fields refused (422).
//!
//! | route | what it takes | what it gives |
//! |---|---|---|
//! | `GET /` | `q`, `find`, `after` | [`pages::ask_page`], new |
//! | `GET /c/{id}` | `q`, `find`, `before` | [`pages::ask_page`] of a conversation |
//! | `POST /ask` | `question` or `go_deeper=1`; `depth`, `conversation`, `key` | with `Accept: text/event-stream` the stream below, otherwise, when the turn has ended, to `/c/{id}#turn-{number}` |
//! | `GET /c/{id}/turns/{turn}/stream` | `after`: the last `seq` that was seen | the stream from there, of a running or an ended turn |
//! | `POST /c/{id}/turns/{turn}/stop` | | the turn ends with what was written; 204 |
//! | `GET /c/{id}/turns/{turn}/inside` | | [`pages::inside_page`] |
//! | `POST /c/{id}/rename`, `/c/{id}/delete` | `title` | back to `/c/{id}`, to `/` |
//! | `POST /theme` | `theme`: `system`, `light` or `dark`; `back`: a path | the cookie `theme`, to `back` |
//! | `GET /guide` | `q`, `level`, `role`, `focus`; `fragment=results` | [`pages::guide_page`]; [`pages::results_block`] alone |
//! | `GET /guide/{module}`, `/questions/{id}` | | [`pages::module_page`], [`pages::entry_page`] |
//! | `GET /interview` | `mode`, `role`, `level`, `module`, `focus`, … as below, to begin with | [`pages::setup_page`] |
//! | `POST /interview` | `mode`, `role`, `level`, `questions`, `follow_ups_per_question`, `module` and `focus` (repeated), or `question`: one entry, or `due=1`: what is due; `key` | to `/interview/{id}` |
//! | `GET /interview/{id}` | | [`pages::interview_page`] |
//! | `POST /interview/{id}` | `action`: `answer` (or absent), `unknown`, `hint`, `skip`, `reveal` or `finish`; `number`, `follow_up` (0 for the question itself), `hints`: how many were shown; `answer` | to `/interview/{id}`; after `finish` to the report; after `hint` with something written, the page |
//! | `GET /interview/{id}/report`, `/report.md` | | [`pages::report_page`], Markdown |
//! | `GET /review` | `next=1`: to the first card that is due | [`pages::review_page`] |
//! | `GET /review/{question}` | `graded`: an interview about it | [`pages::review_card_page`], [`pages::graded_card_page`] |
//! | `POST /review/{question}` | `seen`; `rating`: `again`, `hard`, `good` or `easy`; or `answer` and `key` | to the next card, or to the card with its grade |
//! | `GET /status` | | [`pages::status_page`] |
//! | `GET /static/…` | | [`asset`], with [`CACHE_CONTROL`] |
//!
//! `number` and `follow_up` name the question that an answer is for: an answer to another one than the open one (a
//! double click, an old tab) must change nothing, and its words come back. `seen` does the same for a rating. `key` is a
//! word of the form: what is sent twice is done once. The header `Idempotency-Key` of `/ask` carries the same value.
//! All actions of an interview go to one address, so that a page which comes back with a refusal has the address at
//! which it can be loaded again.
//!
//! # The page's stream
//!
//! Server-sent events, each with a name and one line of JSON whose `seq` rises by one from 1 ([`PageEvent::data`]). The
//! service keeps the events of a running turn, so that `after` can continue anywhere; a comment line each 15 s keeps
//! the connection. Exactly one `done` or `error` comes last; a stream without it was cut, and the browser resumes.
//!
//! | event | data | what the page does |
//! |---|---|---|
//! | `meta` | `turn`, `conversation`, `number` | the turn is kept: the box is cleared, the address becomes `/c/{id}` |
//! | `status` | `text` | the stage's name, after 150 ms without text |
//! | `query` | `html` | the line "Understood as …" |
//! | `block` | `index`, `html`, `open: false` | a finished block goes before the open one, which is emptied |
//! | `block` | `index`, `html`, `open: true` | takes the place of the open block |
//! | `block` | `index`, `append`, `open: true` | text at the end of the open block's `<code>` |
//! | `citation` | `n`, `html` | an item is added to the list of sources |
//! | `done`, `error` | `html`, `status` | takes the place of all that stood under the answer; the status is announced |
//!
//! A refusal before the stream begins is a problem document (`title`, `detail`, `request_id`).
//!
//! # Policy
//!
//! The pages need `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';
//! form-action 'self'; base-uri 'none'; frame-ancestors 'none'`: no inline script or style, nothing from elsewhere.

#[cfg(test)]
extern crate self as viva_web;

pub mod assets;
#[cfg(test)]
mod audit;
mod diagram;
pub mod events;
pub mod markdown;
pub mod pages;
pub mod stream;

pub use assets::{Asset, CACHE_CONTROL, asset, assets};
pub use events::{PageEvent, PageStream};
pub use stream::{BlockUpdate, StreamRenderer};
