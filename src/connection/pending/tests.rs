//! Connections that make room, and the rate of handshakes.

use futures_util::FutureExt;

use super::*;

fn pending(max: usize, per_address: usize) -> Pending {
    Pending::new(&Config {
        max_pending: max,
        max_pending_per_address: per_address,
        trusted_proxies: vec!["10.9.0.0/16".parse().unwrap()],
        ..Config::default()
    })
}

fn enter(pending: &Pending, address: &str) -> Place {
    pending.enter(address.parse().unwrap())
}

fn is_needed(place: &mut Place) -> bool {
    place.is_needed().now_or_never().is_some()
}

#[test]
fn past_the_limit_of_an_address_an_older_one_of_its_own_makes_room() {
    let pending = pending(0, 2);
    let mut other = enter(&pending, "10.0.0.2");
    let [mut first, mut second, mut third] = [1, 2, 3].map(|_| enter(&pending, "10.0.0.1"));

    assert!(is_needed(&mut first));
    assert!(![&mut other, &mut second, &mut third].into_iter().any(is_needed));
    assert_eq!((pending.count(), pending.cut_off()), (3, 1));
    assert_eq!(pending.limits_met()[1], ("max-pending-per-address", 1));
}

/// Of 100 newcomers, those that are still there after this many others of their address.
fn stay_after(others: usize) -> usize {
    let stays = |_: &usize| {
        let pending = pending(0, 32);
        let _old: Vec<_> = (0..32).map(|_| enter(&pending, "10.0.0.1")).collect();
        let mut newcomer = enter(&pending, "10.0.0.1");
        let _others: Vec<_> = (0..others).map(|_| enter(&pending, "10.0.0.1")).collect();
        assert_eq!(pending.count(), 32);
        !is_needed(&mut newcomer)
    };
    (0..100).filter(stays).count()
}

#[test]
fn a_newcomer_stays_while_few_come_after_it_and_has_a_chance_while_many_do() {
    // By the arithmetic 98.5 of 100, and then 42; with the oldest always cut off 100, and none.
    let (after_few, after_many) = (stay_after(4), stay_after(32));
    assert!(after_few >= 90, "{after_few}");
    assert!((15..=70).contains(&after_many), "{after_many}");
}

#[test]
fn past_the_limit_of_the_node_an_older_one_of_all_makes_room() {
    let pending = pending(2, 0);
    let mut first = enter(&pending, "10.0.0.1");
    let mut second = enter(&pending, "10.0.0.2");
    let _third = enter(&pending, "10.0.0.3");

    assert_eq!([&mut first, &mut second].map(is_needed).iter().filter(|it| **it).count(), 1);
    assert_eq!((pending.count(), pending.limits_met()[1].1), (2, 0));
}

#[test]
fn a_place_that_is_left_is_free() {
    let pending = pending(1, 1);
    drop(enter(&pending, "10.0.0.1"));
    let mut second = enter(&pending, "10.0.0.1");

    assert!(!is_needed(&mut second));
    drop(second);
    assert_eq!((pending.count(), pending.cut_off()), (0, 0));
    assert!(pending.waiting().by_address.is_empty());
}

#[test]
fn a_trusted_proxy_counts_with_the_node_alone() {
    let pending = pending(3, 1);
    let mut places: Vec<_> = (0..3).map(|_| enter(&pending, "10.9.0.1")).collect();
    assert!(!places.iter_mut().any(is_needed));

    let _fourth = enter(&pending, "10.9.0.1");
    assert_eq!(places.iter_mut().filter_map(|it| is_needed(it).then_some(())).count(), 1);
}

#[test]
fn key_exchanges_of_an_address_take_an_eighth_of_a_core_in_the_long_run() {
    let pending = pending(0, 0);
    let [dear, cheap, proxy] = ["10.0.0.1", "10.0.0.2", "10.9.0.1"].map(|it| it.parse().unwrap());
    let pending = &pending;
    let waits = |peer, millis| {
        (0..500).map(move |_| {
            let wait = pending.begins(peer);
            pending.count_key_exchange(peer, Duration::from_millis(millis));
            wait.unwrap_or(Duration::MAX)
        })
    };

    // Two seconds of the rate come at once: 2000 ms / 56 ms, and then each waits for the last.
    let at_once = waits(dear, 7).take_while(|wait| wait.is_zero()).count();
    assert!((34..=37).contains(&at_once), "{at_once}");
    let at_once = waits(cheap, 0).take_while(|wait| wait.is_zero()).count();
    assert!((200..=204).contains(&at_once), "{at_once}");
    assert!(waits(proxy, 7).all(|wait| wait.is_zero()));
}

#[test]
fn addresses_of_one_ipv6_subscriber_count_as_one() {
    let pending = pending(0, 1);
    let mut first = enter(&pending, "2001:db8::1");
    let _second = enter(&pending, "2001:db8::2");
    assert!(is_needed(&mut first));
}
