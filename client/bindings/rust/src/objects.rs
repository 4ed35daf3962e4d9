use crate::library::{calls, milliseconds, name_of, sized, terminated};
use crate::sys::{shmb_broker_info, shmb_info};
use crate::{Code, Result, Rights, Segment};
use std::os::windows::io::{FromRawHandle, OwnedHandle};
use std::ptr;
use std::time::{Duration, SystemTime};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind(pub u32);

impl Kind {
    /// Shared memory.
    pub const SEGMENT: Kind = Kind(0);
    /// A mutex.
    pub const MUTEX: Kind = Kind(1);
    /// An event.
    pub const EVENT: Kind = Kind(2);
    /// A semaphore.
    pub const SEMAPHORE: Kind = Kind(3);
    /// A queue of messages.
    pub const QUEUE: Kind = Kind(4);
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = ["segment", "mutex", "event", "semaphore", "queue"];
        f.write_str(words.get(self.0 as usize).copied().unwrap_or("unknown kind"))
    }
}

/// Whether the broker has an object of its configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State(pub u32);

impl State {
    /// The broker holds it.
    pub const HELD: State = State(1);
    /// An object that is not the broker's has the name.
    pub const CONFLICT: State = State(2);
    /// The system could not create it.
    pub const FAILED: State = State(3);
}

/// Properties of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flags(pub u32);

impl Flags {
    /// Event: it stays set until it is reset.
    pub const MANUAL_RESET: Flags = Flags(0x01);
    /// Segment: readers may wait for its lock.
    pub const READERS_MAY_WAIT: Flags = Flags(0x02);
    /// Segment: the broker wrote its initial content.
    pub const INITIAL: Flags = Flags(0x04);
    /// It belongs to a segment or queue.
    pub const COMPANION: Flags = Flags(0x08);
    /// Segment: it has a lock.
    pub const HAS_LOCK: Flags = Flags(0x10);
    /// The size is rounded up: opened without the broker's directory.
    pub const ROUNDED: Flags = Flags(0x20);
    /// Segment: [`Segment::wait_changed`] works.
    pub const NOTIFY: Flags = Flags(0x40);
    /// Segment: private memory.
    pub const PRIVATE: Flags = Flags(0x80);
    /// Segment: `snapshots: double`.
    pub const DOUBLE: Flags = Flags(0x100);
    /// Segment: its lock is a fast one.
    pub const FAST: Flags = Flags(0x200);
    /// Queue: one thread at a time may put.
    pub const ONE_PRODUCER: Flags = Flags(0x400);
    /// Queue: one thread at a time may get.
    pub const ONE_CONSUMER: Flags = Flags(0x800);
    /// Queue: a put into a full queue fails.
    pub const REFUSE: Flags = Flags(0x1000);
    /// Queue: a put into a full queue drops the oldest message.
    pub const DROP_OLDEST: Flags = Flags(0x2000);
    /// A program has asked for it: [`request`](crate::request).
    pub const REQUESTED: Flags = Flags(0x4000);

    /// Whether all of these are set.
    pub fn contains(self, flags: Flags) -> bool {
        self.0 & flags.0 == flags.0
    }
}

/// One object of the broker, as of one moment.
#[derive(Clone, Debug)]
pub struct Object {
    /// The name without `Global\`.
    pub name: String,
    /// Segment with a lock: the name of its mutex, or of a fast lock's event.
    pub lock: String,
    /// What it is.
    pub kind: Kind,
    /// Whether the broker has it.
    pub state: State,
    /// Properties.
    pub flags: Flags,
    /// Segment, queue: bytes.
    pub size: u64,
    /// Grows each time the object is recreated; 0: unknown.
    pub generation: u64,
    /// Semaphore: first count.
    pub initial: i32,
    /// Semaphore: greatest count.
    pub maximum: i32,
    /// Queue: messages that fit in.
    pub slots: u32,
    /// Queue: the most bytes of a message.
    pub slot_size: u32,
    /// Requested: the rule that allows it; empty: it is not requested.
    pub rule: String,
    /// Requested: the SID of the account that has asked; empty: it is not requested.
    pub account: String,
}

