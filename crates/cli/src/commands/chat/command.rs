//! A line -> what it asks for.

use viva_core::turn::Depth;

/// What can be typed.
pub(super) const HELP: &str = "\
  /deeper        more on the last answer          /sources     what the last answer stands on
  /why           how the last answer came about   /depth WORD  brief, standard or deep answers
  /new           begin a new conversation         /list        the latest conversations
  /open ID       go on with one of them           /export FILE write this one as Markdown
  /quit          leave (or Ctrl-D)                /help        this
";

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Say(String),
    Deeper,
    Depth(Depth),
    Sources,
    Why,
    New,
    List,
    Open(String),
    Export(String),
    Help,
    Quit,
    Nothing,
}

/// Reads a line; the error is a hint for the person who typed it.
pub(super) fn parse(line: &str) -> Result<Command, String> {
    let line = line.trim();
    let Some(typed) = line.strip_prefix('/') else {
        return Ok(if line.is_empty() { Command::Nothing } else { Command::Say(line.to_owned()) });
    };
    let (name, argument) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    let argument = argument.trim();
    let with = |what: &str, make: fn(String) -> Command| {
        if argument.is_empty() { Err(format!("/{name} needs {what}")) } else { Ok(make(argument.to_owned())) }
    };
    match name {
        "deeper" => Ok(Command::Deeper),
        "depth" => argument.parse().map(Command::Depth).map_err(|error| format!("/depth {error}")),
        "sources" => Ok(Command::Sources),
        "why" | "explain" => Ok(Command::Why),
        "new" => Ok(Command::New),
        "list" => Ok(Command::List),
        "open" => with("a conversation's id; /list shows them", Command::Open),
        "export" => with("a file's name", Command::Export),
        "help" | "?" => Ok(Command::Help),
        "quit" | "exit" => Ok(Command::Quit),
        _ => Err(format!("there is no command /{name}; /help lists those there are")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        assert_eq!(parse("  what is the GIL? "), Ok(Command::Say("what is the GIL?".into())));
        assert_eq!(parse("/deeper"), Ok(Command::Deeper));
        assert_eq!(parse("/open  abc "), Ok(Command::Open("abc".into())));
        assert_eq!(parse("/depth deep"), Ok(Command::Depth(Depth::Deep)));
        assert_eq!(parse(""), Ok(Command::Nothing));
        assert!(parse("/open").unwrap_err().contains("/list"));
        assert!(parse("/depht deep").unwrap_err().contains("/depht"));
        assert!(parse("/depth high").unwrap_err().contains("brief"));
    }
}
