use crate::library::{terminated, text};
use crate::sys::Calls;
use crate::RequestInfo;
use std::os::raw::c_char;
use std::{fmt, io, ptr};

/// Why a call failed. `shmb.h` says of each call what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code(pub i32);

impl Code {
    /// The broker runs, but holds no object of this name.
    pub const NOT_FOUND: Code = Code(-1);
    /// No such object, and no broker runs.
    pub const NO_BROKER: Code = Code(-2);
    /// The access list does not give this right.
    pub const ACCESS_DENIED: Code = Code(-3);
    /// The name belongs to an object of another kind.
    pub const WRONG_KIND: Code = Code(-4);
    /// The object exists, but the broker did not make it.
    pub const NOT_OURS: Code = Code(-5);
    /// Not a valid object name.
    pub const BAD_NAME: Code = Code(-6);
    /// A parameter is wrong, or the call does not fit the object.
    pub const BAD_ARGUMENT: Code = Code(-7);
    /// The start is beyond the end; queue: too long.
    pub const RANGE: Code = Code(-8);
    /// Timed out.
    pub const TIMEOUT: Code = Code(-9);
    /// This thread does not hold the lock.
    pub const NOT_OWNER: Code = Code(-10);
    /// Fast lock, queue: no slot for this thread.
    pub const NO_SLOT: Code = Code(-11);
    /// Writers kept changing the bytes.
    pub const BUSY: Code = Code(-12);
    /// A writer died in the middle of a write.
    pub const INCONSISTENT: Code = Code(-13);
    /// The shared control data is invalid.
    pub const CORRUPT: Code = Code(-14);
    /// The broker has another, incompatible version.
    pub const VERSION_MISMATCH: Code = Code(-15);
    /// Retired, recreated, or its control data moved: open it again.
    pub const STALE: Code = Code(-16);
    /// Out of memory or address space.
    pub const NO_MEMORY: Code = Code(-17);
    /// A system call failed: see [`Error::win32_code`].
    pub const SYSTEM: Code = Code(-18);
    /// No rule of the configuration allows this request: see [`Error::answer`].
    pub const NOT_ALLOWED: Code = Code(-19);
    /// A quota of the rule is used up: see [`Error::answer`].
    pub const QUOTA: Code = Code(-20);
}

/// A call that failed.
#[derive(Clone, Debug)]
pub struct Error {
    code: Code,
    text: String,
    win32_code: u32,
    system_call: String,
    answer: Option<Box<RequestInfo>>,
}

impl Error {
    /// What failed.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The code of the system call that failed; 0: none did.
    pub fn win32_code(&self) -> u32 {
        self.win32_code
    }

    /// The name of that system call.
    pub fn system_call(&self) -> &str {
        &self.system_call
    }

    /// What the broker answered to [`request`](crate::request); `None`: nothing, or it was another call.
    pub fn answer(&self) -> Option<&RequestInfo> {
        self.answer.as_deref()
    }

    pub(crate) fn with_answer(self, answer: RequestInfo) -> Error {
        Error { answer: Some(Box::new(answer)), ..self }
    }

    pub(crate) fn own(code: Code, text: &str) -> Error {
        Error {
            code,
            text: text.to_owned(),
            win32_code: 0,
            system_call: String::new(),
            answer: None,
        }
    }

    /// A call of the system that this thread has just made.
    pub(crate) fn of_system(call: &str, what: &str) -> Error {
        let why = io::Error::last_os_error();
        Error {
            code: Code::SYSTEM,
            text: format!("{call} failed for {what}: {why}"),
            win32_code: why.raw_os_error().unwrap_or(0) as u32,
            system_call: call.to_owned(),
            answer: None,
        }
    }

    /// A call of the library that this thread has just made.
    pub(crate) fn of_call(calls: &Calls, result: i32) -> Error {
        let mut buffer = [0 as c_char; 1024];
        let (mut win32_code, mut call) = (0, ptr::null());
        // SAFETY: the buffer has this size, and the name of the call is a constant text.
        unsafe {
            (calls.shmb_result_text)(result, buffer.as_mut_ptr(), buffer.len() as u32);
            let known =
                (calls.shmb_last_failure)(&mut win32_code, &mut call) == result && win32_code != 0;
            Error {
                code: Code(result),
                text: terminated(&buffer),
                win32_code: if known { win32_code } else { 0 },
                system_call: if known && !call.is_null() { text(call) } else { String::new() },
                answer: None,
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        let kind = match error.code {
            Code::NOT_FOUND | Code::NO_BROKER => io::ErrorKind::NotFound,
            Code::ACCESS_DENIED | Code::NOT_ALLOWED => io::ErrorKind::PermissionDenied,
            Code::BAD_NAME | Code::BAD_ARGUMENT | Code::RANGE => io::ErrorKind::InvalidInput,
            Code::TIMEOUT => io::ErrorKind::TimedOut,
            Code::CORRUPT | Code::INCONSISTENT => io::ErrorKind::InvalidData,
            Code::NO_MEMORY => io::ErrorKind::OutOfMemory,
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, error)
    }
}