impl Object {
    fn new(info: &shmb_info) -> Object {
        Object {
            name: terminated(&info.name),
            lock: terminated(&info.lock),
            kind: Kind(info.kind),
            state: State(info.state),
            flags: Flags(info.flags),
            size: info.bytes,
            generation: info.generation,
            initial: info.initial,
            maximum: info.maximum,
            slots: info.slots,
            slot_size: info.slot_size,
            rule: terminated(&info.rule),
            account: terminated(&info.account),
        }
    }
}

/// Describes one object, and does not open it.
pub fn describe(name: &str) -> Result<Object> {
    let (calls, name) = (calls()?, name_of(name)?);
    // SAFETY: the structure has its size.
    unsafe {
        let mut info = sized::<shmb_info>();
        calls.check((calls.shmb_describe)(name.as_ptr(), &mut info))?;
        Ok(Object::new(&info))
    }
}

/// All objects, in the order of the configuration, a lock before its segment.
pub fn list() -> Result<Vec<Object>> {
    let calls = calls()?;
    let (mut list, mut count) = (ptr::null_mut(), 0);
    // SAFETY: the list is used by this thread, and closed.
    unsafe {
        calls.check((calls.shmb_list_open)(&mut list, &mut count))?;
        let mut objects = Vec::new();
        let mut info = sized::<shmb_info>();
        let ended = loop {
            let result = (calls.shmb_list_next)(list, &mut info);
            if result < 0 {
                break result;
            }
            objects.push(Object::new(&info));
        };
        let result = if Code(ended) == Code::NOT_FOUND {
            Ok(objects)
        } else {
            calls.check(ended).map(|_| objects)
        };
        (calls.shmb_list_close)(list);
        result
    }
}

/// The broker that holds the objects.
#[derive(Clone, Debug)]
pub struct Broker {
    /// Its process.
    pub process: u32,
    /// When that started.
    pub started: Option<SystemTime>,
    /// Its version; empty: it does not tell.
    pub version: String,
}

/// Describes the broker.
pub fn describe_broker() -> Result<Broker> {
    let calls = calls()?;
    // SAFETY: the structure has its size.
    let info = unsafe {
        let mut info = sized::<shmb_broker_info>();
        calls.check((calls.shmb_describe_broker)(&mut info))?;
        info
    };
    Ok(Broker {
        process: info.process,
        started: time_of(info.started),
        version: terminated(&info.version),
    })
}

impl Segment {
    /// Tells whether the segment is still current, and what was known when it was opened.
    /// [`Code::STALE`]: open it again. [`Code::NOT_FOUND`]: the broker no longer holds the name. The
    /// memory stays valid.
    pub fn state(&self) -> Result<Object> {
        // SAFETY: the structure has its size, and the segment is open.
        unsafe {
            let mut info = sized::<shmb_info>();
            self.calls.check((self.calls.shmb_state)(self.raw, &mut info))?;
            Ok(Object::new(&info))
        }
    }
}

/// Opens a mutex, event or semaphore, for Win32. A mutex belongs to the thread that waited for it.
pub fn open_object(name: &str, kind: Kind, rights: Rights, wait: Duration) -> Result<OwnedHandle> {
    let (calls, name) = (calls()?, name_of(name)?);
    let mut handle = ptr::null_mut();
    // SAFETY: the handle is this program's, and is closed once.
    unsafe {
        let wait = milliseconds(wait);
        calls.check((calls.shmb_open_object)(
            name.as_ptr(),
            kind.0,
            rights.0,
            wait,
            &mut handle,
        ))?;
        Ok(OwnedHandle::from_raw_handle(handle.cast()))
    }
}

/// The time of a FILETIME. Any program that may write a segment can write it.
pub(crate) fn time_of(filetime: u64) -> Option<SystemTime> {
    const SECONDS_TO_1970: u64 = 11_644_473_600;
    let time = Duration::new(filetime / 10_000_000, (filetime % 10_000_000) as u32 * 100);
    SystemTime::UNIX_EPOCH.checked_add(time.checked_sub(Duration::from_secs(SECONDS_TO_1970))?)
}
