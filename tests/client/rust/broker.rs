//! The crate against a broker in another session, which tests/checks/rust.sh starts.
#![cfg(windows)]

use shmbroker::{
    Code, Error, Flags, Kind, LockFlags, Options, Queue, Reason, RequestOptions, Rights, Segment,
    State, INFINITE,
};
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::path::Path;
use std::process::Command;
use std::ptr::{read_volatile, write_volatile};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, SystemTime};

const SECOND: Duration = Duration::from_secs(1);
const SHORT: Duration = Duration::from_millis(20);
const DIES_WITH: &str = "SHMB_TEST_DIES_WITH";
const LOADS: &str = "SHMB_TEST_LOADS";

// Tests of one object do not run side by side.
static ONE: Mutex<()> = Mutex::new(());

#[link(name = "kernel32")]
extern "system" {
    fn WaitForSingleObject(handle: *mut std::ffi::c_void, milliseconds: u32) -> u32;
}

fn opened(name: &str) -> Segment {
    Segment::open(name, Rights::WRITE, 5 * SECOND).unwrap()
}

fn code<T>(result: Result<T, Error>) -> Code {
    match result {
        Ok(_) => panic!("no failure"),
        Err(error) => error.code(),
    }
}

fn alone() -> std::sync::MutexGuard<'static, ()> {
    ONE.lock().unwrap_or_else(|broken| broken.into_inner())
}

fn shared<T: Send + Sync>(_: &T) {}

#[test]
fn a_segment_has_its_name_and_size() {
    let _one = alone();
    let segment = Segment::open(r"Global\Rust.Double", Rights::READ, SECOND).unwrap();
    shared(&segment);
    assert_eq!(segment.name().unwrap(), "Rust.Double");
    assert_eq!(segment.len(), 1000);
    let object = segment.state().unwrap();
    assert_eq!(object.size, 1000);
    assert!(object.flags.contains(Flags(Flags::DOUBLE.0 | Flags::HAS_LOCK.0)));
    assert_eq!(code(segment.update(0, b"x", SECOND)), Code::ACCESS_DENIED);
}

#[test]
fn a_part_of_a_segment() {
    let _one = alone();
    let whole = opened("Rust.Mutex");
    let mut options = Options::new(Rights::READ);
    options.offset = 100;
    options.length = 50;
    options.owner = Some("S-1-5-18".to_owned());
    let part = Segment::open_with("Rust.Mutex", &options).unwrap();
    assert_eq!(part.len(), 50);
    whole.update(100, b"part", SECOND).unwrap();
    let mut got = [0; 4];
    part.snapshot(0, &mut got, SECOND).unwrap();
    assert_eq!(&got, b"part");
    options.offset = 5000;
    assert_eq!(code(Segment::open_with("Rust.Mutex", &options)), Code::RANGE);
    options.owner = Some("nobody".to_owned());
    assert_eq!(code(Segment::open_with("Rust.Mutex", &options)), Code::BAD_ARGUMENT);
}

#[test]
fn failures_say_what_failed() {
    let error = Segment::open("Rust.None", Rights::READ, Duration::ZERO).unwrap_err();
    assert_eq!(error.code(), Code::NOT_FOUND);
    assert!(error.to_string().len() > 10, "{error}");
    assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::NotFound);
    assert_eq!(code(Segment::open("Rust.\0", Rights::READ, SECOND)), Code::BAD_NAME);
    assert_eq!(code(Segment::open("Rust.Queue", Rights::READ, SECOND)), Code::WRONG_KIND);
}

#[test]
fn the_library_is_loaded_once() {
    let version = shmbroker::version().unwrap();
    assert_eq!(shmbroker::describe_broker().unwrap().version, version);
    assert_eq!(code(shmbroker::load("shmbclient.dll")), Code::BAD_ARGUMENT);
}

/// Not a test of its own: the second process of the next one.
#[test]
fn loads_a_library() {
    if let Ok(file) = std::env::var(LOADS) {
        let loaded = if file.is_empty() { Ok(()) } else { shmbroker::load(file) };
        match loaded.and_then(|()| shmbroker::version()) {
            Ok(version) => println!("<version {version}>"),
            Err(why) => println!("<{}: {why}>", why.code().0),
        }
    }
}

