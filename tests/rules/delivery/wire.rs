//! One socket with what is on it, in both directions.

use std::collections::VecDeque;

use bytestring::ByteString;
use switchboard::domain::{Backlog, Login};
use switchboard::protocol::Close;

use crate::harness::Socket;

/// From a client.
pub enum Up {
    Open(Login),
    /// And which letter it is, if it is one.
    Text(String, Option<usize>),
    Goodbye,
}

/// From the server.
pub enum Down {
    Frame(ByteString),
    /// A ping; what is claimed again when it is answered.
    Ping(Login),
    Close(Close),
}

pub struct Wire {
    pub socket: Socket,
    pub owner: usize,
    pub up: VecDeque<Up>,
    down: VecDeque<Down>,
    /// Nothing gets through any more.
    pub cut: bool,
    /// How many messages it said it had, once the server has heard of it.
    pub opened: Option<Option<u64>>,
    /// The server knows for whom it speaks.
    pub identified: bool,
    /// The server has asked it to close.
    pub closed: bool,
    /// The server knows that it is over.
    pub ended: bool,
}

impl Wire {
    pub fn new(number: usize, owner: usize, login: Login) -> Self {
        Self {
            socket: Socket::new(number),
            owner,
            up: [Up::Open(login)].into(),
            down: VecDeque::new(),
            cut: false,
            opened: None,
            identified: false,
            closed: false,
            ended: false,
        }
    }

    pub fn says(&mut self, text: String, letter: Option<usize>) {
        if !self.cut {
            self.up.push_back(Up::Text(text, letter));
        }
    }

    pub fn carries(&mut self, down: Down) {
        if !self.cut {
            self.down.push_back(down);
        }
        self.weighs();
    }

    pub fn gives(&mut self) -> Option<Down> {
        let down = self.down.pop_front();
        self.weighs();
        down
    }

    pub fn is_quiet(&self) -> bool {
        self.down.is_empty()
    }

    pub fn is_cut(&mut self) {
        self.cut = true;
        self.up.clear();
        self.down.clear();
    }

    /// What is on the wire is what the socket has not taken.
    fn weighs(&self) {
        let bytes = |down: &Down| match down {
            Down::Frame(frame) => frame.len(),
            Down::Ping(_) | Down::Close(_) => 0,
        };
        let bytes = self.down.iter().map(bytes).sum();
        let messages = self.down.len();
        self.socket.backlog.set(Backlog { messages, bytes, ..Backlog::default() });
    }
}
