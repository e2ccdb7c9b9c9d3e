//! Tests of the store: what goes in comes out, and nothing else does.

use super::*;
use crate::kernel::plan::Plan;
use crate::math::simd::Isa;
use crate::model::{Model, NoColumns};
use crate::run::{Silent, Task, resume};
use proptest::prelude::*;

fn plan() -> Plan {
    let (_, config) = crate::config::parse("minimal.toml", include_str!("../../configs/minimal.toml"), &[]);
    let (model, _) = Model::from_config(&config.unwrap(), "minimal", "", &NoColumns).unwrap();
    Plan::from_model(&model, 1, Isa::detect())
}

fn head() -> Head {
    let text = |text: &str| text.to_owned();
    Head {
        identity: Identity {
            scenario: text("5f"),
            seed: u64::MAX,
            sampling: text("plain"),
            version: text("0.1.0"),
            revision: text("abc"),
            streams: 1,
        },
        draws: Some(DrawsMark { chunks: 3, bytes: 1 << 40 }),
    }
}

fn state(plan: &Plan, task: &Task) -> State {
    resume(plan, State::new(plan), task, 1, &Silent).state().clone()
}

/// Writes again what a checksum would otherwise catch.
fn sealed(mut content: Vec<u8>) -> Vec<u8> {
    let checksum = blake3::hash(&content);
    content.extend_from_slice(checksum.as_bytes());
    content
}

#[test]
fn what_goes_in_comes_out() {
    let plan = plan();
    for task in [Task::whole(3 * 4096 + 5), Task::shard(8 * 4096, 2, 3), Task::whole(10)] {
        let state = state(&plan, &task);
        let bytes = to_bytes(&head(), &state);
        let (read_head, read) = from_bytes(&bytes).unwrap();
        assert_eq!((&read_head, &read), (&head(), &state));
        assert_eq!(read.check(&plan), Ok(()));
        assert_eq!(to_bytes(&read_head, &read), bytes);
        assert_eq!(peek(&bytes[..200]), Ok(head()));
    }
}

#[test]
fn every_cut_and_every_addition_is_torn() {
    let plan = plan();
    let bytes = to_bytes(&head(), &state(&plan, &Task::whole(4096)));
    for length in (0..bytes.len()).step_by(7).chain(0..300).chain(bytes.len() - 300..bytes.len()) {
        match from_bytes(&bytes[..length]) {
            Err(Fault::Torn { found, .. }) => assert_eq!(found, length as u64),
            Err(Fault::Foreign) => assert_eq!(length, 0),
            other => panic!("{length}: {other:?}"),
        }
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(from_bytes(&longer), Err(Fault::Torn { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn every_flipped_bit_is_seen(at in 0.0..1.0_f64, bit in 0_u32..8) {
        thread_local!(static BYTES: Vec<u8> = {
            let plan = plan();
            to_bytes(&head(), &state(&plan, &Task::whole(4096)))
        });
        let mut bytes = BYTES.with(Clone::clone);
        let at = (bytes.len() as f64 * at) as usize;
        bytes[at] ^= 1 << bit;
        let fault = from_bytes(&bytes).expect_err("a flipped bit");
        let expected = match at {
            0..8 => matches!(fault, Fault::Foreign),
            8..12 => matches!(fault, Fault::Newer { .. } | Fault::Malformed(_)),
            12..28 => matches!(fault, Fault::Torn { .. }),
            _ => fault == Fault::Damaged,
        };
        prop_assert!(expected, "byte {at}: {fault:?}");
    }
}

#[test]
fn other_files_and_later_formats_are_told_apart() {
    assert_eq!(from_bytes(b""), Err(Fault::Foreign));
    assert_eq!(from_bytes(b"deal,metric,unit\n"), Err(Fault::Foreign));
    assert_eq!(from_bytes(b"{\"program\": \"capstake\"}"), Err(Fault::Foreign));
    let mut later = MAGIC.to_vec();
    later.extend_from_slice(&(FORMAT + 1).to_le_bytes());
    later.extend_from_slice(b"whatever a later program writes");
    assert_eq!(from_bytes(&later), Err(Fault::Newer { found: FORMAT + 1 }));
    assert_eq!(peek(&later), Err(Fault::Newer { found: FORMAT + 1 }));
    // A length that no file has.
    let mut endless = seal(&head(), b"");
    endless[12..20].copy_from_slice(&u64::MAX.to_le_bytes());
    let torn = Fault::Torn { expected: u64::MAX, found: endless.len() as u64 };
    assert_eq!(peek(&endless), Err(torn));
}

#[test]
fn sealed_nonsense_is_malformed() {
    let plan = plan();
    let good = to_bytes(&head(), &state(&plan, &Task::whole(4096)));
    let content = &good[..good.len() - CHECKSUM];
    let head_length = u64::from_le_bytes(good[12..20].try_into().unwrap()) as usize;
    // A head that swallows the body's first byte, and the reverse.
    for shift in [1_i64, -1] {
        let mut moved = content.to_vec();
        moved[12..20].copy_from_slice(&((head_length as i64 + shift) as u64).to_le_bytes());
        let body = content.len() - LENGTHS_END - (head_length as i64 + shift) as usize;
        moved[20..28].copy_from_slice(&(body as u64).to_le_bytes());
        assert!(matches!(from_bytes(&sealed(moved)), Err(Fault::Malformed(_))));
    }
    // A list that says it has more entries than there are bytes.
    let mut endless = content.to_vec();
    let body = LENGTHS_END + head_length;
    endless[body..body + 4].copy_from_slice(&[0xff, 0xff, 0xff, 0x7f]);
    assert!(matches!(from_bytes(&sealed(endless)), Err(Fault::Malformed(_))));
    // Lengths whose sum is beyond all numbers.
    let mut huge = content.to_vec();
    huge[12..20].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(from_bytes(&sealed(huge)), Err(Fault::Torn { .. })));
}

#[test]
fn a_state_of_another_plan_is_judged_so() {
    let plan = plan();
    let text = include_str!("../../configs/minimal.toml");
    let other = |flags: &[String]| {
        let (_, config) = crate::config::parse("minimal.toml", text, flags);
        let (model, _) = Model::from_config(&config.unwrap(), "minimal", "", &NoColumns).unwrap();
        Plan::from_model(&model, 1, Isa::detect())
    };
    let state = state(&plan, &Task::whole(4096));
    assert_eq!(state.check(&other(&[])), Ok(()));
    let longer = other(&["timeline.horizon=2040-12-31".to_owned()]);
    assert!(state.check(&longer).unwrap_err().contains("not those of the scenario"));
}

/// Fails after so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_fails_at_any_byte_is_reported() {
    let plan = plan();
    let state = state(&plan, &Task::whole(4096));
    let length = to_bytes(&head(), &state).len();
    for k in (0..length).step_by(997).chain([length - 1]) {
        let error = write(&head(), &state, &mut Full(k)).expect_err("a full disk");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "byte {k}");
    }
    assert!(write(&head(), &state, &mut Full(length)).is_ok());
}

#[test]
fn a_state_that_changes_while_it_is_written_is_refused() {
    /// One list longer each time it is packed.
    struct Growing(std::cell::Cell<usize>);
    impl Serialize for Growing {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.set(self.0.get() + 1);
            vec![0_u8; self.0.get()].serialize(serializer)
        }
    }
    impl Savable for Growing {}
    let error = write(&head(), &Growing(0.into()), &mut Vec::new()).expect_err("two lengths");
    assert_eq!(error.to_string(), "the state had 2 bytes and now has 3");
}

