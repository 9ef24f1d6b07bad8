//! The command `aureole`: see the library.

fn main() -> std::process::ExitCode {
    aureole_cli::main()
}
