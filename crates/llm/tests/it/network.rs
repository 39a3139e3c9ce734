//! No connection: refused, hanging, no such name, no trust (reliability, rows 2 and 3).

use crate::support::*;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use viva_core::chat::ChatErrorKind;
use viva_llm::{BedrockModel, BedrockOptions, OpenAiModel};

#[tokio::test]
async fn a_closed_port_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = refusal(&model_at(&format!("http://{address}/v1"))).await;
    assert_eq!(error.kind, ChatErrorKind::Unreachable);
    assert!(error.detail.to_lowercase().contains("refused"), "{}", error.detail);
    assert!(error.detail.contains(&address.to_string()), "{}", error.detail);
}

#[tokio::test]
async fn a_connection_that_hangs_ends_at_the_connect_limit() {
    // A listener that nobody accepts from, with its queue full: the kernel leaves further SYNs unanswered.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(connected) = tokio::time::timeout(ms(300), TcpStream::connect(address)).await {
        queue.push(connected.unwrap());
        assert!(queue.len() < 100, "the queue does not fill");
    }
    let limit = ms(200);
    let openai = OpenAiModel::new(options(&format!("http://{address}/v1")), limit, clock()).unwrap();
    let bedrock = BedrockOptions {
        endpoint: Some(format!("http://{address}")),
        region: Some("eu-central-1".to_owned()),
        access_keys: Some(crate::bedrock::keys()),
        ..BedrockOptions::new("model")
    };
    let bedrock = BedrockModel::new(bedrock, limit).await.unwrap();
    for error in [refusal(&openai).await, refusal(&bedrock).await] {
        assert_eq!(error.kind, ChatErrorKind::Timeout, "{}", error.detail);
        assert!(error.detail.contains("could not be connected to within the limit"), "{}", error.detail);
    }
    drop(queue);
}

#[tokio::test]
async fn a_name_without_an_address_is_named() {
    // RFC 6761 keeps `.invalid` from ever being one. A resolver without any network may take its time.
    let long = Duration::from_secs(25);
    let openai = OpenAiModel::new(options("http://no-such-host.invalid/v1"), long, clock()).unwrap();
    let bedrock = BedrockOptions {
        endpoint: Some("http://no-such-host.invalid".to_owned()),
        region: Some("eu-central-1".to_owned()),
        access_keys: Some(crate::bedrock::keys()),
        ..BedrockOptions::new("model")
    };
    let bedrock = BedrockModel::new(bedrock, long).await.unwrap();
    for error in [refusal(&openai).await, refusal(&bedrock).await] {
        assert_eq!(error.kind, ChatErrorKind::Unreachable, "{}", error.detail);
        assert!(error.detail.contains("name"), "{}", error.detail);
    }
}

/// A TLS server whose certificate nobody has signed.
async fn self_signed() -> std::net::SocketAddr {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await.unwrap();
                let mut sent = Vec::new();
                stream.read_to_end(&mut sent).await.unwrap();
                panic!("a client trusted the server and sent {sent:?}");
            });
        }
    });
    address
}

#[tokio::test]
async fn a_certificate_that_cannot_be_trusted_is_named() {
    let address = self_signed().await;
    let bedrock = BedrockOptions {
        endpoint: Some(format!("https://localhost:{}", address.port())),
        region: Some("eu-central-1".to_owned()),
        access_keys: Some(crate::bedrock::keys()),
        ..BedrockOptions::new("model")
    };
    let bedrock = BedrockModel::new(bedrock, HANG).await.unwrap();
    let openai = model_at(&format!("https://{address}/v1"));
    for error in [refusal(&openai).await, refusal(&bedrock).await] {
        assert_eq!(error.kind, ChatErrorKind::Unreachable, "{}", error.detail);
        assert!(error.detail.contains("certificate"), "{}", error.detail);
    }
}

#[tokio::test]
async fn plain_http_behind_https_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        }
    });
    let error = refusal(&model_at(&format!("https://{address}/v1"))).await;
    assert_eq!(error.kind, ChatErrorKind::Unreachable, "{}", error.detail);
}
