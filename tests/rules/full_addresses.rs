//! How much may wait for the users of one address, and for a client that does not acknowledge.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value, json};
use switchboard::domain::{Backlog, KEPT_COST, Login, Parting};
use switchboard::protocol::UserId;

use crate::harness::{Board, NOTHING, error, secs, types};

const CROWD: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

/// Bytes that wait on the node; an eighth of it is the part of an address.
const TOTAL: usize = 80_000;
const PART: usize = TOTAL / 8;
/// Bytes of the data of [`long`].
const LONG: usize = 1000;

fn login(user: &str, address: IpAddr) -> Login {
    Login {
        address: Some(address),
        received: Some(0),
        ..Login::fresh(UserId::parse(user).unwrap())
    }
}

/// `c0` to `c19` are of one address, `ana` and `bo` of another; what is sent to `eve` is not kept.
fn board() -> Board {
    board_of(0)
}

fn board_of(address_rate: u32) -> Board {
    let mut board = Board::with(|config| {
        (config.queue_messages, config.queue_bytes, config.queue_total) = (16, 2000, TOTAL);
        (config.rate, config.address_rate) = (0, address_rate);
    });
    for n in 0..20 {
        board.knocks_with(login(&format!("c{n}"), CROWD));
    }
    for user in ["ana", "bo"] {
        board.knocks_with(login(user, HOME));
    }
    board.logs_in("eve");
    board.settle();
    board
}

fn long(to: &str) -> Value {
    json!({"type": "message", "id": "long", "to": to, "data": "x".repeat(LONG)})
}

/// The users of the crowd are sent as much as is taken, and acknowledge nothing. Returns how many
/// messages were taken.
fn fill(board: &mut Board) -> usize {
    let taken = |n| {
        board.says("eve", long(&format!("c{n}")));
        board.hears("eve").is_empty()
    };
    (0..20).map(taken).filter(|taken| *taken).count()
}

fn queue_full(to: &str) -> Value {
    json!({"type": "error", "code": "queue-full", "ref": "long", "to": to})
}

#[test]
fn users_of_one_address_take_an_eighth_of_queue_total_and_others_are_not_refused() {
    for address_rate in [0, 5000] {
        let mut board = board_of(address_rate);
        let taken = fill(&mut board);
        assert_eq!(taken, PART / (LONG + KEPT_COST + 43), "{address_rate}");
        let kept = board.census().kept_bytes;
        assert!(kept <= PART, "{kept}");

        board.says("ana", long("bo"));
        board.says("bo", long("ana"));

        assert_eq!(types(&board.hears("ana")), ["message"]);
        assert_eq!(types(&board.hears("bo")), ["message"]);
    }
}

#[test]
fn who_writes_to_a_full_address_is_told_which_receiver_is_behind() {
    let mut board = board();
    fill(&mut board);

    board.says("ana", long("c19"));

    assert_eq!(error(board.hears_one("ana")), queue_full("c19"));
    assert_eq!(board.closed("c19"), None);
    assert_eq!(board.census().counts.limits.node_full, 0);
}