/// Format 2, frozen: these bytes were written once and are read for ever. A change of the format raises [`FORMAT`].
#[test]
fn the_format_is_frozen() {
    let sum = |low: u64| -> Vec<u64> { [low].into_iter().chain([0; 34]).collect() };
    let moments = serde_json::json!({
        "count": 4095, "undefined": 1, "sum": sum(7), "squares": sum(u64::MAX), "range": [-1.5, 2.25]
    });
    let pair = serde_json::json!({
        "count": 4096, "x": sum(1), "y": sum(2), "xx": sum(3), "yy": sum(4), "xy": sum(5)
    });
    let replicates = serde_json::json!({
        "sums": [{ "limbs": [1, 2, 0, u64::MAX] }, { "limbs": [3, 0, 0, 0] }], "counts": [4_000, 95], "lost": 2
    });
    let none = serde_json::json!({ "sums": [], "counts": [], "lost": 0 });
    let text = serde_json::json!({
        "chunks": [[0, 1], [5, 9]],
        "sums": {
            "metrics": [[{
                "moments": moments,
                "bins": [[0, 4000, 0], [70_000, 95, 12_345]],
                "replicates": replicates,
                "sections": [2, [[0, [4_000, 0]], [547, [0, 95]]]]
            }], []],
            "years": [[[{ "moments": moments, "bins": [[9_000, 3, 1]], "replicates": none }]]],
            "rest": {
                "events": [[[0, 3], [4, 4_000]]],
                "event_replicates": [[[0, 0, 1, 2], [4, 0, 3_000, 1_000]]],
                "inputs": [moments],
                "input_pairs": [pair],
                "factor_pairs": [],
                "samples": [[[[1.0, -0.5]]]],
                "non_finite": { "count": 300, "first": [17, 4_095] }
            }
        }
    });
    let state: State = serde_json::from_value(text).expect("a state");
    let bytes = to_bytes(&head(), &state);
    assert_eq!(from_bytes(&bytes), Ok((head(), state)));
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, FROZEN, "the bytes of a state have changed");
}

const FROZEN: &str = concat!(
    "63617073746174650200000026000000000000005a02000000000000023566ffffffffffffffffff0105706c61696e05302e",
    "312e300361626301010380808080802002000105090201ff1f01230700000000000000000000000000000000000000000000",
    "00000000000000000000000023ffffffffffffffffff01000000000000000000000000000000000000000000000000000000",
    "0000000000000001000000000000f8bf00000000000002400200a01f00f0a2045fb96002010200ffffffffffffffffff0103",
    "00000002a01f5f0202020002a01f00a30402005f00010101ff1f012307000000000000000000000000000000000000000000",
    "0000000000000000000000000023ffffffffffffffffff010000000000000000000000000000000000000000000000000000",
    "000000000000000001000000000000f8bf000000000000024000000001a846030101020200030204a01f0102040000010204",
    "0400b817e80701ff1f0123070000000000000000000000000000000000000000000000000000000000000000000023ffffff",
    "ffffffffffff010000000000000000000000000000000000000000000000000000000000000000000001000000000000f8bf",
    "0000000000000240018020230100000000000000000000000000000000000000000000000000000000000000000000230200",
    "0000000000000000000000000000000000000000000000000000000000000000002303000000000000000000000000000000",
    "0000000000000000000000000000000000000023040000000000000000000000000000000000000000000000000000000000",
    "0000000000230500000000000000000000000000000000000000000000000000000000000000000000000101010200000000",
    "0000f03f000000000000e0bfac020211ff1fbd76e955f8438820a35a7cf497663aadc9a4a7e1d8c70262a8cdddd9e5e6cb66",
);
