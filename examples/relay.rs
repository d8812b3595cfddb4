//! The least that a relay can do, as the limit to measure against: one thread, one epoll, a table of
//! users, and every text frame passed on to whom its field `to` names, with the sender put in.
//!
//! It knows no calls, no bounds, no timers and no broken clients: nothing for real use.
//! `cargo run --release --example relay -- --listen 127.0.0.1:9100`

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;

use clap::Parser;
use memchr::memmem;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

#[derive(Parser)]
struct Options {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:9100")]
    listen: SocketAddr,
}

const LISTENER: Token = Token(usize::MAX);
const WELCOME: &[u8] = br#"{"type":"registered"}"#;

struct Peer {
    stream: TcpStream,
    user: Option<String>,
    unread: Vec<u8>,
    unwritten: Vec<u8>,
}

#[derive(Default)]
struct Relay {
    peers: HashMap<usize, Peer>,
    users: HashMap<String, usize>,
    next: usize,
    /// Those for whom something has come since they were last written to.
    behind: Vec<usize>,
}

fn main() {
    let options = Options::parse();
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let mut poll = Poll::new().unwrap();
    let mut listener = TcpListener::bind(options.listen).unwrap();
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE).unwrap();
    let mut events = Events::with_capacity(1024);
    let mut relay = Relay::default();
    let mut scratch = vec![0; 64 << 10];
    loop {
        poll.poll(&mut events, None).unwrap();
        for event in &events {
            match event.token() {
                LISTENER => relay.accept(&listener, &poll),
                Token(number) => {
                    if event.is_readable() {
                        relay.read(number, &mut scratch);
                    }
                    if event.is_writable() {
                        relay.write(number);
                    }
                }
            }
        }
        // What has come for one user in this round leaves in one write.
        while let Some(number) = relay.behind.pop() {
            relay.write(number);
        }
    }
}

impl Relay {
    fn accept(&mut self, listener: &TcpListener, poll: &Poll) {
        while let Ok((mut stream, _)) = listener.accept() {
            stream.set_nodelay(true).unwrap();
            let both = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut stream, Token(self.next), both).unwrap();
            let peer = Peer { stream, user: None, unread: Vec::new(), unwritten: Vec::new() };
            self.peers.insert(self.next, peer);
            self.next += 1;
        }
    }

    fn read(&mut self, number: usize, scratch: &mut [u8]) {
        let mut is_dry = false;
        while !is_dry {
            let Some(peer) = self.peers.get_mut(&number) else { return };
            match peer.stream.read(scratch) {
                Ok(0) => return self.forget(number),
                Ok(count) => {
                    peer.unread.extend_from_slice(&scratch[..count]);
                    is_dry = count < scratch.len();
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => return self.forget(number),
            }
            if peer.user.is_none() {
                self.shake_hands(number);
            } else {
                self.pass_on(number);
            }
        }
    }

    fn shake_hands(&mut self, number: usize) {
        let Some(peer) = self.peers.get_mut(&number) else { return };
        let Some(end) = memmem::find(&peer.unread, b"\r\n\r\n") else { return };
        let head = String::from_utf8(peer.unread.drain(..end + 4).collect()).unwrap();
        let after = |mark: &str| head.split_once(mark).unwrap().1;
        let user = after("userId=").split(['&', ' ']).next().unwrap().to_owned();
        let key = after("Sec-WebSocket-Key: ").split("\r\n").next().unwrap();
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Accept: {}\r\n\r\n",
            derive_accept_key(key.as_bytes())
        );
        peer.user = Some(user.clone());
        let older = self.users.insert(user, number);
        peer.unwritten.extend_from_slice(answer.as_bytes());
        put_head(&mut peer.unwritten, WELCOME.len());
        peer.unwritten.extend_from_slice(WELCOME);
        self.behind.push(number);
        if let Some(older) = older {
            self.forget(older);
        }
    }

    fn pass_on(&mut self, number: usize) {
        let Some(peer) = self.peers.get_mut(&number) else { return };
        let from = peer.user.clone().unwrap();
        let mut unread = std::mem::take(&mut peer.unread);
        let mut done = 0;
        while let Some((opcode, content, length)) = unmask(&mut unread[done..]) {
            if opcode != 1 {
                return self.forget(number);
            }
            self.send_on(&from, &unread[done + content..done + length]);
            done += length;
        }
        if done < unread.len()
            && let Some(peer) = self.peers.get_mut(&number)
        {
            unread.drain(..done);
            peer.unread = unread;
        }
    }

    fn send_on(&mut self, from: &str, text: &[u8]) {
        let start = memmem::find(text, br#""to":""#).unwrap() + 6;
        let end = start + memchr::memchr(b'"', &text[start..]).unwrap();
        let to = std::str::from_utf8(&text[start..end]).unwrap();
        let Some(number) = self.users.get(to) else { return };
        let Some(peer) = self.peers.get_mut(number) else { return };
        let parts = [&br#"{"from":""#[..], from.as_bytes(), br#"","#, &text[1..]];
        if peer.unwritten.is_empty() {
            self.behind.push(*number);
        }
        put_head(&mut peer.unwritten, parts.iter().map(|part| part.len()).sum());
        for part in parts {
            peer.unwritten.extend_from_slice(part);
        }
    }

    /// Writes what the socket takes; it says when it takes more.
    fn write(&mut self, number: usize) {
        let Some(peer) = self.peers.get_mut(&number) else { return };
        while !peer.unwritten.is_empty() {
            match peer.stream.write(&peer.unwritten) {
                Ok(written) => drop(peer.unwritten.drain(..written)),
                Err(_) => return,
            }
        }
    }

    fn forget(&mut self, number: usize) {
        let Some(peer) = self.peers.remove(&number) else { return };
        if let Some(user) = peer.user
            && self.users.get(&user) == Some(&number)
        {
            self.users.remove(&user);
        }
    }
}

/// The head of a text frame of the server.
fn put_head(wire: &mut Vec<u8>, length: usize) {
    wire.push(0x81);
    match length {
        0..126 => wire.push(length as u8),
        126..65536 => {
            wire.push(126);
            wire.extend((length as u16).to_be_bytes());
        }
        _ => {
            wire.push(127);
            wire.extend((length as u64).to_be_bytes());
        }
    }
}

/// Unmasks the first frame in place, if it is whole: its opcode, where its content begins and
/// where it ends.
fn unmask(unread: &mut [u8]) -> Option<(u8, usize, usize)> {
    let (&first, &second) = (unread.first()?, unread.get(1)?);
    let (length, mask) = match second & 0x7f {
        126 => (usize::from(u16::from_be_bytes(unread.get(2..4)?.try_into().unwrap())), 4),
        127 => (u64::from_be_bytes(unread.get(2..10)?.try_into().unwrap()) as usize, 10),
        short => (usize::from(short), 2),
    };
    let key: [u8; 4] = unread.get(mask..mask + 4)?.try_into().unwrap();
    let content = mask + 4;
    let bytes = unread.get_mut(content..content + length)?;
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte ^= key[at % 4];
    }
    Some((first & 0x0f, content, content + length))
}
