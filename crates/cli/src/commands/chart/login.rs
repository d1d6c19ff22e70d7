//! `chart login` and `chart logout`: logins at registries, kept where Helm keeps and finds them.

use clap::Args as ClapArgs;
use pull::oci::{Error, logins};
use pull::{Access, Secret};
use source::Problem;

use crate::args::{Charts, Offline, Tls};
use crate::charts::{Remote, access};
use crate::report::{Failure, Reason};
use crate::shell::Shell;
use crate::terminal;

/// Log in at a registry, for Regatta and Helm
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta chart login registry.example.com\n  echo \"$TOKEN\" | regatta chart login registry.example.com -u ci --password-stdin"
)]
pub struct In {
    /// Registry: `registry.example.com[:PORT]`
    #[arg(value_name = "HOST")]
    pub host: String,
    /// Who logs in [default: asked for at a terminal]
    #[arg(short, long, value_name = "NAME")]
    pub username: Option<String>,
    /// Password, which others may see: prefer --password-stdin, or to be asked
    #[arg(short, long, value_name = "PASSWORD", conflicts_with = "password_stdin")]
    pub password: Option<String>,
    /// Read the password from stdin
    #[arg(long)]
    pub password_stdin: bool,
    #[command(flatten)]
    pub tls: Tls,
    #[command(flatten)]
    pub offline: Offline,
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
    let (username, password) = who(args, shell)?;
    let access = access::secured(&args.tls, Access::default())?;
    let remote = Remote::new(&Charts::from(&args.offline), shell)?;
    let pair = (username.as_str(), &password);
    let login = logins::login(remote.session()?, &remote.logins, &args.host, pair, &access);
    let done = remote.runtime()?.block_on(login);
    remote.told().iter().for_each(|line| shell.printer.tell(line));
    done.map_err(|error| failed(&error))?;
    shell.printer.tell(&format!("logged in at {} as {username}", args.host));
    Ok(Reason::Done)
}

/// Name and password: what flags do not say, somebody at a terminal is asked for.
fn who(args: &In, shell: &Shell) -> Result<(String, Secret), Failure> {
    let given = access::password(args.password.as_deref(), args.password_stdin, shell)?;
    let missing = |what: &str| {
        Failure::usage(format!("the {what} for {} is missing", args.host))
            .help("without a terminal, give both: `--username NAME --password-stdin < FILE`")
    };
    let somebody = terminal::somebody_is_there();
    let username = match &args.username {
        Some(username) => username.clone(),
        None if somebody => terminal::ask("Username:").unwrap_or_default(),
        None => return Err(missing("name")),
    };
    if username.is_empty() {
        return Err(missing("name"));
    }
    let password = match given {
        Some(password) => password,
        None if somebody => {
            let password = terminal::ask_unseen("Password:").filter(|typed| !typed.is_empty());
            access::hidden(&password.ok_or_else(|| missing("password"))?, shell)
        }
        None => return Err(missing("password")),
    };
    Ok((username, password))
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
