//! People whose pages are made with the client library: how a test gets at them.

use std::net::SocketAddr;
use std::rc::Rc;

use futures_util::future::join;
use serde_json::json;

use crate::demo::Demo;
use crate::page::Page;

/// So many more frames, decoded, show that a picture moves.
const MOVING: u64 = 10;
/// Longer than any two frames are apart on a busy machine, and far shorter than another connection takes; ms.
const PAUSE: f64 = 2500.0;

impl Demo {
    /// A bare page of the server, with the library on it and a user connected.
    pub(crate) async fn app_user(&self, user: &str) -> Rc<Page> {
        self.app_user_at(self.address, user).await
    }

    /// The same with another address for the server.
    pub(crate) async fn app_user_at(&self, address: SocketAddr, user: &str) -> Rc<Page> {
        self.app_user_with(address, user, "{}").await
    }

    /// The same with options of `connect`, as an expression.
    pub(crate) async fn app_user_with(
        &self,
        address: SocketAddr,
        user: &str,
        options: &str,
    ) -> Rc<Page> {
        let page = self.app_page(&format!("http://{address}/healthz")).await;
        page.starts_the_library_with(user, options).await;
        page
    }

    pub(crate) async fn two_app_users(&self) -> (Rc<Page>, Rc<Page>) {
        join(self.app_user("ana"), self.app_user("bo")).await
    }

    /// Two of them in a call: ana has called bo, and the pictures flow.
    pub(crate) async fn two_in_a_library_call(&self) -> (Rc<Page>, Rc<Page>) {
        let (ana, bo) = self.two_app_users().await;
        in_a_call(&ana, &bo).await;
        (ana, bo)
    }
}

/// Ana calls bo, and the pictures flow.
pub(crate) async fn in_a_call(ana: &Page, bo: &Page) {
    ana.value("lab.rings('bo')").await;
    bo.picks_up().await;
    ana.sees_moving().await;
    bo.sees_moving().await;
}

impl Page {
    pub(crate) async fn starts_the_library(&self, user: &str) {
        self.starts_the_library_with(user, "{}").await;
    }

    pub(crate) async fn starts_the_library_with(&self, user: &str, options: &str) {
        self.loads_the_lab().await;
        self.value(&format!("await lab.start({}, {options})", json!(user))).await;
    }

    /// Makes `lab` of the page, by which a test uses the library.
    pub(crate) async fn loads_the_lab(&self) {
        self.driver.execute(include_str!("lab.js"), []).await.unwrap();
    }

    /// Waits for a call and takes it.
    pub(crate) async fn picks_up(&self) {
        self.sees("lab.heard.calls.some((it) => it.state === 'ringing')").await;
        self.value("await lab.accept()").await;
    }

    /// Waits until the call is connected and more frames of the other's picture are decoded than now.
    pub(crate) async fn sees_moving(&self) {
        self.sees("lab.call.state === 'connected'").await;
        let now = self.value("await lab.frames()").await.as_u64().unwrap();
        self.sees(&format!("await lab.frames() >= {}", now + MOVING)).await;
    }

    /// Waits until the call has ended so, and camera and microphone are given back.
    pub(crate) async fn sees_call_end(&self, reason: &str) {
        self.sees("lab.call.state === 'ended'").await;
        assert_eq!(self.value("lab.call.reason").await, reason);
        self.sees("lab.me.currentCall === null && lab.tidy()").await;
    }

    /// Waits until the pictures of so many members of its room have moved since the last look.
    pub(crate) async fn sees_members_moving(&self, members: usize) {
        // Counted from now on, so that nothing of before is taken for a movement.
        self.sees(&format!("await lab.roomMoves({members})")).await;
        self.sees(&format!("await lab.roomMoves({members})")).await;
    }

    /// No picture that is watched has stood still for as long as a new connection takes.
    pub(crate) async fn never_stopped_moving(&self) {
        let pause = self.value("lab.longestPause").await.as_f64().unwrap();
        assert!(pause < PAUSE, "a picture stood still for {pause} ms");
    }

    /// Nothing has failed without anybody waiting for it.
    pub(crate) async fn has_heard_of_no_error(&self) {
        assert_eq!(self.value("lab.heard.errors").await, json!([]));
    }
}
