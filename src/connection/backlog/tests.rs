use tokio::io::{AsyncReadExt, duplex};

use super::*;

fn text(content: &str) -> Payload {
    Payload::Text(content.into())
}

fn write(backlog: &mut Backlog, stream: &mut (impl AsyncWrite + Unpin)) -> Progress {
    let mut progress = Progress::default();
    let mut cx = Context::from_waker(std::task::Waker::noop());
    let _ = backlog.poll_write(stream, &mut cx, &mut progress);
    progress
}

#[tokio::test]
async fn heads_announce_every_size() {
    for (size, head) in [
        (0, &[0x82, 0][..]),
        (125, &[0x82, 125]),
        (126, &[0x82, 126, 0, 126]),
        (65535, &[0x82, 126, 255, 255]),
        (65536, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] {
        let (mut server, mut client) = duplex(1 << 17);
        let mut backlog = Backlog::default();
        backlog.push(Payload::Binary(vec![7; size].into()));

        let progress = write(&mut backlog, &mut server);

        drop(server);
        let mut wire = Vec::new();
        client.read_to_end(&mut wire).await.unwrap();
        assert_eq!(&wire[..head.len()], head);
        assert_eq!(wire[head.len()..], vec![7; size]);
        assert_eq!(progress, Progress { taken: wire.len(), messages: 1, bytes: size });
        assert_eq!(backlog.queue.capacity(), 0, "an empty backlog owns no memory");
    }
}

#[tokio::test]
async fn each_message_is_reported_when_its_last_byte_is_taken() {
    let (mut server, mut client) = duplex(1);
    let mut backlog = Backlog::default();
    backlog.push(text("ab"));
    backlog.push_ping();
    backlog.push(text(""));

    let mut reported = Vec::new();
    let mut wire = Vec::new();
    while !backlog.is_empty() {
        let progress = write(&mut backlog, &mut server);
        assert_eq!(progress.taken, 1);
        reported.push((progress.messages, progress.bytes));
        wire.push(client.read_u8().await.unwrap());
    }

    assert_eq!(wire, b"\x81\x02ab\x89\x00\x81\x00");
    let nothing = (0, 0);
    let ping = [nothing; 2];
    assert_eq!(reported[..4], [nothing, nothing, nothing, (1, 2)]);
    assert_eq!(reported[4..6], ping);
    assert_eq!(reported[6..], [nothing, (1, 0)]);
}

#[tokio::test]
async fn what_is_dropped_is_reported_and_a_frame_half_written_is_finished() {
    let (mut server, mut client) = duplex(3);
    let mut backlog = Backlog::default();
    backlog.push(text("half"));
    backlog.push_pong(Bytes::new());
    backlog.push(text("whole"));
    write(&mut backlog, &mut server);

    let dropped = backlog.drop_waiting();
    backlog.push_close(None);

    assert_eq!(dropped, Progress { taken: 0, messages: 1, bytes: 5 });
    assert_eq!(backlog.controls(), 1);
    let mut wire = Vec::new();
    let mut progress = Progress::default();
    while !backlog.is_empty() {
        wire.push(client.read_u8().await.unwrap());
        let more = write(&mut backlog, &mut server);
        progress.messages += more.messages;
    }
    drop(server);
    client.read_to_end(&mut wire).await.unwrap();
    assert_eq!(wire, b"\x81\x04half\x88\x00");
    assert_eq!(progress.messages, 1);
    assert_eq!(backlog.controls(), 0);
}

#[test]
fn dropping_all_leaves_nothing_of_a_frame_half_written() {
    let (mut server, _client) = duplex(3);
    let mut backlog = Backlog::default();
    backlog.push(text("half"));
    backlog.push(text("x"));
    write(&mut backlog, &mut server);

    let dropped = backlog.drop_all();

    assert_eq!(dropped, Progress { taken: 0, messages: 2, bytes: 5 });
    assert!(backlog.is_empty());
    assert_eq!(backlog.drop_all(), Progress::default());
}

#[tokio::test]
async fn a_queue_has_little_more_room_than_frames_however_many_came_and_went() {
    const FRAMES: usize = 1000;
    let (mut server, mut client) = duplex(1);
    let mut backlog = Backlog::default();
    for _ in 0..FRAMES {
        backlog.push(text(""));
        let (frames, room) = (backlog.queue.len(), backlog.queue.capacity());
        assert!(room <= frames * 5 / 4 + GROWTH_MIN, "{room} for {frames}");
    }

    // A writer that has used up its share of the runtime would write nothing and be woken by nobody.
    let written = tokio::task::unconstrained(async {
        while !backlog.is_empty() {
            write(&mut backlog, &mut server);
            client.read_u8().await.unwrap();
            let (frames, room) = (backlog.queue.len(), backlog.queue.capacity());
            assert!(room <= frames * 4 + GROWTH_MIN, "{room} for {frames}");
        }
    });
    written.await;
}

#[tokio::test]
async fn content_is_shared_and_not_copied() {
    let (mut server, _client) = duplex(1);
    let content = Bytes::from(vec![7; 100]);
    let mut backlog = Backlog::default();
    backlog.push(Payload::Binary(content.clone()));
    write(&mut backlog, &mut server);

    assert!(!content.is_unique());
    drop(backlog);
    assert!(content.is_unique());
}

#[tokio::test]
async fn more_messages_than_fit_into_one_write_all_go_out_in_order() {
    const SIZE: usize = 1000;
    const FRAME: usize = 4 + SIZE;
    let (mut server, mut client) = duplex(1 << 17);
    let mut backlog = Backlog::default();
    for number in 0..100u8 {
        backlog.push(Payload::Binary(vec![number; SIZE].into()));
    }

    let progress = write(&mut backlog, &mut server);

    let (taken, bytes) = (100 * FRAME, 100 * SIZE);
    assert_eq!(progress, Progress { taken, messages: 100, bytes });
    drop(server);
    let mut wire = Vec::new();
    client.read_to_end(&mut wire).await.unwrap();
    for (number, frame) in wire.chunks(FRAME).enumerate() {
        assert_eq!(frame[..4], [0x82, 126, 3, 232]);
        assert_eq!(frame[4..], [number as u8; SIZE]);
    }
}
