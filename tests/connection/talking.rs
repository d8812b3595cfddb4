//! What is said, in both directions.

use switchboard::hub::{Parting, Payload, Then};

use crate::harness::{
    BINARY, CLOSE, CONTINUATION, LAST, PING, PONG, Service, TEXT, frame, limits, limits_but,
};

#[actix_rt::test]
async fn what_a_client_says_reaches_the_hub_and_what_the_hub_delivers_reaches_the_client() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.admit().await;

    client.send(LAST | TEXT, b"to the hub").await;
    let said = service.said().await;
    link.batch_taken();
    service.deliver(&link, &["from", "the hub"], Then::Continue);

    assert_eq!(said, [Payload::Text("to the hub".into())]);
    assert_eq!(client.frame().await, (LAST | TEXT, b"from".to_vec()));
    assert_eq!(client.frame().await, (LAST | TEXT, b"the hub".to_vec()));
    client.leave().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_batch_is_with_the_hub_until_it_is_taken_and_what_comes_behind_waits() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.admit().await;

    for number in 0..40u8 {
        client.send(LAST | BINARY, &[number]).await;
    }
    client.close(Some(1000)).await;

    let mut numbers = Vec::new();
    while numbers.len() < 40 {
        let batch = service.said().await;
        assert!(batch.len() <= 16, "{}", batch.len());
        numbers.extend(batch.into_iter().map(|payload| match payload {
            Payload::Binary(bytes) => bytes[0],
            other => panic!("{other:?}"),
        }));
        if numbers.len() == 40 {
            service.deliver(&link, &["an answer to the last"], Then::Continue);
        }
        link.batch_taken();
    }
    assert_eq!(numbers, (0..40).collect::<Vec<_>>());
    assert_eq!(client.frame().await, (LAST | TEXT, b"an answer to the last".to_vec()));
    assert_eq!(client.frame().await, (CLOSE, 1000u16.to_be_bytes().to_vec()));
    client.expect_eof().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;
}

#[actix_rt::test]
async fn an_oversized_message_is_told_to_the_hub_without_its_content() {
    let mut service = Service::start(limits_but(|l| l.max_frame = 100)).await;
    let (mut client, link) = service.admit().await;

    client.send(LAST | TEXT, &[b'x'; 101]).await;

    assert_eq!(service.said().await, [Payload::Oversized { bytes: 101 }]);
    link.batch_taken();
    client.leave().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_fragmented_message_is_one_message() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.admit().await;

    client.send(TEXT, b"one ").await;
    client.send(PING, b"?").await;
    assert_eq!(client.frame().await, (PONG, b"?".to_vec()));
    client.send(LAST | CONTINUATION, b"message").await;

    assert_eq!(service.said().await, [Payload::Text("one message".into())]);
    link.batch_taken();
    client.leave().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_violation_is_closed_with_its_code() {
    let mut service = Service::start(limits_but(|l| l.max_frame = 100)).await;
    for (wire, code) in [
        (frame(LAST | 3, b""), 1002),
        (frame(LAST | TEXT, &[0xff]), 1007),
        (frame(LAST | TEXT, &[b'x'; 1601]), 4513),
    ] {
        let (mut client, _link) = service.admit().await;

        client.write(&wire).await;

        assert_eq!(client.close_frame().await.0, code);
        client.expect_eof().await;
        service.ended(Parting::Violation).await;
    }
    service.over().await;
}
