//! Buffers of what is not whole yet: how they grow, and what memory they hold.
//!
//! Promises: a buffer is at most a quarter, or 64 bytes, larger than what has come; what it holds is
//! known exactly, so that a node can count it.

use std::ops::Deref;

use bytes::BytesMut;

use super::head::HEAD_MAX;

/// A buffer grows by a quarter, so that what is reserved stays near to what has come, and by this
/// much at least, so that a client that sends byte by byte does not cause a copy for each.
const GROWTH_MIN: usize = 64;

/// Appends `bytes`. A buffer that has to grow is not made larger than `most` in advance.
pub(super) fn append(buffer: &mut BytesMut, bytes: &[u8], most: usize) {
    let length = buffer.len();
    if buffer.capacity() - length < bytes.len() {
        // `BytesMut::reserve` would double it.
        let in_advance = (length + (length / 4).max(GROWTH_MIN)).min(most);
        let mut larger = BytesMut::with_capacity(in_advance.max(length + bytes.len()));
        larger.extend_from_slice(buffer);
        *buffer = larger;
    }
    buffer.extend_from_slice(bytes);
}

/// Bytes that were read and that no message has been made of.
#[derive(Debug)]
pub(super) struct Unread {
    bytes: BytesMut,
    /// The size of the allocation that `bytes` lies in. All of it stays as long as a part does.
    block: u32,
    /// The longest message that is read; a longer one does not come to lie here.
    limit: u32,
}

impl Unread {
    /// Bytes that have come already, before messages of up to `limit` bytes.
    pub(super) fn new(bytes: BytesMut, limit: u32) -> Self {
        let block = u32::try_from(bytes.capacity()).unwrap_or(u32::MAX);
        Self { bytes, block, limit }
    }

    /// The longest message, in bytes.
    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    /// Bytes of memory.
    pub(super) fn held(&self) -> usize {
        self.block as usize
    }

    /// The bytes, to take frames from their beginning.
    pub(super) fn frames(&mut self) -> &mut BytesMut {
        &mut self.bytes
    }

    /// Adds what has come.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        if self.bytes.capacity() - self.bytes.len() >= bytes.len() {
            return self.bytes.extend_from_slice(bytes);
        }
        let mut buffer = std::mem::take(&mut self.bytes);
        append(&mut buffer, bytes, self.limit as usize + HEAD_MAX);
        *self = Self::new(buffer, self.limit);
    }

    /// Gives an empty buffer back.
    pub(super) fn give_back(&mut self) {
        if self.bytes.is_empty() {
            self.clear();
        }
    }

    /// Throws everything away.
    pub(super) fn clear(&mut self) {
        // Even without capacity the old one would keep alive the block that it was split from.
        *self = Self::new(BytesMut::new(), self.limit);
    }

    /// Copies what is left where it is little beside the block that it keeps alive.
    pub(super) fn detach(&mut self) {
        if self.bytes.len() < self.held() / 2 {
            *self = Self::new(BytesMut::from(&self.bytes[..]), self.limit);
        }
    }
}

impl Deref for Unread {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}
