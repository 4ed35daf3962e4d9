use crate::library::{calls, milliseconds, name_of, sized};
use crate::objects::Flags;
use crate::sys::{shmb_queue, shmb_queue_info, Calls};
use crate::{Code, Options, Result, Rights};
use std::os::windows::io::RawHandle;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// An open queue: it passes messages between programs, each to one consumer. Any thread may use it;
/// with `producers: one` or `consumers: one`, that end belongs to the first thread that puts, or gets.
/// It is closed when it is dropped.
#[derive(Debug)]
pub struct Queue {
    calls: &'static Calls,
    raw: *mut shmb_queue,
    room: AtomicU32, // bytes of the longest message so far
}

// SAFETY: any thread may make any call on an open queue.
unsafe impl Send for Queue {}
unsafe impl Sync for Queue {}

/// A queue, as of one moment.
#[derive(Clone, Debug)]
pub struct QueueInfo {
    /// Properties.
    pub flags: Flags,
    /// Messages that fit in.
    pub slots: u32,
    /// The most bytes of a message.
    pub slot_size: u32,
    /// Messages in the queue now.
    pub messages: u64,
    /// Messages put since the queue was made.
    pub put: u64,
    /// Messages got, with those that were dropped or cleared.
    pub got: u64,
    /// Messages dropped for newer ones.
    pub dropped: u64,
    /// Puts that failed because the queue was full.
    pub refused: u64,
    /// Grows each time the queue is recreated.
    pub generation: u64,
}

impl Queue {
    /// Opens a queue. With [`Rights::READ`], only [`Queue::peek`] and [`Queue::info`] work.
    pub fn open(name: &str, rights: Rights, wait: Duration) -> Result<Queue> {
        let name = name_of(name)?;
        Queue::opened(|calls, queue| unsafe {
            (calls.shmb_queue_open)(name.as_ptr(), rights.0, milliseconds(wait), queue)
        })
    }

    /// Opens a queue with options; `offset` and `length` must be 0.
    pub fn open_with(name: &str, options: &Options) -> Result<Queue> {
        let name = name_of(name)?;
        options.give(|given| {
            Queue::opened(|calls, queue| unsafe {
                (calls.shmb_queue_open_with)(name.as_ptr(), given, queue)
            })
        })?
    }

    fn opened(call: impl FnOnce(&Calls, &mut *mut shmb_queue) -> i32) -> Result<Queue> {
        let calls = calls()?;
        let mut raw = ptr::null_mut();
        calls.check(call(calls, &mut raw))?;
        Ok(Queue { calls, raw, room: AtomicU32::new(64) })
    }

    /// Puts a message. [`Code::TIMEOUT`]: the queue is full; nothing was put. [`Code::RANGE`]: it is
    /// longer than `slot_size`.
    pub fn put(&self, message: &[u8], timeout: Duration) -> Result<()> {
        // A longer one than this is too long, too.
        let count = u32::try_from(message.len()).unwrap_or(u32::MAX);
        // SAFETY: the queue is open, and the message has so many bytes.
        let result = unsafe {
            (self.calls.shmb_queue_put)(
                self.raw,
                message.as_ptr().cast(),
                count,
                milliseconds(timeout),
            )
        };
        self.calls.check(result).map(|_| ())
    }

    /// Gets the oldest message; `None`: none came.
    pub fn get(&self, timeout: Duration) -> Result<Option<Vec<u8>>> {
        self.take(|buffer, length| unsafe {
            let (to, size) = (buffer.as_mut_ptr().cast(), buffer.len() as u32);
            (self.calls.shmb_queue_get)(self.raw, to, size, length, milliseconds(timeout))
        })
    }

    /// Copies the oldest message, and leaves it in the queue; `None`: there is none.
    pub fn peek(&self) -> Result<Option<Vec<u8>>> {
        self.take(|buffer, length| unsafe {
            (self.calls.shmb_queue_peek)(
                self.raw,
                buffer.as_mut_ptr().cast(),
                buffer.len() as u32,
                length,
            )
        })
    }

    /// Asks again with a buffer that is long enough: until then, the message stays in the queue.
    fn take(&self, call: impl Fn(&mut [u8], &mut u32) -> i32) -> Result<Option<Vec<u8>>> {
        loop {
            let mut buffer = vec![0; self.room.load(Ordering::Relaxed) as usize];
            let mut length = 0;
            let result = call(&mut buffer, &mut length);
            if Code(result) == Code::RANGE && length as usize > buffer.len() {
                self.room.store(length, Ordering::Relaxed);
                continue;
            }
            return Ok(self.calls.timely(result)?.map(|_| {
                buffer.truncate(length as usize);
                buffer
            }));
        }
    }

    /// Removes all messages, and repairs what a program has damaged. Returns how many.
    pub fn clear(&self) -> Result<u64> {
        let mut count = 0;
        // SAFETY: the queue is open.
        self.calls.check(unsafe { (self.calls.shmb_queue_clear)(self.raw, &mut count) })?;
        Ok(count)
    }

    /// Describes the queue.
    pub fn info(&self) -> Result<QueueInfo> {
        // SAFETY: the structure has its size, and the queue is open.
        let info = unsafe {
            let mut info = sized::<shmb_queue_info>();
            self.calls.check((self.calls.shmb_queue_level)(self.raw, &mut info))?;
            info
        };
        Ok(QueueInfo {
            flags: Flags(info.flags),
            slots: info.slots,
            slot_size: info.slot_size,
            messages: info.messages,
            put: info.put,
            got: info.got,
            dropped: info.dropped,
            refused: info.refused,
            generation: info.generation,
        })
    }

    /// The event that the next message sets, for loops that also wait for other things; it marks that
    /// somebody waits. Call [`Queue::get`] with a timeout of 0 until it returns `None`, then this, then
    /// wait for a second at most. The event is valid until the queue is dropped: do not close it.
    pub fn event(&self) -> Result<RawHandle> {
        let mut event = ptr::null_mut();
        // SAFETY: the queue is open.
        self.calls.check(unsafe { (self.calls.shmb_queue_event)(self.raw, &mut event) })?;
        Ok(event.cast())
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: it is the last call.
        unsafe { (self.calls.shmb_queue_close)(self.raw) };
    }
}
