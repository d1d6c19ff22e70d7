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

use clap::{Args as ClapArgs, Subcommand};

use crate::report::{Failure, Reason};
use crate::shell::Shell;

/// Render, check, fetch, show, pack and publish one chart
#[derive(ClapArgs, Debug)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Template(Box<template::Args>),
    Lint(Box<lint::Args>),
    Show(Box<show::Args>),
    #[command(visible_alias = "fetch")]
    Pull(Box<pull::Args>),
    Search(Box<search::Args>),
    Package(package::Args),
    Push(Box<push::Args>),
    Login(login::In),
    Logout(login::Out),
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
