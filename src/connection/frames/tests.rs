use std::future::poll_fn;

use tokio::io::{AsyncWriteExt, duplex};

use super::*;

const LIMIT: usize = 1000;
const MASK: [u8; 4] = [0xa5, 0x0f, 0x33, 0x71];

const LAST: u8 = 0x80;
const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = LAST | 8;
const PING: u8 = LAST | 9;
const PONG: u8 = LAST | 10;

/// A head that announces `length`, masked.
fn head(first: u8, length: u64) -> Vec<u8> {
    let mut head = vec![first];
    match length {
        0..126 => head.push(0x80 | length as u8),
        126..65536 => {
            head.push(0x80 | 126);
            head.extend((length as u16).to_be_bytes());
        }
        _ => {
            head.push(0x80 | 127);
            head.extend(length.to_be_bytes());
        }
    }
    head.extend(MASK);
    head
}

fn frame(first: u8, content: &[u8]) -> Vec<u8> {
    let mut frame = head(first, content.len() as u64);
    frame.extend(content.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

fn text(content: &str) -> Incoming {
    Incoming::Message(Payload::Text(content.into()))
}

fn binary(content: &[u8]) -> Incoming {
    Incoming::Message(Payload::Binary(Bytes::copy_from_slice(content)))
}

fn oversized(bytes: u64) -> Incoming {
    Incoming::Message(Payload::Oversized { bytes })
}

/// What comes of `wire`, and the close that a violation asks for, read in pieces of `piece`.
async fn read_in(piece: usize, wire: &[u8]) -> (Vec<Incoming>, Option<Close>) {
    let (mut client, mut server) = duplex(piece);
    let wire = wire.to_vec();
    let sending = tokio::spawn(async move {
        // The reader stops listening at a violation.
        let _ = client.write_all(&wire).await;
    });
    let mut reader = Reader::new(LIMIT, BytesMut::new());
    let mut incoming = Vec::new();
    let end = loop {
        match poll_fn(|cx| reader.poll_next(&mut server, cx, Room::Plenty)).await {
            Ok(Incoming::Parts) => {}
            Ok(Incoming::NoRoom) => panic!("there is plenty of room"),
            Ok(whole) => incoming.push(whole),
            Err(ReadEnd::Eof) => break None,
            Err(ReadEnd::Violation(close)) => break Some(close),
            Err(ReadEnd::Broken(error)) => panic!("a duplex does not break: {error}"),
        }
    };
    drop(server);
    sending.await.unwrap();
    if end.is_none() && !reader.owes_more() {
        assert_eq!(reader.unread.held(), 0, "an idle reader owns no buffer");
    }
    (incoming, end)
}

/// However the wire cuts it.
async fn assert_read(wire: &[Vec<u8>], incoming: &[Incoming], end: Option<Close>) {
    let wire = wire.concat();
    for piece in [1, 2, 3, 7, 64, wire.len().max(1)] {
        let (came, ended) = read_in(piece, &wire).await;
        assert_eq!(came, incoming, "in pieces of {piece}");
        assert_eq!(ended, end, "in pieces of {piece}");
    }
}

async fn assert_violation(wire: &[Vec<u8>], close: Close) {
    assert_read(wire, &[], Some(close)).await;
}

#[tokio::test]
async fn messages_of_every_head_size_come_out_as_they_went_in() {
    let sizes = [0, 1, 125, 126, 127, LIMIT];
    let contents: Vec<String> = sizes.iter().map(|size| "x".repeat(*size)).collect();
    let wire: Vec<_> = contents.iter().map(|c| frame(LAST | TEXT, c.as_bytes())).collect();
    let expected: Vec<_> = contents.iter().map(|c| text(c)).collect();
    assert_read(&wire, &expected, None).await;

    let wire: Vec<_> = contents.iter().map(|c| frame(LAST | BINARY, c.as_bytes())).collect();
    let expected: Vec<_> = contents.iter().map(|c| binary(c.as_bytes())).collect();
    assert_read(&wire, &expected, None).await;
}

#[tokio::test]
async fn what_came_with_the_handshake_is_read_first() {
    let (_client, mut server) = duplex(64);
    let unread = BytesMut::from(&frame(LAST | TEXT, b"early")[..]);
    let mut reader = Reader::new(LIMIT, unread);

    let first = poll_fn(|cx| reader.poll_next(&mut server, cx, Room::Plenty)).await;

    assert_eq!(first.unwrap(), text("early"));
    assert!(!reader.owes_more());
}

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
async fn an_illegal_head_is_a_protocol_error_before_its_content_comes() {
    let unmasked = vec![LAST | TEXT, 1];
    assert_violation(&[unmasked], Close::ProtocolError).await;
    for reserved_bit in [0x10, 0x20, 0x40] {
        assert_violation(&[head(LAST | TEXT | reserved_bit, 1)], Close::ProtocolError).await;
    }
    for opcode in (3..8).chain(11..16) {
        assert_violation(&[head(LAST | opcode, 1)], Close::ProtocolError).await;
    }
    assert_violation(&[head(LAST | TEXT, 1 << 63)], Close::ProtocolError).await;
}

#[tokio::test]
async fn a_length_in_more_bytes_than_it_needs_is_a_protocol_error() {
    let medium = |length: u16| [&[LAST | TEXT, 0x80 | 126][..], &length.to_be_bytes()].concat();
    let long = |length: u64| [&[LAST | TEXT, 0x80 | 127][..], &length.to_be_bytes()].concat();
    for wire in [medium(0), medium(125), long(0), long(125), long(126), long(65535)] {
        assert_violation(&[wire], Close::ProtocolError).await;
    }
    let ping = vec![PING, 0x80 | 126, 0, 4];
    assert_violation(&[ping], Close::ProtocolError).await;
    let fragment = [frame(TEXT, b"x"), vec![LAST | CONTINUATION, 0x80 | 126, 0, 1]];
    assert_violation(&fragment, Close::ProtocolError).await;
}

#[tokio::test]
async fn a_control_frame_is_whole_and_has_at_most_125_bytes() {
    let longest = [7; 125];
    let ping = Incoming::Ping(Bytes::copy_from_slice(&longest));
    assert_read(&[frame(PING, &longest)], &[ping], None).await;

    for opcode in [CLOSE, PING, PONG] {
        assert_violation(&[head(opcode, 126)], Close::ProtocolError).await;
        assert_violation(&[head(opcode & !LAST, 1)], Close::ProtocolError).await;
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
async fn a_message_over_the_limit_is_reported_once_and_the_next_one_is_read() {
    let much = vec![b'x'; LIMIT + 1];
    let wire = [frame(LAST | TEXT, &much), frame(LAST | TEXT, b"next")];
    assert_read(&wire, &[oversized(1001), text("next")], None).await;

    let most = vec![0xff; LIMIT * 16];
    let wire = [frame(LAST | TEXT, &most), frame(PING, b""), frame(LAST | TEXT, b"next")];
    let expected = [oversized(16_000), Incoming::Ping(Bytes::new()), text("next")];
    assert_read(&wire, &expected, None).await;
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
async fn a_message_far_over_the_limit_is_refused_when_it_is_announced() {
    let far = LIMIT as u64 * 16 + 1;
    assert_violation(&[head(LAST | TEXT, far)], Close::FarTooLarge).await;
    assert_violation(&[head(LAST | TEXT, i64::MAX as u64)], Close::FarTooLarge).await;

    let most = vec![0; LIMIT * 16];
    let wire = [frame(BINARY, &most), head(LAST | CONTINUATION, 1)];
    assert_violation(&wire, Close::FarTooLarge).await;
}

#[tokio::test]
async fn a_close_comes_with_its_code_and_only_with_a_legal_one() {
    let close = |code: u16, reason: &[u8]| frame(CLOSE, &[&code.to_be_bytes(), reason].concat());
    assert_read(&[frame(CLOSE, b"")], &[Incoming::Close(None)], None).await;
    for code in [1000, 1001, 1013, 3000, 4999] {
        let expected = [Incoming::Close(Some(CloseCode::from(code)))];
        assert_read(&[close(code, "gone 再见".as_bytes())], &expected, None).await;
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000] {
        assert_violation(&[close(code, b"")], Close::ProtocolError).await;
    }
    assert_violation(&[frame(CLOSE, b"x")], Close::ProtocolError).await;
    assert_violation(&[close(1000, &[0xff])], Close::ProtocolError).await;
}

#[tokio::test]
async fn a_reader_knows_whether_the_client_owes_the_rest() {
    for (wire, owes) in [
        (vec![], false),
        (frame(LAST | TEXT, b"whole"), false),
        (vec![LAST | TEXT], true),
        (head(LAST | TEXT, 5), true),
        (frame(TEXT, b"part"), true),
        (head(LAST | TEXT, LIMIT as u64 + 1), true),
    ] {
        let (mut client, mut server) = duplex(LIMIT);
        client.write_all(&wire).await.unwrap();
        let mut reader = Reader::new(LIMIT, BytesMut::new());
        let mut cx = Context::from_waker(std::task::Waker::noop());

        while reader.poll_next(&mut server, &mut cx, Room::Plenty).is_ready() {}

        assert_eq!(reader.owes_more(), owes, "{wire:?}");
    }
}

#[tokio::test]
async fn nothing_is_reserved_for_what_was_only_announced() {
    let (mut client, mut server) = duplex(64);
    client.write_all(&head(LAST | BINARY, 30 << 20)).await.unwrap();
    let mut reader = Reader::new(32 << 20, BytesMut::new());
    let mut cx = Context::from_waker(std::task::Waker::noop());

    assert!(reader.poll_next(&mut server, &mut cx, Room::Plenty).is_pending());

    assert!(reader.unread.held() < 100, "capacity {}", reader.unread.held());
}

#[tokio::test]
async fn a_message_that_never_ends_lets_others_have_their_turn() {
    let mut wire = frame(TEXT, b"").to_vec();
    for _ in 0..1000 {
        wire.extend_from_slice(&frame(CONTINUATION, b""));
    }
    let (mut client, mut server) = duplex(wire.len());
    client.write_all(&wire).await.unwrap();
    let mut reader = Reader::new(LIMIT, BytesMut::new());

    let first = poll_fn(|cx| reader.poll_next(&mut server, cx, Room::Plenty)).await;

    assert_eq!(first.unwrap(), Incoming::Parts);
}

/// A reader that has read all of `wire`, as far as there is room, in pieces of `piece`.
async fn having_read(wire: &[u8], piece: usize, room: Room) -> (Reader, Vec<Incoming>) {
    let mut reader = Reader::new(LIMIT * 64, BytesMut::new());
    let mut cx = Context::from_waker(std::task::Waker::noop());
    let mut came = Vec::new();
    for piece in wire.chunks(piece) {
        let (mut client, mut server) = duplex(piece.len());
        client.write_all(piece).await.unwrap();
        while let Poll::Ready(Ok(incoming)) = reader.poll_next(&mut server, &mut cx, room) {
            let is_full = incoming == Incoming::NoRoom;
            came.push(incoming);
            if is_full {
                break;
            }
        }
    }
    (reader, came)
}

fn counted(reader: &mut Reader) -> usize {
    let memory = SocketMemory::default();
    reader.counted = 0;
    reader.count(&memory, None, 0);
    assert_eq!(memory.incoming(), reader.counted());
    memory.incoming()
}

#[tokio::test]
async fn what_is_held_of_an_unfinished_message_is_little_more_than_what_has_come() {
    let whole = frame(LAST | BINARY, &vec![7; LIMIT * 60]);
    let first = frame(BINARY, &vec![7; LIMIT * 30]);
    let fragments = [first.clone(), frame(CONTINUATION, &vec![7; LIMIT * 30])].concat();
    for wire in [&whole[..whole.len() - 1], &fragments[..], &first[..]] {
        for piece in [100, 1400, 10_000, wire.len()] {
            let (mut reader, came) = having_read(wire, piece, Room::Plenty).await;

            let held = counted(&mut reader);

            assert!(!came.iter().any(|it| matches!(it, Incoming::Message(_))));
            assert!(held >= wire.len() - 20, "{held} of {}", wire.len());
            assert!(held <= wire.len() * 5 / 4 + 200, "{held} of {}, by {piece}", wire.len());
        }
    }
}

#[tokio::test]
async fn the_beginning_of_a_message_does_not_keep_what_was_read_with_it() {
    let wire = [frame(LAST | BINARY, &vec![7; LIMIT * 60]), head(LAST | TEXT, 5)].concat();
    let (mut reader, came) = having_read(&wire, wire.len(), Room::Plenty).await;

    assert_eq!(came.len(), 1);
    assert!(counted(&mut reader) < 100, "{}", reader.counted());
}

#[tokio::test]
async fn a_message_that_is_whole_or_given_up_does_not_count_any_more() {
    let message = frame(LAST | BINARY, &vec![7; LIMIT * 60]);
    let oversized = frame(LAST | BINARY, &vec![7; LIMIT * 70]);
    let fragments = [frame(TEXT, b"x"), frame(LAST | CONTINUATION, b"y")].concat();
    for wire in [message, oversized, fragments] {
        let (mut reader, came) = having_read(&wire, 1400, Room::Plenty).await;
        assert_eq!(came.iter().filter(|it| matches!(it, Incoming::Message(_))).count(), 1);
        assert_eq!(counted(&mut reader), 0);
    }
}

#[tokio::test]
async fn where_there_is_little_room_sixteen_kibibytes_of_a_message_are_read_and_offers_pass() {
    let short = frame(LAST | TEXT, &vec![b'x'; ALWAYS_READ - 100]);
    let long = frame(LAST | TEXT, &vec![b'x'; ALWAYS_READ * 2]);
    let wire = [short.clone(), short, long].concat();

    let (mut reader, came) = having_read(&wire, wire.len(), Room::Little).await;

    assert!(matches!(came[..], [Incoming::Message(_), Incoming::Message(_), Incoming::NoRoom]));
    assert!(counted(&mut reader) <= ALWAYS_READ + 100, "{}", reader.counted());
}

#[tokio::test]
async fn a_message_that_is_skipped_needs_no_room() {
    let wire = [frame(LAST | TEXT, &vec![b'x'; LIMIT * 65]), frame(LAST | TEXT, b"next")].concat();

    let (_, came) = having_read(&wire, 10_000, Room::Little).await;

    let came: Vec<_> = came.into_iter().filter(|it| *it != Incoming::Parts).collect();
    assert_eq!(came, [oversized(LIMIT as u64 * 65), text("next")]);
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
