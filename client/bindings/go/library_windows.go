package shmbroker

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Infinite is a time without limit.
const Infinite time.Duration = -1

// A Result says why a call failed. It is an error, for errors.Is.
type Result int32

// Results. shmb.h says of each call what they mean.
const (
	ErrNotFound        Result = -1  // the broker runs, but holds no object of this name
	ErrNoBroker        Result = -2  // no such object, and no broker runs
	ErrAccessDenied    Result = -3  // the access list does not give this right
	ErrWrongKind       Result = -4  // the name belongs to an object of another kind
	ErrNotOurs         Result = -5  // the object exists, but the broker did not make it
	ErrBadName         Result = -6  // not a valid object name
	ErrBadArgument     Result = -7  // a parameter is wrong, or the call does not fit the object
	ErrRange           Result = -8  // the start is beyond the end; queue: too long
	ErrTimeout         Result = -9  // timed out
	ErrNotOwner        Result = -10 // this thread does not hold the lock
	ErrNoSlot          Result = -11 // fast lock, queue: no slot for this thread
	ErrBusy            Result = -12 // writers kept changing the bytes
	ErrInconsistent    Result = -13 // a writer died in the middle of a write
	ErrCorrupt         Result = -14 // the shared control data is invalid
	ErrVersionMismatch Result = -15 // the broker has another, incompatible version
	ErrStale           Result = -16 // retired, recreated, or its control data moved: open it again
	ErrNoMemory        Result = -17 // out of memory or address space
	ErrSystem          Result = -18 // a system call failed
	ErrNotAllowed      Result = -19 // no rule of the configuration allows this request
	ErrQuota           Result = -20 // a quota of the rule is used up
)

// ErrClosed is the error of calls for what is closed.
var ErrClosed = errors.New("shmbroker: closed")

// Error returns the library's sentence for the result.
func (r Result) Error() string {
	if ready() != nil {
		return fmt.Sprintf("shmbroker: result %d", int32(r))
	}
	return sentence(int32(r))
}

// An Error is a call of the library that failed.
type Error struct {
	Result Result
	Text   string        // the library's sentence for it
	Code   syscall.Errno // of the system call that failed; 0: none did
	Call   string        // the name of that system call
	Answer *RequestInfo  // Request: what the broker answered; nil: nothing
}

func (e *Error) Error() string { return "shmbroker: " + e.Text }

// Unwrap returns the code of the system call that failed.
func (e *Error) Unwrap() error {
	if e.Code == 0 {
		return nil
	}
	return e.Code
}

// Timeout tells whether the call timed out.
func (e *Error) Timeout() bool { return e.Result == ErrTimeout }

// Is compares the error with a Result, and with what other packages call the same.
func (e *Error) Is(target error) bool {
	switch target {
	case fs.ErrNotExist:
		return e.Result == ErrNotFound || e.Result == ErrNoBroker
	case fs.ErrPermission:
		return e.Result == ErrAccessDenied || e.Result == ErrNotAllowed
	case os.ErrDeadlineExceeded:
		return e.Result == ErrTimeout
	}
	return target == e.Result
}

var (
	loading sync.Mutex
	loaded  atomic.Bool
	address [len(names)]uintptr // of the library's functions
)

const (
	searchApplicationDir = 0x200 // LOAD_LIBRARY_SEARCH_APPLICATION_DIR
	searchSystem32       = 0x800 // LOAD_LIBRARY_SEARCH_SYSTEM32
	searchDLLLoadDir     = 0x100 // LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR
)

var (
	kernel32               = syscall.NewLazyDLL("kernel32.dll")
	loadLibraryEx          = kernel32.NewProc("LoadLibraryExW")
	getCurrentThreadID     = kernel32.NewProc("GetCurrentThreadId")
	createEvent            = kernel32.NewProc("CreateEventW")
	setEvent               = kernel32.NewProc("SetEvent")
	waitForMultipleObjects = kernel32.NewProc("WaitForMultipleObjects")
)

// LoadLibrary loads the library from this file. It must come before all other calls; without it, the first
// one loads shmbclient.dll from the folder of the program or from System32.
func LoadLibrary(file string) error {
	path, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	return load(path, searchDLLLoadDir|searchSystem32)
}

