//! `aureole serve`, and what other commands have of it.

use std::net::{IpAddr, ToSocketAddrs};
use std::path::PathBuf;

use aureole_serve::Options;
use aureole_serve::http::Token;
use clap::Args;

use crate::exit::Failure;

/// Arguments of `aureole serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
The page needs no network and changes nothing. It can be opened on this machine only, unless --host
says otherwise. Other users of this machine can open it, too; --token keeps them out.

Examples:
  aureole serve out.h5                      a result, also one that is being written
  aureole serve /data/scan7                 all results in a folder
  aureole serve out.h5 --port 8080          always at the same address
  aureole serve out.h5 --host 0.0.0.0       for others, by the address that is printed
  ssh -L 8080:localhost:8080 beamline       then http://localhost:8080 is what is served there

Ctrl-C ends it, with exit code 0.")]
pub(crate) struct ServeArgs {
    /// A result of `aureole integrate`, or a folder of results
    pub(crate) file: PathBuf,
    /// How it listens
    #[command(flatten)]
    pub(crate) listen: ListenArgs,
}

/// How a page is served.
#[derive(Debug, Args)]
pub(crate) struct ListenArgs {
    /// The port to listen at; any free one for 0
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) port: u16,
    /// The address to listen at, so that others can open the page; they need the token that is printed with the address [default:
    /// this machine alone]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) host: Option<String>,
    /// A token of your own, which everyone has to have who opens the page: 16 to 128 letters, digits, and - _ . ~ [default: with
    /// --host a random one]
    #[arg(long, value_name = "TEXT", env = "AUREOLE_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
}

impl ListenArgs {
    /// What a server is started with.
    pub(crate) fn meant(&self) -> Result<Options, Failure> {
        let host = self.host.as_deref().map(address).transpose()?;
        let token = self.token.as_deref().map(Token::chosen).transpose();
        let token = token.map_err(|why| Failure::refused(format!("--token: {why}")))?;
        Ok(Options { host, port: self.port, token, gentle: false })
    }
}

/// An address in digits, or that of a name.
fn address(typed: &str) -> Result<IpAddr, Failure> {
    let bare = typed.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse() {
        return Ok(address);
    }
    let found = (bare, 0).to_socket_addrs().ok().and_then(|mut found| found.next()).map(|address| address.ip());
    found
        .ok_or_else(|| Failure::refused(format!("--host {typed}: no address of this machine, such as 0.0.0.0 for all")))
}

/// The page of a run.
#[derive(Debug, Args)]
pub(crate) struct PageArgs {
    /// Show the run while it goes, on a page of this machine whose address is printed; at this port, or any free one. See aureole
    /// serve. The page ends with the run; a page that cannot be had is a note, and no reason to stop
    #[arg(long, value_name = "PORT", num_args = 0..=1, require_equals = true, default_missing_value = "0")]
    pub(crate) serve: Option<u16>,
    /// With --serve: the page stays when the run has ended, until Ctrl-C
    #[arg(long, requires = "serve")]
    pub(crate) stay: bool,
}
