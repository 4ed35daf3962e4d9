use crate::library::{milliseconds, WaitForSingleObject};
use crate::sys::{shmb_subscription, Calls};
use crate::{Error, Result, Segment};
use std::os::windows::io::{AsRawHandle, RawHandle};
use std::ptr;
use std::time::Duration;

const WAIT_OBJECT_0: u32 = 0;
const WAIT_TIMEOUT: u32 = 258;

impl Segment {
    /// The change number: 0 at first, another one after each finished write of the library. Makes no
    /// system call.
    pub fn change_number(&self) -> Result<u64> {
        let mut number = 0;
        // SAFETY: the segment is open.
        self.calls.check(unsafe { (self.calls.shmb_change_number)(self.raw, &mut number) })?;
        Ok(number)
    }

    /// Waits until the change number differs from `seen`, and returns it; with 0, for the first change
    /// ever. `None`: timed out. Several changes may end one wait. The segment needs `notify: true`.
    pub fn wait_changed(&self, seen: u64, timeout: Duration) -> Result<Option<u64>> {
        let mut number = seen;
        // SAFETY: the segment is open.
        let result =
            unsafe { (self.calls.shmb_wait_changed)(self.raw, &mut number, milliseconds(timeout)) };
        Ok(self.calls.timely(result)?.map(|_| number))
    }

    /// One event for all changes, for programs that wait for many things: it is set once the change
    /// number differs from `seen`, and again after each later change. The subscription may outlive the
    /// segment.
    pub fn subscribe(&self, seen: u64) -> Result<Subscription> {
        let (mut raw, mut event) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the segment is open.
        self.calls
            .check(unsafe { (self.calls.shmb_subscribe)(self.raw, seen, &mut raw, &mut event) })?;
        Ok(Subscription { calls: self.calls, raw, event: event.cast() })
    }
}

/// An event that is set after each change of a segment. Several changes may set it once, and it may be
/// set for a change that the program has seen. If the change number cannot be read any more, it is set
/// once, and [`Segment::change_number`] says why.
#[derive(Debug)]
pub struct Subscription {
    calls: &'static Calls,
    raw: *mut shmb_subscription,
    event: RawHandle,
}

// SAFETY: an event may be waited for by any thread, and any thread may end the subscription.
unsafe impl Send for Subscription {}
unsafe impl Sync for Subscription {}

impl Subscription {
    /// Waits for a change since the last wait; false: timed out.
    pub fn wait(&self, timeout: Duration) -> Result<bool> {
        // SAFETY: the event is open until the subscription is dropped.
        match unsafe { WaitForSingleObject(self.event.cast(), milliseconds(timeout)) } {
            WAIT_OBJECT_0 => Ok(true),
            WAIT_TIMEOUT => Ok(false),
            _ => Err(Error::of_system("WaitForSingleObject", "the event of a subscription")),
        }
    }
}

/// The event, valid until the subscription is dropped. Do not set or close it.
impl AsRawHandle for Subscription {
    fn as_raw_handle(&self) -> RawHandle {
        self.event
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // SAFETY: it is the last call.
        unsafe { (self.calls.shmb_unsubscribe)(self.raw) };
    }
}