func load(file string, search uintptr) error {
	loading.Lock()
	defer loading.Unlock()
	if loaded.Load() {
		return errors.New("shmbroker: the library is loaded already")
	}
	name, err := syscall.UTF16PtrFromString(file)
	if err != nil {
		return err
	}
	module, _, err := loadLibraryEx.Call(uintptr(unsafe.Pointer(name)), 0, search)
	if module == 0 {
		return &syscall.DLLError{Err: err, ObjName: file, Msg: "shmbroker: " + file + ": " + err.Error()}
	}
	for i, function := range names {
		if address[i], err = syscall.GetProcAddress(syscall.Handle(module), function); err != nil {
			_ = syscall.FreeLibrary(syscall.Handle(module))
			return &syscall.DLLError{Err: err, ObjName: function,
				Msg: "shmbroker: " + file + " is older than this package: it has no " + function}
		}
	}
	loaded.Store(true)
	return nil
}

// ready loads the library if it is not loaded yet.
func ready() error {
	if loaded.Load() {
		return nil
	}
	if err := load("shmbclient.dll", searchApplicationDir|searchSystem32); err != nil && !loaded.Load() {
		return err
	}
	return nil
}

// Version returns the version of the library that is loaded.
func Version() (string, error) {
	if err := ready(); err != nil {
		return "", err
	}
	return text(shmbVersion()), nil
}

// invoke makes a call of the library and turns a failure into an error. The library keeps the
// failure of each thread, so the goroutine stays on its thread.
func invoke(call func() int32) (int32, error) {
	if err := ready(); err != nil {
		return 0, err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	result := call()
	if result >= 0 {
		return result, nil
	}
	failure := &Error{Result: Result(result), Text: sentence(result)}
	var code uint32
	var function *byte
	if shmbLastFailure(&code, &function) == result && code != 0 {
		failure.Code, failure.Call = syscall.Errno(code), text(function)
	}
	return result, failure
}

func sentence(result int32) string {
	var buffer [1024]byte
	shmbResultText(result, &buffer[0], uint32(len(buffer)))
	return terminated(buffer[:])
}

// text copies a text of C that ends with a zero.
func text(first *byte) string {
	if first == nil {
		return ""
	}
	length := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(first), length)) != 0 {
		length++
	}
	return string(unsafe.Slice(first, length))
}

// terminated returns a text up to its zero.
func terminated(buffer []byte) string {
	for i, c := range buffer {
		if c == 0 {
			return string(buffer[:i])
		}
	}
	return string(buffer)
}

// nameOf turns a name into a text of C.
func nameOf(name string) (*byte, error) {
	first, err := syscall.BytePtrFromString(name)
	if err != nil {
		return nil, &Error{Result: ErrBadName, Text: "the name contains a zero byte"}
	}
	return first, nil
}

// milliseconds rounds up, so that a short time is not none.
func milliseconds(timeout time.Duration) uint32 {
	const infinite = 0xFFFFFFFF
	if timeout < 0 {
		return infinite
	}
	ms := (timeout + time.Millisecond - 1) / time.Millisecond
	if timeout > 0 && ms <= 0 || ms >= infinite {
		return infinite - 1
	}
	return uint32(ms)
}

// pointerTo returns the address of the first byte; nil if there is none.
func pointerTo(p []byte) unsafe.Pointer {
	if len(p) == 0 {
		return nil
	}
	return unsafe.Pointer(&p[0])
}

func threadID() uint32 {
	id, _, _ := getCurrentThreadID.Call()
	return uint32(id)
}

// A handle of the library. It is closed when it is asked for and no call uses it.
type handle struct {
	mutex   sync.Mutex
	value   uintptr
	users   int
	closed  bool
	closing chan struct{} // closed with it
	end     func(uintptr) int32
}

func newHandle(value uintptr, end func(uintptr) int32) handle {
	return handle{value: value, closing: make(chan struct{}), end: end}
}

func (h *handle) acquire() (uintptr, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.closed {
		return 0, ErrClosed
	}
	h.users++
	return h.value, nil
}

// use makes a call with the handle.
func (h *handle) use(call func(value uintptr) int32) (int32, error) {
	value, err := h.acquire()
	if err != nil {
		return 0, err
	}
	defer h.release()
	return invoke(func() int32 { return call(value) })
}

// release ends a use; the last one after close closes the handle.
func (h *handle) release() {
	h.mutex.Lock()
	h.users--
	last := h.closed && h.users == 0
	h.mutex.Unlock()
	if last {
		h.end(h.value)
	}
}

func (h *handle) close() error {
	h.mutex.Lock()
	if h.closed {
		h.mutex.Unlock()
		return ErrClosed
	}
	h.closed = true
	close(h.closing)
	unused := h.users == 0
	h.mutex.Unlock()
	if !unused {
		return nil
	}
	_, err := invoke(func() int32 { return h.end(h.value) })
	return err
}
