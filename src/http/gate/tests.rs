//! Limits of an address and of the node.

use super::*;

fn gate(max_sockets: usize, per_address: usize, pace: u32) -> Arc<Gate> {
    Arc::new(Gate::new(&Config {
        max_sockets,
        max_sockets_per_address: per_address,
        new_sockets_per_address: pace,
        ..Config::default()
    }))
}

fn address(last: u8) -> Client {
    Client { address: [10, 0, 0, last].into(), headers: Headers::Absent }
}

#[test]
fn an_address_is_refused_in_words_at_its_limit_and_turned_away_at_four_times() {
    let gate = gate(0, 2, 0);
    let mut held = Vec::new();
    for n in 0..8 {
        match gate.enter(address(1), Standing::Claimed) {
            Entry::Open(pass) if n < 2 => held.push(pass),
            Entry::Crowded(Unavailable::Address, pass) if n >= 2 => held.push(pass),
            _ => panic!("socket {n}"),
        }
    }
    assert!(matches!(gate.enter(address(1), Standing::Claimed), Entry::TurnedAway(_)));
    assert!(matches!(gate.enter(address(2), Standing::Claimed), Entry::Open(_)));
}

#[test]
fn a_socket_that_ends_makes_room() {
    let gate = gate(1, 0, 0);
    let Entry::Open(first) = gate.enter(address(1), Standing::Claimed) else {
        panic!("the gate is empty")
    };
    assert!(matches!(
        gate.enter(address(2), Standing::Claimed),
        Entry::Crowded(Unavailable::Full, _)
    ));

    drop(first);

    assert!(matches!(gate.enter(address(2), Standing::Claimed), Entry::Open(_)));
    assert!(gate.open().by_address.is_empty());
}

#[test]
fn who_is_refused_gives_its_seat_back_once() {
    let gate = gate(1, 0, 0);
    let Entry::Open(refused) = gate.enter(address(1), Standing::Claimed) else {
        panic!("the gate is empty")
    };

    refused.give_seat_back();

    assert!(matches!(gate.enter(address(2), Standing::Claimed), Entry::Open(_)));
    drop(refused);
    assert_eq!(gate.open().seated, 0);
}

#[test]
fn an_address_that_opens_sockets_too_fast_is_refused_and_then_turned_away() {
    let gate = gate(0, 0, 2);
    let entries: Vec<_> = (0..9).map(|_| gate.enter(address(1), Standing::Claimed)).collect();

    assert!(entries[..2].iter().all(|it| matches!(it, Entry::Open(_))));
    assert!(entries[2..8].iter().all(|it| matches!(it, Entry::TooFast(_))));
    assert!(matches!(entries[8], Entry::TurnedAway(OverFar::NewSockets)));
    let counts = GateCounts { too_fast: 6, turned_away: 1, ..GateCounts::default() };
    assert_eq!(gate.counts(), counts);
    assert_eq!(gate.limits_met()[1], ("new-sockets-per-address", 7));
}
