//! Smithy RPC v2 CBOR: the operation is the last part of the path, input and output are CBOR maps.

use super::{times::is_time, values};
use crate::{
    body::{Body, typed},
    error::AwsError,
    service::{Operation, Service},
};
use bytes::Bytes;
use http::{HeaderValue, Response, request::Parts};
use minicbor::{
    Decoder, Encoder,
    data::{IanaTag, Type},
    decode, encode,
};
use serde_json::{Map, Value, json};
use std::convert::Infallible;

const MEDIA_TYPE: &str = "application/cbor";
/// No input of AWS is deeper.
const DEEPEST: usize = 32;

pub(crate) fn read(
    service: &Service,
    parts: &Parts,
    payload: &Bytes,
) -> Result<(&'static Operation, Value), AwsError> {
    let path = parts.uri.path();
    let name = path.rsplit('/').next().unwrap_or_default();
    let operation = service.operation(name).ok_or_else(|| AwsError::not_implemented(path))?;
    if payload.is_empty() {
        return Ok((operation, json!({})));
    }
    let mut reader = Reader { decoder: Decoder::new(payload), left: values::MOST };
    let input = reader.value(0).map_err(|e| AwsError::new(400, "SerializationException", e))?;
    Ok((operation, input))
}

struct Reader<'a> {
    decoder: Decoder<'a>,
    /// How many values there may still be.
    left: usize,
}

impl Reader<'_> {
    /// The next value as JSON has it; a time is its seconds since 1970.
    fn value(&mut self, depth: usize) -> Result<Value, decode::Error> {
        self.left = self.left.checked_sub(1).ok_or_else(|| decode::Error::message("too many values"))?;
        if depth > DEEPEST {
            return Err(decode::Error::message("too deep"));
        }
        let decoder = &mut self.decoder;
        Ok(match decoder.datatype()? {
            Type::Bool => json!(decoder.bool()?),
            Type::Null | Type::Undefined => {
                decoder.skip()?;
                Value::Null
            }
            Type::U8 | Type::U16 | Type::U32 | Type::U64 => json!(decoder.u64()?),
            Type::I8 | Type::I16 | Type::I32 | Type::I64 => json!(decoder.i64()?),
            Type::F32 => json!(decoder.f32()?),
            Type::F64 => json!(decoder.f64()?),
            Type::String | Type::StringIndef => {
                json!(decoder.str_iter()?.collect::<Result<String, _>>()?)
            }
            Type::Array | Type::ArrayIndef => self.array(depth)?,
            Type::Map | Type::MapIndef => self.map(depth)?,
            Type::Tag if decoder.tag()? == IanaTag::Timestamp.tag() => self.value(depth + 1)?,
            other => return Err(decode::Error::type_mismatch(other)),
        })
    }

    fn array(&mut self, depth: usize) -> Result<Value, decode::Error> {
        let length = self.decoder.array()?;
        let mut items = Vec::new();
        while self.more(length, items.len())? {
            items.push(self.value(depth + 1)?);
        }
        Ok(Value::Array(items))
    }

    fn map(&mut self, depth: usize) -> Result<Value, decode::Error> {
        let length = self.decoder.map()?;
        let (mut members, mut read) = (Map::new(), 0);
        while self.more(length, read)? {
            let name = self.decoder.str_iter()?.collect::<Result<String, _>>()?;
            members.insert(name, self.value(depth + 1)?);
            read += 1;
        }
        Ok(Value::Object(members))
    }

    /// Whether there is one more item; without a length a break ends them.
    fn more(&mut self, length: Option<u64>, read: usize) -> Result<bool, decode::Error> {
        if let Some(length) = length {
            return Ok((read as u64) < length);
        }
        let ends = self.decoder.datatype()? == Type::Break;
        if ends {
            self.decoder.skip()?;
        }
        Ok(!ends)
    }
}

pub(crate) fn write(status: u16, body: &Value) -> Response<Body> {
    let mut encoder = Encoder::new(Vec::new());
    let written = put(&mut encoder, body, false);
    let (status, bytes) = match written {
        Ok(()) => (status, encoder.into_writer()),
        // A vector takes everything; only a length that is none could fail.
        Err(error) => (500, error.to_string().into_bytes()),
    };
    let mut response = typed(status, MEDIA_TYPE, bytes);
    response.headers_mut().insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    response
}

pub(crate) fn write_error(error: &AwsError, shape: &str) -> Response<Body> {
    write(
        error.status,
        &json!({ "__type": format!("com.amazonaws.monitoring#{shape}"), "message": error.message }),
    )
}

type Written = Result<(), encode::Error<Infallible>>;

/// `time`: a number is seconds since 1970.
fn put(encoder: &mut Encoder<Vec<u8>>, value: &Value, time: bool) -> Written {
    match value {
        Value::Null => drop(encoder.null()?),
        Value::Bool(truth) => drop(encoder.bool(*truth)?),
        Value::Number(number) if time => {
            encoder.tag(IanaTag::Timestamp)?.f64(number.as_f64().unwrap_or_default())?;
        }
        Value::Number(number) => put_number(encoder, number)?,
        Value::String(text) => drop(encoder.str(text)?),
        Value::Array(items) => {
            encoder.array(items.len() as u64)?;
            items.iter().try_for_each(|item| put(encoder, item, time))?;
        }
        Value::Object(members) => {
            encoder.map(members.len() as u64)?;
            for (name, value) in members {
                encoder.str(name)?;
                put(encoder, value, is_time(name))?;
            }
        }
    }
    Ok(())
}

fn put_number(encoder: &mut Encoder<Vec<u8>>, number: &serde_json::Number) -> Written {
    match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) => drop(encoder.i64(whole)?),
        (None, number) => drop(encoder.f64(number.unwrap_or_default())?),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read_back(bytes: &[u8]) -> Result<Value, decode::Error> {
        Reader { decoder: Decoder::new(bytes), left: 100 }.value(0)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let value = json!({ "Id": "é", "Values": [1.5, -2, 7], "Timestamps": [0.5], "No": null, "Yes": true, "In": {} });
        let mut encoder = Encoder::new(Vec::new());
        put(&mut encoder, &value, false).unwrap();
        assert_eq!(read_back(encoder.writer()).unwrap(), value);
    }

    #[test]
    fn times_are_tagged_and_lengths_may_be_left_out() {
        let mut encoder = Encoder::new(Vec::new());
        put(&mut encoder, &json!({ "StartTimestamp": 1 }), false).unwrap();
        let bytes = encoder.into_writer();
        assert_eq!(bytes[16], 0xc1, "{bytes:x?}");
        // {_ "a": [_ 1, 2.5f32], "b": (_ "x", "y")}
        let open = [
            0xbf, 0x61, b'a', 0x9f, 1, 0xfa, 0x40, 0x20, 0, 0, 0xff, 0x61, b'b', 0x7f, 0x61, b'x', 0x61,
            b'y', 0xff, 0xff,
        ];
        assert_eq!(read_back(&open).unwrap(), json!({ "a": [1, 2.5], "b": "xy" }));
    }

    #[test]
    fn what_is_too_much_too_deep_or_broken_is_refused() {
        assert!(read_back(&[0x81; 40]).is_err());
        assert!(read_back(&[vec![0x98, 200], vec![1; 200]].concat()).is_err());
        assert!(read_back(&[0xbf, 0x61]).is_err());
        assert!(read_back(&[0x41, 0]).is_err());
        assert!(read_back(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).is_err());
    }
}
