//! The program under test: the same `main` as the binary `viva`.

use std::process::ExitCode;

fn main() -> ExitCode {
    viva::main()
}
