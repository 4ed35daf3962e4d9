use crate::library::{calls, milliseconds, name_of, size_of, terminated};
use crate::sys::{shmb_options, shmb_segment, Calls};
use crate::{Code, Error, Plain, Result};
use std::ffi::CString;
use std::mem::MaybeUninit;
use std::os::raw::c_char;
use std::time::{Duration, Instant};
use std::{fmt, ptr};

/// What to open an object for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rights(pub(crate) u32);

impl Rights {
    /// To read; needs level `read` in the configuration.
    pub const READ: Rights = Rights(1);
    /// To read, write and lock; needs level `write`.
    pub const WRITE: Rights = Rights(2);
}

/// Options to open with.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to open for.
    pub rights: Rights,
    /// How long to wait for a broker that does not run yet or does not hold the name yet.
    pub wait: Duration,
    /// The first byte to map; offsets of other calls count from it.
    pub offset: u64,
    /// Bytes to map; 0: to the end.
    pub length: u64,
    /// The SID of one more owner to trust, if the broker has an account of its own.
    pub owner: Option<String>,
}

impl Options {
    /// All of it, without a wait.
    pub fn new(rights: Rights) -> Options {
        Options { rights, wait: Duration::ZERO, offset: 0, length: 0, owner: None }
    }

    /// Makes a call with the structure of the library.
    pub(crate) fn give<T>(&self, call: impl FnOnce(&shmb_options) -> T) -> Result<T> {
        let owner: Option<CString> = self.owner.as_deref().map(name_of).transpose()?;
        Ok(call(&shmb_options {
            size: size_of::<shmb_options>(),
            rights: self.rights.0,
            wait_ms: milliseconds(self.wait),
            reserved: 0,
            offset: self.offset,
            length: self.length,
            owner: owner.as_ref().map_or(ptr::null(), |sid| sid.as_ptr()),
            reserved_pointer: ptr::null(),
        }))
    }
}

/// Open shared memory. Any thread may use it; it is closed when it is dropped.
///
/// Copies that end beyond the end of the segment are cut, and return the number of bytes copied.
/// [`Code::RANGE`]: the start is beyond the end.
pub struct Segment {
    pub(crate) calls: &'static Calls,
    pub(crate) raw: *mut shmb_segment,
    data: *mut u8,
    size: usize,
}

// SAFETY: any thread may make any call on an open segment.
unsafe impl Send for Segment {}
unsafe impl Sync for Segment {}

impl Segment {
    /// Opens a segment and maps all of it. `Prices` and `Global\Prices` mean the same.
    pub fn open(name: &str, rights: Rights, wait: Duration) -> Result<Segment> {
        let name = name_of(name)?;
        Segment::opened(|calls, segment| unsafe {
            (calls.shmb_open)(name.as_ptr(), rights.0, milliseconds(wait), segment)
        })
    }

    /// Opens a segment, or a part of it: a 32-bit program can use a large segment this way.
    pub fn open_with(name: &str, options: &Options) -> Result<Segment> {
        let name = name_of(name)?;
        options.give(|given| {
            Segment::opened(|calls, segment| unsafe {
                (calls.shmb_open_with)(name.as_ptr(), given, segment)
            })
        })?
    }

    /// Creates or opens memory that the processes of one user share in one session, with a lock and
    /// without the broker; `None`: with a name that no object has. True: this call created it.
    pub fn create_private(name: Option<&str>, size: u64) -> Result<(Segment, bool)> {
        let name = name.map(name_of).transpose()?;
        let name = name.as_ref().map_or(ptr::null(), |name| name.as_ptr());
        let mut first = 0;
        let segment = Segment::opened(|calls, segment| unsafe {
            (calls.shmb_private_create)(name, size, segment, &mut first)
        })?;
        Ok((segment, first != 0))
    }

    fn opened(call: impl FnOnce(&Calls, &mut *mut shmb_segment) -> i32) -> Result<Segment> {
        let calls = calls()?;
        let mut raw = ptr::null_mut();
        calls.check(call(calls, &mut raw))?;
        let mut segment = Segment { calls, raw, data: ptr::null_mut(), size: 0 };
        let (mut size, mut data) = (0, ptr::null_mut());
        // SAFETY: it is open.
        unsafe {
            calls.check((calls.shmb_size)(raw, &mut size))?;
            calls.check((calls.shmb_data)(raw, &mut data))?;
        }
        segment.data = data.cast();
        // What is mapped is no longer than the address space.
        segment.size = size as usize;
        Ok(segment)
    }

    /// The name without `Global\`.
    pub fn name(&self) -> Result<String> {
        let mut buffer = [0 as c_char; 601];
        // SAFETY: the buffer has this size.
        let result =
            unsafe { (self.calls.shmb_name)(self.raw, buffer.as_mut_ptr(), buffer.len() as u32) };
        self.calls.check(result)?;
        Ok(terminated(&buffer))
    }

    /// The number of usable bytes.
    #[allow(clippy::len_without_is_empty)] // it has one byte or more
    pub fn len(&self) -> usize {
        self.size
    }

