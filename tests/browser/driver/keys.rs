//! Keys of a keyboard with the US layout.

use chromiumoxide::Page;
use chromiumoxide::cdp::browser_protocol::input::{DispatchKeyEventParams, DispatchKeyEventType};

/// Modifiers, to be added up. <https://chromedevtools.github.io/devtools-protocol/tot/Input/#method-dispatchKeyEvent>
const ALT: i64 = 1;
pub(crate) const CTRL: i64 = 2;
pub(crate) const SHIFT: i64 = 8;

/// Presses and releases a key, named as `KeyboardEvent.key` names it.
pub(super) async fn press(page: &Page, key: &str, modifiers: i64) {
    let (code, number, text) = match key {
        "Enter" => ("Enter".to_owned(), 13, Some("\r")),
        "Tab" => ("Tab".to_owned(), 9, None),
        "Escape" => ("Escape".to_owned(), 27, None),
        " " => ("Space".to_owned(), 32, Some(" ")),
        "/" | "?" => ("Slash".to_owned(), 191, Some(key)),
        "ArrowDown" => ("ArrowDown".to_owned(), 40, None),
        digit if digit.len() == 1 && digit.as_bytes()[0].is_ascii_digit() => {
            (format!("Digit{digit}"), i64::from(digit.as_bytes()[0]), Some(key))
        }
        letter => {
            let upper = letter.to_uppercase();
            assert!(upper.len() == 1, "`{key}` is not a key of this table");
            (format!("Key{upper}"), i64::from(upper.as_bytes()[0]), Some(key))
        }
    };
    let event = DispatchKeyEventParams::builder()
        .key(key)
        .code(code)
        .windows_virtual_key_code(number)
        .native_virtual_key_code(number)
        .modifiers(if key == "?" { modifiers | SHIFT } else { modifiers });
    let down = match text {
        // With Ctrl or Alt held, a key writes nothing.
        Some(text) if modifiers & (CTRL | ALT) == 0 => {
            event.clone().r#type(DispatchKeyEventType::KeyDown).text(text)
        }
        _ => event.clone().r#type(DispatchKeyEventType::RawKeyDown),
    };
    page.execute(down.build().unwrap()).await.unwrap();
    page.execute(event.r#type(DispatchKeyEventType::KeyUp).build().unwrap()).await.unwrap();
}
