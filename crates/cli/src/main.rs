//! The binary `viva`.

use std::process::ExitCode;

fn main() -> ExitCode {
    viva::main()
}
