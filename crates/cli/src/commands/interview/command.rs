//! A line -> what it asks for.

/// What can be typed.
pub(super) const HELP: &str = "\
  An answer is a line. Where a line is too short for it:
  /edit    write it in $EDITOR           /hint    the next hint; each costs a little
  /skip    pass on this question         /reveal  show the answer (practice only)
  /finish  end now, with a report        /quit    leave; `viva interview resume` goes on (or Ctrl-D)
  /help    this
";

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Answer(String),
    Edit,
    Hint,
    Skip,
    Reveal,
    Finish,
    Quit,
    Help,
    /// An empty line submits nothing.
    Nothing,
}

/// Reads a line; the error is a hint for the person who typed it. Only `/` and one word is taken for a command, so that
/// an answer may begin with a path.
pub(super) fn parse(line: &str) -> Result<Command, String> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(Command::Nothing);
    }
    let word =
        line.strip_prefix('/').filter(|word| word.chars().all(|c| c.is_ascii_alphabetic() || c == '?'));
    let Some(word) = word else { return Ok(Command::Answer(line.to_owned())) };
    match word {
        "edit" => Ok(Command::Edit),
        "hint" => Ok(Command::Hint),
        "skip" => Ok(Command::Skip),
        "reveal" => Ok(Command::Reveal),
        "finish" => Ok(Command::Finish),
        "quit" | "exit" => Ok(Command::Quit),
        "help" | "?" => Ok(Command::Help),
        _ => Err(format!("there is no command {line}; /help lists those there are")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        for (line, expected) in [
            (" a lock \n", Command::Answer("a lock".into())),
            ("/etc/hosts is read first", Command::Answer("/etc/hosts is read first".into())),
            ("/hint me", Command::Answer("/hint me".into())),
            (" /hint ", Command::Hint),
            ("/edit", Command::Edit),
            ("\t", Command::Nothing),
            ("/quit", Command::Quit),
        ] {
            assert_eq!(parse(line), Ok(expected), "{line}");
        }
        assert!(parse("/hnit").unwrap_err().contains("/hnit"));
    }
}
