//! Acts of people on the demo page, and their view of a call.

use serde_json::json;

use crate::page::Page;

/// Decoded frames that show that a picture moves.
const MOVING: u64 = 10;

impl Page {
    /// Calls somebody out of the list of people.
    pub(crate) async fn calls(&self, user: &str) {
        self.presses(&format!("call-{user}")).await;
    }

    /// Takes the call that rings, as soon as one does.
    pub(crate) async fn accepts(&self) {
        self.presses("accept").await;
    }

    pub(crate) async fn hangs_up(&self) {
        self.presses("hang-up").await;
    }

    pub(crate) async fn says(&self, text: &str) {
        self.writes("chat-input", text).await;
        self.presses("chat-send").await;
    }

    /// Waits for the state of the call: `idle`, `calling`, `incoming`, `connecting`, `connected`
    /// or `ended`.
    pub(crate) async fn call_is(&self, state: &str) {
        self.sees(&format!("seen.part('call-state')?.dataset.state === {}", json!(state))).await;
    }

    /// Waits until the call is connected and the other's picture moves.
    pub(crate) async fn is_in_a_call(&self) {
        self.call_is("connected").await;
        self.sees("seen.part('remote-video').checkVisibility()").await;
        self.sees_the_other_move().await;
    }

    /// Waits until more frames of the other's picture have been decoded than now.
    pub(crate) async fn sees_the_other_move(&self) {
        let now = self.value("seen.framesDecoded()").await.as_u64().unwrap();
        self.sees(&format!("await seen.framesDecoded() >= {}", now + MOVING)).await;
    }

    /// Waits until the call has ended with these words and nothing of it is left.
    pub(crate) async fn call_ends(&self, words: &str) {
        self.call_is("ended").await;
        self.reads("call-words", words).await;
        self.sees("seen.cleared()").await;
    }
}
