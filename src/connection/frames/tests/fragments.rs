//! Messages in fragments, and control frames between them.

use super::unfinished::having_read;
use super::*;

#[tokio::test]
async fn fragments_are_one_message_with_control_frames_in_between() {
    let wire = [
        frame(TEXT, b"one "),
        frame(PING, b"?"),
        frame(CONTINUATION, b"two "),
        frame(PONG, b""),
        frame(CONTINUATION, b""),
        frame(LAST | CONTINUATION, b"three"),
        frame(LAST | BINARY, b"next"),
    ];
    let ping = Incoming::Ping(Bytes::from_static(b"?"));
    let expected = [ping, Incoming::Pong, text("one two three"), binary(b"next")];
    assert_read(&wire, &expected, None).await;
}

#[tokio::test]
async fn fragments_out_of_order_are_a_protocol_error() {
    for wire in [
        vec![frame(CONTINUATION, b"x")],
        vec![frame(LAST | CONTINUATION, b"x")],
        vec![frame(TEXT, b"x"), frame(TEXT, b"y")],
        vec![frame(TEXT, b"x"), frame(LAST | BINARY, b"y")],
        vec![frame(BINARY, b"x"), head(LAST | TEXT, LIMIT as u64 + 1)],
        vec![head(LAST | CONTINUATION, LIMIT as u64 + 1)],
    ] {
        assert_violation(&wire, Close::ProtocolError).await;
    }
}

#[tokio::test]
async fn text_is_utf8_even_where_a_fragment_cuts_a_character() {
    let [first, middle, last] = ["李".as_bytes()[0], "李".as_bytes()[1], "李".as_bytes()[2]];
    let wire = [
        frame(TEXT, &[first]),
        frame(CONTINUATION, &[middle]),
        frame(LAST | CONTINUATION, &[last]),
    ];
    assert_read(&wire, &[text("李")], None).await;
    assert_read(&[frame(LAST | BINARY, &[0xff])], &[binary(&[0xff])], None).await;

    assert_violation(&[frame(LAST | TEXT, &[0xff])], Close::NotUtf8).await;
    assert_violation(&[frame(LAST | TEXT, &[first, middle])], Close::NotUtf8).await;
    let cut = [frame(TEXT, &[first]), frame(LAST | CONTINUATION, &[middle])];
    assert_violation(&cut, Close::NotUtf8).await;
}

#[tokio::test]
async fn a_fragment_that_is_not_utf8_ends_it_before_the_message_is_whole() {
    let wire = [frame(TEXT, b"fine"), frame(CONTINUATION, &[0xff])];
    assert_violation(&wire, Close::NotUtf8).await;
}

#[tokio::test]

async fn fragments_count_against_the_same_limit() {
    let part = vec![b'x'; LIMIT / 2];
    let wire = [
        frame(TEXT, &part),
        frame(CONTINUATION, &part),
        frame(CONTINUATION, b"!"),
        frame(PING, b"?"),
        frame(CONTINUATION, &part),
        frame(LAST | CONTINUATION, b""),
        frame(TEXT, b"ne"),
        frame(LAST | CONTINUATION, b"xt"),
    ];
    let ping = Incoming::Ping(Bytes::from_static(b"?"));
    assert_read(&wire, &[ping, oversized(1501), text("next")], None).await;
}

#[tokio::test]
async fn control_frames_and_small_fragments_are_told_apart_from_frames_that_carry_something() {
    let of = |size: usize| vec![b'x'; size];
    for (wire, small) in [
        (vec![frame(LAST | TEXT, b"x")], 0),
        (vec![frame(PING, b""), frame(PONG, b"x")], 2),
        // The rate of messages has the first fragment and the last one.
        (vec![frame(TEXT, b""), frame(LAST | CONTINUATION, b"")], 0),
        (vec![frame(TEXT, b""), frame(CONTINUATION, b""), frame(LAST | CONTINUATION, b"")], 1),
        (vec![frame(TEXT, b""), frame(CONTINUATION, &of(64)), frame(CONTINUATION, &of(65))], 2),
        (vec![frame(TEXT, b""), frame(CONTINUATION, &of(1023))], 1),
        (vec![frame(TEXT, b""), frame(CONTINUATION, &of(1024))], 0),
        // Those of a message that is skipped, too.
        (vec![frame(TEXT, &of(LIMIT * 65)), frame(CONTINUATION, b"")], 1),
    ] {
        let wire = wire.concat();
        let (mut reader, _) = having_read(&wire, wire.len(), Room::Plenty).await;
        assert_eq!(reader.take_small(), small);
        assert_eq!(reader.take_small(), 0);
    }
}

#[tokio::test]
async fn fragments_of_the_sizes_that_clients_cut_their_messages_into_are_not_counted() {
    for size in [1400, 4096, 16 << 10] {
        let content = vec![b'x'; size];
        let mut wire = frame(TEXT, &content);
        for _ in 0..LIMIT * 60 / size {
            wire.extend(frame(CONTINUATION, &content));
        }
        wire.extend(frame(LAST | CONTINUATION, b"x"));
        let (mut reader, came) = having_read(&wire, 10_000, Room::Plenty).await;
        assert!(came.iter().any(|it| matches!(it, Incoming::Message(_))), "{size}");
        assert_eq!(reader.take_small(), 0, "{size}");
    }
}