#[test]
fn the_library_is_not_loaded_from_the_current_folder() {
    let program = std::env::current_exe().unwrap();
    let ours = program.parent().unwrap();
    let folder = ours.join("elsewhere");
    let alone = folder.join("alone.exe");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(&program, &alone).unwrap();
    std::fs::copy(ours.join("shmbclient.dll"), folder.join("other.dll")).unwrap();
    let loads = |program: &Path, current: &Path, file: &str| {
        let mut child = Command::new(program);
        child.args(["--exact", "loads_a_library", "--nocapture"]);
        let said = child.current_dir(current).env(LOADS, file).output().unwrap();
        String::from_utf8_lossy(&said.stdout).into_owned()
    };
    let said = loads(&alone, ours, "");
    assert!(said.contains("<-18: ") && said.contains("shmbclient.dll"), "{said}");
    let version = format!("<version {}>", shmbroker::version().unwrap());
    let said = loads(&alone, &folder, "other.dll");
    assert!(said.contains(&version), "{said}");
    let kernel32 = format!(r"{}\system32\kernel32.dll", std::env::var("SystemRoot").unwrap());
    let said = loads(&program, ours, &kernel32);
    assert!(said.contains("<-18: ") && said.contains("shmb_open"), "{said}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn copies_are_cut_at_the_end() {
    let _one = alone();
    let segment = opened("Rust.Mutex");
    assert_eq!(segment.update(4092, b"12345678", SECOND).unwrap(), 4);
    let mut got = [0; 8];
    assert_eq!(segment.snapshot(4092, &mut got, SECOND).unwrap(), 4);
    assert_eq!(&got[..4], b"1234");
    assert_eq!(segment.read(4096, &mut got).unwrap(), 0);
    assert_eq!(code(segment.read(4097, &mut got)), Code::RANGE);
    assert_eq!(segment.update(0, b"", SECOND).unwrap(), 0);
}

#[test]
fn a_lock_shuts_others_out() {
    let _one = alone();
    for name in ["Rust.Mutex", "Rust.Fast"] {
        let segment = opened(name);
        assert_eq!(code(segment.write(0, b"x")), Code::NOT_OWNER);
        let held = segment.lock(5 * SECOND).unwrap();
        assert!(!held.abandoned());
        assert_eq!(segment.write(0, b"held").unwrap(), 4);
        segment.lock(SECOND).unwrap().unlock().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                assert_eq!(code(segment.lock(SHORT)), Code::TIMEOUT);
                assert!(segment.try_lock(SHORT).unwrap().is_none());
                let info = segment.lock_info().unwrap();
                assert!(info.flags.contains(LockFlags::HELD));
                assert_eq!(info.process, std::process::id());
                assert!(
                    SystemTime::now().duration_since(info.since.unwrap()).unwrap() < 60 * SECOND
                );
            });
        });
        drop(held);
        thread::scope(|scope| {
            scope.spawn(|| assert!(segment.try_lock(SECOND).unwrap().is_some()));
        });
    }
    assert_eq!(code(opened("Rust.Bare").lock(SECOND)), Code::BAD_ARGUMENT);
}

#[test]
fn many_threads_count() {
    let _one = alone();
    for name in ["Rust.Mutex", "Rust.Fast"] {
        let segment = opened(name);
        // SAFETY: the segment is long enough, and read and written under its lock.
        let count = || unsafe { read_volatile(segment.as_ptr().add(200).cast::<u64>()) };
        let before = count();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let _held = segment.lock(INFINITE).unwrap();
                        let now = count();
                        thread::yield_now();
                        // SAFETY: as above.
                        unsafe { write_volatile(segment.as_ptr().add(200).cast(), now + 1) };
                    }
                });
            }
        });
        assert_eq!(count() - before, 800);
    }
}

#[test]
fn a_lock_that_a_thread_forgot_is_abandoned() {
    let _one = alone();
    let segment = opened("Rust.Mutex");
    thread::scope(|scope| {
        scope.spawn(|| std::mem::forget(segment.lock(SECOND).unwrap()));
    });
    let held = segment.lock(5 * SECOND).unwrap();
    assert!(held.abandoned());
    held.mark_consistent().unwrap();
    held.unlock().unwrap();
    assert!(!segment.lock(SECOND).unwrap().abandoned());
}

