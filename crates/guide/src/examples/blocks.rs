//! The `python` blocks of an entry and the `output` blocks that belong to them.

use crate::diagnostic::{Diagnostic, Position, excerpt};
use crate::entry::Layout;
use crate::markdown::CodeBlock;
use crate::source::Source;

/// The shortest reason that says anything, in characters.
const LEAST_REASON_CHARS: usize = 8;

/// One `python` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PythonBlock {
    /// Where its opening fence is.
    pub(crate) at: Position,
    pub(crate) code: String,
    /// Whether the block before it runs first, in the same process.
    pub(crate) continues: bool,
    /// Why it cannot run here.
    pub(crate) no_run: Option<String>,
    pub(crate) output: Option<Output>,
}

/// One `output` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) at: Position,
    pub(crate) text: String,
}

/// The blocks of an entry in order; what is wrong with a fence is reported.
pub(crate) fn python_blocks(layout: &Layout, diagnostics: &mut Vec<Diagnostic>) -> Vec<PythonBlock> {
    let mut blocks: Vec<PythonBlock> = Vec::new();
    for code in &layout.code {
        let Some(info) = &code.info else { continue };
        let at = layout.source.position(code.range.start);
        let language = info.split_whitespace().next().unwrap_or_default();
        match language {
            "python" => blocks.push(python_block(&layout.source, code, info, at, diagnostics)),
            "output" => {
                let text = code.code.clone();
                match blocks.last_mut() {
                    Some(block) if block.output.is_none() => block.output = Some(Output { at, text }),
                    _ => {
                        let message = "an `output` block belongs below the `python` block that prints it";
                        diagnostics.push(layout.source.file.error(at, "output-without-python", message));
                    }
                }
            }
            "" => {
                let message = "a fence names its language (python, output, sql, json, text, mermaid …)";
                diagnostics.push(layout.source.file.error(at, "fence-language", message));
            }
            "py" | "python3" | "Python" => {
                let message = format!("write `python` instead of `{language}`: only that is run");
                diagnostics.push(layout.source.file.warning(at, "fence-info", message));
            }
            _ => {}
        }
    }
    blocks
}

fn python_block(
    source: &Source,
    code: &CodeBlock,
    info: &str,
    at: Position,
    diagnostics: &mut Vec<Diagnostic>,
) -> PythonBlock {
    let rest = info.trim_start_matches("python").trim_start();
    let (continues, rest) = match rest.strip_prefix("continue") {
        Some(after) if after.is_empty() || after.starts_with(' ') => (true, after.trim_start()),
        _ => (false, rest),
    };
    let mut no_run = None;
    if let Some(reason) = rest.strip_prefix("no-run") {
        let reason =
            reason.strip_prefix("=\"").and_then(|reason| reason.strip_suffix('"')).unwrap_or_default();
        if reason.trim().chars().count() < LEAST_REASON_CHARS {
            let message = "say why the block cannot run: `python no-run=\"needs a Spark cluster\"`";
            diagnostics.push(source.file.error(at, "no-run-reason", message));
        }
        no_run = Some(reason.trim().to_owned());
    } else if !rest.is_empty() {
        let message = format!(
            "`{}` is not understood: write `python`, `python continue` or `python no-run=\"reason\"`",
            excerpt(rest)
        );
        diagnostics.push(source.file.error(at, "fence-info", message));
    }
    PythonBlock { at, code: code.code.clone(), continues, no_run, output: None }
}
