use crate::library::{calls, milliseconds, name_of, sized, terminated};
use crate::sys::{shmb_request_info, shmb_request_options, Calls};
use crate::{Code, Error, Kind, Result};
use std::ffi::CString;
use std::os::raw::c_char;
use std::ptr;
use std::time::Duration;

/// Why a request was refused. The numbers never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reason(pub u32);

impl Reason {
    /// It was not refused.
    pub const NONE: Reason = Reason(0);
    /// No rule is for this name.
    pub const NO_RULE: Reason = Reason(1);
    /// The rule does not let this program ask.
    pub const WHO: Reason = Reason(2);
    /// The rule does not have this kind.
    pub const KIND: Reason = Reason(3);
    /// `most`: bytes of the largest segment of the rule.
    pub const SIZE: Reason = Reason(4);
    /// `used`, `most`: objects of this account.
    pub const EACH_OBJECTS: Reason = Reason(5);
    /// `used`, `most`: bytes of this account.
    pub const EACH_MEMORY: Reason = Reason(6);
    /// `used`, `most`: objects of the rule.
    pub const TOTAL_OBJECTS: Reason = Reason(7);
    /// `used`, `most`: bytes of the rule.
    pub const TOTAL_MEMORY: Reason = Reason(8);
    /// `limits` of the configuration, or the most there can be.
    pub const LIMITS: Reason = Reason(9);
    /// This account asks too often: `retry`.
    pub const RATE: Reason = Reason(10);
    /// The name belongs to another object of the broker.
    pub const TAKEN: Reason = Reason(11);
    /// An object that is not the broker's has the name.
    pub const FOREIGN: Reason = Reason(12);
    /// It exists, but is of another kind, or smaller: `size`.
    pub const OTHER: Reason = Reason(13);
    /// It exists, but you may not open it.
    pub const NO_ACCESS: Reason = Reason(14);
    /// Release: nobody has requested it.
    pub const NOT_REQUESTED: Reason = Reason(15);
    /// Release: another account has requested it.
    pub const NOT_YOURS: Reason = Reason(16);
    /// Release: it lives as long as the broker.
    pub const LIVES: Reason = Reason(17);
    /// The broker is starting or stopping.
    pub const STOPPING: Reason = Reason(18);
    /// The system refused it.
    pub const SYSTEM: Reason = Reason(19);
    /// The broker does not understand this library.
    pub const MESSAGE: Reason = Reason(20);
    /// The configuration has no `requests:`.
    pub const NO_PIPE: Reason = Reason(21);
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = [
            "none",
            "no rule",
            "who",
            "kind",
            "size",
            "objects of the account",
            "memory of the account",
            "objects of the rule",
            "memory of the rule",
            "limits",
            "rate",
            "taken",
            "foreign",
            "other",
            "no access",
            "not requested",
            "not yours",
            "lives",
            "stopping",
            "system",
            "message",
            "no requests",
        ];
        f.write_str(words.get(self.0 as usize).copied().unwrap_or("unknown reason"))
    }
}

struct RequestFlags(u32);

impl RequestFlags {
    const MANUAL_RESET: RequestFlags = RequestFlags(0x1);
    const SET: RequestFlags = RequestFlags(0x2);
}

/// What to ask for.
#[derive(Clone, Debug)]
pub struct RequestOptions {
    /// All but [`Kind::QUEUE`].
    pub kind: Kind,
    /// Event: it stays set until it is reset.
    pub manual_reset: bool,
    /// Event: it is set when it is created.
    pub set: bool,
    /// Semaphore: first count.
    pub initial: i32,
    /// Semaphore: greatest count.
    pub maximum: i32,
    /// How long to wait for a broker and for its answer.
    pub timeout: Duration,
    /// As in [`Options`](crate::Options).
    pub owner: Option<String>,
}

impl Default for RequestOptions {
    /// A segment, and five seconds.
    fn default() -> RequestOptions {
        RequestOptions::new(Kind::SEGMENT)
    }
}

type Request = unsafe extern "system" fn(
    *const c_char,
    u64,
    *const shmb_request_options,
    *mut shmb_request_info,
) -> i32;

impl RequestOptions {
    /// An object of this kind, and five seconds.
    pub fn new(kind: Kind) -> RequestOptions {
        RequestOptions {
            kind,
            manual_reset: false,
            set: false,
            initial: 0,
            maximum: 0,
            timeout: Duration::from_secs(5),
            owner: None,
        }
    }

