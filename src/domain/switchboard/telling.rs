//! Telling a window's changes of presence, in slices.
//!
//! A window's changes may concern everybody: those who are told names, and the watchers of each
//! user who changed. A step tells a part of them; the next step goes on where it ended. The next
//! window is not told before the last one has been told to all.

use std::collections::HashMap;
use std::time::Instant;

use bytestring::ByteString;

use super::Switchboard;
use super::slices::{LOOKS_A_FRAME, SLICE};
use crate::domain::agenda::Due;
use crate::domain::presence::{Changes, Known, Naming, News, TOTAL_EVERY, Telling};
use crate::domain::session::View;
use crate::domain::{Effect, Handle};
use crate::protocol::UserId;

/// Frames of a piece of the changes. Nearly all users know the same, so nearly all share one frame.
type Frames = HashMap<(u64, bool), Option<ByteString>>;

impl<C: Handle> Switchboard<C> {
    /// Begins to tell the changes of this window: by name to those who know names, to watchers
    /// what they watch. Past the limit everybody is told numbers from now on.
    pub(super) fn tell_changes(&mut self, now: Instant) {
        if self.presence.telling.is_some() {
            // Due once more when this is told.
            return;
        }
        let until = self.presence.noted();
        let names = (self.presence.named > 0).then(|| {
            let news = match self.registry.len() > self.config.presence_limit {
                true => self.stop_naming(now),
                false => News::Changes,
            };
            let until = self.presence.end_of_piece(self.presence.forgotten(), until);
            Naming { news, until, after: None }
        });
        self.presence.telling = Some(Telling {
            until,
            names,
            watched: self.presence.take_watched_changes(),
            watcher: None,
        });
        self.presence.changes_from = Some(now + self.presence.window());
    }

    /// Names are told no more. So everybody must know at once that its list is over, or when its
    /// turn comes if numbers have just been told.
    fn stop_naming(&mut self, now: Instant) -> News {
        let is_late_enough = self.presence.total_from.is_none_or(|from| from < now);
        if is_late_enough {
            self.presence.total_from = Some(now + TOTAL_EVERY);
        }
        self.plan_totals(now);
        if is_late_enough { News::Total } else { News::Nothing }
    }

    /// Tells the next of those who are to be told. Whether anything was left to tell.
    pub(super) fn go_on_telling(&mut self, now: Instant, effects: &mut Vec<Effect<C>>) -> bool {
        let Some(mut telling) = self.presence.telling.take() else { return false };
        if let Some(naming) = telling.names.take() {
            let (news, told) = (naming.news, naming.until);
            telling.names = self.tell_named(naming, effects).or_else(|| {
                let is_over = news != News::Changes || told >= telling.until;
                let until = self.presence.end_of_piece(told, telling.until);
                (!is_over).then_some(Naming { news, until, after: None })
            });
        } else if let Some(watched) = telling.watched.first().cloned() {
            // Its watchers may have gone meanwhile.
            self.looks += 1;
            let after = telling.watcher.take();
            telling.watcher = self.tell_watchers(&watched, after, telling.until, effects);
            if telling.watcher.is_none() {
                telling.watched.pop_first();
            }
        } else {
            let forgotten = self.presence.forget(telling.until, SLICE * LOOKS_A_FRAME);
            self.looks += forgotten;
            if forgotten < SLICE * LOOKS_A_FRAME {
                self.plan_next_telling(now);
                return true;
            }
        }
        self.presence.telling = Some(telling);
        true
    }

    fn plan_next_telling(&mut self, now: Instant) {
        if self.presence.has_changes() {
            let changes_at = self.presence.changes_from.map_or(now, |from| from.max(now));
            self.agenda.put(changes_at, Due::Presence);
        }
    }

