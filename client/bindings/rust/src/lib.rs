//! Opens what the ShmBroker service holds: shared memory, locks and queues, from any session of a
//! Windows machine. The service creates the objects from its configuration; a program needs no
//! privilege. The reference of all calls is `shmb.h`.
//!
//! ```no_run
//! use shmbroker::{Rights, Segment};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), shmbroker::Error> {
//! let prices = Segment::open("Prices", Rights::WRITE, Duration::from_secs(5))?;
//! prices.update(0, b"1.25\0", Duration::from_secs(5))?;
//! let mut text = [0; 64];
//! prices.snapshot(0, &mut text, Duration::from_secs(1))?;
//! # Ok(())
//! # }
//! ```
//!
//! The library `shmbclient.dll` is loaded with the first call, from the folder of the program or from
//! System32, never from the current folder or the path. [`load`] takes it from elsewhere.
//!
//! Timeouts are rounded up to milliseconds. One of 2³² milliseconds or more has no limit:
//! [`INFINITE`].
#![cfg(windows)]
#![warn(missing_docs)]

mod changes;
mod error;
mod library;
mod lock;
mod objects;
mod plain;
mod queue;
mod requests;
mod segment;
mod sys;

pub use changes::Subscription;
pub use error::{Code, Error};
pub use library::{load, version};
pub use lock::{Lock, LockFlags, LockInfo, Write};
pub use objects::{
    describe, describe_broker, list, open_object, Broker, Flags, Kind, Object, State,
};
pub use plain::Plain;
pub use queue::{Queue, QueueInfo};
pub use requests::{release, request, request_ask, Reason, RequestInfo, RequestOptions};
pub use segment::{Options, Rights, Segment};

use std::time::Duration;

/// A time without limit.
pub const INFINITE: Duration = Duration::MAX;

/// What a call of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;
