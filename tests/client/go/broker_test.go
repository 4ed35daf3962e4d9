//go:build windows

// The package against a broker in another session, which tests/checks/go.sh starts.
package shmbroker_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"
	"unsafe"

	"shmbroker"
)

const second = time.Second

// The main goroutine keeps the first thread of the process, so tests run on threads that can end.
func init() { runtime.LockOSThread() }

// The program is its own second process: it takes the lock of a segment and dies, or it loads the
// library and prints its version or why it could not.
func TestMain(m *testing.M) {
	if file, ok := os.LookupEnv("SHMB_TEST_LOADS"); ok {
		var err error
		if file != "" {
			err = shmbroker.LoadLibrary(file)
		}
		version := ""
		if err == nil {
			version, err = shmbroker.Version()
		}
		fmt.Println(version, err)
		os.Exit(0)
	}
	if name := os.Getenv("SHMB_TEST_DIES_WITH"); name != "" {
		segment, err := shmbroker.Open(name, shmbroker.Write, 0)
		if err == nil {
			_, err = segment.Lock(5 * second)
		}
		if err != nil {
			os.Exit(1)
		}
		os.Exit(7)
	}
	os.Exit(m.Run())
}

func no(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("%v instead of %v", err, target)
	}
}

func equal[T comparable](t *testing.T, got, wanted T) {
	t.Helper()
	if got != wanted {
		t.Fatalf("%v instead of %v", got, wanted)
	}
}

func opened(t *testing.T, name string, rights shmbroker.Rights) *shmbroker.Segment {
	t.Helper()
	segment, err := shmbroker.Open(name, rights, 5*second)
	no(t, err)
	t.Cleanup(func() { _ = segment.Close() })
	return segment
}

func locked(t *testing.T, segment *shmbroker.Segment) *shmbroker.Lock {
	t.Helper()
	lock, err := segment.Lock(5 * second)
	no(t, err)
	return lock
}

// elsewhere runs a function in another goroutine, which is in another thread while we have a lock.
func elsewhere[T any](function func() T) T {
	done := make(chan T)
	go func() { done <- function() }()
	return <-done
}

func TestOpen(t *testing.T) {
	segment := opened(t, `Global\Go.Double`, shmbroker.Read)
	name, err := segment.Name()
	no(t, err)
	equal(t, name, "Go.Double")
	equal(t, segment.Size(), 1000)
	equal(t, len(segment.Bytes()), 1000)
	object, err := segment.State()
	no(t, err)
	equal(t, object.Size, 1000)
	equal(t, object.Flags.Has(shmbroker.FlagDouble|shmbroker.FlagHasLock), true)
	_, err = segment.Update([]byte("x"), 0, second)
	is(t, err, shmbroker.ErrAccessDenied)
	is(t, err, fs.ErrPermission)
}

func TestOpenPart(t *testing.T) {
	whole := opened(t, "Go.Mutex", shmbroker.Write)
	part, err := shmbroker.OpenWith("Go.Mutex", shmbroker.Options{Rights: shmbroker.Read, Offset: 100, Length: 50,
		Owner: "S-1-5-18"})
	no(t, err)
	defer part.Close()
	equal(t, part.Size(), 50)
	_, err = whole.Update([]byte("part"), 100, second)
	no(t, err)
	got := make([]byte, 4)
	_, err = part.Snapshot(got, 0)
	no(t, err)
	equal(t, string(got), "part")
	_, err = shmbroker.OpenWith("Go.Mutex", shmbroker.Options{Rights: shmbroker.Read, Offset: 5000})
	is(t, err, shmbroker.ErrRange)
	_, err = shmbroker.OpenWith("Go.Mutex", shmbroker.Options{Rights: shmbroker.Read, Owner: "nobody"})
	is(t, err, shmbroker.ErrBadArgument)
}

func TestFailures(t *testing.T) {
	_, err := shmbroker.Open("Go.None", shmbroker.Read, 0)
	is(t, err, shmbroker.ErrNotFound)
	is(t, err, fs.ErrNotExist)
	var failure *shmbroker.Error
	if !errors.As(err, &failure) || failure.Result != shmbroker.ErrNotFound || len(failure.Text) < 10 {
		t.Fatalf("%#v", failure)
	}
	if text := shmbroker.ErrStale.Error(); !strings.Contains(text, "open it again") {
		t.Fatal(text)
	}
	_, err = shmbroker.Open("Go.\x00", shmbroker.Read, 0)
	is(t, err, shmbroker.ErrBadName)
	_, err = shmbroker.Open("Go.Queue", shmbroker.Read, 0)
	is(t, err, shmbroker.ErrWrongKind)
}

