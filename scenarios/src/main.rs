//! The `icsim` command.

fn main() -> std::process::ExitCode {
    scenarios::cli::main(std::env::args_os())
}
