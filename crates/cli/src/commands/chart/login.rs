//! `chart login` and `chart logout`: logins at registries, kept where Helm keeps and finds them.

use clap::Args as ClapArgs;
use pull::Access;
use pull::oci::{Error, logins};
use source::Problem;

use crate::args::{Charts, Tls};
use crate::charts::{Remote, access};
use crate::report::{Failure, Reason};
use crate::shell::Shell;

/// Log in at a registry, for Regatta and Helm
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Example:\n  echo \"$TOKEN\" | regatta chart login registry.example.com -u ci --password-stdin"
)]
pub struct In {
    /// Registry: `registry.example.com[:PORT]`
    #[arg(value_name = "HOST")]
    pub host: String,
    /// Who logs in
    #[arg(short, long, value_name = "NAME", required = true)]
    pub username: String,
    /// Password, which others may see: prefer --password-stdin
    #[arg(short, long, value_name = "PASSWORD", conflicts_with = "password_stdin")]
    pub password: Option<String>,
    /// Read the password from stdin
    #[arg(long)]
    pub password_stdin: bool,
    #[command(flatten)]
    pub tls: Tls,
}

/// Forget a login at a registry
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:\n  regatta chart logout registry.example.com")]
pub struct Out {
    /// Registry: `registry.example.com[:PORT]`
    #[arg(value_name = "HOST")]
    pub host: String,
}

pub fn login(args: &In, shell: &Shell) -> Result<Reason, Failure> {
    let password = access::password(args.password.as_deref(), args.password_stdin, shell)?;
    let password = password.ok_or_else(|| {
        Failure::usage(format!("the password of `{}` is missing", args.username))
            .help("give it by `--password-stdin`: `… --password-stdin < FILE`")
    })?;
    let access = access::secured(&args.tls, Access::default())?;
    let remote = Remote::new(&Charts::default(), shell)?;
    let pair = (args.username.as_str(), &password);
    let login = logins::login(remote.session()?, &remote.logins, &args.host, pair, &access);
    let done = remote.runtime()?.block_on(login);
    remote.told().iter().for_each(|line| shell.printer.tell(line));
    done.map_err(|error| failed(&error))?;
    shell.printer.tell(&format!("logged in at {} as {}", args.host, args.username));
    Ok(Reason::Done)
}

pub fn logout(args: &Out, shell: &Shell) -> Result<Reason, Failure> {
    let remote = Remote::new(&Charts::default(), shell)?;
    let known = logins::logout(&remote.logins, &args.host).map_err(|error| failed(&error))?;
    shell.printer.tell(&match known {
        true => format!("the login at {} is forgotten", args.host),
        false => format!("no login at {} was kept", args.host),
    });
    Ok(Reason::Done)
}

fn failed(error: &Error) -> Failure {
    let problem = Problem::error(error.id(), error.to_string());
    match error {
        // What stands there is about charts that are fetched.
        Error::LoginRefused { .. } => problem.help("check the name and the password").into(),
        Error::PlainHttp { .. } => {
            problem.help("`--plain-http` allows it, and anybody can listen then").into()
        }
        error => problem.help_if(error.help()).into(),
    }
}
