//! Viva's command line: chooses the concrete parts and offers them as commands.
//!
//! A library beside a binary of one line, so that the tests of the whole can build the same program.

mod args;
mod commands;
mod failure;
mod remote;
mod system;
mod terminal;
mod wiring;

use args::{Cli, Color, Command, Common, ServeArgs};
use clap::Parser;
use failure::Outcome;
use std::process::ExitCode;
use viva_settings::{Environment, LogFormat, Overrides, Settings};
use wiring::Wiring;

/// The program: reads the command line, runs the command, gives the exit status.
pub fn main() -> ExitCode {
    system::share_heaps();
    let Cli { command, common } = Cli::parse();
    choose_colour(common.color);
    let json = common.json;
    match run(command.unwrap_or(Command::Serve(ServeArgs::default())), &common) {
        Ok(status) => ExitCode::from(status),
        Err(failure) => {
            failure.print(json);
            ExitCode::from(failure.status)
        }
    }
}

fn choose_colour(color: Color) {
    let choice = match color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
}

/// Runs a command; the status is 0, or 1 where the work itself says so.
fn run(command: Command, common: &Common) -> Outcome<u8> {
    let mut flags = Vec::new();
    if let Some(dir) = &common.data_dir {
        flags.push(("--data-dir", "data.dir", dir.clone()));
    }
    if let Command::Serve(ServeArgs { bind: Some(bind), .. }) = &command {
        flags.push(("--bind", "http.bind", bind.clone()));
    }
    let overrides = Overrides { file: common.config.clone(), flags };
    let environment = Environment::of_process();
    let settings = Settings::load(&overrides, &environment)?;
    if let Command::Serve(ServeArgs { print_config: true, .. }) = &command {
        terminal::print(&settings.to_toml());
        return Ok(0);
    }
    start_log(&settings);
    let wiring = Wiring::new(settings, environment);
    let runtime = tokio::runtime::Runtime::new()?;
    let json = common.json;
    let status = match command {
        Command::Ask(args) => runtime.block_on(commands::ask::run(&wiring, args, json)),
        Command::Chat(args) => runtime.block_on(commands::chat::run(&wiring, args, json)),
        Command::Interview(args) => runtime.block_on(commands::interview::run(&wiring, args, json)),
        Command::Review(args) => runtime.block_on(commands::review::run(&wiring, args, json)),
        Command::Progress => runtime.block_on(commands::progress::run(&wiring, json)),
        Command::Search(args) => runtime.block_on(commands::search::run(&wiring, args, json)),
        Command::Check(args) => commands::check::run(&wiring, args, json),
        Command::Ingest(args) => runtime.block_on(commands::ingest::run(&wiring, args, json)),
        Command::Serve(_) => runtime.block_on(commands::serve::run(&wiring)),
        Command::Setup => commands::setup::run(&wiring, json),
        Command::Doctor => runtime.block_on(commands::doctor::run(&wiring, json)),
        Command::Bench(args) => runtime.block_on(commands::bench::run(&wiring, args, json)),
        Command::Eval(which) => runtime.block_on(commands::eval::run(&wiring, which, json)),
    };
    // A search that hangs in the engine must not keep the program from ending.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    status
}

fn start_log(settings: &Settings) {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log.filter)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = match settings.log.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}
