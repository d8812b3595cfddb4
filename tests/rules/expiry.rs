//! Access tokens expire, and are refreshed.

use serde_json::json;
use switchboard::config::DuplicateLogin;
use switchboard::domain::{Login, Parting, Permissions};
use switchboard::protocol::UserId;

use crate::harness::{Board, NOTHING, error, only, secs, types};

fn everything() -> Permissions {
    Permissions::default()
}

fn counting(user: &str) -> Login {
    Login { received: Some(0), ..Login::fresh(UserId::parse(user).unwrap()) }
}

#[test]
fn a_socket_whose_token_expires_is_closed_with_4401_at_that_time() {
    let mut board = Board::with_tokens();
    board.logs_in_granted("ana", secs(60), everything());

    board.passes(secs(59));
    assert_eq!(board.closed("ana"), None);

    board.passes(secs(1));
    assert_eq!(board.closed("ana"), Some(4401));
    assert_eq!(board.census().counts.tokens_expired, 1);
    assert_eq!(board.census().users, 0, "a session that does not count ends with its socket");
}

#[test]
fn a_session_that_counts_outlives_the_expiry_and_is_resumed_with_a_fresh_token() {
    let mut board = Board::with_tokens();
    board.logs_in_granted("bo", secs(1000), everything());
    board.knocks_granted(counting("ana"), secs(60), everything());
    board.settle();
    board.passes(secs(60));
    assert_eq!(board.closed("ana"), Some(4401));
    board.says("bo", json!({"type": "message", "to": "ana", "data": 1}));

    board.resumes_granted("ana", secs(60), everything());

    let heard = board.hears("ana");
    assert_eq!(heard[0]["resumed"], true);
    assert_eq!(types(&heard), ["registered", "message", "client-list"]);
    board.passes(secs(59));
    assert_eq!(board.closed("ana"), None);
    board.passes(secs(1));
    assert_eq!(board.closed("ana"), Some(4401));
}

#[test]
fn a_token_that_expires_while_the_session_waits_changes_nothing() {
    let mut board = Board::with_tokens();
    board.knocks_granted(counting("ana"), secs(10), everything());
    board.goes("ana");

    board.passes(secs(20));

    assert_eq!(board.census().counts.tokens_expired, 0);
    board.resumes_granted("ana", secs(60), everything());
    assert_eq!(board.hears("ana")[0]["resumed"], true);
    assert_eq!(board.closed("ana"), None);
}

#[test]
fn a_token_that_is_refreshed_in_time_keeps_the_socket_for_as_long_as_the_fresh_one_lasts() {
    let mut board = Board::with_tokens();
    board.logs_in_granted("ana", secs(60), everything());
    board.settle();
    board.passes(secs(8));
    board.issues("fresh", "ana", secs(100), everything());

    board.refreshes("ana", "fresh");

    let answer = json!({"type": "refreshed", "ref": "t", "expires": 100_000});
    assert_eq!(board.hears_one("ana"), answer);
    board.passes(secs(99));
    assert_eq!(board.closed("ana"), None);
    board.passes(secs(1));
    assert_eq!(board.closed("ana"), Some(4401));
}

#[test]
fn a_fresh_token_that_is_over_sooner_counts_as_well() {
    let mut board = Board::with_tokens();
    board.logs_in_granted("ana", secs(1000), everything());
    board.issues("short", "ana", secs(5), everything());

    board.refreshes("ana", "short");
    board.passes(secs(5));

    assert_eq!(board.closed("ana"), Some(4401));
}

#[test]
fn a_refresh_with_a_refused_token_is_answered_and_the_old_one_stays_in_force() {
    let mut board = Board::with_tokens();
    board.logs_in_granted("ana", secs(60), everything());
    board.settle();

    board.refreshes("ana", "made up");

    let refused = json!({"type": "error", "code": "bad-token", "ref": "t"});
    assert_eq!(error(board.hears_one("ana")), refused);
    assert_eq!(board.census().counts.refused_refreshes, 1);
    board.passes(secs(57));
    assert_eq!(board.closed("ana"), None);
    board.passes(secs(1));
    assert_eq!(board.closed("ana"), Some(4401));
}

#[test]
fn a_refresh_with_the_token_of_another_user_is_refused() {
    let mut board = Board::with_tokens();
    board.logs_in_granted("ana", secs(60), everything());
    board.settle();
    board.issues("bo's", "bo", secs(1000), everything());

    board.refreshes("ana", "bo's");

    let refused = json!({"type": "error", "code": "bad-token", "ref": "t"});
    assert_eq!(error(board.hears_one("ana")), refused);
    board.passes(secs(58));
    assert_eq!(board.closed("ana"), Some(4401));
}

