use std::future::poll_fn;

use tokio::io::{AsyncWriteExt, duplex};

use super::*;

mod fragments;
mod unfinished;

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