// Of a type that is Send, both fit, and the call below does not compile.
trait StaysInItsThread<T> {
    fn check() {}
}
impl<T: ?Sized> StaysInItsThread<()> for T {}
impl<T: ?Sized + Send> StaysInItsThread<u8> for T {}

#[test]
fn locks_and_writes_stay_in_their_thread() {
    <shmbroker::Lock<'static> as StaysInItsThread<_>>::check();
    <shmbroker::Write<'static> as StaysInItsThread<_>>::check();
}

/// Not a test of its own: the second process of the next one.
#[test]
fn dies_with_a_lock() {
    if let Ok(name) = std::env::var(DIES_WITH) {
        let segment = opened(&name);
        std::mem::forget(segment.lock(5 * SECOND).unwrap());
        std::process::exit(7);
    }
}

#[test]
fn a_process_dies_with_the_lock() {
    let _one = alone();
    for name in ["Rust.Mutex", "Rust.Fast"] {
        let segment = opened(name);
        let ended = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "dies_with_a_lock"])
            .env(DIES_WITH, name)
            .status()
            .unwrap();
        assert_eq!(ended.code(), Some(7));
        let held = segment.lock(5 * SECOND).unwrap();
        assert!(held.abandoned(), "{name}");
        held.mark_consistent().unwrap();
    }
}

#[test]
fn snapshots_wait_for_the_end_of_a_write() {
    let _one = alone();
    let segment = opened("Rust.Mutex");
    segment.update(0, b"0000", SECOND).unwrap();
    let mut got = [0; 4];
    {
        let _held = segment.lock(SECOND).unwrap();
        let write = segment.begin_write().unwrap();
        segment.write(0, b"ab").unwrap();
        assert_eq!(code(segment.snapshot(0, &mut got, SHORT)), Code::BUSY);
        assert_eq!(code(segment.read_in_place(SHORT, |_| ())), Code::BUSY);
        segment.write(2, b"cd").unwrap();
        write.end().unwrap();
    }
    segment.snapshot(0, &mut got, SECOND).unwrap();
    assert_eq!(&got, b"abcd");
    // SAFETY: the segment has more bytes.
    let third =
        segment.read_in_place(SECOND, |data| unsafe { read_volatile(data.add(2)) }).unwrap();
    assert_eq!(third, b'c');
}

#[test]
fn a_dropped_write_ends() {
    let _one = alone();
    let segment = opened("Rust.Bare");
    drop(segment.begin_write().unwrap());
    let mut got = [0; 4];
    segment.snapshot(0, &mut got, SECOND).unwrap();
}

#[test]
fn the_published_value_comes_back() {
    let _one = alone();
    let segment = opened("Rust.Double");
    segment.update(0, b"good", SECOND).unwrap();
    {
        let held = segment.lock(SECOND).unwrap();
        let _write = segment.begin_write().unwrap();
        segment.write(0, b"BAD!").unwrap();
        // SAFETY: the segment has more bytes.
        let first = segment.read_in_place(SECOND, |data| unsafe { read_volatile(data) }).unwrap();
        assert_eq!(first, b'g');
        held.restore().unwrap();
    }
    let mut got = [0; 4];
    segment.snapshot(0, &mut got, SECOND).unwrap();
    assert_eq!(&got, b"good");
}

#[test]
fn a_change_ends_a_wait() {
    let _one = alone();
    let segment = opened("Rust.Fast");
    let seen = segment.change_number().unwrap();
    thread::scope(|scope| {
        let waits = scope.spawn(|| segment.wait_changed(seen, INFINITE).unwrap());
        segment.update(0, b"new", SECOND).unwrap();
        assert_ne!(waits.join().unwrap(), Some(seen));
    });
    let seen = segment.change_number().unwrap();
    assert_eq!(segment.wait_changed(seen, SHORT).unwrap(), None);
    assert_eq!(code(opened("Rust.Bare").wait_changed(0, SHORT)), Code::BAD_ARGUMENT);
}