    /// Tells the next of those who are told names. Returns how far it came, if there may be more.
    fn tell_named(&mut self, naming: Naming, effects: &mut Vec<Effect<C>>) -> Option<Naming> {
        let users = self.registry.after(naming.after.as_ref(), SLICE);
        if users.is_empty() {
            return None;
        }
        let mut frames = Frames::default();
        let mut last = None;
        for user in users {
            let is_told = match naming.news {
                News::Changes => self.tell_piece(&user, naming.until, &mut frames, effects),
                News::Total | News::Nothing => {
                    self.name_no_more(&user, naming.news, effects);
                    true
                }
            };
            if is_told {
                last = Some(user);
            }
            if self.is_spent(effects) {
                break;
            }
        }
        Some(Naming { after: last.or(naming.after), ..naming })
    }

    /// Tells a user who is told names the changes before `until`. Returns `false` if this step has no room
    /// for comparing the user with these.
    fn tell_piece(
        &mut self,
        user: &UserId,
        until: u64,
        frames: &mut Frames,
        effects: &mut Vec<Effect<C>>,
    ) -> bool {
        let view = self.registry.session(user).map(|session| session.view);
        let Some(View::Names(known)) = view else {
            self.looks += 1;
            return true;
        };
        let key = (known.told, known.has_looked());
        let looks = match frames.contains_key(&key) {
            true => 0,
            false => self.presence.untold_before(known, until),
        };
        if !self.takes(1 + looks, effects) {
            return false;
        }
        let frame = frames.entry(key).or_insert_with(|| {
            let changes = self.presence.changes_after(known, until);
            (!changes.is_empty()).then(|| self.by_name(changes, None).encode())
        });
        let frame = frame.clone();
        if let Some(session) = self.registry.session_mut(user) {
            // It may have come since, and know more than is told now.
            session.view = View::Names(Known { told: until.max(known.told), ..known });
        }
        if let Some(frame) = frame {
            self.show_frame(user, frame, effects);
        }
        true
    }

    /// Tells a user who was told names that its list is over.
    fn name_no_more(&mut self, user: &UserId, news: News, effects: &mut Vec<Effect<C>>) {
        self.looks += 1;
        let Some(session) = self.registry.session_mut(user) else { return };
        let View::Names(_) = session.view else { return };
        session.view = View::Total { told: None };
        self.presence.named -= 1;
        if news == News::Total {
            self.tell_total(vec![user.clone()], effects);
        }
    }

    /// Tells the next watchers of a user who changed, each all its news at once. Returns the last
    /// one, if there may be more.
    fn tell_watchers(
        &mut self,
        watched: &UserId,
        after: Option<UserId>,
        until: u64,
        effects: &mut Vec<Effect<C>>,
    ) -> Option<UserId> {
        // Watchers of the same users are told the same, and share one frame.
        let mut frames: HashMap<Changes, ByteString> = HashMap::new();
        let mut last = None;
        for watcher in self.presence.watchers_after(watched, after.as_ref(), SLICE) {
            self.looks += 1;
            let news = self.news_of(&watcher, until);
            if let Some(news) = news {
                let frame = frames
                    .entry(news)
                    .or_insert_with_key(|news| self.by_name(news.clone(), None).encode());
                let frame = frame.clone();
                self.show_frame(&watcher, frame, effects);
            }
            last = Some(watcher);
            if self.is_spent(effects) {
                break;
            }
        }
        last
    }

    /// All that the watcher does not know yet of those whom it watches. It knows from now on. `None`
    /// where there is nothing, or where it is told by name.
    fn news_of(&mut self, watcher: &UserId, until: u64) -> Option<Changes> {
        let noted = self.presence.noted();
        let session = self.registry.session_mut(watcher)?;
        if session.compared >= until {
            return None;
        }
        session.compared = noted;
        let mut watching = std::mem::take(&mut session.watching);
        self.looks += watching.len();
        let mut news = Changes::default();
        for (user, told) in &mut watching {
            let online = self.registry.session(user).is_some();
            if online != std::mem::replace(told, online) {
                news.add(user, online);
            }
        }
        let session = self.registry.session_mut(watcher)?;
        session.watching = watching;
        let is_told = !matches!(session.view, View::Names(_)) && !news.is_empty();
        is_told.then_some(news)
    }
}
