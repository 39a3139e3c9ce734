//! One connection: requests in, answers out, and the moment the client hangs up.

use crate::http::{framed, head, read_request};
use crate::server::Shared;
use crate::wire::{End, Response, render};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// How long what was sent before a reset has to be read.
const BEFORE_RESET: Duration = Duration::from_millis(20);

/// Why an answer ended.
enum Ended {
    /// All was sent, and the connection can be used again.
    Whole,
    /// The script ended the connection.
    ByScript,
    /// The client did; so many bytes of the body had been sent.
    ByClient { sent: usize },
}

pub(crate) async fn serve(mut stream: TcpStream, shared: Arc<Shared>, connection: usize) {
    let _open = shared.opened();
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    let mut on_connection = 0;
    while let Some(parsed) = read_request(&mut stream, &mut buffer).await {
        on_connection += 1;
        let request = shared.record(parsed, connection, on_connection);
        let Some(response) = render(shared.answer(&request), &request) else { return };
        match send(&mut stream, &mut buffer, &response).await {
            Ended::Whole => {}
            Ended::ByScript => return,
            Ended::ByClient { sent } => {
                shared.hung_up(request.number, sent);
                return;
            }
        }
    }
}

async fn send(stream: &mut TcpStream, buffer: &mut Vec<u8>, response: &Response) -> Ended {
    let mut sent = 0;
    let (mut reader, mut writer) = stream.split();
    let writing = async {
        let mut head_left = Some(head(response));
        if !response.late_head {
            write(&mut writer, head_left.take().as_deref().unwrap_or_default()).await?;
        }
        for step in &response.steps {
            // Even a sleep of no time lasts until the timer's next tick.
            if !step.wait.is_zero() {
                sleep(step.wait).await;
            }
            if let Some(head) = head_left.take() {
                write(&mut writer, &head).await?;
            }
            write(&mut writer, &framed(&step.bytes, response.chunked)).await?;
            sent += step.bytes.len();
        }
        match response.end {
            End::Complete if response.chunked => write(&mut writer, b"0\r\n\r\n").await?,
            End::Silence => std::future::pending::<()>().await,
            End::Complete | End::Close | End::Reset => {}
        }
        Some(())
    };
    let whole = tokio::select! {
        // What the client says ahead of time is kept for its next request; its end is a hang-up.
        biased;
        written = writing => written.is_some(),
        () = until_closed(&mut reader, buffer) => false,
    };
    if !whole {
        return Ended::ByClient { sent };
    }
    if response.end == End::Reset {
        // A reset makes the other side's kernel forget what is not read yet.
        sleep(BEFORE_RESET).await;
        let _ = stream.set_zero_linger();
    }
    if response.end == End::Complete { Ended::Whole } else { Ended::ByScript }
}

async fn write(writer: &mut (impl AsyncWriteExt + Unpin), bytes: &[u8]) -> Option<()> {
    writer.write_all(bytes).await.ok()?;
    writer.flush().await.ok()
}

async fn until_closed(reader: &mut (impl AsyncReadExt + Unpin), buffer: &mut Vec<u8>) {
    while let Ok(1..) = reader.read_buf(buffer).await {}
}