func TestLoadLibrary(t *testing.T) {
	version, err := shmbroker.Version()
	no(t, err)
	if err = shmbroker.LoadLibrary("shmbclient.dll"); err == nil {
		t.Fatal("loaded twice")
	}
	ours, folder := filepath.Dir(os.Args[0]), t.TempDir()
	copied(t, os.Args[0], filepath.Join(folder, "alone.exe"))
	// The current folder has the library, and does not count.
	said := loads(t, filepath.Join(folder, "alone.exe"), ours, "")
	if !strings.Contains(said, "shmbclient.dll") {
		t.Fatal(said)
	}
	copied(t, filepath.Join(ours, "shmbclient.dll"), filepath.Join(folder, "other.dll"))
	equal(t, loads(t, filepath.Join(folder, "alone.exe"), folder, "other.dll"), version+" <nil>")
	system := filepath.Join(os.Getenv("SystemRoot"), "system32", "kernel32.dll")
	said = loads(t, os.Args[0], folder, system)
	if !strings.Contains(said, "it has no shmb_open") {
		t.Fatal(said)
	}
}

func copied(t *testing.T, from, to string) {
	t.Helper()
	bytes, err := os.ReadFile(from)
	no(t, err)
	no(t, os.WriteFile(to, bytes, 0o700))
}

func loads(t *testing.T, program, folder, file string) string {
	t.Helper()
	child := exec.Command(program)
	child.Dir = folder
	child.Env = append(os.Environ(), "SHMB_TEST_LOADS="+file)
	said, err := child.Output()
	no(t, err)
	return strings.TrimSpace(string(said))
}

func TestClosed(t *testing.T) {
	segment, err := shmbroker.Open("Go.Mutex", shmbroker.Write, second)
	no(t, err)
	lock := locked(t, segment)
	no(t, segment.Close())
	is(t, segment.Close(), shmbroker.ErrClosed)
	_, err = segment.Update([]byte("x"), 0, second)
	is(t, err, shmbroker.ErrClosed)
	segment.Bytes()[0] = 'y' // the lock keeps it open
	no(t, lock.MarkConsistent())
	no(t, lock.Unlock())
	is(t, lock.Unlock(), shmbroker.ErrClosed)
}

func TestBounds(t *testing.T) {
	segment := opened(t, "Go.Mutex", shmbroker.Write)
	n, err := segment.Update([]byte("12345678"), 4092, second)
	is(t, err, io.ErrShortWrite)
	equal(t, n, 4)
	got := make([]byte, 8)
	n, err = segment.Snapshot(got, 4092)
	is(t, err, io.EOF)
	equal(t, string(got[:n]), "1234")
	n, err = segment.ReadAt(got, 4096)
	is(t, err, io.EOF)
	equal(t, n, 0)
	_, err = segment.ReadAt(got, 4097)
	is(t, err, shmbroker.ErrRange)
	_, err = segment.ReadAt(got, -1)
	is(t, err, shmbroker.ErrRange)
	_, err = segment.Update(nil, 0, second)
	no(t, err)
	text, err := io.ReadAll(io.NewSectionReader(segment, 4092, 4096))
	no(t, err)
	equal(t, string(text), "1234")
}

