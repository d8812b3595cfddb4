//! The first 2 to 14 bytes of a client's frame (RFC 6455 section 5.2).

use crate::protocol::Close;

const LAST: u8 = 0x80;
const RESERVED: u8 = 0x70;
const OPCODE: u8 = 0x0f;
const CONTROL: u8 = 0x08;
const CONTINUATION: u8 = 0;
const MASKED: u8 = 0x80;
const MASK_BYTES: usize = 4;
const CONTROL_MAX: u64 = 125;

/// Bytes of the longest head.
pub(super) const HEAD_MAX: usize = 2 + 8 + MASK_BYTES;

/// A frame's head, legal by itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    first: u8,
    /// Whether the message ends with this frame.
    pub(super) last: bool,
    /// Bytes of the head, mask included.
    pub(super) length: usize,
    /// Bytes of the content that follows.
    pub(super) content: u64,
}

impl Head {
    /// Looks at the head, before the content is there; `None` if it is cut off.
    pub(super) fn look(bytes: &[u8]) -> Result<Option<Self>, Close> {
        let [first, second, rest @ ..] = bytes else { return Ok(None) };
        let (first, second) = (*first, *second);
        let known = matches!(first & OPCODE, 0..=2 | 8..=10);
        if first & RESERVED != 0 || second & MASKED == 0 || !known {
            return Err(Close::ProtocolError);
        }
        let (extended, content, least) = match second & !MASKED {
            126 => match rest.first_chunk() {
                Some(length) => (2, u64::from(u16::from_be_bytes(*length)), 126),
                None => return Ok(None),
            },
            127 => match rest.first_chunk() {
                Some(length) => (8, u64::from_be_bytes(*length), 1 << 16),
                None => return Ok(None),
            },
            short => (0, u64::from(short), 0),
        };
        // "The minimal number of bytes MUST be used to encode the length."
        if content < least {
            return Err(Close::ProtocolError);
        }
        let last = first & LAST != 0;
        let head = Self { first, last, length: 2 + extended + MASK_BYTES, content };
        if content > i64::MAX as u64 || head.is_control() && (content > CONTROL_MAX || !last) {
            return Err(Close::ProtocolError);
        }
        Ok(Some(head))
    }

    /// Whether it is a close, a ping or a pong.
    pub(super) fn is_control(&self) -> bool {
        self.first & CONTROL != 0
    }

    /// Whether it is a fragment of a message that has begun and goes on behind it.
    pub(super) fn is_middle(&self) -> bool {
        !self.last && self.first & OPCODE == CONTINUATION
    }

    /// Whether the frame may come here: a control frame always, a continuation only while a message
    /// has begun, any other only while none has (RFC 6455 section 5.4).
    pub(super) fn follows(&self, has_begun: bool) -> bool {
        self.is_control() || (self.first & OPCODE == CONTINUATION) == has_begun
    }
}