#[test]
fn a_subscription_outlives_its_segment() {
    let _one = alone();
    let segment = opened("Rust.Mutex");
    let changes = segment.subscribe(segment.change_number().unwrap()).unwrap();
    shared(&changes);
    for number in 0..3 {
        segment.update(0, &[number], SECOND).unwrap();
        assert!(changes.wait(5 * SECOND).unwrap());
    }
    drop(segment);
    while changes.wait(SHORT).unwrap() {}
    assert!(!changes.as_raw_handle().is_null());
}

#[test]
fn the_first_program_fills_a_segment() {
    let name = if cfg!(target_pointer_width = "32") { "Rust.First32" } else { "Rust.First64" };
    let segment = opened(name);
    let failed = segment
        .fill_once(SECOND, |_| Err(std::io::Error::new(std::io::ErrorKind::Other, "no content")));
    assert_eq!(failed.unwrap_err().to_string(), "no content");
    // Another thread can take the lock, so it was released.
    let free =
        || thread::scope(|all| all.spawn(|| segment.try_lock(SECOND).unwrap().is_some()).join());
    assert!(free().unwrap());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        segment.fill_once(SECOND, |_| -> shmbroker::Result<()> { panic!("in the middle") })
    }));
    assert!(panicked.is_err());
    assert!(free().unwrap());
    assert!(segment.fill_once(SECOND, |segment| segment.write(0, b"first").map(|_| ())).unwrap());
    assert!(!segment
        .fill_once(SECOND, |_| -> shmbroker::Result<()> { panic!("filled twice") })
        .unwrap());
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(segment.update(10, b"x", SECOND).unwrap(), 1));
    });
}

#[test]
fn a_queue_passes_messages() {
    let queue = Queue::open("Rust.Queue", Rights::WRITE, SECOND).unwrap();
    shared(&queue);
    queue.clear().unwrap();
    queue.put(b"one", Duration::ZERO).unwrap();
    queue.put(&[b'x'; 100], Duration::ZERO).unwrap();
    assert_eq!(code(queue.put(b"three", Duration::ZERO)), Code::TIMEOUT);
    assert_eq!(code(queue.put(&[0; 129], Duration::ZERO)), Code::RANGE);
    let info = queue.info().unwrap();
    assert_eq!((info.slots, info.slot_size, info.messages), (2, 128, 2));
    assert_eq!(queue.peek().unwrap().unwrap(), b"one");
    assert_eq!(queue.get(Duration::ZERO).unwrap().unwrap(), b"one");
    assert_eq!(queue.get(SECOND).unwrap().unwrap().len(), 100);
    assert!(queue.get(Duration::ZERO).unwrap().is_none());
    queue.put(b"", Duration::ZERO).unwrap();
    assert_eq!(queue.get(Duration::ZERO).unwrap().unwrap(), b"");
    queue.put(b"last", Duration::ZERO).unwrap();
    assert_eq!(queue.clear().unwrap(), 1);
    thread::scope(|scope| {
        let waits = scope.spawn(|| queue.get(INFINITE).unwrap());
        queue.put(b"waited for", SECOND).unwrap();
        assert_eq!(waits.join().unwrap().unwrap(), b"waited for");
    });
    let event = queue.event().unwrap();
    queue.put(b"wakes", SECOND).unwrap();
    // SAFETY: the event is open until the queue is dropped.
    assert_eq!(unsafe { WaitForSingleObject(event.cast(), 5000) }, 0);
    assert!(queue.get(SECOND).unwrap().is_some());
    let reader = Queue::open_with("Rust.Queue", &Options::new(Rights::READ)).unwrap();
    assert_eq!(code(reader.get(Duration::ZERO)), Code::ACCESS_DENIED);
}

#[test]
fn private_memory_needs_no_broker() {
    let (segment, created) = Segment::create_private(None, 16).unwrap();
    assert!(created);
    let (same, created) = Segment::create_private(Some(&segment.name().unwrap()), 16).unwrap();
    assert!(!created);
    segment.update(0, b"mine", SECOND).unwrap();
    let mut got = [0; 4];
    same.read(0, &mut got).unwrap();
    assert_eq!(&got, b"mine");
}

