//! Takes every mail, for tests with several programs: a mailbox belongs to one.

use crate::program::until;
use mail_parser::MessageParser;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, ErrorKind, Result, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

#[derive(Debug, Clone)]
pub struct Mail {
    /// The same for every attempt to send it.
    pub id: String,
    pub to: String,
    pub text: String,
}

pub struct Mailroom {
    address: SocketAddr,
    room: Arc<Room>,
}

#[derive(Default)]
struct Room {
    mails: Mutex<Vec<Mail>>,
    /// What is answered to `MAIL FROM`, for as long as there is something.
    refusal: Mutex<Option<&'static str>>,
    /// Where the next mail stops, and then how it goes on.
    hold: Mutex<Option<Receiver<()>>>,
    held: AtomicUsize,
}

impl Mailroom {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, room) = (listener.local_addr().unwrap(), Arc::new(Room::default()));
        let shared = Arc::clone(&room);
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let room = Arc::clone(&shared);
                thread::spawn(move || serve(&stream, &room)); // a client that was killed is no fault
            }
        });
        Self { address, room }
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Refuses our sender from now on, or no longer.
    pub fn refuse_sender(&self, answer: Option<&'static str>) {
        *self.room.refusal.lock().unwrap() = answer;
    }

    /// The next mail stops where its sender waits for the word to hand it over, until that is given or
    /// dropped.
    pub fn hold_next(&self) -> Sender<()> {
        let (go_on, wait) = channel();
        *self.room.hold.lock().unwrap() = Some(wait);
        go_on
    }

    /// How many were stopped so far.
    pub fn held(&self) -> usize {
        self.room.held.load(Ordering::Relaxed)
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.room.mails.lock().unwrap().clone()
    }

    pub fn has_mail_for(&self, address: &str) -> bool {
        self.room.mails.lock().unwrap().iter().any(|mail| mail.to == address)
    }

    /// The code in the newest mail to an address, once it is there.
    pub fn code_for(&self, address: &str) -> String {
        let text = until("a mail", || self.mails().into_iter().rev().find(|mail| mail.to == address)).text;
        text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).unwrap().to_owned()
    }

    /// How many mails came once more than needed.
    pub fn repeated(&self) -> usize {
        let mut counts = HashMap::<String, usize>::new();
        for mail in self.mails() {
            *counts.entry(mail.id).or_default() += 1;
        }
        counts.values().map(|count| count - 1).sum()
    }
}

/// RFC 5321, for a client that makes no mistakes.
fn serve(stream: &TcpStream, room: &Room) -> Result<()> {
    let mut lines = BufReader::new(stream);
    let say = |text: &str| { stream }.write_all(format!("{text}\r\n").as_bytes());
    say("220 test.invalid ESMTP")?;
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        match line.get(..4).unwrap_or_default() {
            "DATA" => {
                let hold = room.hold.lock().unwrap().take();
                if let Some(wait) = hold {
                    room.held.fetch_add(1, Ordering::Relaxed);
                    _ = wait.recv();
                }
                say("354 go ahead")?;
                let mail = read(&mut lines)?;
                room.mails.lock().unwrap().push(mail);
                say("250 taken")?;
            }
            "MAIL" => say(room.refusal.lock().unwrap().unwrap_or("250 ok"))?,
            "QUIT" => return say("221 bye"),
            _ => say("250 ok")?,
        }
        line.clear();
    }
    Ok(())
}

fn read(lines: &mut impl BufRead) -> Result<Mail> {
    let (mut data, mut line) = (Vec::new(), Vec::new());
    loop {
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into()); // whoever hangs up in the middle has sent nothing
        }
        if line == b".\r\n" {
            break;
        }
        data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        line.clear();
    }
    let mail = MessageParser::default().parse(&data).unwrap();
    let to = mail.to().and_then(|it| it.first()).and_then(|it| it.address()).unwrap();
    Ok(Mail {
        id: mail.message_id().unwrap().to_owned(),
        to: to.to_owned(),
        text: mail.body_text(0).unwrap().into_owned(),
    })
}
