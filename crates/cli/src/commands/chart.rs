//! `chart`: work on one chart without a workspace, with Helm's words and flags.

pub mod lint;
pub mod login;
mod name;
pub mod package;
pub mod pull;
pub mod push;
mod rendering;
mod save;
pub mod search;
pub mod show;
pub mod template;
mod values;

use clap::Args as ClapArgs;

use crate::report::{Failure, Reason};
use crate::shell::Shell;

/// Render, check, fetch, show, pack and publish one chart
#[derive(ClapArgs, Debug)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

crate::args::commands! {
    "template" => Template(Box<template::Args>),
    "lint" => Lint(Box<lint::Args>),
    "show" => Show(Box<show::Args>),
    #[command(visible_alias = "fetch")]
    "pull" => Pull(Box<pull::Args>),
    "search" => Search(Box<search::Args>),
    "package" => Package(package::Args),
    "push" => Push(Box<push::Args>),
    "login" => Login(login::In),
    "logout" => Logout(login::Out),
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    match args.command {
        Command::Template(args) => template::run(*args, shell),
        Command::Lint(args) => lint::run(&args, shell),
        Command::Show(args) => show::run(&args, shell),
        Command::Pull(args) => pull::run(&args, shell),
        Command::Search(args) => search::run(&args, shell),
        Command::Package(args) => package::run(&args, shell),
        Command::Push(args) => push::run(&args, shell),
        Command::Login(args) => login::login(&args, shell),
        Command::Logout(args) => login::logout(&args, shell),
    }
}