func TestLock(t *testing.T) {
	for _, name := range []string{"Go.Mutex", "Go.Fast"} {
		segment := opened(t, name, shmbroker.Write)
		_, err := segment.WriteAt([]byte("x"), 0)
		is(t, err, shmbroker.ErrNotOwner)
		lock := locked(t, segment)
		equal(t, lock.Abandoned(), false)
		_, err = segment.WriteAt([]byte("held"), 0)
		no(t, err)
		again := locked(t, segment)
		no(t, again.Unlock())
		err = elsewhere(func() error { _, err := segment.Lock(20 * time.Millisecond); return err })
		is(t, err, shmbroker.ErrTimeout)
		is(t, err, os.ErrDeadlineExceeded)
		info, err := segment.LockInfo()
		no(t, err)
		equal(t, info.Flags&shmbroker.LockHeld, shmbroker.LockHeld)
		equal(t, info.Process, uint32(os.Getpid()))
		if since := time.Since(info.Since); since < 0 || since > time.Minute {
			t.Fatal(info.Since)
		}
		is(t, elsewhere(lock.Unlock), shmbroker.ErrNotOwner)
		is(t, elsewhere(lock.MarkConsistent), shmbroker.ErrNotOwner)
		_, err = segment.WriteAt([]byte("kept"), 0)
		no(t, err)
		no(t, lock.Unlock())
		no(t, elsewhere(func() error {
			lock, err := segment.Lock(second)
			if err != nil {
				return err
			}
			return lock.Unlock()
		}))
	}
	bare := opened(t, "Go.Bare", shmbroker.Write)
	_, err := bare.Lock(second)
	is(t, err, shmbroker.ErrBadArgument)
}

func TestManyGoroutines(t *testing.T) {
	for _, name := range []string{"Go.Mutex", "Go.Fast"} {
		segment := opened(t, name, shmbroker.Write)
		count := segment.Bytes()[200:208]
		before := binary.LittleEndian.Uint64(count)
		var all sync.WaitGroup
		for i := 0; i < 8; i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				for j := 0; j < 100; j++ {
					lock, err := segment.Lock(shmbroker.Infinite)
					if err != nil {
						t.Error(err)
						return
					}
					now := binary.LittleEndian.Uint64(count)
					runtime.Gosched()
					binary.LittleEndian.PutUint64(count, now+1)
					if err = lock.Unlock(); err != nil {
						t.Error(err)
					}
				}
			}()
		}
		all.Wait()
		equal(t, binary.LittleEndian.Uint64(count)-before, 800)
	}
}

// A goroutine that ends on its thread takes the thread with it.
func TestGoroutineEndsWithLock(t *testing.T) {
	segment := opened(t, "Go.Mutex", shmbroker.Write)
	no(t, elsewhere(func() error { _, err := segment.Lock(second); return err }))
	lock := locked(t, segment)
	equal(t, lock.Abandoned(), true)
	no(t, lock.MarkConsistent())
	no(t, lock.Unlock())
	lock = locked(t, segment)
	equal(t, lock.Abandoned(), false)
	no(t, lock.Unlock())
}

func TestProcessDiesWithLock(t *testing.T) {
	for _, name := range []string{"Go.Mutex", "Go.Fast"} {
		segment := opened(t, name, shmbroker.Write)
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "SHMB_TEST_DIES_WITH="+name)
		var ended *exec.ExitError
		if err := child.Run(); !errors.As(err, &ended) || ended.ExitCode() != 7 {
			t.Fatal(err)
		}
		lock := locked(t, segment)
		equal(t, lock.Abandoned(), true)
		no(t, lock.MarkConsistent())
		no(t, lock.Unlock())
	}
}

func TestBracket(t *testing.T) {
	segment := opened(t, "Go.Mutex", shmbroker.Write)
	_, err := segment.Update([]byte("0000"), 0, second)
	no(t, err)
	lock := locked(t, segment)
	write, err := segment.BeginWrite()
	no(t, err)
	copy(segment.Bytes(), "ab")
	got := make([]byte, 4)
	_, err = segment.SnapshotWait(got, 0, 10*time.Millisecond)
	is(t, err, shmbroker.ErrBusy)
	is(t, segment.ReadInPlace(10*time.Millisecond, func([]byte) {}), shmbroker.ErrBusy)
	copy(segment.Bytes()[2:], "cd")
	is(t, elsewhere(write.End), shmbroker.ErrNotOwner)
	no(t, write.End())
	no(t, lock.Unlock())
	_, err = segment.Snapshot(got, 0)
	no(t, err)
	equal(t, string(got), "abcd")
	no(t, segment.ReadInPlace(second, func(data []byte) { copy(got, data[2:4]) }))
	equal(t, string(got), "cdcd")
}