#[test]
fn without_tokens_there_is_nothing_to_refresh() {
    let mut board = Board::of(["ana"]);

    board.refreshes("ana", "any");

    let refused = json!({"type": "error", "code": "not-permitted", "ref": "t"});
    assert_eq!(error(board.hears_one("ana")), refused);
}

#[test]
fn a_refresh_costs_ten_messages_of_the_rate() {
    let mut board = Board::with(|config| {
        config.auth = switchboard::config::AuthMode::Jwt;
        (config.rate, config.burst) = (1, 20);
    });
    board.logs_in_granted("ana", secs(600), everything());
    board.settle();
    board.issues("fresh", "ana", secs(600), everything());

    for _ in 0..3 {
        board.refreshes("ana", "fresh");
    }

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["refreshed", "refreshed", "error"]);
    assert_eq!(heard[2]["code"], "rate-limited");
}

#[test]
fn a_refresh_over_a_socket_that_was_replaced_changes_nothing() {
    let mut board = Board::with_tokens();
    let old = board.logs_in_granted("ana", secs(60), everything());
    board.logs_in_granted("ana", secs(60), everything());
    board.settle();
    board.issues("fresh", "ana", secs(1000), everything());

    board.says_over(&old, r#"{"type":"refresh","token":"fresh"}"#);

    assert_eq!(board.hears("ana"), NOTHING);
    board.passes(secs(58));
    assert_eq!(board.closed("ana"), Some(4401));
}

#[test]
fn who_replaces_a_session_brings_its_own_time() {
    let mut board = Board::with_tokens();
    let old = board.logs_in_granted("ana", secs(60), everything());
    board.logs_in_granted("ana", secs(600), everything());

    board.passes(secs(599));
    assert_eq!((board.closed_over(&old), board.closed("ana")), (Some(4509), None));
    board.passes(secs(1));
    assert_eq!(board.closed("ana"), Some(4401));
}

#[test]
fn nothing_stays_due_of_a_user_who_is_gone() {
    let mut board = Board::with_tokens();
    let socket = board.logs_in_granted("ana", secs(3600), everything());
    board.settle();
    assert!(board.has_something_due());

    board.ends(&socket, Parting::Goodbye);
    board.settle();

    assert!(!board.has_something_due(), "a token outlives its session");
}

#[test]
fn a_fresh_token_takes_the_limits_of_the_old_one_away() {
    let mut board = Board::with_tokens();
    let nobody = Permissions { call: only([]), ..everything() };
    board.logs_in_granted("ana", secs(60), nobody);
    board.logs_in_granted("bo", secs(60), everything());
    board.settle();
    board.issues("fresh", "ana", secs(60), everything());

    board.says("ana", json!({"type": "message", "to": "bo", "data": 1}));
    board.refreshes("ana", "fresh");
    board.says("ana", json!({"type": "message", "to": "bo", "data": 2}));

    assert_eq!(types(&board.hears("ana")), ["error", "refreshed"]);
    assert_eq!(board.hears_one("bo")["data"], 2);
}

#[test]
fn a_token_that_expires_before_its_client_has_shown_that_it_is_there_takes_nobodys_place() {
    let mut board = Board::with_tokens();
    board.logs_in_granted("ana", secs(1000), everything());
    let holder = board.socket("ana");
    let grant = Some(board.grant(secs(2), everything()));
    let login = Login { grant, ..Login::fresh(UserId::parse("ana").unwrap()) };
    let late = board.knocks_unseen(login);
    board.passes(secs(3));

    board.proves(&late);

    assert_eq!(board.closed_over(&late), Some(4401));
    assert_eq!(types(&board.hears_over(&late)), ["error"]);
    assert_eq!(board.closed_over(&holder), None);
    assert_eq!(board.census().counts.replaced, 0);
}

#[test]
fn a_token_that_expires_while_the_holder_is_asked_leaves_the_name_with_the_holder() {
    let mut board =
        Board::with_tokens_where(|config| config.duplicate_login = DuplicateLogin::Reject);
    board.logs_in_granted("ana", secs(1000), everything());
    let holder = board.socket("ana");
    let late = board.logs_in_granted("ana", secs(3), everything());

    board.passes(secs(6));
    board.shows_life(&holder);

    assert_eq!(board.closed_over(&late), Some(4401));
    assert_eq!(board.closed_over(&holder), None);
    assert_eq!(board.census().users, 1);
}
