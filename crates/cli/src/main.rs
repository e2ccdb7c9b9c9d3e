//! The capstake program.

fn main() -> std::process::ExitCode {
    capstake_cli::main(std::env::args_os()).into()
}