    /// The result, and what the broker answered.
    fn give(&self, call: Request, name: &str, size: u64) -> Result<(i32, shmb_request_info)> {
        let name = name_of(name)?;
        let owner: Option<CString> = self.owner.as_deref().map(name_of).transpose()?;
        // SAFETY: both are structures of the library.
        let (mut options, mut info) =
            unsafe { (sized::<shmb_request_options>(), sized::<shmb_request_info>()) };
        options.kind = self.kind.0;
        options.flags = if self.manual_reset { RequestFlags::MANUAL_RESET.0 } else { 0 }
            | if self.set { RequestFlags::SET.0 } else { 0 };
        options.timeout_ms = at_least_one(self.timeout);
        options.initial = self.initial;
        options.maximum = self.maximum;
        options.owner = owner.as_ref().map_or(ptr::null(), |sid| sid.as_ptr());
        // SAFETY: the structures have their sizes, and the texts live until the call returns.
        let result = unsafe { call(name.as_ptr(), size, &options, &mut info) };
        Ok((result, info))
    }
}

/// What the broker answered to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestInfo {
    /// `None`: it holds the object; else why not.
    pub refused: Option<Code>,
    /// This request created the object, or would create it; false: it existed.
    pub made: bool,
    /// Why it was refused.
    pub reason: Reason,
    /// Objects or bytes, see the reason.
    pub used: u64,
    /// Objects or bytes, see the reason.
    pub most: u64,
    /// Segment: bytes.
    pub size: u64,
    /// When another try may succeed; `None`: that would not help.
    pub retry: Option<Duration>,
    /// The rule that decided; empty: none.
    pub rule: String,
    /// Why it was refused, with the rule and the numbers; empty: it was not.
    pub text: String,
}

impl RequestInfo {
    fn new(calls: &Calls, result: i32, info: &shmb_request_info) -> RequestInfo {
        let mut text = [0 as c_char; 1024];
        if result < 0 {
            // SAFETY: the buffer has this size.
            unsafe {
                (calls.shmb_request_text)(result, info, text.as_mut_ptr(), text.len() as u32);
            }
        }
        RequestInfo {
            refused: (result < 0).then_some(Code(result)),
            made: info.made != 0,
            reason: Reason(info.reason),
            used: info.used,
            most: info.most,
            size: info.bytes,
            retry: (info.retry_ms != 0).then(|| Duration::from_millis(info.retry_ms.into())),
            rule: terminated(&info.rule),
            text: terminated(&text),
        }
    }
}

/// Asks the broker to hold an object that the configuration does not name: open it afterwards. A rule
/// of the configuration (`requests:`) decides. An object that exists already is as good, if it is of
/// this kind and has this size or more. `size` is that of a segment in bytes, else 0.
///
/// [`Code::NOT_ALLOWED`]: no rule allows it. [`Code::QUOTA`]: a quota is used up. [`Error::answer`] is
/// what the broker answered.
pub fn request(name: &str, size: u64, options: &RequestOptions) -> Result<RequestInfo> {
    let calls = calls()?;
    let (result, info) = options.give(calls.shmb_request, name, size)?;
    if result >= 0 {
        return Ok(RequestInfo::new(calls, result, &info));
    }
    let error = Error::of_call(calls, result);
    if Reason(info.reason) == Reason::NONE {
        return Err(error);
    }
    Err(error.with_answer(RequestInfo::new(calls, result, &info)))
}

/// What [`request`] would be answered, a refusal as well; nothing else happens. The error is that there
/// was no answer.
pub fn request_ask(name: &str, size: u64, options: &RequestOptions) -> Result<RequestInfo> {
    let calls = calls()?;
    let (result, info) = options.give(calls.shmb_request_ask, name, size)?;
    if Reason(info.reason) == Reason::NONE {
        calls.check(result)?;
    }
    Ok(RequestInfo::new(calls, result, &info))
}

/// Gives back an object that this account has requested; administrators also those of others. Who has it
/// open keeps it, and finds it stale.
///
/// [`Code::NOT_FOUND`]: nobody has requested it. [`Code::ACCESS_DENIED`]: another account has.
/// [`Code::NOT_ALLOWED`]: it lives as long as the broker.
pub fn release(name: &str, timeout: Duration) -> Result<()> {
    let (calls, name) = (calls()?, name_of(name)?);
    // SAFETY: the name ends with a zero.
    calls.check(unsafe { (calls.shmb_release)(name.as_ptr(), at_least_one(timeout)) }).map(drop)
}

/// For the library, 0 is five seconds.
fn at_least_one(timeout: Duration) -> u32 {
    milliseconds(timeout).max(1)
}
