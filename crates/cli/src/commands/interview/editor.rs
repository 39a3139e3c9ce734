//! Answers that are written in the user's own editor.

use crate::failure::{Failure, Outcome};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What stands under this line is for the candidate's eyes. A comment mark was refused: answers hold code.
const CUT: &str = "---------- 8< ---------- what follows is not part of the answer ----------";

/// Opens the answer to `question` in `editor`, a command with its arguments; the text, or nothing where none was written.
/// The file stays below `folder` until it is taken, so that an editor that dies loses nothing.
pub(super) async fn edit(editor: Option<&str>, folder: &Path, question: &str) -> Outcome<Option<String>> {
    let words: Vec<String> = editor.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::new("no editor is set").hint("set EDITOR, such as EDITOR=vi"));
    };
    std::fs::create_dir_all(folder)?;
    let file = folder.join("answer.md");
    let draft = std::fs::read_to_string(&file).map(|text| answer_in(&text).to_owned()).unwrap_or_default();
    std::fs::write(&file, format!("{draft}\n\n{CUT}\n{question}\n"))?;
    let mut command = Command::new(program);
    command.args(arguments).arg(&file);
    let status =
        tokio::task::spawn_blocking(move || command.status()).await.map_err(|error| Failure::of(&error))?;
    match status {
        Ok(status) if status.success() => read(&file),
        Ok(status) => Err(Failure::new(format!("{program} ended with {status}; the draft is kept"))),
        Err(error) => {
            Err(Failure::new(format!("cannot run {program}: {error}")).hint("EDITOR names the editor"))
        }
    }
}

/// Where the draft is, once it was sent.
pub(super) fn draft(folder: &Path) -> PathBuf {
    folder.join("answer.md")
}

fn read(file: &Path) -> Outcome<Option<String>> {
    let text = std::fs::read_to_string(file)?;
    let answer = answer_in(&text);
    Ok((!answer.is_empty()).then(|| answer.to_owned()))
}

fn answer_in(text: &str) -> &str {
    text.split(CUT).next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_above_the_line_is_the_answer() {
        assert_eq!(answer_in(&format!("# a\ncode\n\n{CUT}\nWhat?\n")), "# a\ncode");
        assert_eq!(answer_in(&format!("\n\n{CUT}\nWhat?\n")), "");
        assert_eq!(answer_in("all of it"), "all of it");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn an_editor_writes_the_answer() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("editor.sh");
        std::fs::write(
            &script,
            "#!/bin/sh\nprintf 'A lock.\\n' | cat - \"$2\" > \"$2.new\" && mv \"$2.new\" \"$2\"\n",
        )
        .unwrap();
        let editor = format!("sh {} --wait", script.display());
        let data = folder.path().join("data");
        assert_eq!(edit(Some(&editor), &data, "What?").await.unwrap().as_deref(), Some("A lock."));
        assert_eq!(
            edit(Some("true"), &data, "What?").await.unwrap().as_deref(),
            Some("A lock."),
            "the draft"
        );
        std::fs::remove_file(draft(&data)).unwrap();
        assert_eq!(edit(Some("true"), &data, "What?").await.unwrap(), None);
        assert!(edit(Some("false"), &data, "What?").await.is_err());
        assert!(edit(Some("no-such-editor-anywhere"), &data, "What?").await.is_err());
        assert!(edit(None, &data, "What?").await.unwrap_err().hint.unwrap().contains("EDITOR"));
    }
}
