//! The System Log: queries, pages, and where pages lead.

use super::server::{Okta, Reply, patient};
use crate::event::Timestamp;
use crate::okta::{Error, LinkFault, LogCursor, LogPage, LogQuery, Next, Oddity, Order, OrgAddress};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

fn since() -> LogQuery {
    LogQuery::polling(at("2026-01-02T03:04:05.678912Z"))
}

/// Answers each target with its rows and what its link says; `HOST` stands for the server.
async fn okta(pages: &[(&'static str, &'static str, &'static str)]) -> Okta {
    let pages = pages.to_vec();
    Okta::scripted(move |seen| {
        let base = format!("http://{}", seen.header("host").unwrap_or_default());
        let (_, rows, link) = pages.iter().find(|(target, ..)| seen.target.contains(target) && seen.target.starts_with("/api/"))?;
        let reply = Reply::json(200, rows).with("link", &format!("<{base}{}>; rel=\"self\"", seen.target));
        Some(if link.is_empty() { reply } else { reply.with("link", &link.replace("HOST", &base)) })
    })
    .await
}

fn uuids(page: &LogPage) -> Vec<String> {
    page.events.iter().map(|event| serde_json::from_str::<serde_json::Value>(event.get()).expect("JSON")["uuid"].as_str().unwrap_or("?").to_owned()).collect()
}

#[tokio::test]
async fn a_query_is_asked_as_okta_wants_it() {
    let okta = okta(&[("/logs", "[]", "")]).await;
    let client = okta.client();
    client.logs(&since()).await.expect("a page");
    let bounded = LogQuery::between(at("2026-01-01T00:00:00Z"), at("2026-01-02T00:00:00Z"));
    client
        .logs(&bounded.clone().filter(r#"actor.id eq "00u1" and eventType sw "user.""#).keywords("a+b & c").limit(5000).order(Order::Descending))
        .await
        .expect("a page");
    client.logs(&since().order(Order::Descending).limit(0)).await.expect("a page");
    assert_eq!(
        okta.lines(),
        [
            "GET /api/v1/logs?since=2026-01-02T03%3A04%3A05.678Z&limit=1000",
            "GET /api/v1/logs?since=2026-01-01T00%3A00%3A00.000Z&until=2026-01-02T00%3A00%3A00.000Z&filter=actor.id+eq+%2200u1%22+and+eventType+sw+%22user.%22&q=a%2Bb+%26+c&sortOrder=DESCENDING&limit=1000",
            "GET /api/v1/logs?since=2026-01-02T03%3A04%3A05.678Z&limit=1",
        ]
    );
}

#[tokio::test]
async fn polling_follows_the_link_to_the_letter_and_waits_at_its_end() {
    let link = r#"<HOST/api/v1/logs?since=x,y&after=1627500044869_1&filter=eventType%20eq%20%22a%22>; rel="next""#;
    let okta = okta(&[("after=1627500044869_1", "[]", link), ("since=2026", r#"[{"uuid":"1"},{"uuid":"2"}]"#, link)]).await;
    let mut reader = okta.client().read_logs(since().limit(2));
    assert_eq!(reader.cursor(), None);
    let page = reader.next_page().await.expect("a page").expect("a page");
    assert_eq!((uuids(&page), page.is_last_for_now()), (vec!["1".to_owned(), "2".to_owned()], false));
    for _ in 0..3 {
        let page = reader.next_page().await.expect("a page").expect("polling never ends");
        assert!(page.events.is_empty() && page.is_last_for_now(), "{page:?}");
        assert!(matches!(page.next, Next::Page(_)));
    }
    let target = "GET /api/v1/logs?since=x,y&after=1627500044869_1&filter=eventType%20eq%20%22a%22";
    assert_eq!(okta.lines()[1..], [target, target, target]);
    assert_eq!(reader.cursor().map(|cursor| cursor.as_str().replace(&okta.base(), "GET ")), Some(target.to_owned()));
}

#[tokio::test]
async fn a_bounded_query_ends_without_a_link_or_with_an_empty_page() {
    let two = okta(&[("after=1", r#"[{"uuid":"2"}]"#, ""), ("until=", r#"[{"uuid":"1"}]"#, r#"<HOST/api/v1/logs?until=x&after=1>; rel="next""#)]).await;
    let query = || LogQuery::between(at("2026-01-01T00:00:00Z"), at("2026-01-02T00:00:00Z"));
    let mut reader = two.client().read_logs(query());
    assert!(reader.next_page().await.expect("a page").is_some());
    assert!(reader.next_page().await.expect("a page").is_some());
    assert!(reader.next_page().await.expect("the end").is_none());
    assert!(reader.next_page().await.expect("the end").is_none());
    assert_eq!(two.lines().len(), 2);

    // Seen in the wild: a link for ever although there is an end.
    let endless = okta(&[
        ("after=1", "[]", r#"<HOST/api/v1/logs?until=x&after=2>; rel="next""#),
        ("until=", r#"[{"uuid":"1"}]"#, r#"<HOST/api/v1/logs?until=x&after=1>; rel="next""#),
    ])
    .await;
    let mut reader = endless.client().read_logs(query());
    let mut pages = 0;
    while reader.next_page().await.expect("a page").is_some() {
        pages += 1;
    }
    assert_eq!((pages, endless.lines().len()), (2, 2));

    let cursor = LogCursor::parse(endless.org(patient()).address(), &format!("{}/api/v1/logs?until=x&after=1", endless.base())).expect("a cursor");
    let mut reader = endless.client().read_logs_at(cursor);
    assert!(reader.next_page().await.expect("a page").is_some());
    assert!(reader.next_page().await.expect("the end").is_none(), "a cursor knows whether its query ends");
}

#[tokio::test]
async fn links_that_lead_elsewhere_are_never_followed() {
    let long = Box::leak(format!("<HOST/api/v1/logs?after={}>; rel=\"next\"", "x".repeat(4096)).into_boxed_str());
    let rows: Vec<(&'static str, LinkFault)> = vec![
        ("<https://evil.example/api/v1/logs?after=1>; rel=\"next\"", LinkFault::OtherHost),
        ("<http://127.0.0.1:1/api/v1/logs?after=1>; rel=\"next\"", LinkFault::OtherHost),
        ("<http://127.0.0.1/api/v1/logs?after=1>; rel=\"next\"", LinkFault::OtherHost),
        ("<http://127.0.0.1@evil.example/api/v1/logs>; rel=\"next\"", LinkFault::OtherHost),
        ("<file:///api/v1/logs>; rel=\"next\"", LinkFault::OtherHost),
        ("<gopher://127.0.0.1/api/v1/logs>; rel=\"next\"", LinkFault::OtherHost),
        ("<HOST/api/v1/users?after=1>; rel=\"next\"", LinkFault::OtherPath),
        ("<HOST/api/v1/logs/../users>; rel=\"next\"", LinkFault::OtherPath),
        ("<HOST/api/v1/logs/x>; rel=\"next\"", LinkFault::OtherPath),
        ("<HOST//evil.example/api/v1/logs>; rel=\"next\"", LinkFault::OtherPath),
        ("</api/v1/logs?after=1>; rel=\"next\"", LinkFault::NotAbsolute),
        ("<//evil.example/api/v1/logs?after=1>; rel=\"next\"", LinkFault::NotAbsolute),
        ("<HOST\\@evil.example/api/v1/logs>; rel=\"next\"", LinkFault::NotAbsolute),
        ("<>; rel=\"next\"", LinkFault::NotAbsolute),
        ("<HOST/api/v1/logs?after=1>; rel=\"next\", <HOST/api/v1/logs?after=2>; rel=\"next\"", LinkFault::Several),
        (long, LinkFault::TooLong),
    ];
    for (link, fault) in rows {
        let okta = Okta::scripted(move |seen| {
            let base = format!("http://{}", seen.header("host").unwrap_or_default());
            seen.target.starts_with("/api/").then(|| Reply::json(200, r#"[{"uuid":"1"}]"#).with("link", &link.replace("HOST", &base)))
        })
        .await;
        let mut reader = okta.client().read_logs(since());
        let page = reader.next_page().await.expect("the page itself is fine").expect("a page");
        assert_eq!((page.events.len(), &page.next), (1, &Next::Refused(fault)), "{link}");
        for _ in 0..2 {
            let error = reader.next_page().await.expect_err("astray");
            assert!(matches!(&error, Error::Unreadable(e) if e.oddity == Oddity::Link(fault)), "{error}");
            assert_eq!(error.to_string(), format!("the link to the next page of GET /api/v1/logs is not followed: {fault}"));
        }
        assert_eq!(okta.lines().len(), 1, "{link}");
        assert!(okta.seen().iter().all(|seen| seen.header("host") == Some(&okta.address.to_string())));
    }
}

#[tokio::test]
async fn being_led_in_a_circle_is_noticed_within_one_round() {
    // To itself, with events: the place does not move.
    let itself = okta(&[
        ("after=1", r#"[{"uuid":"2"}]"#, r#"<HOST/api/v1/logs?after=1>; rel="next""#),
        ("since=", r#"[{"uuid":"1"}]"#, r#"<HOST/api/v1/logs?after=1>; rel="next""#),
    ])
    .await;
    let mut reader = itself.client().read_logs(since());
    reader.next_page().await.expect("the first page");
    let page = reader.next_page().await.expect("the second page").expect("a page");
    assert_eq!((uuids(&page), page.next), (vec!["2".to_owned()], Next::Refused(LinkFault::Cycle)));
    assert!(reader.next_page().await.is_err());
    assert_eq!(itself.lines().len(), 2);

    // There and back again.
    let two = okta(&[
        ("after=1", r#"[{"uuid":"1"}]"#, r#"<HOST/api/v1/logs?after=2>; rel="next""#),
        ("after=2", r#"[{"uuid":"2"}]"#, r#"<HOST/api/v1/logs?after=1>; rel="next""#),
        ("since=", r#"[{"uuid":"0"}]"#, r#"<HOST/api/v1/logs?after=1>; rel="next""#),
    ])
    .await;
    let mut reader = two.client().read_logs(since());
    let mut read = 0;
    while reader.next_page().await.is_ok_and(|page| page.is_some()) {
        read += 1;
    }
    assert_eq!((read, two.lines().len()), (3, 3));
}

#[tokio::test]
async fn polling_that_comes_to_an_end_is_noticed() {
    let okta = okta(&[("since=", r#"[{"uuid":"1"}]"#, "")]).await;
    let mut reader = okta.client().read_logs(since());
    let page = reader.next_page().await.expect("a page").expect("a page");
    assert_eq!((page.events.len(), page.next), (1, Next::Refused(LinkFault::Missing)));
    assert!(reader.next_page().await.is_err());
}

#[tokio::test]
async fn a_cursor_of_another_org_takes_no_token_there() {
    let okta = okta(&[]).await;
    let other = OrgAddress::parse("company.okta.com", None).expect("an org");
    let cursor = LogCursor::parse(&other, "https://company.okta.com/api/v1/logs?after=1").expect("a cursor of the other");
    let error = okta.client().logs_at(&cursor).await.expect_err("elsewhere");
    assert!(matches!(&error, Error::Unreadable(e) if e.oddity == Oddity::Link(LinkFault::OtherHost)), "{error}");
    assert!(okta.seen().is_empty());
}

#[tokio::test]
async fn one_bad_event_takes_no_other_with_it() {
    let okta = okta(&[("/logs", r#"[{"uuid":"1"}, null, {"uuid":"2","n":1e999,"s":"\ud800"}, "x", {"uuid":"3","n":01}, {"uuid":"4"}]"#, "")]).await;
    let page = okta.client().logs(&since()).await.expect("a page");
    assert_eq!(
        page.events.iter().map(|event| event.get()).collect::<Vec<_>>(),
        [r#"{"uuid":"1"}"#, r#"{"uuid":"2","n":1e999,"s":"\ud800"}"#, r#"{"uuid":"4"}"#]
    );
    let bad: Vec<(usize, &[u8])> = page.bad.iter().map(|bad| (bad.index, &bad.bytes[..])).collect();
    assert_eq!(bad, [(1, &b"null"[..]), (3, b"\"x\""), (4, br#"{"uuid":"3","n":01}"#)]);
    assert_eq!(page.rows(), 6);
}

#[tokio::test]
async fn events_are_handed_on_byte_by_byte_however_deep_they_are() {
    let deep = format!("{{\"uuid\":\"1\", \"x\" :{}{}}}", "[".repeat(5000), "]".repeat(5000));
    let body = format!(" [ {deep} ]\n");
    let okta = Okta::answering([Reply::json(200, &body)]).await;
    let page = okta.client().logs(&since()).await.expect("a page");
    assert_eq!(page.events.iter().map(|event| event.get()).collect::<Vec<_>>(), [deep.as_str()]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_no_page_is_asked_for_again_and_then_an_error() {
    let rows = [
        ("{}", "a list of events was expected", 1),
        ("[{\"uuid\":\"1\"},", "ends in the middle", 3),
        ("nonsense", "that is no JSON", 3),
        ("", "an empty body", 3),
        ("[]]", "that is no JSON", 3),
    ];
    for (body, said, times) in rows {
        let okta = Okta::answering((0..5).map(|_| Reply::json(200, body))).await;
        let error = okta.client().logs(&since()).await.expect_err(body);
        assert!(error.to_string().contains(said), "{body}: {error}");
        assert_eq!(okta.lines().len(), times, "{body}");
    }
    let okta = Okta::answering([Reply::json(200, "[{"), Reply::json(200, r#"[{"uuid":"1"}]"#)]).await;
    assert_eq!(okta.client().logs(&since()).await.expect("the second time").events.len(), 1);
}

#[tokio::test]
async fn a_cursor_that_okta_does_not_take_is_a_refusal_with_its_code() {
    let body = r#"{"errorCode":"E0000053","errorSummary":"Invalid parameter: The since parameter is over 180 days prior to the current day."}"#;
    let okta = Okta::answering([Reply::json(400, body)]).await;
    let error = okta.client().logs(&since()).await.expect_err("too old");
    assert_eq!((error.code(), error.status()), (Some("E0000053"), Some(400)));
}

#[tokio::test]
async fn a_token_that_ends_in_mid_page_does_not_lose_the_place() {
    let okta = Okta::scripted(|seen| {
        let base = format!("http://{}", seen.header("host").unwrap_or_default());
        let old = seen.header("authorization") == Some("Bearer canary-TOKEN-1");
        match seen.target.as_str() {
            "/api/v1/logs?after=1" if old => Some(Reply::json(401, r#"{"errorCode":"E0000011","errorSummary":"Invalid token provided"}"#)),
            "/api/v1/logs?after=1" => Some(Reply::json(200, r#"[{"uuid":"2"}]"#)),
            target if target.starts_with("/api/v1/logs?since") => {
                Some(Reply::json(200, r#"[{"uuid":"1"}]"#).with("link", &format!("<{base}/api/v1/logs?after=1>; rel=\"next\"")))
            }
            _ => None,
        }
    })
    .await;
    let mut reader = okta.client().read_logs(since());
    reader.next_page().await.expect("a page");
    let page = reader.next_page().await.expect("with a new token").expect("a page");
    assert_eq!((uuids(&page), okta.tokens_given()), (vec!["2".to_owned()], 2));
}
