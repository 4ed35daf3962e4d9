use crate::library::{milliseconds, sized};
use crate::objects::time_of;
use crate::sys::shmb_lock_info;
use crate::{Error, Result, Segment};
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

/// What is known of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LockFlags(pub u32);

impl LockFlags {
    /// The system told whether a thread owns the lock.
    pub const KNOWN: LockFlags = LockFlags(0x01);
    /// A thread owns it.
    pub const HELD: LockFlags = LockFlags(0x02);
    /// The system told which thread.
    pub const OWNER: LockFlags = LockFlags(0x04);
    /// An owner died.
    pub const ABANDONED: LockFlags = LockFlags(0x08);
    /// A writer died in the middle of a write.
    pub const HALF: LockFlags = LockFlags(0x10);

    /// Whether all of these are set.
    pub fn contains(self, flags: LockFlags) -> bool {
        self.0 & flags.0 == flags.0
    }
}

/// The lock of a segment, for messages; never a reason not to take the lock.
#[derive(Clone, Debug)]
pub struct LockInfo {
    /// What is known.
    pub flags: LockFlags,
    /// The process of the owner, or of the one that died; 0: not known.
    pub process: u32,
    /// The thread of the owner, or of the one that died; 0: not known.
    pub thread: u32,
    /// When it took the lock.
    pub since: Option<SystemTime>,
}

/// The lock of a segment. It belongs to the thread that took it, so it is not [`Send`]. It is released
/// when it is dropped.
///
/// ```compile_fail
/// fn sent(lock: shmbroker::Lock<'static>) {
///     std::thread::spawn(move || drop(lock));
/// }
/// ```
#[must_use = "the lock is released when this is dropped"]
#[derive(Debug)]
pub struct Lock<'a> {
    segment: &'a Segment,
    abandoned: bool,
    thread: PhantomData<*mut ()>,
}

/// A write of several steps; snapshots wait for its end. It ends when it is dropped.
#[must_use = "the write ends when this is dropped"]
#[derive(Debug)]
pub struct Write<'a> {
    segment: &'a Segment,
    thread: PhantomData<*mut ()>,
}

impl Segment {
    /// Takes the lock for this thread, which may take it again. [`Code::TIMEOUT`]:
    /// [`Segment::lock_info`] tells who has it.
    ///
    /// [`Code::TIMEOUT`]: crate::Code::TIMEOUT
    pub fn lock(&self, timeout: Duration) -> Result<Lock<'_>> {
        // SAFETY: the segment is open.
        let result = unsafe { (self.calls.shmb_lock)(self.raw, milliseconds(timeout)) };
        let abandoned = self.calls.check(result)? > 0;
        Ok(Lock { segment: self, abandoned, thread: PhantomData })
    }

    /// Takes the lock; `None`: timed out.
    pub fn try_lock(&self, timeout: Duration) -> Result<Option<Lock<'_>>> {
        // SAFETY: the segment is open.
        let result = unsafe { (self.calls.shmb_lock)(self.raw, milliseconds(timeout)) };
        let held = self.calls.timely(result)?;
        Ok(held.map(|result| Lock { segment: self, abandoned: result > 0, thread: PhantomData }))
    }

    /// Begins a write through [`Segment::as_ptr`], or of several calls of [`Segment::write`] that
    /// belong together. Hold the lock for all of it.
    pub fn begin_write(&self) -> Result<Write<'_>> {
        // SAFETY: the segment is open.
        self.calls.check(unsafe { (self.calls.shmb_write_begin)(self.raw) })?;
        Ok(Write { segment: self, thread: PhantomData })
    }

    /// Fills the segment, if this program is the first to do so: `fill` runs under the lock. If it fails
    /// or panics, or the program dies, the next program is first. True: this call filled it; false: it
    /// was filled already. [`Code::TIMEOUT`]: another program is first and not done.
    ///
    /// [`Code::TIMEOUT`]: crate::Code::TIMEOUT
    pub fn fill_once<E: From<Error>>(
        &self,
        timeout: Duration,
        fill: impl FnOnce(&Segment) -> std::result::Result<(), E>,
    ) -> std::result::Result<bool, E> {
        let mut first = 0;
        // SAFETY: the segment is open.
        let result =
            unsafe { (self.calls.shmb_first)(self.raw, milliseconds(timeout), &mut first) };
        self.calls.check(result)?;
        if first == 0 {
            return Ok(false);
        }
        let held = Lock { segment: self, abandoned: false, thread: PhantomData };
        fill(self)?;
        // It releases the lock.
        std::mem::forget(held);
        // SAFETY: this thread is first.
        self.calls.check(unsafe { (self.calls.shmb_init_done)(self.raw) })?;
        Ok(true)
    }

    /// Tells who holds the lock and since when, and whether it was abandoned.
    pub fn lock_info(&self) -> Result<LockInfo> {
        // SAFETY: the structure has its size, and the segment is open.
        let info = unsafe {
            let mut info = sized::<shmb_lock_info>();
            self.calls.check((self.calls.shmb_lock_state)(self.raw, &mut info))?;
            info
        };
        Ok(LockInfo {
            flags: LockFlags(info.flags),
            process: info.process,
            thread: info.thread,
            since: time_of(info.since),
        })
    }
}

impl Lock<'_> {
    /// An owner died while it held the lock: the content may be half written. Repair it and call
    /// [`Lock::mark_consistent`], or call [`Lock::restore`].
    pub fn abandoned(&self) -> bool {
        self.abandoned
    }

    /// Declares the content consistent.
    pub fn mark_consistent(&self) -> Result<()> {
        // SAFETY: the segment is open.
        let result = unsafe { (self.segment.calls.shmb_mark_consistent)(self.segment.raw) };
        self.segment.calls.check(result).map(|_| ())
    }

    /// Puts the last published value back, with `snapshots: double`, and declares it consistent.
    pub fn restore(&self) -> Result<()> {
        // SAFETY: the segment is open.
        let result = unsafe { (self.segment.calls.shmb_restore)(self.segment.raw) };
        self.segment.calls.check(result).map(|_| ())
    }

    /// Releases the lock once, and tells of a failure: [`Code::STALE`](crate::Code::STALE), for
    /// instance. Dropping it tells nothing.
    pub fn unlock(self) -> Result<()> {
        let segment = self.segment;
        std::mem::forget(self);
        // SAFETY: the segment is open, and this thread took its lock.
        segment.calls.check(unsafe { (segment.calls.shmb_unlock)(segment.raw) }).map(|_| ())
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        // SAFETY: the segment is open, and this thread took its lock.
        unsafe { (self.segment.calls.shmb_unlock)(self.segment.raw) };
    }
}

impl Write<'_> {
    /// Ends the write, and tells of a failure. Dropping it tells nothing.
    pub fn end(self) -> Result<()> {
        let segment = self.segment;
        std::mem::forget(self);
        // SAFETY: the segment is open, and this thread began the write.
        segment.calls.check(unsafe { (segment.calls.shmb_write_end)(segment.raw) }).map(|_| ())
    }
}

impl Drop for Write<'_> {
    fn drop(&mut self) {
        // SAFETY: the segment is open, and this thread began the write.
        unsafe { (self.segment.calls.shmb_write_end)(self.segment.raw) };
    }
}