    /// The memory, [`Segment::len`] bytes, valid until the segment is dropped. Other programs may
    /// change it at any moment, so make no reference to it: read and write with `read_volatile`,
    /// `copy_from` and so on. Opened with [`Rights::READ`], a write is an access violation. Hold the
    /// lock, and write while a [`Write`] lives.
    pub fn as_ptr(&self) -> *mut u8 {
        self.data
    }

    /// Copies bytes out of the segment. Takes no lock: hold it, or use [`Segment::snapshot`].
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let count = buffer.len() as u64;
        self.copied(|done| unsafe {
            (self.calls.shmb_read)(self.raw, offset, buffer.as_mut_ptr().cast(), count, done)
        })
    }

    /// Copies bytes into the segment. If it has a lock, this thread must hold it
    /// ([`Code::NOT_OWNER`]).
    pub fn write(&self, offset: u64, bytes: &[u8]) -> Result<usize> {
        self.copied(|done| unsafe {
            (self.calls.shmb_write)(
                self.raw,
                offset,
                bytes.as_ptr().cast(),
                bytes.len() as u64,
                done,
            )
        })
    }

    /// Locks, writes and unlocks in one call.
    pub fn update(&self, offset: u64, bytes: &[u8], timeout: Duration) -> Result<usize> {
        let (from, count) = (bytes.as_ptr().cast(), bytes.len() as u64);
        self.copied(|done| unsafe {
            (self.calls.shmb_update)(self.raw, offset, from, count, milliseconds(timeout), done)
        })
    }

    /// Copies bytes as [`Segment::read`] does, but never with half of a write by the library in them.
    /// Needs [`Rights::READ`] only, and takes no lock. With a timeout of 0 it tries once.
    /// [`Code::BUSY`]: programs kept writing. [`Code::INCONSISTENT`]: a writer died in the middle of
    /// a write.
    pub fn snapshot(&self, offset: u64, buffer: &mut [u8], timeout: Duration) -> Result<usize> {
        let (to, count) = (buffer.as_mut_ptr().cast(), buffer.len() as u64);
        self.copied(|done| unsafe {
            (self.calls.shmb_snapshot_wait)(
                self.raw,
                offset,
                to,
                count,
                milliseconds(timeout),
                done,
            )
        })
    }

    fn copied(&self, call: impl FnOnce(&mut u64) -> i32) -> Result<usize> {
        let mut done = 0;
        self.calls.check(call(&mut done))?;
        Ok(done as usize)
    }

    /// Copies a value out of the segment, as [`Segment::snapshot`] does. [`Code::RANGE`]: it is not
    /// within the segment.
    pub fn load<T: Plain>(&self, offset: u64, timeout: Duration) -> Result<T> {
        self.holds::<T>(offset)?;
        let mut value = MaybeUninit::<T>::zeroed();
        // SAFETY: any bytes are a value of a plain type.
        unsafe {
            let bytes =
                std::slice::from_raw_parts_mut(value.as_mut_ptr().cast(), std::mem::size_of::<T>());
            self.snapshot(offset, bytes, timeout)?;
            Ok(value.assume_init())
        }
    }

    /// Writes a value into the segment, as [`Segment::update`] does.
    pub fn store<T: Plain>(&self, offset: u64, value: &T, timeout: Duration) -> Result<()> {
        self.holds::<T>(offset)?;
        // SAFETY: a plain type has no bytes between its members.
        let bytes = unsafe {
            std::slice::from_raw_parts((value as *const T).cast(), std::mem::size_of::<T>())
        };
        self.update(offset, bytes, timeout).map(|_| ())
    }

    fn holds<T>(&self, offset: u64) -> Result<()> {
        match offset.checked_add(std::mem::size_of::<T>() as u64) {
            Some(end) if end <= self.size as u64 => Ok(()),
            _ => Err(Error::own(Code::RANGE, "the value is not within the segment")),
        }
    }

    /// Calls `read` with the segment's memory, or with its last published copy (`snapshots: double`),
    /// [`Segment::len`] bytes, until no write has disturbed it. `timeout` limits each wait for a
    /// writer, and all of it.
    ///
    /// In `read`, only read, with `read_volatile` or a copy, and believe nothing: every value may be
    /// half of one and half of another. Only what the last call returned counts, and is returned.
    pub fn read_in_place<R>(
        &self,
        timeout: Duration,
        mut read: impl FnMut(*const u8) -> R,
    ) -> Result<R> {
        let started = Instant::now();
        loop {
            let (mut data, mut ticket) = (ptr::null(), 0);
            // SAFETY: the segment is open.
            let result = unsafe {
                (self.calls.shmb_read_published)(
                    self.raw,
                    milliseconds(timeout),
                    &mut data,
                    &mut ticket,
                )
            };
            self.calls.check(result)?;
            let value = read(data.cast());
            // SAFETY: as above.
            let result = unsafe { (self.calls.shmb_read_valid)(self.raw, ticket) };
            if Code(result) != Code::BUSY || started.elapsed() >= timeout {
                return self.calls.check(result).map(|_| value);
            }
        }
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        // A lock that was forgotten keeps the segment open.
        // SAFETY: it is the last call.
        unsafe { (self.calls.shmb_close)(self.raw) };
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment")
            .field("name", &self.name().unwrap_or_default())
            .field("len", &self.size)
            .finish()
    }
}