#[test]
fn an_acknowledgement_makes_room_for_others_of_the_address() {
    let mut board = board();
    fill(&mut board);

    board.acks("c0");
    board.says("ana", long("c19"));

    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn a_session_that_ends_makes_room_however_it_ends() {
    let ends: [fn(&mut Board); 4] = [
        |board| board.ends(&board.socket("c0"), Parting::Goodbye),
        |board| drop(board.knocks_with(login("c0", CROWD))),
        |board| {
            board.goes("c0");
            board.passes(secs(90));
        },
        |board| {
            board.goes("c0");
            let resumes = board.login("c0", board.received("c0"), &board.token("c0"));
            board.knocks_with(Login { address: Some(CROWD), ..resumes });
        },
    ];
    for end in ends {
        let mut board = board();
        fill(&mut board);

        end(&mut board);
        board.says("ana", long("c19"));

        assert!(!types(&board.hears("ana")).contains(&"error"));
        assert_eq!(board.census().counts.limits.queue_full, 13);
    }
}

#[test]
fn what_is_kept_moves_with_its_session_to_another_address() {
    let mut board = board();
    fill(&mut board);
    board.goes("c0");
    let resumes = board.login("c0", 0, &board.token("c0"));

    board.knocks_with(Login { address: Some(HOME), ..resumes });
    board.says("ana", long("c19"));
    assert_eq!(board.hears("ana"), NOTHING, "one has gone");
    drop(board.hears("c19"));

    board.says("ana", long("c18"));
    assert_eq!(error(board.hears_one("ana")), queue_full("c18"));
    board.goes("c0");
    let resumes = board.login("c0", board.received("c0"), &board.token("c0"));
    board.knocks_with(Login { address: Some(CROWD), ..resumes });
    board.says("ana", long("c18"));
    assert_eq!(error(board.hears_one("ana")), queue_full("c18"), "it has taken nothing along");
}

#[test]
fn what_sockets_of_an_address_have_not_taken_counts_for_it() {
    let mut board = board();
    board.is_behind("c0", Backlog { address_bytes: PART, ..Backlog::default() });

    board.says("ana", long("c0"));

    assert_eq!(error(board.hears_one("ana")), queue_full("c0"));
}

#[test]
fn on_a_full_address_a_session_with_64_messages_of_the_server_under_way_ends_at_the_next() {
    let mut board = Board::with(|config| config.rate = 0);
    board.knocks_with(login("ana", HOME));
    board.is_behind("ana", Backlog { address_bytes: 256 << 20, ..Backlog::default() });
    for _ in 0..64 {
        board.says("ana", json!({"type": "join", "room": "den"}));
    }
    assert_eq!(board.closed("ana"), None);

    board.says("ana", json!({"type": "join", "room": "den"}));

    assert_eq!(board.closed("ana"), Some(4053));
}

#[test]
fn what_callers_send_along_is_kept_on_behalf_of_their_address_while_it_rings() {
    let mut board = board();
    let request = |to: &str| json!({"type": "call-request", "id": "call", "to": to, "data": "x".repeat(LONG)});
    let mut refused = 0;
    for n in 0..20 {
        let caller = format!("c{n}");
        let callee = format!("home-{n}");
        board.knocks_with(login(&callee, HOME));
        board.acks(&callee);
        drop(board.hears(&caller));
        board.says(&caller, request(&callee));
        board.acks(&callee);
        board.acks(&caller);
        refused += board.hears(&caller).iter().filter(|it| it["code"] == "queue-full").count();
    }
    assert!((10..=12).contains(&refused), "{refused}");
    let rings = board.census().ringing;
    assert_eq!(rings, 20 - refused);
    drop(board.hears("c19"));

    board.says("c19", json!({"type": "call-request", "to": "home-19"}));
    assert_eq!(types(&board.hears("c19")), ["call-ringing"], "without anything sent along");
    board.acks("c19");
    let call = board
        .hears("home-0")
        .iter()
        .find_map(|it| it["callId"].as_str().map(ToOwned::to_owned))
        .unwrap();
    board.says("home-0", json!({"type": "call-accept", "callId": call}));
    drop(board.hears("c18"));
    board.acks("c0");
    board.says("c18", request("home-18"));

    assert_eq!(types(&board.hears("c18")), ["call-ringing"], "an accepted call keeps nothing");
    board.passes(secs(60));
    for n in 0..20 {
        board.acks(&format!("c{n}"));
        board.acks(&format!("home-{n}"));
    }
    assert_eq!(board.census().kept_bytes, 0);
}

/// `c0` has had a message for 90 s and was asked whether it is there.
fn asked() -> Board {
    let mut board = board();
    board.says("eve", long("c0"));
    board.passes(secs(89));
    assert_eq!(board.probes(&board.socket("c0")), 0);
    board.passes(secs(1));
    assert_eq!(board.probes(&board.socket("c0")), 1);
    board
}

#[test]
fn a_client_that_is_there_and_does_not_acknowledge_loses_its_session() {
    let mut board = asked();
    board.shows_life(&board.socket("c0"));
    board.passes(secs(9));
    assert_eq!(board.closed("c0"), None);

    board.passes(secs(1));

    assert_eq!(board.closed("c0"), Some(4053));
    assert_eq!(board.census().kept_bytes, 0);
    assert_eq!(board.census().waiting, 0);
}

#[test]
fn a_client_that_acknowledges_late_keeps_its_session() {
    let late: [fn(&mut Board); 2] = [
        |board| board.acks("c0"),
        |board| {
            board.shows_life(&board.socket("c0"));
            board.passes(secs(9));
            board.acks("c0");
        },
    ];
    for acknowledges in late {
        let mut board = asked();
        acknowledges(&mut board);
        for _ in 0..10 {
            board.says("eve", long("c0"));
            board.passes(secs(89));
            board.shows_life(&board.socket("c0"));
            board.acks("c0");
        }

        assert_eq!(board.closed("c0"), None);
    }
}

#[test]
fn a_client_that_is_always_one_message_behind_keeps_its_session() {
    let mut board = board();
    board.says("eve", long("c0"));
    let oldest = board.received("c0");
    for n in 0..20 {
        board.passes(secs(20));
        board.says("eve", json!({"type": "message", "to": "c0", "data": n}));
        board.shows_life(&board.socket("c0"));
        board.acks_to("c0", oldest + n);
    }

    assert_eq!(board.closed("c0"), None);
}

#[test]
fn a_client_whose_network_is_gone_is_left_to_its_heartbeat_and_can_resume() {
    let mut board = asked();
    board.passes(secs(300));
    assert_eq!(board.closed("c0"), None);

    board.goes("c0");
    board.passes(secs(20));
    let resumes = board.login("c0", 0, &board.token("c0"));
    board.knocks_with(Login { address: Some(CROWD), ..resumes });

    assert_eq!(types(&board.hears("c0"))[..2], ["registered", "message"]);
    board.passes(secs(89));
    board.shows_life(&board.socket("c0"));
    board.passes(secs(89));
    assert_eq!(board.closed("c0"), None, "the new socket has its own time");
}

#[test]
fn what_the_socket_has_not_taken_yet_need_not_be_acknowledged() {
    let mut board = board();
    board.says("eve", long("c0"));
    board.is_behind("c0", Backlog { messages: 1, ..Backlog::default() });
    board.passes(secs(300));
    board.shows_life(&board.socket("c0"));
    board.passes(secs(300));

    assert_eq!((board.probes(&board.socket("c0")), board.closed("c0")), (0, None));
}
