//! The guard against names that lead into private networks.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;

use super::server::clock;
use crate::okta::client::Settings;
use crate::okta::limiter::Bucket;
use crate::okta::request::{Authorization, Request};
use crate::okta::resolve::{Guard, Lookup, is_public};
use crate::okta::transport::Transport;
use crate::okta::{Call, Error, OrgAddress, Unreached, fault, read};

#[test]
fn addresses_that_are_not_on_the_internet_are_known() {
    let private = [
        "127.0.0.1",
        "127.255.255.254",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "0.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "100::1",
        "3fff::1",
        "::ffff:0:10.0.0.1",
    ];
    for text in private {
        assert!(!is_public(text.parse::<IpAddr>().expect(text)), "{text}");
    }
    for text in ["8.8.8.8", "52.21.0.1", "172.32.0.1", "100.128.0.1", "2600:1f18::1", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"] {
        assert!(is_public(text.parse::<IpAddr>().expect(text)), "{text}");
    }
}

/// Looks every name up at these addresses.
fn always(addresses: Vec<SocketAddr>, asked: Arc<AtomicUsize>) -> Lookup {
    Arc::new(move |_| {
        asked.fetch_add(1, Ordering::Relaxed);
        let addresses = addresses.clone();
        Box::pin(async move { Ok(addresses) })
    })
}

async fn ask(guard: Guard) -> Error {
    let address = OrgAddress::parse("company.okta.com", None).expect("an org");
    // An address that should never have been tried is given up soon.
    let settings = Settings { retries: 0, connect_timeout: Duration::from_secs(10), attempt_timeout: Duration::from_secs(20), ..Settings::default() };
    let transport = Transport::with_guard(address, clock(), settings, guard).expect("a transport");
    let request = Request::new(Call::named("GET /x"), transport.url("/x"), Bucket::Open);
    transport.send(&request, &Authorization::Nobody, fault::of_api, |answer| read::nothing(&answer)).await.expect_err("no answer")
}

fn why(error: &Error) -> Option<Unreached> {
    match error {
        Error::Unreachable(e) => Some(e.why),
        _ => None,
    }
}

#[tokio::test]
async fn a_name_that_is_rebound_to_this_machine_is_never_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let here = listener.local_addr().expect("an address");
    let asked = Arc::new(AtomicUsize::new(0));
    let mapped = SocketAddr::new("::ffff:127.0.0.1".parse().expect("an address"), here.port());
    for addresses in [vec![here], vec![mapped, here], vec!["169.254.169.254:80".parse().expect("an address")]] {
        let error = ask(Guard::before(always(addresses, Arc::clone(&asked)))).await;
        assert_eq!(why(&error), Some(Unreached::PrivateAddress), "{error}");
        assert_eq!(error.to_string(), "the host `company.okta.com` resolves to an address that is not on the internet");
        assert!(!error.passes());
    }
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    let knock = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(knock.is_err(), "somebody connected");
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_told_apart() {
    let lookup: Lookup = Arc::new(|_| Box::pin(async { Err(std::io::Error::other("failed to lookup address information")) }));
    let error = ask(Guard::before(lookup)).await;
    assert_eq!(why(&error), Some(Unreached::Dns), "{error}");
    assert_eq!(error.to_string(), "the host `company.okta.com` cannot be found (DNS): failed to lookup address information");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let here = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let mut hello = [0; 512];
            let _ = stream.read(&mut hello).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        }
    });
    let error = ask(Guard::open(always(vec![here], Arc::default()))).await;
    assert_eq!(why(&error), Some(Unreached::Tls), "{error}");
    assert!(error.to_string().starts_with("no trusted TLS connection to `company.okta.com` came about: "), "{error}");
}

/// A certificate for `company.okta.com` that signs itself, and its key.
const CERTIFICATE: &[u8] = include_bytes!("data/tls-cert.pem");
const KEY: &[u8] = include_bytes!("data/tls-key.pem");

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_trusted() {
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).expect("a key for the certificate");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let here = listener.local_addr().expect("an address");
    let trusted = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&trusted);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if acceptor.accept(stream).await.is_ok() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let error = ask(Guard::open(always(vec![here], Arc::default()))).await;
    assert_eq!(why(&error), Some(Unreached::Tls), "{error}");
    assert!(error.to_string().contains("invalid peer certificate"), "{error}");
    assert!(error.help().is_some_and(|help| help.contains("certificates")));
    assert_eq!(trusted.load(Ordering::Relaxed), 0, "no handshake came to its end");
}

#[tokio::test]
async fn a_port_on_which_nobody_listens_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let here = listener.local_addr().expect("an address");
    drop(listener);
    let error = ask(Guard::open(always(vec![here], Arc::default()))).await;
    assert_eq!(why(&error), Some(Unreached::Refused), "{error}");
}
