//! A browser as small as one can be: one connection for each request, and a jar of cookies.

use form_urlencoded::Serializer;
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;
use tokio::net::TcpSocket;

pub const PASSWORD: &str = "A+calm-Fjord-41";

#[derive(Debug, Clone)]
pub struct Browser {
    pub address: String,
    /// Where its connections come from, if that isn't for the system to say.
    from: Option<Ipv4Addr>,
    pub cookies: BTreeMap<String, String>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Browser {
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), from: None, cookies: BTreeMap::new() }
    }

    /// The same person's browser after the program was started again elsewhere.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), from: self.from, cookies: self.cookies.clone() }
    }

    /// The same with connections from this address of this machine: on Linux all of 127.0.0.0/8 are.
    pub fn coming_from(self, address: impl Into<Ipv4Addr>) -> Self {
        Self { from: Some(address.into()), ..self }
    }

    pub fn get(&mut self, path: &str) -> Result<Answer> {
        self.ask(&self.head("GET", path, "Accept: text/html\r\n"), "")
    }

    /// A form as our scripts send it: the answer is JSON.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        self.send(path, "application/json", fields)
    }

    /// A form as a browser without scripts sends it: the answer is a page or a way to one.
    pub fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        self.send(path, "text/html", fields)
    }

    pub fn sign_up(&mut self, name: &str) -> Result<Answer> {
        let email = format!("{name}@domain.com");
        let fields = [
            ("username", name),
            ("password", PASSWORD),
            ("confirm_password", PASSWORD),
            ("attributes[email]", &email),
        ];
        self.post("/sign-up", &fields)
    }

    /// A head without its last line; forms say that they come from a page of ours.
    pub fn head(&self, method: &str, path: &str, more: &str) -> String {
        let jar: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = if jar.is_empty() { String::new() } else { format!("Cookie: {}\r\n", jar.join("; ")) };
        format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{cookies}{more}", self.address)
    }

    pub fn form_head(&self, path: &str, accept: &str, length: usize) -> String {
        let more = format!(
            "Accept: {accept}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n"
        );
        self.head("POST", path, &more)
    }

    pub fn connect(&self) -> Result<TcpStream> {
        let stream = match self.from {
            None => TcpStream::connect(&self.address)?,
            Some(from) => connect_from(from, &self.address)?,
        };
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(stream)
    }

    /// An operation of the API, as an application asks for it.
    pub fn wire(&mut self, operation: &str, request: &serde_json::Value) -> Result<Answer> {
        let body = request.to_string();
        let more = format!(
            "X-Amz-Target: AWSCognitoIdentityProviderService.{operation}\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n",
            body.len()
        );
        self.ask(&self.head("POST", "/", &more), &body)
    }

    fn send(&mut self, path: &str, accept: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let form = encoded(fields);
        self.ask(&self.form_head(path, accept, form.len()), &form)
    }

    fn ask(&mut self, head: &str, body: &str) -> Result<Answer> {
        let mut stream = self.connect()?;
        stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
        let answer = Answer::read(&mut stream)?;
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(answer)
    }
}

/// The standard library lets nobody choose.
fn connect_from(from: Ipv4Addr, to: &str) -> Result<TcpStream> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let stream = runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        socket.connect(to.parse().map_err(Error::other)?).await?.into_std()
    })?;
    stream.set_nonblocking(false)?;
    Ok(stream)
}

pub fn encoded(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Answer {
    /// Reads to the end of the connection. An answer that is not whole is an error: it acknowledges nothing.
    pub fn read(stream: &mut TcpStream) -> Result<Self> {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        Self::parse(&bytes).ok_or_else(|| Error::from(ErrorKind::UnexpectedEof))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (head, body) = split(bytes, b"\r\n\r\n")?;
        let mut lines = std::str::from_utf8(head).ok()?.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let header =
            |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let body = match header("content-length") {
            Some(length) => body.get(..length.parse().ok()?)?.to_vec(),
            None if header("transfer-encoding") == Some("chunked") => unchunked(body)?,
            None => body.to_vec(),
        };
        Some(Self { status, headers, body: String::from_utf8(body).ok()? })
    }

    /// Whether what was asked for is promised: only then may it not be lost.
    pub fn acknowledges(&self) -> bool {
        (200..300).contains(&self.status) || self.status == 303
    }

    #[track_caller]
    pub fn succeeds(&self) {
        assert!(self.acknowledges(), "{self:?}");
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("this is not JSON: {self:?}"))
    }
}

/// What a chunked body holds (RFC 9112, section 7.1), if its last chunk has come.
fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let (size, after) = split(rest, b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(size).ok()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(after.get(..size)?);
        rest = after.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

fn split<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let place = bytes.windows(at.len()).position(|window| window == at)?;
    Some((&bytes[..place], &bytes[place + at.len()..]))
}
