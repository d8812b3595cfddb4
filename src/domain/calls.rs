//! The book of live calls.
//!
//! Promises: what is in here is ringing or accepted, between two different users. Which calls ring
//! at a user is told here. Which call is a user's own is written in its session;
//! [`super::Switchboard`] keeps the two in step.

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::Index;
use std::time::Instant;

use super::book::{Book, Page};
use super::call::{Request, Side, Stage};
use crate::protocol::{CallId, UserId};

/// A live call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) caller: UserId,
    pub(super) callee: UserId,
    pub(super) stage: Stage,
    /// Until when it may ring.
    pub(super) rings_until: Instant,
    /// Kept while it rings, because it may have to ring again.
    pub(super) request: Request,
    /// The caller's address, if the request is kept on its behalf.
    pub(super) kept_for: Option<IpAddr>,
}

impl Call {
    pub(super) fn party(&self, side: Side) -> &UserId {
        match side {
            Side::Caller => &self.caller,
            Side::Callee => &self.callee,
        }
    }

    /// On which side `user` is, if on any.
    pub(super) fn side(&self, user: &UserId) -> Option<Side> {
        if self.caller == *user {
            Some(Side::Caller)
        } else if self.callee == *user {
            Some(Side::Callee)
        } else {
            None
        }
    }
}

/// All live calls of the node, and which of them ring at whom.
#[derive(Debug, Default)]
pub(super) struct Calls {
    book: Book<CallId, Call>,
    /// The calls that ring at each callee, in the order in which they began to. No empty lists.
    ringing_at: HashMap<UserId, Vec<CallId>>,
}

impl Calls {
    pub(super) fn len(&self) -> usize {
        self.book.len()
    }

    pub(super) fn get(&self, id: &CallId) -> Option<&Call> {
        self.book.get(id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&CallId, &Call)> {
        self.book.iter()
    }

    /// At most `limit` calls in byte order after `after`.
    pub(super) fn page<T>(
        &self,
        after: Option<&CallId>,
        limit: usize,
        entry: impl Fn(&CallId, &Call) -> T,
    ) -> Page<T, CallId> {
        self.book.page(after, limit, entry)
    }

    /// The calls that ring at the user, in the order in which they began to.
    pub(super) fn ringing_at(&self, user: &UserId) -> &[CallId] {
        self.ringing_at.get(user).map_or(&[], Vec::as_slice)
    }

    /// Lets a call ring. Its stage must be [`Stage::Ringing`].
    pub(super) fn insert(&mut self, id: CallId, call: Call) {
        self.ringing_at.entry(call.callee.clone()).or_default().push(id.clone());
        self.book.insert(id, call);
    }

    /// Forgets all entries, one at each step of the iterator.
    pub(super) fn into_entries(self) -> impl Iterator<Item = ()> {
        let (calls, ids) = self.book.into_parts();
        calls.map(drop).chain(ids.map(drop)).chain(self.ringing_at.into_iter().map(drop))
    }

    /// Makes a ringing call an accepted one. Returns until when it would have rung, and what was
    /// kept for that, and on behalf of which address; `None` if there is no such call or it did not ring.
    pub(super) fn accept(&mut self, id: &CallId) -> Option<(Instant, Request, Option<IpAddr>)> {
        let call = self.book.get_mut(id).filter(|call| call.stage == Stage::Ringing)?;
        call.stage = Stage::Accepted;
        let (rings_until, request) = (call.rings_until, std::mem::take(&mut call.request));
        let kept_for = call.kept_for.take();
        let callee = call.callee.clone();
        self.stop_ringing(&callee, id);
        Some((rings_until, request, kept_for))
    }

    pub(super) fn remove(&mut self, id: &CallId) -> Option<Call> {
        let call = self.book.remove(id)?;
        if call.stage == Stage::Ringing {
            self.stop_ringing(&call.callee, id);
        }
        Some(call)
    }

    fn stop_ringing(&mut self, callee: &UserId, id: &CallId) {
        let Some(ringing) = self.ringing_at.get_mut(callee) else { return };
        ringing.retain(|it| it != id);
        if ringing.is_empty() {
            self.ringing_at.remove(callee);
        }
    }
}

impl Index<&CallId> for Calls {
    type Output = Call;

    fn index(&self, id: &CallId) -> &Call {
        &self.book[id]
    }
}
