//! Coming back to a session: what the client gets, and what goes on as if nothing had been.

use serde_json::json;
use switchboard::domain::KEPT_COST;

use crate::harness::{Board, NOTHING, secs, types};

fn board() -> Board {
    Board::new().and_counting(["ana", "bo"])
}

#[test]
fn who_counts_gets_a_resume_token_and_the_resume_window() {
    let mut board = Board::new();

    board.logs_in_counting("ana");

    let registered = board.hears("ana").remove(0);
    assert_eq!(registered["resumeWindow"], 30_000);
    assert_eq!(registered["resumed"], false);
    assert_eq!(registered["received"], 0);
    let token = registered["resumeToken"].as_str().unwrap();
    let is_base64url = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    assert!(token.len() == 22 && token.chars().all(is_base64url), "128 bits are not {token}");
}

#[test]
fn who_does_not_count_gets_neither_and_its_session_ends_with_its_socket() {
    let mut board = Board::new().and_counting(["bo"]);
    board.logs_in("ana");
    let registered = board.hears("ana").remove(0);
    assert_eq!(registered.get("resumeToken"), None);
    assert_eq!(registered.get("resumeWindow"), None);

    board.goes("ana");

    let census = board.census();
    assert_eq!((census.users, census.waiting), (1, 0));
}

#[test]
fn every_session_has_a_token_of_its_own_and_keeps_it() {
    let mut board = board();
    let (of_ana, of_bo) = (board.token("ana"), board.token("bo"));
    assert_ne!(of_ana, of_bo);

    board.goes("ana");
    board.resumes("ana");
    assert_eq!(board.token("ana"), of_ana);

    board.logs_in_counting("ana");
    assert_ne!(board.token("ana"), of_ana);
}

#[test]
fn a_resume_is_answered_with_the_same_session_and_the_count_of_the_server() {
    let mut board = Board::new();
    board.logs_in_counting("ana");
    let before = board.hears("ana").remove(0);
    board.says("ana", json!({"type": "join", "room": "den"}));
    board.says("ana", json!({"type": "nonsense"}));
    board.goes("ana");

    board.resumes("ana");

    let registered = board.hears("ana").remove(0);
    assert_eq!(registered["resumed"], true);
    assert_eq!(registered["received"], 2);
    assert_eq!(registered["rooms"], json!(["den"]));
    for same in ["userId", "sessionId", "resumeToken", "resumeWindow"] {
        assert_eq!(registered[same], before[same], "{same}");
    }
}

#[test]
fn without_a_user_id_the_user_of_the_session_is_meant() {
    let mut board = board();
    board.goes("ana");
    let login =
        switchboard::domain::Login { user: None, ..board.login("ana", 0, &board.token("ana")) };

    let socket = board.knocks_with(login);

    let registered = board.hears_over(&socket).remove(0);
    assert_eq!(registered["userId"], "ana");
    assert_eq!(registered["resumed"], true);
}

#[test]
fn what_was_missed_is_replayed_in_order_and_then_comes_the_list() {
    let mut board = board();
    board.writes("bo", "ana", "m1");
    board.goes("ana");
    board.writes("bo", "ana", "m2");
    board.says("bo", json!({"type": "offer", "to": "ana", "data": "m3"}));

    board.resumes_having("ana", 0);

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["registered", "message", "message", "offer", "client-list"]);
    let data: Vec<_> = heard[1..4].iter().map(|message| &message["data"]).collect();
    assert_eq!(data, ["m1", "m2", "m3"]);
}

#[test]
fn what_the_client_has_counted_is_not_sent_again() {
    let mut board = board();
    board.writes("bo", "ana", "m1");
    board.writes("bo", "ana", "m2");
    board.goes("ana");

    board.resumes_having("ana", 1);

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["registered", "message", "client-list"]);
    assert_eq!(heard[1]["data"], "m2");
}

#[test]
fn a_replay_is_not_new_and_counts_once() {
    let mut board = board();
    board.writes("bo", "ana", "m1");
    for _ in 0..3 {
        board.goes("ana");
        board.resumes_having("ana", 0);
    }
    board.writes("bo", "ana", "m2");

    board.acks_to("ana", 2);

    assert_eq!(types(&board.hears("bo")), ["delivered", "delivered"]);
    let verdicts = board.frames("bo").iter().rev().take(2).map(|it| it.len() + KEPT_COST);
    assert_eq!(board.census().kept_bytes, verdicts.sum::<usize>());
}

#[test]
fn states_are_not_kept_but_told_anew() {
    let mut board = board();
    board.says("ana", json!({"type": "watch", "users": ["bo", "cy"]}));
    board.settle();
    board.goes("ana");
    board.logs_in("cy");
    board.says("ana", json!({"type": "ping"}));
    board.passes(secs(2));

    board.resumes("ana");

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["registered", "client-list", "presence"]);
    assert_eq!(heard[1]["clients"], json!(["bo", "cy"]));
    assert_eq!(heard[2]["online"], json!(["bo", "cy"]));
    board.passes(secs(2));
    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn news_are_told_again_after_a_resume() {
    let mut board = board();
    board.goes("ana");
    board.resumes("ana");
    board.settle();

    board.logs_in("cy");
    board.passes(secs(2));

    assert_eq!(board.hears_one("ana")["online"], json!(["cy"]));
}

#[test]
fn a_resume_goes_on_where_it_was() {
    let mut board = board();
    board.joins(["ana", "bo"], "den");
    let call = board.connects("ana", "bo");
    board.acks("ana");
    board.goes("ana");
    let received = board.received("ana");

    board.resumes("ana");

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["registered", "client-list"]);
    assert_eq!(heard[0]["calls"], json!([call]));
    assert_eq!(heard[0]["rooms"], json!(["den"]));
    assert_eq!(board.received("ana"), received);
    board.says(
        "ana",
        json!({"type": "offer", "to": "bo", "callId": call, "room": "den", "data": 1}),
    );
    assert_eq!(board.hears("bo").last().unwrap()["type"], "offer");
}

#[test]
fn the_bucket_survives_a_resume() {
    let mut board =
        Board::with(|config| (config.rate, config.burst) = (1, 2)).and_counting(["ana"]);
    board.passes(secs(10));
    board.says("ana", json!({"type": "join", "room": "a"}));
    board.says("ana", json!({"type": "join", "room": "b"}));
    board.goes("ana");
    board.resumes("ana");

    board.says("ana", json!({"type": "join", "room": "c"}));

    assert_eq!(board.hears("ana").last().unwrap()["code"], "rate-limited");
}

#[test]
fn where_presence_is_off_a_resume_shows_no_list() {
    let off = |config: &mut switchboard::config::Config| {
        config.presence = switchboard::config::PresenceMode::Off;
    };
    let mut board = Board::with(off).and_counting(["ana"]);
    board.goes("ana");

    board.resumes("ana");

    assert_eq!(types(&board.hears("ana")), ["registered"]);
}

#[test]
fn everybody_is_there_all_the_time_for_the_others() {
    let mut board = board().and(["cy"]);
    board.says("cy", json!({"type": "watch", "users": ["ana"]}));
    board.settle();

    board.goes("ana");
    board.passes(secs(29));
    board.resumes("ana");
    board.passes(secs(29));

    assert_eq!(board.hears("cy"), NOTHING);
    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn a_client_may_come_back_any_number_of_times_each_within_the_window() {
    let mut board = board();
    for _ in 0..20 {
        board.goes("ana");
        board.passes(secs(29));
        board.resumes("ana");
        assert_eq!(board.hears("ana")[0]["resumed"], true);
    }
    assert_eq!(board.census().counts.resumed, 20);
}