#[test]
fn all_objects_are_listed() {
    let objects = shmbroker::list().unwrap();
    let kind = |name: &str| objects.iter().find(|one| one.name == name).map(|one| one.kind);
    assert!(objects.iter().all(|one| one.state == State::HELD));
    assert_eq!(kind("Rust.Mutex"), Some(Kind::SEGMENT));
    assert_eq!(kind("Rust.Mutex.lock"), Some(Kind::MUTEX));
    assert_eq!(kind("Rust.Queue").unwrap().to_string(), "queue");
    let licences = shmbroker::describe("Rust.Licences").unwrap();
    assert_eq!((licences.initial, licences.maximum), (1, 3));
    assert_eq!(code(shmbroker::describe("Rust.None")), Code::NOT_FOUND);
    let broker = shmbroker::describe_broker().unwrap();
    assert!(broker.process != 0 && broker.started.unwrap() < SystemTime::now());
}

#[test]
fn other_objects_are_handles_of_win32() {
    let event = shmbroker::open_object("Rust.Stop", Kind::EVENT, Rights::READ, SECOND).unwrap();
    // SAFETY: the handle is open.
    assert_eq!(unsafe { WaitForSingleObject(event.as_raw_handle().cast(), 0) }, 258);
    shmbroker::open_object("Rust.Run", Kind::MUTEX, Rights::WRITE, SECOND).unwrap();
    let wrong = shmbroker::open_object("Rust.Run", Kind::SEMAPHORE, Rights::WRITE, SECOND);
    assert_eq!(code(wrong), Code::WRONG_KIND);
}

#[test]
fn a_refused_request_says_why() {
    let segment = RequestOptions::default();
    let error = shmbroker::request("Stranger.Asked", 64, &segment).unwrap_err();
    assert_eq!(error.code(), Code::NOT_ALLOWED);
    let told = error.answer().unwrap().clone();
    assert!(told.text.contains("rule") && error.to_string().contains(&told.text), "{error}");
    assert_eq!((told.reason, told.refused), (Reason::NO_RULE, Some(Code::NOT_ALLOWED)));
    assert!(!told.made && told.rule.is_empty() && told.retry.is_none());
    assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::PermissionDenied);
    let mut semaphore = RequestOptions::new(Kind::SEMAPHORE);
    semaphore.initial = 1;
    semaphore.maximum = 2;
    semaphore.owner = Some("S-1-5-18".to_owned());
    semaphore.timeout = 30 * SECOND;
    assert_eq!(shmbroker::request_ask(r"Global\Stranger.Asked", 0, &semaphore).unwrap(), told);
    assert_eq!(code(shmbroker::request_ask("Stranger.Asked", 0, &segment)), Code::BAD_ARGUMENT);
    for name in [r"a\b", "Rust.Asked\0"] {
        let error = shmbroker::request(name, 1, &segment).unwrap_err();
        assert_eq!(error.code(), Code::BAD_NAME);
        assert!(error.answer().is_none());
        assert_eq!(code(shmbroker::release(name, SECOND)), Code::BAD_NAME);
    }
    let object = shmbroker::describe("Rust.Run").unwrap();
    assert!(object.rule.is_empty() && object.account.is_empty());
}

