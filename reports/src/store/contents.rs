//! What messages said, as it is stored: equal texts of one frame only once.

use serde::{Deserialize, Serialize};
use sim_core::id::MessageId;
use sim_core::sink::{Content, Said};
use std::collections::BTreeMap;

/// Contents of the messages of one subnet in one epoch.
#[derive(Serialize, Deserialize)]
pub(super) struct Frame {
    pub(super) place: u32,
    texts: Vec<Vec<u8>>,
    entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    message: MessageId,
    form: Form,
    text: u32,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Form {
    Argument,
    Reply,
    Reject,
}

impl Frame {
    /// Of a subnet at a place. `room` is how many bytes of texts there may be, and becomes less.
    pub(super) fn of(place: u32, contents: &[Content], longest: usize, room: &mut usize) -> Frame {
        let mut known: BTreeMap<&[u8], u32> = BTreeMap::new();
        let mut frame = Frame { place, texts: Vec::new(), entries: Vec::new() };
        for Content { message, said } in contents {
            let (form, bytes) = match said {
                Said::Argument(bytes) => (Form::Argument, &**bytes),
                Said::Reply(bytes) => (Form::Reply, &**bytes),
                Said::Reject(text) => (Form::Reject, text.as_bytes()),
            };
            let text = match known.get(bytes) {
                Some(text) => *text,
                None if bytes.len() > longest || bytes.len() > *room => continue,
                None => {
                    *room -= bytes.len();
                    let text = frame.texts.len() as u32;
                    known.insert(bytes, text);
                    frame.texts.push(bytes.to_vec());
                    text
                }
            };
            frame.entries.push(Entry { message: *message, form, text });
        }
        frame
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The contents; none where the frame is damaged.
    pub(super) fn contents(self) -> Option<Vec<Content>> {
        let bytes: Vec<std::sync::Arc<[u8]>> = self.texts.into_iter().map(Into::into).collect();
        let content = |Entry { message, form, text }: Entry| {
            let bytes = bytes.get(text as usize)?.clone();
            let said = match form {
                Form::Argument => Said::Argument(bytes),
                Form::Reply => Said::Reply(bytes),
                Form::Reject => Said::Reject(String::from_utf8_lossy(&bytes).into()),
            };
            Some(Content { message, said })
        };
        self.entries.into_iter().map(content).collect()
    }
}
