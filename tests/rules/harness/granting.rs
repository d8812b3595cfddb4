//! Clients with access tokens.

use std::time::Duration;

use serde_json::json;
use switchboard::config::{AuthMode, Config};
use switchboard::domain::{Grant, Login, Permissions, Scope, Verified};
use switchboard::protocol::UserId;

use super::{Board, Socket};

/// These names and no others.
pub fn only<const N: usize>(names: [&str; N]) -> Scope {
    Scope::of(&names).unwrap()
}

/// Sentences about clients with access tokens.
impl Board {
    /// A board that asks for access tokens.
    pub fn with_tokens() -> Self {
        Self::with_tokens_where(|_| ())
    }

    pub fn with_tokens_where(change: impl FnOnce(&mut Config)) -> Self {
        Self::with(|config| {
            config.auth = AuthMode::Jwt;
            change(config);
        })
    }

    pub fn grant(&self, lasts: Duration, permissions: Permissions) -> Box<Grant> {
        Box::new(Grant { expires: self.now + lasts, permissions })
    }

    /// Knocks with a token that is good for so long.
    pub fn knocks_granted(
        &mut self,
        login: Login,
        lasts: Duration,
        permissions: Permissions,
    ) -> Socket {
        let grant = Some(self.grant(lasts, permissions));
        self.knocks_with(Login { grant, ..login })
    }

    /// A fresh login that may do just this.
    pub fn logs_in_granted(
        &mut self,
        user: &str,
        lasts: Duration,
        permissions: Permissions,
    ) -> Socket {
        let login = Login::fresh(UserId::parse(user).unwrap());
        self.knocks_granted(login, lasts, permissions)
    }

    /// Resumes with another token, and all that was sent to the user so far.
    pub fn resumes_granted(
        &mut self,
        user: &str,
        lasts: Duration,
        permissions: Permissions,
    ) -> Socket {
        let login = self.login(user, self.received(user), &self.token(user));
        self.knocks_granted(login, lasts, permissions)
    }

    /// From now on this is a token of that user, good for so long from now.
    pub fn issues(&mut self, token: &str, user: &str, lasts: Duration, permissions: Permissions) {
        let user = UserId::parse(user).unwrap();
        let grant = self.grant(lasts, permissions);
        self.tokens.insert(token.into(), Verified { user, grant });
    }

    /// The rooms that the user is in.
    #[must_use]
    pub fn rooms(&self, user: &str) -> Vec<String> {
        let users = self.rules.snapshot().users;
        let rooms = users.into_iter().find(|it| it.0.as_str() == user).map(|it| it.3);
        rooms.unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    /// Brings another token over the user's newest socket.
    pub fn refreshes(&mut self, user: &str, token: &str) {
        self.says(user, json!({"type": "refresh", "id": "t", "token": token}));
    }
}
