//! Arguments in, exit code out.

fn main() -> std::process::ExitCode {
    capstake::cli::main(std::env::args_os()).into()
}
