//! Loads the library, and turns what it is given and returns.

use crate::sys::Calls;
use crate::{Code, Error, Result};
use std::ffi::{CStr, CString, OsStr};
use std::iter::once;
use std::os::raw::{c_char, c_void};
use std::os::windows::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::Mutex;
use std::time::Duration;

const LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR: u32 = 0x100;
const LOAD_LIBRARY_SEARCH_APPLICATION_DIR: u32 = 0x200;
const LOAD_LIBRARY_SEARCH_SYSTEM32: u32 = 0x800;

#[link(name = "kernel32")]
extern "system" {
    fn LoadLibraryExW(file: *const u16, reserved: *mut c_void, flags: u32) -> *mut c_void;
    fn GetProcAddress(module: *mut c_void, name: *const c_char) -> *mut c_void;
    fn FreeLibrary(module: *mut c_void) -> i32;
    pub fn WaitForSingleObject(handle: *mut c_void, milliseconds: u32) -> u32;
}

/// Makes the table of the library's functions.
macro_rules! declare {
    ($(fn $name:ident($($word:ident: $kind:ty),*) -> $result:ty;)*) => {
        pub struct Calls {
            $(pub $name: unsafe extern "system" fn($($word: $kind),*) -> $result,)*
        }

        impl Calls {
            /// # Safety
            /// `find` returns the functions of these names.
            pub unsafe fn found(find: impl Fn(&str) -> crate::Result<*mut c_void>) -> crate::Result<Calls> {
                Ok(Calls {
                    $($name: std::mem::transmute::<
                        *mut c_void,
                        unsafe extern "system" fn($($word: $kind),*) -> $result,
                    >(find(concat!(stringify!($name), "\0"))?),)*
                })
            }
        }
    };
}
pub(crate) use declare;

static CALLS: AtomicPtr<Calls> = AtomicPtr::new(ptr::null_mut());
static LOADING: Mutex<()> = Mutex::new(());

/// Loads the library from this file. It must come before all other calls; without it, the first one
/// loads `shmbclient.dll` from the folder of the program or from System32.
pub fn load(file: impl AsRef<Path>) -> Result<()> {
    let file = file.as_ref();
    // The system wants a whole path.
    let path = std::env::current_dir().map_or_else(|_| file.to_owned(), |folder| folder.join(file));
    let _one = LOADING.lock();
    if !CALLS.load(Ordering::Acquire).is_null() {
        return Err(Error::own(Code::BAD_ARGUMENT, "the library is loaded already"));
    }
    find(path.as_os_str(), LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32)
}

/// The functions of the library, which is loaded if it is not yet.
pub(crate) fn calls() -> Result<&'static Calls> {
    // SAFETY: what is stored there stays until the process ends.
    if let Some(calls) = unsafe { CALLS.load(Ordering::Acquire).as_ref() } {
        return Ok(calls);
    }
    let _one = LOADING.lock();
    if CALLS.load(Ordering::Acquire).is_null() {
        find(
            OsStr::new("shmbclient.dll"),
            LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32,
        )?;
    }
    // SAFETY: as above.
    Ok(unsafe { &*CALLS.load(Ordering::Acquire) })
}

/// Loads the library. The caller holds `LOADING`.
fn find(file: &OsStr, search: u32) -> Result<()> {
    let wide: Vec<u16> = file.encode_wide().chain(once(0)).collect();
    // SAFETY: the text ends with a zero.
    let module = unsafe { LoadLibraryExW(wide.as_ptr(), ptr::null_mut(), search) };
    if module.is_null() {
        return Err(Error::of_system("LoadLibraryExW", &file.to_string_lossy()));
    }
    // SAFETY: the functions of these names have these types, which tests/checks/rust.py holds against
    // the library's header.
    let calls = unsafe {
        Calls::found(|name| {
            let function = GetProcAddress(module, name.as_ptr().cast());
            if function.is_null() {
                return Err(Error::of_system("GetProcAddress", name.trim_end_matches('\0')));
            }
            Ok(function)
        })
    };
    match calls {
        Ok(calls) => {
            CALLS.store(Box::into_raw(Box::new(calls)), Ordering::Release);
            Ok(())
        }
        Err(why) => {
            // SAFETY: nothing of it is used.
            unsafe { FreeLibrary(module) };
            Err(why)
        }
    }
}

/// The version of the library that is loaded.
pub fn version() -> Result<String> {
    // SAFETY: the library returns a constant text.
    Ok(unsafe { text((calls()?.shmb_version)()) })
}

impl std::fmt::Debug for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Calls")
    }
}

impl Calls {
    /// Turns a failure into an error.
    pub fn check(&self, result: i32) -> Result<i32> {
        if result < 0 {
            Err(Error::of_call(self, result))
        } else {
            Ok(result)
        }
    }

    /// Returns `None` where the call timed out.
    pub fn timely(&self, result: i32) -> Result<Option<i32>> {
        if Code(result) == Code::TIMEOUT {
            Ok(None)
        } else {
            self.check(result).map(Some)
        }
    }
}

/// Copies a text of C.
///
/// # Safety
/// It ends with a zero.
pub(crate) unsafe fn text(first: *const c_char) -> String {
    CStr::from_ptr(first).to_string_lossy().into_owned()
}

/// Copies a text up to its zero.
pub(crate) fn terminated(buffer: &[c_char]) -> String {
    let bytes: Vec<u8> = buffer.iter().take_while(|c| **c != 0).map(|c| *c as u8).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(crate) fn name_of(name: &str) -> Result<CString> {
    CString::new(name).map_err(|_| Error::own(Code::BAD_NAME, "the name contains a zero byte"))
}

/// Rounds up, so that a short time is not none.
pub(crate) fn milliseconds(time: Duration) -> u32 {
    let ms = time.as_nanos().saturating_add(999_999) / 1_000_000;
    u32::try_from(ms).unwrap_or(u32::MAX)
}

pub(crate) fn size_of<T>() -> u32 {
    std::mem::size_of::<T>() as u32
}

/// A structure of the library, all zeros but for its size.
///
/// # Safety
/// `T` is one of them.
pub(crate) unsafe fn sized<T>() -> T {
    let mut value = std::mem::MaybeUninit::<T>::zeroed();
    value.as_mut_ptr().cast::<u32>().write(size_of::<T>());
    value.assume_init()
}
