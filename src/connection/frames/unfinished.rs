//! Messages that take more than one frame, or more than the limit: what has come of them so far.

use bytes::{Bytes, BytesMut};
use bytestring::ByteString;

use super::buffer;
use crate::hub::Payload;
use crate::protocol::Close;

/// What has come of a message that takes more than one frame, or more than the limit.
#[derive(Debug)]
pub(super) enum Unfinished {
    Fragments {
        text: Option<CheckedUtf8>,
        content: BytesMut,
    },
    /// Over the limit: `bytes` of content are announced so far, `left` bytes of the present frame
    /// are still to come.
    Skipped {
        bytes: u64,
        left: u64,
        last: bool,
    },
}

/// How far the fragments of a text are known to be UTF-8, in bytes.
type CheckedUtf8 = usize;

impl Unfinished {
    /// A message whose first fragment is there, without its content.
    pub(super) fn begin(is_text: bool) -> Self {
        Unfinished::Fragments { text: is_text.then_some(0), content: BytesMut::new() }
    }

    /// Adds the content of a fragment. The message does not go over `limit` with it.
    pub(super) fn go_on(&mut self, bytes: &[u8], limit: usize) -> Result<(), Close> {
        if let Unfinished::Fragments { text, content } = self {
            buffer::append(content, bytes, limit);
            if let Some(checked) = text {
                *checked += utf8_so_far(&content[*checked..])?;
            }
        }
        Ok(())
    }

    /// The message, when its last fragment has been added.
    pub(super) fn finish(self) -> Result<Payload, Close> {
        match self {
            Unfinished::Fragments { text: Some(_), content } => utf8(content.freeze()),
            Unfinished::Fragments { text: None, content } => Ok(Payload::Binary(content.freeze())),
            // Its frames are passed over and not added.
            Unfinished::Skipped { .. } => Err(Close::ProtocolError),
        }
    }

    /// Bytes of memory.
    pub(super) fn held(&self) -> usize {
        let content = match self {
            Unfinished::Fragments { content, .. } => content.capacity(),
            Unfinished::Skipped { .. } => 0,
        };
        size_of::<Self>() + content
    }
}

/// A text message, if it is UTF-8.
pub(super) fn utf8(bytes: Bytes) -> Result<Payload, Close> {
    ByteString::try_from(bytes).map(Payload::Text).map_err(|_| Close::NotUtf8)
}

/// How many bytes are UTF-8 for sure; a character may be cut off at the end.
fn utf8_so_far(bytes: &[u8]) -> Result<usize, Close> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.len()),
        Err(error) if error.error_len().is_none() => Ok(error.valid_up_to()),
        Err(_) => Err(Close::NotUtf8),
    }
}
