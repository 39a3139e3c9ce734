//! Numbers in JSON, which has no infinity and no "not a number": those are written as words.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number that is read back bit for bit (of "not a number" there is one).
#[derive(Debug, Clone, Copy)]
pub(super) struct Number(pub(super) f64);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Number(f64),
    Word(Word),
}

#[derive(Serialize, Deserialize)]
enum Word {
    #[serde(rename = "nan")]
    Nan,
    #[serde(rename = "inf")]
    Infinite,
    #[serde(rename = "-inf")]
    MinusInfinite,
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = match self.0 {
            number if number.is_finite() => Written::Number(number),
            number if number.is_nan() => Written::Word(Word::Nan),
            number if number > 0.0 => Written::Word(Word::Infinite),
            _ => Written::Word(Word::MinusInfinite),
        };
        written.serialize(serializer)
    }
}

impl<'d> Deserialize<'d> for Number {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Number(number) => number,
            Written::Word(Word::Nan) => f64::NAN,
            Written::Word(Word::Infinite) => f64::INFINITY,
            Written::Word(Word::MinusInfinite) => f64::NEG_INFINITY,
        }))
    }
}

impl From<f32> for Number {
    fn from(number: f32) -> Self {
        // Exact: every f32 is an f64.
        Self(f64::from(number))
    }
}

impl From<Number> for f32 {
    fn from(number: Number) -> Self {
        number.0 as Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_read_back() {
        let numbers =
            [0.1, -0.0, 1.0 / 3.0, f64::MAX, f64::MIN_POSITIVE, 5e-324, f64::INFINITY, f64::NEG_INFINITY];
        for number in numbers {
            let text = serde_json::to_string(&Number(number)).unwrap();
            let back: Number = serde_json::from_str(&text).unwrap();
            assert_eq!(back.0.to_bits(), number.to_bits(), "{text}");
        }
        let back: Number = serde_json::from_str(&serde_json::to_string(&Number(f64::NAN)).unwrap()).unwrap();
        assert!(back.0.is_nan());
        let third = 1.0_f32 / 3.0;
        let text = serde_json::to_string(&Number::from(third)).unwrap();
        assert_eq!(f32::from(serde_json::from_str::<Number>(&text).unwrap()).to_bits(), third.to_bits());
    }
}
