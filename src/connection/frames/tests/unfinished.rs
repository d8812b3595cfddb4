//! What a reader holds of a message that is not whole, and what it owes.

use super::*;

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
pub(super) async fn having_read(wire: &[u8], piece: usize, room: Room) -> (Reader, Vec<Incoming>) {
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
    reader.count(&memory, || None, 0);
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