func TestRestore(t *testing.T) {
	segment := opened(t, "Go.Double", shmbroker.Write)
	_, err := segment.Update([]byte("good"), 0, second)
	no(t, err)
	lock := locked(t, segment)
	write, err := segment.BeginWrite()
	no(t, err)
	copy(segment.Bytes(), "BAD!")
	got := make([]byte, 4)
	no(t, segment.ReadInPlace(second, func(data []byte) { copy(got, data) }))
	equal(t, string(got), "good")
	no(t, lock.Restore())
	no(t, write.End())
	no(t, lock.Unlock())
	_, err = segment.Snapshot(got, 0)
	no(t, err)
	equal(t, string(got), "good")
}

// A context that tells when somebody waits for its end, once.
type asked struct {
	context.Context
	done chan struct{}
}

func (a asked) Done() <-chan struct{} {
	close(a.done)
	return a.Context.Done()
}

func TestWaitChanged(t *testing.T) {
	segment := opened(t, "Go.Fast", shmbroker.Write)
	seen, err := segment.ChangeNumber()
	no(t, err)
	changed := make(chan uint64)
	go func() {
		now, err := segment.WaitChanged(context.Background(), seen)
		if err != nil {
			t.Error(err)
		}
		changed <- now
	}()
	_, err = segment.Update([]byte("new"), 0, second)
	no(t, err)
	now := <-changed
	if now == seen {
		t.Fatal("no change")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = segment.WaitChanged(ctx, now)
	is(t, err, context.DeadlineExceeded)

	other, err := shmbroker.Open("Go.Fast", shmbroker.Read, second)
	no(t, err)
	ended := make(chan error)
	waiting := asked{context.Background(), make(chan struct{})}
	go func() {
		_, err := other.WaitChanged(waiting, now)
		ended <- err
	}()
	<-waiting.done
	no(t, other.Close())
	is(t, <-ended, shmbroker.ErrClosed)

	bare := opened(t, "Go.Bare", shmbroker.Read)
	_, err = bare.WaitChanged(context.Background(), 0)
	if err == nil {
		t.Fatal("a segment without changes")
	}
}

func TestSubscription(t *testing.T) {
	segment, err := shmbroker.Open("Go.Mutex", shmbroker.Write, second)
	no(t, err)
	seen, err := segment.ChangeNumber()
	no(t, err)
	changes, err := segment.Subscribe(seen)
	no(t, err)
	for i := 0; i < 3; i++ {
		_, err = segment.Update([]byte{byte(i)}, 0, second)
		no(t, err)
		no(t, changes.Wait(context.Background()))
	}
	no(t, segment.Close()) // the subscription outlives it
	short, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	for err == nil { // what was set for the last change
		err = changes.Wait(short)
	}
	is(t, err, context.DeadlineExceeded)
	ended := make(chan error)
	waiting := asked{context.Background(), make(chan struct{})}
	go func() { ended <- changes.Wait(waiting) }()
	<-waiting.done
	no(t, changes.Close())
	is(t, <-ended, shmbroker.ErrClosed)
}

func TestFillOnce(t *testing.T) {
	name := "Go.First64"
	if unsafe.Sizeof(uintptr(0)) == 4 {
		name = "Go.First32"
	}
	segment := opened(t, name, shmbroker.Write)
	failure := errors.New("no content")
	filled, err := segment.FillOnce(second, func() error { return failure })
	is(t, err, failure)
	equal(t, filled, false)
	// Another goroutine can take the lock, so it was released.
	no(t, elsewhere(func() error {
		lock, err := segment.Lock(second)
		if err != nil {
			return err
		}
		return lock.Unlock()
	}))
	filled, err = segment.FillOnce(second, func() error {
		_, err := segment.WriteAt([]byte("first"), 0)
		return err
	})
	no(t, err)
	equal(t, filled, true)
	filled, err = segment.FillOnce(second, func() error { t.Error("filled twice"); return nil })
	no(t, err)
	equal(t, filled, false)
	no(t, elsewhere(func() error { _, err := segment.Update([]byte("x"), 10, second); return err }))
}

func TestQueue(t *testing.T) {
	queue, err := shmbroker.OpenQueue("Go.Queue", shmbroker.Write, second)
	no(t, err)
	defer queue.Close()
	_, err = queue.Clear()
	no(t, err)
	no(t, queue.Put([]byte("one"), 0))
	no(t, queue.Put(bytes.Repeat([]byte("x"), 100), 0))
	is(t, queue.Put([]byte("three"), 0), shmbroker.ErrTimeout)
	is(t, queue.Put(make([]byte, 129), 0), shmbroker.ErrRange)
	info, err := queue.Info()
	no(t, err)
	equal(t, info.Slots, 2)
	equal(t, info.SlotSize, 128)
	equal(t, info.Messages, 2)
	message, err := queue.Peek()
	no(t, err)
	equal(t, string(message), "one")
	message, err = queue.Get(0)
	no(t, err)
	equal(t, string(message), "one")
	message, err = queue.Get(second)
	no(t, err)
	equal(t, len(message), 100)
	_, err = queue.Get(0)
	is(t, err, shmbroker.ErrTimeout)
	no(t, queue.Put(nil, 0))
	message, err = queue.Get(0)
	no(t, err)
	equal(t, len(message), 0)
	no(t, queue.Put([]byte("last"), 0))
	count, err := queue.Clear()
	no(t, err)
	equal(t, count, 1)
	got := make(chan string)
	go func() {
		message, err := queue.GetContext(context.Background())
		if err != nil {
			t.Error(err)
		}
		got <- string(message)
	}()
	no(t, queue.Put([]byte("waited for"), second))
	equal(t, <-got, "waited for")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = queue.GetContext(ctx)
	is(t, err, context.DeadlineExceeded)
	reader, err := shmbroker.OpenQueueWith("Go.Queue", shmbroker.Options{Rights: shmbroker.Read})
	no(t, err)
	_, err = reader.Get(0)
	is(t, err, shmbroker.ErrAccessDenied)
	no(t, reader.Close())
	_, err = reader.Peek()
	is(t, err, shmbroker.ErrClosed)
}

func TestPrivate(t *testing.T) {
	segment, created, err := shmbroker.CreatePrivate("", 16)
	no(t, err)
	defer segment.Close()
	equal(t, created, true)
	name, err := segment.Name()
	no(t, err)
	same, created, err := shmbroker.CreatePrivate(name, 16)
	no(t, err)
	defer same.Close()
	equal(t, created, false)
	_, err = segment.Update([]byte("mine"), 0, second)
	no(t, err)
	equal(t, string(same.Bytes()[:4]), "mine")

	// The last end closes what was closed before.
	lock := locked(t, segment)
	write, err := segment.BeginWrite()
	no(t, err)
	no(t, segment.Close())
	no(t, same.Close())
	no(t, write.End())
	no(t, lock.Unlock())
	_, created, err = shmbroker.CreatePrivate(name, 16)
	no(t, err)
	equal(t, created, true)
}

func TestList(t *testing.T) {
	objects, err := shmbroker.List()
	no(t, err)
	kinds := map[string]shmbroker.Kind{}
	for _, object := range objects {
		kinds[object.Name] = object.Kind
		equal(t, object.State, shmbroker.StateHeld)
	}
	equal(t, kinds["Go.Mutex"], shmbroker.KindSegment)
	equal(t, kinds["Go.Mutex.lock"], shmbroker.KindMutex)
	equal(t, kinds["Go.Queue"].String(), "queue")
	object, err := shmbroker.Describe("Go.Licences")
	no(t, err)
	equal(t, object.Initial, 1)
	equal(t, object.Maximum, 3)
	_, err = shmbroker.Describe("Go.None")
	is(t, err, shmbroker.ErrNotFound)
	broker, err := shmbroker.DescribeBroker()
	no(t, err)
	version, err := shmbroker.Version()
	no(t, err)
	equal(t, broker.Version, version)
	if broker.Process == 0 || broker.Started.IsZero() {
		t.Fatal(broker)
	}
}

func TestObjects(t *testing.T) {
	event, err := shmbroker.OpenObject("Go.Stop", shmbroker.KindEvent, shmbroker.Read, 0)
	no(t, err)
	state, err := syscall.WaitForSingleObject(event, 0)
	no(t, err)
	equal(t, state, syscall.WAIT_TIMEOUT)
	no(t, syscall.CloseHandle(event))
	mutex, err := shmbroker.OpenObject("Go.Run", shmbroker.KindMutex, shmbroker.Write, 0)
	no(t, err)
	no(t, syscall.CloseHandle(mutex))
	_, err = shmbroker.OpenObject("Go.Run", shmbroker.KindSemaphore, shmbroker.Write, 0)
	is(t, err, shmbroker.ErrWrongKind)
}

func TestRequestRefused(t *testing.T) {
	_, err := shmbroker.Request("Stranger.Asked", 64, shmbroker.RequestOptions{})
	is(t, err, shmbroker.ErrNotAllowed)
	is(t, err, fs.ErrPermission)
	var failure *shmbroker.Error
	equal(t, errors.As(err, &failure), true)
	told := *failure.Answer
	equal(t, told.Reason, shmbroker.ReasonNoRule)
	equal(t, told.Result, shmbroker.ErrNotAllowed)
	equal(t, told.Allowed() || told.Made, false)
	equal(t, told.Rule, "")
	equal(t, strings.Contains(failure.Text, told.Text) && strings.Contains(told.Text, "rule"), true)
	equal(t, told.Retry, 0)
	asked, err := shmbroker.AskRequest(`Global\Stranger.Asked`, 0, shmbroker.RequestOptions{
		Kind: shmbroker.KindSemaphore, Initial: 1, Maximum: 2, Owner: "S-1-5-18", Timeout: 30 * second})
	no(t, err)
	equal(t, asked, told)
	_, err = shmbroker.AskRequest("Stranger.Asked", 0, shmbroker.RequestOptions{})
	is(t, err, shmbroker.ErrBadArgument)
	for _, name := range []string{`a\b`, "Go.Asked\x00"} {
		_, err = shmbroker.Request(name, 1, shmbroker.RequestOptions{})
		is(t, err, shmbroker.ErrBadName)
		equal(t, errors.As(err, &failure) && failure.Answer == nil, true)
		is(t, shmbroker.Release(name, 0), shmbroker.ErrBadName)
	}
	object, err := shmbroker.Describe("Go.Run")
	no(t, err)
	equal(t, object.Rule+object.Account, "")
}

func TestRequest(t *testing.T) {
	const name = "Go.Asked.Segment"
	asked := func(name string, size uint64, options shmbroker.RequestOptions) shmbroker.RequestInfo {
		t.Helper()
		info, err := shmbroker.AskRequest(name, size, options)
		no(t, err)
		return info
	}
	made := func(name string, size uint64, options shmbroker.RequestOptions) shmbroker.RequestInfo {
		t.Helper()
		info, err := shmbroker.Request(name, size, options)
		no(t, err)
		return info
	}
	waits := func(name string, kind shmbroker.Kind, rights shmbroker.Rights, wanted ...uint32) syscall.Handle {
		t.Helper()
		handle, err := shmbroker.OpenObject(name, kind, rights, 0)
		no(t, err)
		t.Cleanup(func() { _ = syscall.CloseHandle(handle) })
		for _, one := range wanted {
			got, err := syscall.WaitForSingleObject(handle, 0)
			no(t, err)
			equal(t, got, one)
		}
		return handle
	}
	segment := shmbroker.RequestOptions{}
	equal(t, asked(name, 100, segment).Made, true)
	_, err := shmbroker.Open(name, shmbroker.Read, 0)
	is(t, err, shmbroker.ErrNotFound)
	equal(t, made(name, 100, segment), shmbroker.RequestInfo{Made: true, Size: 100, Rule: "GoRule"})
	equal(t, made(name, 1, segment).Made, false)
	memory := opened(t, name, shmbroker.Write)
	equal(t, memory.Size(), 100)
	_, err = memory.Update([]byte("go"), 0, second)
	no(t, err)
	object, err := shmbroker.Describe(name)
	no(t, err)
	equal(t, object.Flags.Has(shmbroker.FlagRequested), true)
	equal(t, object.Rule, "GoRule")
	equal(t, strings.HasPrefix(object.Account, "S-1-"), true)

	larger := asked(name, 101, segment)
	equal(t, larger.Result, shmbroker.ErrRange)
	equal(t, larger.Reason, shmbroker.ReasonOther)
	equal(t, larger.Size, 100)
	equal(t, asked(name, 0, shmbroker.RequestOptions{Kind: shmbroker.KindMutex}).Result, shmbroker.ErrWrongKind)
	large := asked("Go.Asked.Large", 4097, segment)
	equal(t, large.Reason, shmbroker.ReasonSize)
	equal(t, large.Most, 4096)
	equal(t, large.Rule, "GoRule")
	equal(t, strings.Contains(large.Text, "rule GoRule allows at most 4096 bytes"), true)

	made("Go.Asked.Mutex", 0, shmbroker.RequestOptions{Kind: shmbroker.KindMutex})
	made("Go.Asked.Event", 0, shmbroker.RequestOptions{Kind: shmbroker.KindEvent, ManualReset: true, Set: true})
	made("Go.Asked.Semaphore", 0, shmbroker.RequestOptions{Kind: shmbroker.KindSemaphore, Initial: 1, Maximum: 2})
	_, err = shmbroker.Request("Go.Asked.Fifth", 1, segment)
	is(t, err, shmbroker.ErrQuota)
	var quota *shmbroker.Error
	equal(t, errors.As(err, &quota), true)
	equal(t, quota.Answer.Reason, shmbroker.ReasonEachObjects)
	equal(t, quota.Answer.Used, 4)
	equal(t, quota.Answer.Most, 4)
	waits("Go.Asked.Mutex", shmbroker.KindMutex, shmbroker.Write)
	waits("Go.Asked.Event", shmbroker.KindEvent, shmbroker.Read, syscall.WAIT_OBJECT_0, syscall.WAIT_OBJECT_0)
	waits("Go.Asked.Semaphore", shmbroker.KindSemaphore, shmbroker.Write, syscall.WAIT_OBJECT_0, syscall.WAIT_TIMEOUT)

	for _, one := range []string{name, "Go.Asked.Mutex", "Go.Asked.Event", "Go.Asked.Semaphore"} {
		no(t, shmbroker.Release(one, 0))
	}
	_, err = memory.State()
	equal(t, err == nil, false)
	_, err = shmbroker.Open(name, shmbroker.Read, 0)
	is(t, err, shmbroker.ErrNotFound)
	is(t, shmbroker.Release(name, 30*second), shmbroker.ErrNotFound)
	equal(t, made("Go.Bare", 64, segment).Made, false)
}

type quote struct {
	Bid, Ask float64
	Count    int32
	Code     [4]uint8
}

func TestValues(t *testing.T) {
	segment := opened(t, "Go.Double", shmbroker.Write)
	given := quote{1.25, 1.26, -3, [4]uint8{'E', 'U', 'R', 0}}
	no(t, shmbroker.Store(segment, 16, given, second))
	got, err := shmbroker.Load[quote](segment, 16, second)
	no(t, err)
	equal(t, got, given)
	equal(t, binary.LittleEndian.Uint32(segment.Bytes()[32:]), 0xFFFFFFFD)
	_, err = shmbroker.Load[quote](segment, 990, second)
	is(t, err, shmbroker.ErrRange)
	is(t, shmbroker.Store(segment, -1, uint8(1), second), shmbroker.ErrRange)
	_, err = shmbroker.Load[string](segment, 0, second)
	is(t, err, shmbroker.ErrBadArgument)
	_, err = shmbroker.Load[int](segment, 0, second)
	is(t, err, shmbroker.ErrBadArgument)
	_, err = shmbroker.Load[struct{ p *byte }](segment, 0, second)
	is(t, err, shmbroker.ErrBadArgument)
}

// tests/checks/go.sh has a program in C write the one, and read the other.
func TestProgramsInC(t *testing.T) {
	const fromC, toC = "written in C", "written in Go"
	from := opened(t, "Go.FromC", shmbroker.Read)
	equal(t, string(from.Bytes()[:2*len(fromC)+2]), utf16le(fromC))
	to := opened(t, "Go.ToC", shmbroker.Write)
	_, err := to.Update([]byte(utf16le(toC)), 0, second)
	no(t, err)
}

// utf16le is a text as C programs of Windows have it, with its zero.
func utf16le(text string) string {
	var bytes strings.Builder
	for _, unit := range append(utf16.Encode([]rune(text)), 0) {
		bytes.Write([]byte{byte(unit), byte(unit >> 8)})
	}
	return bytes.String()
}