#[test]
fn what_a_rule_allows_is_held_until_it_is_released() {
    let names =
        ["Rust.Asked.Segment", "Rust.Asked.Mutex", "Rust.Asked.Event", "Rust.Asked.Semaphore"];
    let [name, mutex, event, semaphore] = names;
    let segment = RequestOptions::default();
    assert!(shmbroker::request_ask(name, 100, &segment).unwrap().made);
    assert_eq!(code(Segment::open(name, Rights::READ, Duration::ZERO)), Code::NOT_FOUND);
    let made = shmbroker::request(name, 100, &segment).unwrap();
    assert!(made.made && !shmbroker::request(name, 1, &segment).unwrap().made);
    assert_eq!((made.rule.as_str(), made.size, made.reason), ("RustRule", 100, Reason::NONE));
    let memory = opened(name);
    assert_eq!(memory.len(), 100);
    memory.update(0, b"rust", SECOND).unwrap();
    let object = shmbroker::describe(name).unwrap();
    assert!(object.flags.contains(Flags::REQUESTED));
    assert_eq!(object.rule, "RustRule");
    assert!(object.account.starts_with("S-1-"));

    let larger = shmbroker::request_ask(name, 101, &segment).unwrap();
    assert_eq!(
        (larger.refused, larger.reason, larger.size),
        (Some(Code::RANGE), Reason::OTHER, 100)
    );
    let other = shmbroker::request_ask(name, 0, &RequestOptions::new(Kind::MUTEX)).unwrap();
    assert_eq!((other.refused, other.reason), (Some(Code::WRONG_KIND), Reason::OTHER));
    let large = shmbroker::request_ask("Rust.Asked.Large", 4097, &segment).unwrap();
    assert_eq!((large.reason, large.most, large.rule.as_str()), (Reason::SIZE, 4096, "RustRule"));
    assert!(large.text.contains("rule RustRule allows at most 4096 bytes"), "{}", large.text);

    let mut signalled = RequestOptions::new(Kind::EVENT);
    signalled.manual_reset = true;
    signalled.set = true;
    let mut counts = RequestOptions::new(Kind::SEMAPHORE);
    counts.initial = 1;
    counts.maximum = 2;
    shmbroker::request(mutex, 0, &RequestOptions::new(Kind::MUTEX)).unwrap();
    shmbroker::request(event, 0, &signalled).unwrap();
    shmbroker::request(semaphore, 0, &counts).unwrap();
    let quota = shmbroker::request("Rust.Asked.Fifth", 1, &segment).unwrap_err();
    assert_eq!(quota.code(), Code::QUOTA);
    let told = quota.answer().unwrap();
    assert_eq!((told.reason, told.used, told.most), (Reason::EACH_OBJECTS, 4, 4));
    shmbroker::open_object(mutex, Kind::MUTEX, Rights::WRITE, SECOND).unwrap();
    let held = shmbroker::open_object(event, Kind::EVENT, Rights::READ, SECOND).unwrap();
    let count = shmbroker::open_object(semaphore, Kind::SEMAPHORE, Rights::WRITE, SECOND).unwrap();
    // SAFETY: the handles are open.
    let wait =
        |handle: &OwnedHandle| unsafe { WaitForSingleObject(handle.as_raw_handle().cast(), 0) };
    assert_eq!((wait(&held), wait(&held), wait(&count), wait(&count)), (0, 0, 0, 258));

    for one in names {
        shmbroker::release(one, 5 * SECOND).unwrap();
    }
    assert!(memory.state().is_err());
    assert_eq!(code(Segment::open(name, Rights::READ, Duration::ZERO)), Code::NOT_FOUND);
    assert_eq!(code(shmbroker::release(name, 5 * SECOND)), Code::NOT_FOUND);
    assert!(!shmbroker::request("Rust.Bare", 64, &segment).unwrap().made);
}

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Quote {
    bid: f64,
    ask: f64,
    count: i32,
    code: [u8; 4],
}
// SAFETY: numbers at multiples of their sizes.
unsafe impl shmbroker::Plain for Quote {}

#[test]
fn values_are_loaded_and_stored_as_a_whole() {
    let _one = alone();
    let segment = opened("Rust.Double");
    let quote = Quote { bid: 1.25, ask: 1.26, count: -3, code: *b"EUR\0" };
    segment.store(16, &quote, SECOND).unwrap();
    assert_eq!(segment.load::<Quote>(16, SECOND).unwrap(), quote);
    assert_eq!(segment.load::<u32>(32, SECOND).unwrap(), 0xFFFF_FFFD);
    assert_eq!(code(segment.load::<Quote>(990, SECOND)), Code::RANGE);
    assert_eq!(code(segment.store(u64::MAX, &1u8, SECOND)), Code::RANGE);
}

/// tests/checks/rust.sh has a program in C write the one, and read the other.
#[test]
fn programs_in_c_share_the_memory() {
    let mut got = [0; 26];
    opened("Rust.FromC").read(0, &mut got).unwrap();
    assert_eq!(got.as_slice(), utf_16("written in C"));
    opened("Rust.ToC").update(0, &utf_16("written in Rust"), SECOND).unwrap();
}

/// A text as C programs of Windows have it, with its zero.
fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}
