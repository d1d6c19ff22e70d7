//! Nothing outlives the binary that started a control plane, however that binary ends.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn a_killed_binary_takes_its_control_plane_along() {
    let (mut playground, port) = playground();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    playground.kill().unwrap();
    playground.wait().unwrap();
    ends(port);
}

#[test]
fn the_end_of_input_ends_the_playground() {
    let (mut playground, port) = playground();
    drop(playground.stdin.take());
    assert!(playground.wait().unwrap().success());
    ends(port);
}

/// A control plane in a process of its own, and the port of its API server.
fn playground() -> (Child, u16) {
    let mut playground = Command::new(env!("CARGO_BIN_EXE_controlplane"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(playground.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let kubeconfig = line.trim().strip_prefix("export KUBECONFIG=").unwrap();
    let text = std::fs::read_to_string(kubeconfig).unwrap();
    let (_, rest) = text.split_once("https://127.0.0.1:").unwrap();
    let port = rest.split('"').next().unwrap().parse().unwrap();
    (playground, port)
}

fn ends(port: u16) {
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(10), "the API server goes on");
        std::thread::sleep(Duration::from_millis(20));
    }
}
