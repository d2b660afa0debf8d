//! CloudWatch speaks three protocols.

use super::{done, errors_alarm};
use crate::{
    LocalAws,
    body::full,
    testing::{form, instant, xml},
};
use bytes::Bytes;
use http::{HeaderMap, Request, request::Builder};
use http_body_util::BodyExt;
use minicbor::{Decoder, Encoder, data::Type};
use serde_json::{Value, json};

fn signed() -> Builder {
    let scope = "AKIDLOCAL/20300101/us-east-2/monitoring/aws4_request";
    Request::builder()
        .method("POST")
        .header("host", "127.0.0.1:4566")
        .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, Signature=0"))
}

async fn answered(aws: &LocalAws, request: Request<crate::Body>) -> (u16, HeaderMap, Bytes) {
    let (parts, body) = aws.handle(request).await.into_parts();
    (parts.status.as_u16(), parts.headers, body.collect().await.unwrap().to_bytes())
}

async fn query(aws: &LocalAws, operation: &str, input: Value) -> (u16, Value) {
    let body = form(operation, &input);
    let (status, _, body) = answered(aws, signed().uri("/").body(full(body)).unwrap()).await;
    (status, xml(&String::from_utf8_lossy(&body)))
}

async fn cbor(aws: &LocalAws, operation: &str, body: Vec<u8>) -> (u16, HeaderMap, Bytes) {
    let request = signed().uri(format!("/service/GraniteServiceVersion20100801/operation/{operation}"));
    let request = request.header("smithy-protocol", "rpc-v2-cbor").header("content-type", "application/cbor");
    answered(aws, request.body(full(body)).unwrap()).await
}

#[tokio::test]
async fn a_form_is_read_with_its_numbers_and_times_and_answered_in_xml() {
    let aws = instant();
    let (status, _) = query(&aws, "PutMetricAlarm", errors_alarm(json!({ "ActionsEnabled": false }))).await;
    assert_eq!(status, 200);
    let (_, found) = query(&aws, "DescribeAlarms", json!({ "MaxRecords": 1 })).await;
    let alarm = &found["DescribeAlarmsResponse"]["DescribeAlarmsResult"]["MetricAlarms"][0];
    assert_eq!((alarm["Threshold"].as_str(), alarm["ActionsEnabled"].as_str()), (Some("1.0"), Some("false")));
    assert!(alarm["StateUpdatedTimestamp"].as_str().unwrap().ends_with('Z'));
    let metric =
        json!({ "Namespace": "AWS/Lambda", "MetricName": "Errors", "Period": 60, "Statistics": ["Sum"] });
    let mut asked = metric.clone();
    asked["StartTime"] = json!("2026-11-29T00:00:00Z");
    asked["EndTime"] = json!("2026-11-29T01:00:00Z");
    assert_eq!(query(&aws, "GetMetricStatistics", asked.clone()).await.0, 200);
    asked["Period"] = json!("often");
    let (status, error) = query(&aws, "GetMetricStatistics", asked).await;
    assert_eq!(
        (status, error["ErrorResponse"]["Error"]["Code"].as_str()),
        (400, Some("SerializationException"))
    );
    let (_, error) = query(&aws, "PutMetricAlarm", errors_alarm(json!({ "Period": 61 }))).await;
    assert_eq!(error["ErrorResponse"]["Error"]["Code"], "ValidationError");
}

#[tokio::test]
async fn cbor_is_read_and_answered_with_tagged_times() {
    let aws = instant();
    done(&aws, "PutMetricAlarm", errors_alarm(json!({}))).await;
    let mut asked = Encoder::new(Vec::new());
    asked
        .begin_map()
        .unwrap()
        .str("AlarmNames")
        .unwrap()
        .array(1)
        .unwrap()
        .str("errors")
        .unwrap()
        .end()
        .unwrap();
    let (status, headers, body) = cbor(&aws, "DescribeAlarms", asked.into_writer()).await;
    assert_eq!((status, headers["smithy-protocol"].to_str().unwrap()), (200, "rpc-v2-cbor"));
    let name = b"StateUpdatedTimestamp";
    let at = body.windows(name.len()).position(|part| part == name).unwrap() + name.len();
    assert_eq!(Decoder::new(&body[at..]).datatype().unwrap(), Type::Tag);
    let (status, _, body) = cbor(
        &aws,
        "DeleteAlarms",
        vec![0xa1, 0x6a].into_iter().chain(*b"AlarmNames").chain([0x80]).collect(),
    )
    .await;
    assert_eq!((status, &body[..]), (200, &[0xa0][..]), "no answer is an empty map");
}

#[tokio::test]
async fn errors_have_their_shapes_names_and_in_a_header_the_codes_of_the_query_protocol() {
    let aws = instant();
    let mut asked = Encoder::new(Vec::new());
    asked.map(1).unwrap().str("AlarmNames").unwrap().array(1).unwrap().str("none").unwrap();
    let (status, headers, body) = cbor(&aws, "DeleteAlarms", asked.into_writer()).await;
    assert_eq!((status, headers["x-amzn-query-error"].to_str().unwrap()), (404, "ResourceNotFound;Sender"));
    assert!(String::from_utf8_lossy(&body).contains("#ResourceNotFound"));
    let (_, headers, body) = cbor(&aws, "PutMetricAlarm", vec![0xa0]).await;
    assert_eq!(headers["x-amzn-query-error"].to_str().unwrap(), "ValidationError;Sender");
    assert!(String::from_utf8_lossy(&body).contains("#ValidationException"));
    let (status, headers, _) = cbor(&aws, "PutMetricAlarm", vec![0xff, 0x00]).await;
    assert_eq!(
        (status, headers["x-amzn-query-error"].to_str().unwrap()),
        (400, "SerializationException;Sender")
    );
}
