//! Clients that do not read (`reliability.md`, row 11).

use super::app::{DEADLINE, Setup};
use super::model::{always, options};
use super::talk::{LIST, only_end};
use std::process::Command;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use viva_model_server::Answer;

/// How many clients do not read, of each kind.
const STUCK: usize = 50;
/// Tokens of the answers: ten times as many as a standard answer may have, since shorter ones the kernel takes off our
/// hands whole, read or not.
const TOKENS: usize = 12_000;
/// The most that one of them may cost, in bytes of resident memory: 256 KiB for a standard answer.
const EACH: usize = 10 * 256 * 1024;

/// A client that sends `request` and never reads; its receive buffer is as small as it can be.
async fn stuck(address: std::net::SocketAddr, request: &[u8]) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(2048).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    stream
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

#[test]
fn clients_that_do_not_read_cost_little() {
    let alone = "tests::slow::in_a_process_of_its_own";
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", alone, "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    println!("{said}");
}

#[tokio::test]
#[ignore = "measures the memory of its process: run alone, by the test above"]
async fn in_a_process_of_its_own() {
    let server = always(Answer::of_length(TOKENS)).await;
    let mut setup = Setup::new().model(options(&server.base_url())).await;
    setup.http.max_concurrent = STUCK * 4;
    let app = setup.start().await;
    let ended = app.conversation().await;
    let (mut first, turn) = app.begins(&ended, "What is the GIL?").await;
    assert_eq!(only_end(&first.reply().await.events()).0, "done");
    server.follow(|_| Answer::of_length(TOKENS).silent_after(TOKENS - 1));
    let running = app.conversation().await;
    let (mut watched, live) = app.begins(&running, "What is the GIL?").await;
    watched.until(&format!("word{}\"", TOKENS - 1)).await;
    server.follow(|_| Answer::of_length(TOKENS));
    let mut clients = Vec::new();
    for (kind, conversation, turn) in [
        ("of an ended turn", &ended, &turn),
        ("of a running turn", &running, &live),
        ("of its own turn", &ended, &turn),
    ] {
        let before = resident();
        for _ in 0..STUCK {
            let call = match kind {
                "of its own turn" => app.asks(&app.conversation().await, "What is the GIL?"),
                _ => app.turn(conversation, turn),
            };
            clients.push(stuck(app.address, &call.stream().to_bytes()).await);
        }
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert_eq!(app.get(LIST).send().await.status, 200, "others are served");
        let each = resident().saturating_sub(before) / STUCK;
        println!("a reader {kind} that does not read costs {} KiB", each / 1024);
        assert!(each < EACH, "{kind}: {each} bytes");
    }
}

#[tokio::test]
async fn who_does_not_read_in_time_loses_the_connection_and_the_place() {
    let server = always(Answer::of_length(TOKENS)).await;
    let mut setup = Setup::new().model(options(&server.base_url())).await;
    setup.http.header_timeout = Duration::from_millis(500);
    setup.http.streams_per_owner = 1;
    let app = setup.start().await;
    let id = app.conversation().await;
    let held = stuck(app.address, &app.asks(&id, "What is the GIL?").stream().to_bytes()).await;
    assert_eq!(app.ended_turn(&id).await["state"], "answered", "the model is read to its end meanwhile");
    let next = async {
        while app.ask("What are locks?").stream().send().await.status == 429 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(DEADLINE, next).await.expect("its place comes back");
    drop(held);
}
